"""Interest booked day by day sums to what the rows ask for."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given

from tests.core.schedule import reference
from tests.core.schedule.loans import Said, built, documents, many_loans
from xinnong.core.schedule import Terms, accruals_of, accrued_minor, booked_days, booked_minor
from xinnong.core.schedule.terms import Method


def loan() -> Terms:
    return Terms(
        method=Method.INTEREST_FIRST,
        principal_minor=10_000_000,
        annual_rate_percent=Decimal("4.1"),
        number_of_repayments=2,
        disbursed_on=date(2021, 3, 1),
        first_due_on=date(2021, 3, 21),
    )


def test_a_day_is_the_difference_of_two_rounded_sums() -> None:
    terms = loan()
    first, second = accruals_of(terms)
    # 100,000 at 4.1 % over 360 is 11.388… yuan a day
    booked = [booked_minor(terms, first, date(2021, 3, 1) + timedelta(days=n)) for n in range(4)]
    assert booked == [1139, 1139, 1139, 1139]
    assert booked_minor(terms, first, date(2021, 3, 5)) == 1138
    assert accrued_minor(terms, first, date(2021, 3, 20)) == first.interest_minor == 22_778
    assert booked_minor(terms, first, date(2021, 3, 21)) == 0
    assert booked_minor(terms, second, date(2021, 3, 20)) == 0
    assert booked_minor(terms, second, date(2021, 3, 21)) == 1139


@many_loans
@given(documents(reschedules=True))
def test_the_days_sum_to_the_interest_of_the_rows(said: Said) -> None:
    found = built(said)
    assume(found is not None)
    assert found is not None
    terms, schedule = found
    extra = 0
    if terms.method is Method.FLAT:  # what rounding left over comes with the payment that ends it
        extra = schedule.totals.interest_minor - sum(a.interest_minor for a in accruals_of(terms))
    booked = sum(amount for _, amount in booked_days(terms))
    assert booked == schedule.totals.interest_minor - extra
    if terms.method is not Method.FLAT:
        assert all(amount > 0 for _, amount in booked_days(terms))


@many_loans
@given(documents(events=False))
def test_interest_through_a_day_is_that_of_the_reference(said: Said) -> None:
    found = built(said)
    assume(found is not None)
    assert found is not None
    terms, schedule = found
    _, wanted = reference.dues(terms)
    for accrual in accruals_of(terms)[:3]:
        period, middle = accrual.period, accrual.period.start
        middle += (accrual.end - middle) // 2
        if not period.share or middle >= accrual.end - timedelta(days=1):
            continue
        exact = reference.exact_interest(
            terms, schedule.rows, period.start, middle + timedelta(days=1), period.due, wanted
        )
        assert accrued_minor(terms, accrual, middle) == reference.rounded(terms, exact)
