"""A loan day by day: the days sum to the schedule, lateness to one rounding, nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.loan_book import Book, Due, Late, Payment, Stretch, run_days
from xinnong.core.money import percent
from xinnong.core.schedule.day_counts import DENOMINATORS, elapsed
from xinnong.core.schedule.exact import RATE_UNIT, divide
from xinnong.core.schedule.terms import DayCount, InterestRounding

RATE = percent("4.1")
LATE = Late(RATE, percent("6.15"), date(2022, 3, 1), compounds=True)
DRAWN = date(2021, 3, 1)


def stretch(start: date, end: date, earned: int, balance: int = 10_000_000) -> Stretch:
    return Stretch(start, end, balance, RATE, earned)


GROWER = Book(
    stretches=(
        stretch(date(2021, 3, 1), date(2021, 3, 21), 22_778),
        stretch(date(2021, 3, 21), date(2021, 6, 21), 104_778),
        stretch(date(2021, 6, 21), date(2021, 9, 17), 100_222),
    ),
    dues=(
        Due(1, date(2021, 3, 21), 0, 22_778),
        Due(2, date(2021, 6, 21), 0, 104_778),
        Due(3, date(2021, 9, 17), 10_000_000, 100_222),
    ),
    late=LATE,
    day_count=DayCount.ACTUAL_360,
)
"""100,000 yuan at 4.1 %, settled on the 20th of each quarter, repaid on 17 September."""


def test_it_earns_what_the_schedule_says_and_owes_nothing_when_paid_in_time() -> None:
    payments = [Payment(due.on, due.principal_minor + due.interest_minor) for due in GROWER.dues]
    days = list(run_days(GROWER, payments, from_on=DRAWN, through_on=date(2021, 9, 30)))
    assert sum(day.interest_minor for day in days) == 227_778
    assert {day.owed_minor for day in days} == {0}
    assert {day.penalty_minor + day.compound_minor for day in days} == {0}
    assert {day.days_past_due for day in days} == {0}


OVERDUE = Book(
    stretches=(),
    dues=(Due(1, date(2022, 3, 1), 10_000_000, 0),),
    late=LATE,
    day_count=DayCount.ACTUAL_360,
)


def test_it_charges_1640_yuan_for_ninety_six_late_days() -> None:
    paid_on = date(2022, 6, 5)
    nights = list(run_days(OVERDUE, [], from_on=date(2022, 3, 1), through_on=date(2022, 6, 4)))
    assert sum(day.penalty_minor for day in nights) == 164_000
    assert len(nights) == 96
    *_, last = run_days(
        OVERDUE, [Payment(paid_on, 10_164_000)], from_on=date(2022, 3, 1), through_on=paid_on
    )
    assert last.owed == ()
    assert [spread.rest_minor for spread in last.paid] == [0]


def test_unpaid_interest_bears_the_contract_rate_until_maturity_and_then_the_late_rate() -> None:
    book = replace(OVERDUE, dues=(Due(1, date(2022, 2, 1), 0, 1_000_000),))
    days = list(run_days(book, [], from_on=date(2022, 2, 1), through_on=date(2022, 3, 30)))
    inside = [day for day in days if day.on < date(2022, 3, 1)]
    exact = Fraction(1_000_000) * Fraction(41, 1000) * 28 / 360
    assert sum(day.compound_minor for day in inside) == round(exact)
    after = sum(day.compound_minor for day in days)
    exact = Fraction(1_000_000) * (Fraction(41, 1000) * 28 + Fraction(615, 10_000) * 30) / 360
    assert after == round(exact)
    assert sum(day.penalty_minor for day in days) == 0


def test_it_counts_days_from_the_oldest_unpaid_due_date() -> None:
    days = list(run_days(GROWER, [], from_on=DRAWN, through_on=date(2021, 9, 20)))
    late = {day.on: day.days_past_due for day in days}
    assert late[date(2021, 3, 20)] == 0
    assert late[date(2021, 3, 21)] == 0
    assert late[date(2021, 3, 22)] == 1
    assert late[date(2021, 9, 20)] == 183


def test_principal_comes_first_only_where_the_contract_says_so() -> None:
    payment = [Payment(date(2022, 6, 5), 100_000)]
    run = {"from_on": date(2022, 3, 1), "through_on": date(2022, 6, 5)}
    book = replace(OVERDUE, dues=(Due(1, date(2022, 3, 1), 10_000_000, 50_000),))
    turned = replace(book, late=replace(LATE, principal_first_after_days=90))
    *_, by_law = run_days(book, payment, **run)
    *_, by_contract = run_days(turned, payment, **run)
    assert by_law.paid[0].paid("interest") == 50_000
    assert by_contract.paid[0].paid("principal") == 100_000


COUNTS = [each for each in DayCount if each is not DayCount.THIRTY_360]
SPANS = st.tuples(st.dates(date(2019, 1, 1), date(2025, 1, 1)), st.integers(1, 800))


def whole(count: DayCount, balance: int, start: date, end: date) -> int:
    numerator = balance * 4_100_000 * elapsed(count, start, end, start.day)
    return divide(numerator, DENOMINATORS[count] * RATE_UNIT, InterestRounding.HALF_EVEN)


@given(count=st.sampled_from(COUNTS), span=SPANS, balance=st.integers(1, 10**9))
def test_the_days_of_a_stretch_sum_to_one_rounding(
    count: DayCount, span: tuple[date, int], balance: int
) -> None:
    start, end = span[0], span[0] + timedelta(span[1])
    earned = whole(count, balance, start, end)
    book = Book((stretch(start, end, earned, balance),), (), LATE, count)
    days = run_days(book, [], from_on=start, through_on=end)
    assert sum(day.interest_minor for day in days) == earned


@given(span=SPANS, earned=st.integers(0, 10**7))
def test_an_even_stretch_sums_too_and_never_takes_back(span: tuple[date, int], earned: int) -> None:
    start, end = span[0], span[0] + timedelta(span[1])
    even = replace(stretch(start, end, earned), is_even=True)
    book = Book((even,), (), LATE, DayCount.THIRTY_360)
    booked = [day.interest_minor for day in run_days(book, [], from_on=start, through_on=end)]
    assert sum(booked) == earned
    assert min(booked) >= 0


PAID = st.lists(
    st.builds(
        Payment,
        st.dates(date(2021, 3, 1), date(2022, 9, 30)),
        st.integers(0, 12_000_000),
    ),
    max_size=6,
)


@given(payments=PAID, compounds=st.booleans())
def test_every_fen_paid_is_somewhere(payments: list[Payment], *, compounds: bool) -> None:
    book = replace(GROWER, late=replace(LATE, compounds=compounds))
    days = list(run_days(book, payments, from_on=DRAWN, through_on=date(2022, 9, 30)))
    spreads = [spread for day in days for spread in day.paid]
    parts = sum(part.amount_minor for spread in spreads for part in spread.parts)
    rest = sum(spread.rest_minor for spread in spreads)
    assert parts + rest == sum(payment.amount_minor for payment in payments)
    due = sum(each.principal_minor + each.interest_minor for each in book.dues)
    costs = sum(day.penalty_minor + day.compound_minor for day in days)
    assert days[-1].owed_minor == due + costs - parts
    assert min(day.penalty_minor for day in days) >= 0


@given(payments=PAID)
def test_paying_earlier_never_costs_more(payments: list[Payment]) -> None:
    def costs(paid: list[Payment]) -> int:
        days = run_days(GROWER, paid, from_on=DRAWN, through_on=date(2022, 9, 30))
        return sum(day.penalty_minor for day in days)

    due = sum(each.principal_minor + each.interest_minor for each in GROWER.dues)
    assert costs([Payment(date(2021, 9, 17), due), *payments]) <= costs(payments)
