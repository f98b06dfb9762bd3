"""What the bank answers: a payment is done, or its money stays and what it was for is undone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from xinnong.accounts.models import Institution
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.documents import sha256_hex
from xinnong.core.errors import Refused
from xinnong.core.payments import APPLIES, REPEATED, Outcome, judge_result, rows_in
from xinnong.ledger.services import Move
from xinnong.lending.models import (
    LineState,
    PaymentKind,
    PaymentOrder,
    PaymentResult,
    PaymentState,
    ResultState,
    StatementLine,
)
from xinnong.lending.queries.loans import open_day_of
from xinnong.lending.services.bank_refusals import NoteMissing, ResultNotAside
from xinnong.lending.services.days import hold_day
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.loan_ledger import HELD, IN_TRANSIT, SUSPENSE, LoanBooks
from xinnong.lending.services.payment_ledger import BankBooks
from xinnong.lending.services.unpaid import undo_draw

ACTION: Final = "lending.payment-results"
NOTE_LENGTH: Final = 200
REASON_LENGTH: Final = 120
NUMBER_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as it stands in a file or request; `problem` where it could not be read."""

    row: int
    number: str
    outcome: str
    amount_minor: int | None = None
    reason: str = ""
    problem: str = ""

    @property
    def sha256(self) -> str:
        """The same words again have the same sum, wherever in a file they stand."""
        said = [self.number, self.outcome, self.amount_minor, self.reason, self.problem]
        return sha256_hex(json.dumps(said, ensure_ascii=False).encode())


@dataclass(slots=True)
class ResultReport:
    """What became of every answer: read = applied + repeated + aside."""

    read: int = 0
    applied: int = 0
    repeated: int = 0
    aside: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def book_results(
    *, actor: ActsFor | UUID, institution: Institution, said: Sequence[Said], now: datetime
) -> ResultReport:
    """Do what each answer says, once; what fits nothing is put aside with its reason.

    All in one transaction on the lender's open day. Raises DayClosing.
    """
    report = ResultReport(read=len(said))
    with scoped(of_lender(institution.code, actor)):
        on = business_day(institution.code, now)
        books = BankBooks(institution, actor, now)
        for each in said:
            _book(books, each, on, report)
        record(
            actor=actor, action=ACTION, at=now, concerns=institution,
            counts={"read": report.read, "applied": report.applied, "aside": report.aside},
        )  # fmt: skip
    return report


def business_day(institution: str, now: datetime) -> date:
    """The lender's open day, held until the transaction ends; today where it has none yet."""
    on = open_day_of(institution)
    if on is None:
        return timezone.localdate(now)
    hold_day(institution, on)
    return on


def _book(books: BankBooks, said: Said, on: date, report: ResultReport) -> None:
    """One answer, in a savepoint: what is refused half-way leaves nothing but its row aside."""
    order = _order(books.institution.code, said.number)
    code = said.problem or judge_result(
        standing=order.state if order else None,
        amount_minor=order.amount_minor if order else 0,
        outcome=said.outcome,
        said_minor=said.amount_minor,
    )
    if code == APPLIES:
        assert order is not None
        try:
            with transaction.atomic():
                end_order(books, order, Outcome(said.outcome), said.reason, on)
        except Refused as refused:
            code = refused.code
    if code == REPEATED:
        report.repeated += 1
    elif _keep(books, said, order, code):
        report.applied += code == APPLIES
        report.aside += code != APPLIES
        report.reasons.update([code] if code else [])
    else:
        report.repeated += 1


def _order(institution: str, number: str) -> PaymentOrder | None:
    rows = rows_in("P", number)
    if len(rows) != 1:
        return None
    found = PaymentOrder.objects.select_for_update(of=("self",)).select_related("loan__product")
    return found.filter(pk=rows[0], institution=institution).first()


def _keep(books: BankBooks, said: Said, order: PaymentOrder | None, code: str) -> bool:
    """Keep an answer; False where the same words were put aside before."""
    _kept, is_new = PaymentResult.objects.get_or_create(
        institution=books.institution.code,
        sha256=said.sha256,
        defaults={
            "ref": new_ref(),
            "number": said.number[:NUMBER_LENGTH],
            "outcome": said.outcome[:16],
            "amount_minor": said.amount_minor,
            "reason": said.reason[:REASON_LENGTH],
            "row": said.row,
            "order": order,
            "state": ResultState.ASIDE if code else ResultState.APPLIED,
            "aside": code,
            "came_at": books.now,
            "came_by": books.actor if isinstance(books.actor, UUID) else books.actor.ref,
        },
    )
    return is_new


def end_order(
    books: BankBooks,
    order: PaymentOrder,
    outcome: Outcome,
    reason: str,
    on: date,
    moved_on: date | None = None,
) -> None:
    """Book what became of a payment: out of the bank's account, or back where it came from.

    `moved_on` is the day on which the bank's account says that it moved, by default the open one.
    """
    was_done = order.state == PaymentState.DONE
    transit = books.of_house(IN_TRANSIT)
    key = f"payment-{order.pk}-{outcome.value}"
    assert order.account is not None, "a payment is answered after it was sent"
    bank = books.at_bank(order.account)
    if outcome is Outcome.DONE:
        moves = [Move(transit, bank, order.amount_minor, "payment.done")]
    else:
        moves = [Move(bank, transit, order.amount_minor, "payment.returned")] if was_done else []
    if moves:
        books.post(
            key=key, on=moved_on or on, reason=moves[0].reason, reference=order.number, moves=moves
        )
    if outcome is not Outcome.DONE:
        _put_back(books, order, transit, on, key)
    order.state, order.reason, order.ended_on = outcome.value, reason[:REASON_LENGTH], on
    order.save(update_fields=["state", "reason", "ended_on"])


def _put_back(books: BankBooks, order: PaymentOrder, transit: int, on: date, key: str) -> None:
    """A draw is undone, an excess is held again, money to be returned waits in suspense again."""
    if order.kind == PaymentKind.RETURN:
        moves = [Move(transit, books.of_house(SUSPENSE), order.amount_minor, "payment.back")]
        books.post(
            key=f"{key}-back", on=on, reason="payment.back", reference=order.number, moves=moves
        )
        assert order.about is not None, "money is sent back for a line"
        StatementLine.objects.filter(ref=order.about).update(
            state=LineState.WAITING, order=None, settled_by=None, settled_at=None
        )
        return
    assert order.loan is not None
    of_loan = LoanBooks(books.institution, books.actor, books.now, order.loan)
    if order.kind == PaymentKind.DRAW:
        undo_draw(of_loan, on=on, key=f"{key}-draw")
        return
    moves = [Move(transit, of_loan.of_loan(HELD), order.amount_minor, "payment.back")]
    of_loan.post(key=f"{key}-back", on=on, reason="payment.back", moves=moves)


def settle_result(
    *, actor: ActsFor, institution: Institution, ref: UUID, note: str, now: datetime
) -> PaymentResult:
    """Say what an answer that was put aside turned out to be. Raises ResultNotAside, NoteMissing."""
    if not 0 < len(note.strip()) <= NOTE_LENGTH:
        raise NoteMissing(limit=NOTE_LENGTH)
    with scoped(of_lender(institution.code, actor)):
        held = PaymentResult.objects.select_for_update(of=("self",))
        found = held.filter(ref=ref, institution=institution.code, state=ResultState.ASIDE).first()
        if found is None:
            raise ResultNotAside
        found.state, found.note, found.settled_by = ResultState.SETTLED, note.strip(), actor.ref
        found.save(update_fields=["state", "note", "settled_by"])
        record(
            actor=actor, action="lending.settle-result", at=now, subject=ref, concerns=institution
        )
    return found
