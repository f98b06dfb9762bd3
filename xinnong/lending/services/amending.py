"""Changing what falls due: a new version of the terms from the open day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xinnong.audit.services import ActsFor
from xinnong.core.loan_book import Due
from xinnong.core.loan_plan import Plan, plan_of
from xinnong.core.schedule.terms import Terms
from xinnong.lending.models import AccrualCorrection, Loan, LoanDue, OpenDue
from xinnong.lending.queries.loans import book_of, booked_of, earned_before
from xinnong.lending.services.drawing import (
    write_dues,
    write_standing,
    write_stretches,
    write_version,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New terms of a loan, who made them, why and when."""

    loan: Loan
    terms: Terms
    on: date
    now: datetime
    actor: ActsFor | UUID
    reason: str


def amend(change: Change) -> dict[str, int]:
    """Put new terms in force from the open day on; answers what the booked days must be mended by.

    Dues of earlier days stay; what the new terms add on the day itself becomes owed. In the
    caller's transaction, which posts the answer's interest. Raises InvalidTerms.
    """
    loan = change.loan
    plan = plan_of(change.terms)
    before = _dues_on(loan, change.on)
    put_in_force(change, plan, since=change.on)
    _owe_the_day(loan, plan, change.on, before)
    earned = earned_before(book_of(loan, change.terms, plan), change.on)
    difference = earned - booked_of(loan, before=change.on)["interest"]
    return write_correction(change, {"interest": difference})


def put_in_force(change: Change, plan: Plan, *, since: date) -> None:
    """Write the next version: its terms, stretches, and the dues from a day on."""
    loan = change.loan
    loan.version += 1
    Loan.objects.filter(pk=loan.pk).update(version=loan.version, matures_on=loan.matures_on)
    write_version(loan, change.terms, change.on, change.now, change.actor, change.reason)
    LoanDue.objects.filter(loan=loan, until_version=None, on__gte=since).update(
        until_version=loan.version
    )
    write_dues(loan, (due for due in plan.dues if due.on >= since))
    write_stretches(loan, plan.stretches)
    write_standing(loan, change.terms, plan, change.on)


def write_correction(change: Change, amounts: dict[str, int]) -> dict[str, int]:
    """Keep what the days already booked are mended by, where it is anything."""
    if any(amounts.values()):
        AccrualCorrection.objects.create(
            loan=change.loan,
            institution=change.loan.institution,
            on=change.on,
            reason=change.reason,
            **{f"{name}_minor": amount for name, amount in amounts.items()},
        )
    return amounts


def _dues_on(loan: Loan, on: date) -> dict[int, Due]:
    """What falls due on a day, by number: a settlement after a prepayment has one of its own."""
    found = LoanDue.objects.filter(loan=loan, until_version=None, on=on)
    return {
        each.n: Due(each.n, on, each.principal_minor, each.interest_minor, each.fee_minor)
        for each in found
    }


def _owe_the_day(loan: Loan, plan: Plan, on: date, before: dict[int, Due]) -> None:
    """What the new terms ask for on the day itself, on top of what the old ones did."""
    for due in plan.dues:
        if due.on == on:
            _owe(loan, due, before.get(due.n) or Due(due.n, on, 0, 0))


def _owe(loan: Loan, due: Due, old: Due) -> None:
    on = due.on
    row = OpenDue.objects.filter(loan=loan, n=due.n).first() or OpenDue(
        loan=loan, institution=loan.institution, n=due.n, on=on,
        principal_minor=0, interest_minor=0, fee_minor=0,
    )  # fmt: skip
    row.principal_minor += due.principal_minor - old.principal_minor
    row.interest_minor += due.interest_minor - old.interest_minor
    row.fee_minor += due.fee_minor - old.fee_minor
    if row.principal_minor or row.interest_minor or row.fee_minor:
        row.save()
