"""What people say a line of a statement was: a loan's money, money to send back, the bank's fee."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Actor, Institution, User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.core.payments import rows_in
from xinnong.core.statement_matching import FOUR_EYES_MINOR
from xinnong.ledger.services import Move
from xinnong.lending.models import (
    Cause,
    LineState,
    Loan,
    PayChannel,
    PaymentKind,
    PaymentOrder,
    Repayment,
    RepaymentState,
    StatementLine,
)
from xinnong.lending.queries.loans import undoing_of
from xinnong.lending.services.bank_refusals import (
    LineNotWaiting,
    LoanNumberUnknown,
    PayerUnknown,
    SecondNeeded,
)
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.loan_ledger import IN_TRANSIT, SUSPENSE
from xinnong.lending.services.loan_refusals import NotProposed
from xinnong.lending.services.payment_ledger import BankBooks
from xinnong.lending.services.payment_results import business_day
from xinnong.lending.services.proposing import MOST_EVIDENCE, withdraw_proposal
from xinnong.lending.services.refusals import NotTheProposer
from xinnong.lending.services.statements import SUSPENSE_DEBIT, book_repayment
from xinnong.lending.services.undoing import propose_undoing
from xinnong.privacy.vault import KEY_ID, seal, unseal

BANK_FEE: Final = "642101"
CHANGED: Final = (
    "state", "loan", "repayment", "order", "proposed_by", "settled_by", "settled_at",
)  # fmt: skip


def open_line(
    *, actor: Actor, institution: Institution, line: StatementLine, now: datetime
) -> dict[str, str]:
    """Who paid, from where and in which words; every look is recorded."""
    with scoped(of_lender(institution.code, actor)):
        record(
            actor=actor, action="lending.open-line", at=now, subject=line.ref, concerns=institution
        )
    return unseal(bytes(line.said), person=line.ref, key_id=line.said_key)


def assign_line(
    *, actor: User, institution: Institution, line: UUID, loan_number: str, now: datetime
) -> StatementLine:
    """Say that the money of a line is for a loan; from FOUR_EYES_MINOR on a second one confirms.

    Raises LineNotWaiting, LoanNumberUnknown, and what taking a repayment raises.
    """
    with scoped(of_lender(institution.code, actor)):
        row = _held(institution, line, LineState.WAITING, is_credit=True)
        rows = rows_in("L", loan_number)
        loan = Loan.objects.filter(pk__in=rows, institution=institution.code).first()
        if len(rows) != 1 or loan is None:
            raise LoanNumberUnknown
        row.loan = loan
        if row.amount_minor >= FOUR_EYES_MINOR:
            return _propose(actor, institution, row, now)
        return _to_loan(actor, institution, row, now)


def send_line_back(
    *, actor: User, institution: Institution, line: UUID, now: datetime
) -> StatementLine:
    """Order that the money of a line goes back to whoever sent it; large sums need a second one.

    Raises LineNotWaiting, PayerUnknown.
    """
    with scoped(of_lender(institution.code, actor)):
        row = _held(institution, line, LineState.WAITING, is_credit=True)
        _payer(row)
        row.loan = None
        if row.amount_minor >= FOUR_EYES_MINOR:
            return _propose(actor, institution, row, now)
        return _back(actor, institution, row, now)


def confirm_line(
    *, actor: User, institution: Institution, line: UUID, now: datetime
) -> StatementLine:
    """Confirm what somebody else said a line was. Raises LineNotWaiting, SecondNeeded."""
    with scoped(of_lender(institution.code, actor)):
        row = _held(institution, line, LineState.PROPOSED, is_credit=True)
        if row.proposed_by == actor.ref:
            raise SecondNeeded
        deed = _back if row.loan is None else _to_loan
        return deed(actor, institution, row, now)


def reject_line(
    *, actor: User, institution: Institution, line: UUID, now: datetime
) -> StatementLine:
    """Let a line wait again instead of confirming it. Raises LineNotWaiting, SecondNeeded."""
    with scoped(of_lender(institution.code, actor)):
        row = _held(institution, line, LineState.PROPOSED, is_credit=True)
        if row.proposed_by == actor.ref:
            raise SecondNeeded
        return _wait_again(actor, institution, row, now, "lending.reject-line")


def withdraw_line(
    *, actor: User, institution: Institution, line: UUID, now: datetime
) -> StatementLine:
    """Take back what oneself said a line was; it waits again. Raises LineNotWaiting, NotTheProposer."""
    with scoped(of_lender(institution.code, actor)):
        row = _held(institution, line, LineState.PROPOSED, is_credit=True)
        if row.proposed_by != actor.ref:
            raise NotTheProposer
        return _wait_again(actor, institution, row, now, "lending.withdraw-line")


def book_bank_fee(
    *, actor: User, institution: Institution, line: UUID, now: datetime
) -> StatementLine:
    """Say that what a line took was the bank's fee. Raises LineNotWaiting, DayClosing."""
    with scoped(of_lender(institution.code, actor)):
        row = _held(institution, line, LineState.WAITING, is_credit=False)
        books = BankBooks(institution, actor, now)
        move = Move(
            books.of_house(BANK_FEE), books.of_house(SUSPENSE_DEBIT), -row.amount_minor,
            "statement.fee",
        )  # fmt: skip
        _post(books, row, move, now)
        row.state = LineState.FEE
        return _settle(actor, institution, row, now, "lending.line-is-fee")


def unbook_line(
    *, actor: User, institution: Institution, line: UUID, now: datetime
) -> StatementLine:
    """Propose that a line leaves the loan it was wrongly booked on; a second person confirms there.

    A line whose payment does not count any more waits again at once. Raises LineNotWaiting (booked
    on no loan), ProposalOpen, and what proposing to undo a repayment raises.
    """
    with scoped(of_lender(institution.code, actor)):
        row = _held(institution, line, LineState.BOOKED, is_credit=True)
        assert row.repayment is not None, "a booked line is a repayment"
        counted = Repayment.objects.filter(ref=row.repayment, state=RepaymentState.BOOKED)
        if counted.exists():
            assert row.loan is not None, "a booked line is a loan's"
            propose_undoing(
                actor=actor, institution=institution, loan_ref=row.loan.ref,
                repayment_ref=row.repayment, cause=Cause.WRONG_LOAN,
                evidence=f"{row.on} {row.mark}"[:MOST_EVIDENCE], now=now, key=f"line-{new_ref()}",
                verb=Permission.KEEP_LEDGER,
            )  # fmt: skip
            return row
        row.repayment = None
        return _wait_again(actor, institution, row, now, "lending.unbook-line")


def keep_line_booked(
    *, actor: User, institution: Institution, line: UUID, now: datetime
) -> StatementLine:
    """Take the own proposal back that a line leave its loan; the line stays booked there.

    Raises LineNotWaiting, NotProposed, NotTheProposer, and what withdrawing a proposal raises.
    """
    with scoped(of_lender(institution.code, actor)):
        row = _held(institution, line, LineState.BOOKED, is_credit=True)
        waiting = undoing_of(row.repayment)
        if waiting is None:
            raise NotProposed
        if waiting.proposed_by != actor.ref:
            raise NotTheProposer
        withdraw_proposal(
            actor=actor, institution=institution, proposal_ref=waiting.ref, now=now,
            verb=Permission.KEEP_LEDGER,
        )  # fmt: skip
        return row


def who_unbooks(*, actor: Actor, institution: Institution, line: StatementLine) -> UUID | None:
    """Who proposed to take a line off its loan, while nobody has answered."""
    with scoped(of_lender(institution.code, actor)):
        waiting = undoing_of(line.repayment)
        return waiting.proposed_by if waiting else None


def _held(
    institution: Institution, ref: UUID, state: LineState, *, is_credit: bool
) -> StatementLine:
    """A line in a state, locked. Raises LineNotWaiting."""
    rows = StatementLine.objects.select_for_update(of=("self",)).select_related("loan")
    row = rows.filter(ref=ref, institution=institution.code, state=state).first()
    if row is None or (row.amount_minor > 0) is not is_credit:
        raise LineNotWaiting
    return row


def _wait_again(
    actor: User, institution: Institution, row: StatementLine, now: datetime, action: str
) -> StatementLine:
    row.loan, row.proposed_by, row.state = None, None, LineState.WAITING
    return _save(actor, institution, row, now, action)


def _propose(
    actor: User, institution: Institution, row: StatementLine, now: datetime
) -> StatementLine:
    row.state, row.proposed_by = LineState.PROPOSED, actor.ref
    return _save(actor, institution, row, now, "lending.propose-line")


def _to_loan(
    actor: User, institution: Institution, row: StatementLine, now: datetime
) -> StatementLine:
    assert row.loan is not None
    books = BankBooks(institution, actor, now)
    on = business_day(institution.code, now)
    book_repayment(books, row, row.loan, on, PayChannel.SUSPENSE)
    return _settle(actor, institution, row, now, "lending.assign-line")


def _back(
    actor: User, institution: Institution, row: StatementLine, now: datetime
) -> StatementLine:
    payer = _payer(row)
    books, ref = BankBooks(institution, actor, now), new_ref()
    row.order = PaymentOrder.objects.create(
        ref=ref, institution=institution.code, kind=PaymentKind.RETURN, about=row.ref,
        payee=seal(payer, person=ref), payee_key=KEY_ID, amount_minor=row.amount_minor,
        business_on=business_day(institution.code, now), made_at=now,
    )  # fmt: skip
    move = Move(
        books.of_house(SUSPENSE), books.of_house(IN_TRANSIT), row.amount_minor, "statement.back"
    )
    _post(books, row, move, now)
    row.state = LineState.SENT_BACK
    return _settle(actor, institution, row, now, "lending.send-line-back")


def _payer(row: StatementLine) -> dict[str, str]:
    """Whom money goes back to. Raises PayerUnknown."""
    said = unseal(bytes(row.said), person=row.ref, key_id=row.said_key)
    payer = {name: said[name] for name in ("name", "account", "bank")}
    if not payer["name"] or not payer["account"]:
        raise PayerUnknown
    return payer


def _post(books: BankBooks, row: StatementLine, move: Move, now: datetime) -> None:
    books.post(
        key=f"line-{row.ref}-{new_ref()}", on=business_day(books.institution.code, now),
        reason=move.reason, reference=str(row.ref), moves=[move],
    )  # fmt: skip


def _settle(
    actor: User, institution: Institution, row: StatementLine, now: datetime, action: str
) -> StatementLine:
    row.settled_by, row.settled_at = actor.ref, now
    return _save(actor, institution, row, now, action)


def _save(
    actor: User, institution: Institution, row: StatementLine, now: datetime, action: str
) -> StatementLine:
    row.save(update_fields=CHANGED)
    record(
        actor=actor, action=action, at=now, subject=row.ref,
        counts={"amount_minor": row.amount_minor}, concerns=institution,
    )  # fmt: skip
    return row
