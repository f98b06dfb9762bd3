"""A loan's statement: what was owed at first, what happened between two days, what is owed now.

Read from the loan's own rows, so that a borrower gets the same figures as the lender; a test holds
the balances to the loan's account in the ledger. Everything is as known today: a payment that was
reversed stands there struck out and moves no balance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import Sum

from xinnong.core.waterfall import COMPONENTS
from xinnong.lending.models import (
    AccrualCorrection,
    Loan,
    LoanState,
    Repayment,
    RepaymentPart,
    RepaymentState,
)
from xinnong.lending.queries.loans import BOOKED, booked_days

USUAL_DAYS: Final = 365


class Kind(StrEnum):
    """What happened."""

    DRAWN = "drawn"
    TAKEN_OVER = "taken_over"
    PAID = "paid"
    REVERSED = "reversed"
    RENEWED = "renewed"
    WRITTEN_OFF = "written_off"
    UNPAID = "unpaid"


ENDS: Final[Mapping[LoanState, Kind]] = {
    LoanState.SETTLED: Kind.RENEWED,
    LoanState.WRITTEN_OFF: Kind.WRITTEN_OFF,
    LoanState.UNPAID: Kind.UNPAID,
}
"""What became of principal that no payment paid."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, in fen; `parts` says what a payment went to.

    `balance_minor` is the principal owed afterwards. `held_minor` is more than anything owed.
    """

    on: date
    kind: Kind
    amount_minor: int
    balance_minor: int
    parts: Mapping[str, int]
    held_minor: int = 0
    channel: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class LoanStatement:
    """The statement of one loan, both days included. `earned` is what was charged between them."""

    loan: Loan
    from_on: date
    until: date
    opening_minor: int
    lines: Sequence[Line]
    earned: Mapping[str, int]

    @property
    def closing_minor(self) -> int:
        """Principal owed at the end of the last day."""
        return self.lines[-1].balance_minor if self.lines else self.opening_minor

    @property
    def paid_minor(self) -> int:
        """All money of the borrower that counts."""
        return sum(line.amount_minor for line in self.lines if line.kind == Kind.PAID)

    def paid(self, component: str) -> int:
        """So much of it went to one component."""
        return sum(line.parts.get(component, 0) for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Event:
    on: date
    order: tuple[int, int]
    kind: Kind
    amount_minor: int
    moves_minor: int
    parts: Mapping[str, int]
    held_minor: int = 0
    channel: str = ""
    reference: str = ""


def statement_of(loan: Loan, *, from_on: date, until: date) -> LoanStatement:
    """What happened to a loan from one day until another, both included; nothing if they cross."""
    balance, opening, lines = 0, 0, []
    for event in _events(loan):
        balance += event.moves_minor
        if event.on < from_on:
            opening = balance
        elif event.on <= until:
            lines.append(_line(event, balance))
    return LoanStatement(loan, from_on, until, opening, lines, _earned(loan, from_on, until))


def _line(event: _Event, balance: int) -> Line:
    return Line(
        event.on,
        event.kind,
        event.amount_minor,
        balance,
        event.parts,
        event.held_minor,
        event.channel,
        event.reference,
    )


def _events(loan: Loan) -> list[_Event]:
    """Everything that ever happened, in the order of the days on which it counts."""
    amount = loan.principal_minor
    kind = Kind.DRAWN if loan.renews is None else Kind.TAKEN_OVER
    events = [_Event(loan.disbursed_on, (0, 0), kind, amount, amount, {})]
    events += _payments(loan)
    left = sum(event.moves_minor for event in events)
    if loan.state != LoanState.ACTIVE and left and loan.closed_on is not None:
        ends = _Event(loan.closed_on, (2, 0), ENDS[LoanState(loan.state)], left, -left, {})
        events.append(ends)
    return sorted(events, key=lambda event: (event.on, event.order))


def _payments(loan: Loan) -> list[_Event]:
    parts = _parts_of(loan)
    return [
        _Event(
            each.on,
            (1, each.pk),
            Kind.PAID if counts else Kind.REVERSED,
            each.amount_minor,
            -parts.get(each.pk, {}).get("principal", 0) if counts else 0,
            parts.get(each.pk, {}) if counts else {},
            each.held_minor if counts else 0,
            each.get_channel_display(),
            each.reference,
        )
        for each in Repayment.objects.filter(loan=loan).order_by("on", "id")
        for counts in [each.state == RepaymentState.BOOKED]
    ]


def _parts_of(loan: Loan) -> dict[int, dict[str, int]]:
    """Where each payment went, as it is spread now; by payment and component."""
    found = (
        RepaymentPart.objects.filter(loan=loan, until_on=None)
        .values_list("repayment_id", "component")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    parts: dict[int, dict[str, int]] = {}
    for payment, component, total in found:
        parts.setdefault(payment, dict.fromkeys(COMPONENTS, 0))[component] = total
    return parts


def _earned(loan: Loan, from_on: date, until: date) -> dict[str, int]:
    """Interest, penalty and compound interest of the days between, with what was mended then."""
    first = max(from_on, loan.disbursed_on)
    last = min(until, loan.closed_on or until)
    if first > last:
        return dict.fromkeys(BOOKED, 0)
    days = booked_days(loan, first, last)
    sums = {name: Sum(f"{name}_minor") for name in BOOKED}
    mended = AccrualCorrection.objects.filter(loan=loan, on__range=(first, until)).aggregate(**sums)
    return {name: days[name] + (mended[name] or 0) for name in BOOKED}


def usual_span(today: date) -> tuple[date, date]:
    """The days of a statement that nobody chose: the last twelve months."""
    return today - timedelta(USUAL_DAYS), today
