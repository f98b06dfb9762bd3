"""The statements of the day's end against the reference: small books of loans, day by day, to the fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lending.loans import WU, booked_days, nights
from tests.people import LOTUS_VILLAGE, NOW, found_institutions
from xinnong.accounts.models import Institution
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core import off_balance
from xinnong.core.asset_class import LoanState, classify
from xinnong.core.loan_book import DayEnd, Payment, run_days
from xinnong.core.loan_plan import plan_of
from xinnong.core.money import percent
from xinnong.core.schedule import InvalidTerms
from xinnong.core.schedule.terms import (
    DayCount,
    InterestPeriod,
    InterestRounding,
    Method,
    Rounding,
    Unit,
)
from xinnong.lending.loan_terms import LoanTerms, terms_bytes, terms_of
from xinnong.lending.models import (
    Loan,
    OffBalanceChange,
    OpenDue,
    PublishedProduct,
    Repayment,
    Standing,
)
from xinnong.lending.queries.loans import BOOKED, book_of, terms_in_force
from xinnong.lending.services import ship_products
from xinnong.lending.services.drawing import begin_loan
from xinnong.lending.services.eod_off_balance import turn_off_balance
from xinnong.lending.services.eod_steps import Night, accrue, classify_loans, open_next
from xinnong.lending.services.repaying import spend, write_parts
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

DAYS = 75
SOON = off_balance.OffBalanceRule(date(2001, 1, 1), leaves_after_days=20, back_at_days=0)
"""So that within the days of the test many loans leave the balance, and some come back."""
METHODS = [each for each in Method if each not in {Method.SEASONAL, Method.BALLOON}]
FIRST_DAYS = st.sampled_from(
    [date(2023, 12, 5), date(2024, 1, 31), date(2024, 12, 20), date(2027, 2, 27), date(2023, 6, 1)]
)
"""Across year ends into and out of a leap year, a leap day, month ends, new rules for classes."""


@dataclass(frozen=True)
class Case:
    """One loan of a book, and what its borrower pays: (days after drawing, fen)."""

    amount: int
    rate: str
    late: str
    method: Method
    count: DayCount
    period: InterestPeriod
    rounding: InterestRounding
    unit: Unit
    installments: int
    compounds: bool
    turns_after: int | None
    paid: tuple[tuple[int, int], ...]

    def holds(self) -> bool:
        """Whether such terms can be agreed at all."""
        terms = self.terms(PublishedProduct(), Institution())
        try:
            terms_of(terms_bytes(terms.schedule(self.amount, date(2024, 1, 31))))
        except InvalidTerms:
            return False
        return True

    def terms(self, product: PublishedProduct, bank: Institution) -> LoanTerms:
        return LoanTerms(
            institution=bank,
            contract_ref=UUID(int=self.amount),
            product=product,
            person=WU,
            area12=LOTUS_VILLAGE,
            household_id=None,
            limit_minor=self.amount,
            rate_percent=percent(self.rate),
            late_rate_percent=percent(self.late),
            method=self.method,
            day_count=self.count,
            number_of_repayments=self.installments,
            every=9 if self.unit is Unit.DAYS else 1,
            unit=self.unit,
            interest_period=self.period,
            rounding=Rounding(interest=self.rounding),
            compounds=self.compounds,
            principal_first_after_days=self.turns_after,
        )


CASES = st.builds(
    Case,
    amount=st.integers(1, 10**8) | st.just(10**13),
    rate=st.sampled_from(["4.1", "0", "3.333333", "12", "0.000001"]),
    late=st.sampled_from(["6.15", "18", "5.000001"]),
    method=st.sampled_from(METHODS),
    count=st.sampled_from(list(DayCount)),
    period=st.sampled_from(list(InterestPeriod)),
    rounding=st.sampled_from(list(InterestRounding)),
    unit=st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS]),
    installments=st.integers(1, 6),
    compounds=st.booleans(),
    turns_after=st.sampled_from([None, 3, 30]),
    paid=st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(1, 10**8)), max_size=4).map(
        lambda pairs: tuple(sorted(pairs))
    ),
).filter(Case.holds)


@dataclass
class Kept:
    """A loan of the book in the database, and what the reference says of it."""

    case: Case
    loan: Loan
    days: list[DayEnd]


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=nights(4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=FIRST_DAYS, cases=st.lists(CASES, min_size=4, max_size=12))
def test_every_day_of_every_loan_is_what_the_reference_says(
    db: None, monkeypatch: pytest.MonkeyPatch, first: date, cases: list[Case]
) -> None:
    monkeypatch.setattr(off_balance, "RULES", (SOON,))
    with scoped(SYSTEM):
        book = [_keep(case, first) for case in cases]
        for ahead in range(DAYS):
            on = first + timedelta(ahead)
            for kept in book:
                for offset, amount in kept.case.paid:
                    if offset == ahead:
                        spread = spend(kept.loan, amount)
                        write_parts(Repayment(pk=0, loan=kept.loan), spread.parts)
            _end(on)
            for kept in book:
                _compare_standing(kept, kept.days[ahead])
        for kept in book:
            booked = booked_days(kept.loan)
            for day in kept.days:
                found = booked.get(day.on)
                figures = (found.interest, found.penalty, found.compound) if found else (0, 0, 0)
                expected = (day.interest_minor, day.penalty_minor, day.compound_minor)
                assert figures == expected, (kept.case, day.on)
            _compare_turns(kept)
        _forget()


def _keep(case: Case, first: date) -> Kept:
    product = ship_products(signers=RELEASE_SIGNERS, now=NOW)[0]
    bank = found_institutions()["BANK-01"]
    loan = begin_loan(case.terms(product, bank), case.amount, first, NOW, SYSTEM_ACTOR)
    terms = terms_in_force(loan)
    book = book_of(loan, terms, plan_of(terms))
    payments = [Payment(first + timedelta(offset), amount) for offset, amount in case.paid]
    last = first + timedelta(DAYS - 1)
    return Kept(case, loan, list(run_days(book, payments, from_on=first, through_on=last)))


def _end(on: date) -> None:
    night = Night("BANK-01", on)
    accrue(night)
    classify_loans(night)
    turn_off_balance(night)
    open_next(night)


def _compare_standing(kept: Kept, day: DayEnd) -> None:
    standing = Standing.objects.get(loan=kept.loan)
    assert standing.days_past_due == day.days_past_due, (kept.case, day.on)
    rightly = classify(LoanState(days_past_due=day.days_past_due), on=day.on)
    assert standing.asset_class == rightly.asset_class
    assert tuple(standing.class_reasons) == rightly.reasons
    owed = {
        row.n: (row.fee_minor, row.interest_minor, row.penalty_minor, row.compound_minor,
                row.principal_minor)
        for row in OpenDue.objects.filter(loan=kept.loan, on__lte=day.on)
    }  # fmt: skip
    rightly_owed = {
        each.n: (each.fee, each.interest, each.penalty, each.compound, each.principal)
        for each in day.owed
    }
    assert owed == rightly_owed, (kept.case, day.on)


def _compare_turns(kept: Kept) -> None:
    """The nights on which its unpaid interest turned, and how much of it there was."""
    is_off, rightly = False, {}
    unpaid = dict.fromkeys(BOOKED, 0)
    for day in kept.days:
        for name in BOOKED:
            unpaid[name] -= sum(spread.paid(name) for spread in day.paid)
        after = off_balance.is_off_after(day.days_past_due, was_off=is_off, on=day.on)
        if after is not is_off:
            rightly[day.on] = (after, *unpaid.values())
        is_off = after
        for name in BOOKED:
            unpaid[name] += getattr(day, f"{name}_minor")
    found = {
        row.on: (row.is_off, row.interest_minor, row.penalty_minor, row.compound_minor)
        for row in OffBalanceChange.objects.filter(loan=kept.loan)
    }
    assert found == rightly, kept.case
    assert Standing.objects.get(loan=kept.loan).off_balance is is_off


def _forget() -> None:
    """Examples share a transaction; the next one begins with nothing to end."""
    OpenDue.objects.all().delete()
    Standing.objects.all().delete()
