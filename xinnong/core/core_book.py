"""What a loan should be by its contract and its payments, where a lender's own core keeps the book.

Payments are spread as we spread them; money beyond what is owed prepays the principal, with smaller
instalments from then on. Interest is all that was earned and not paid, penalty and compound interest
with it, at the end of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from xinnong.core.asset_class import LoanState, classify
from xinnong.core.loan_book import Book, DayEnd, Late, Open, Payment, live_days
from xinnong.core.loan_plan import plan_of
from xinnong.core.schedule.terms import Effect, Event, EventKind, Terms

ONE_DAY = timedelta(1)
EARNED = ("interest", "penalty", "compound")


@dataclass(frozen=True, slots=True)
class Figures:
    """A loan at the end of a day."""

    principal_minor: int
    interest_minor: int
    days_past_due: int
    asset_class: int


def figures_on(terms: Terms, late: Late, payments: Sequence[Payment], as_of: date) -> Figures:
    """Live a loan from its first day to the end of one. Raises InvalidTerms."""
    assert as_of >= terms.disbursed_on, "a loan is something from its first day on"
    spent: list[Payment] = []
    for payment in sorted(payments, key=lambda each: each.on):
        if payment.on <= as_of:
            terms = _spend(terms, late, spent, payment)
    days, opened = _live(terms, late, spent, as_of)
    paid = {name: sum(each.paid.get(name, 0) for each in opened) for name in ("principal", *EARNED)}
    earned = sum(day.interest_minor + day.penalty_minor + day.compound_minor for day in days)
    past_due = days[-1].days_past_due
    return Figures(
        terms.principal_minor - paid["principal"],
        earned - sum(paid[name] for name in EARNED),
        past_due,
        int(classify(LoanState(days_past_due=past_due), on=as_of).asset_class),
    )


def _spend(terms: Terms, late: Late, spent: list[Payment], payment: Payment) -> Terms:
    """Add a payment to those that were spent; answers the terms, prepaid where it went beyond."""
    _days, opened = _live(terms, late, spent, payment.on)
    due_before = [each for each in opened if each.due.on < payment.on]
    today = [each for each in opened if each.due.on == payment.on]
    owed = sum(each.owed().total for each in (*due_before, *today))
    owed -= _booked_today(terms, late, spent, payment.on)
    ahead = sum(due.principal_minor for due in plan_of(terms).dues if due.on > payment.on)
    prepaid = min(max(0, payment.amount_minor - owed), ahead)
    spent.append(Payment(payment.on, min(payment.amount_minor, owed + prepaid)))
    if not prepaid:
        return terms
    event = Event(
        on=payment.on, kind=EventKind.PREPAYMENT, amount_minor=prepaid,
        effect=Effect.REDUCE_INSTALLMENT, until="date",
    )  # fmt: skip
    return replace(terms, events=(*terms.events, event))


def _booked_today(terms: Terms, late: Late, spent: list[Payment], on: date) -> int:
    """What the day itself cost in lateness; a payment of the day comes before its end."""
    days, _opened = _live(terms, late, spent, on)
    return days[-1].penalty_minor + days[-1].compound_minor


def _live(
    terms: Terms, late: Late, spent: Sequence[Payment], through_on: date
) -> tuple[list[DayEnd], list[Open]]:
    plan = plan_of(terms)
    book = Book(plan.stretches, plan.dues, late, terms.day_count, terms.rounding.interest)
    opened: list[Open] = []
    days = list(live_days(book, spent, opened, from_on=terms.disbursed_on, through_on=through_on))
    return days, opened
