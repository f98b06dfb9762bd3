"""A drawing whose money never reached the borrower: the loan ends as if it had never begun."""

from __future__ import annotations

from datetime import date
from typing import Final

from xinnong.audit.services import record
from xinnong.ledger.services import Move
from xinnong.lending.models import (
    LineState,
    Loan,
    LoanDue,
    LoanState,
    LoanStretch,
    OpenDue,
    PayChannel,
    Repayment,
    RepaymentState,
    Standing,
    StatementLine,
)
from xinnong.lending.queries.loans import PRINCIPAL, booked_of, principal_minor, terms_in_force
from xinnong.lending.services.amending import Change, write_correction
from xinnong.lending.services.bank_refusals import RenewedSince
from xinnong.lending.services.correcting import UNDER_WAY, reverse_repayment
from xinnong.lending.services.loan_ledger import IN_TRANSIT, LoanBooks
from xinnong.lending.services.repaying import held_loan

REASON: Final = "loan.unpaid"


def undo_draw(books: LoanBooks, *, on: date, key: str) -> Loan:
    """Take a loan back as of its first day; in the caller's transaction.

    Whatever was paid on it waits in suspense, what its days booked is taken back, its principal
    leaves the books and its line is free again. Raises LoanNotActive (written off), RenewedSince,
    the day's refusals.
    """
    institution = books.institution
    loan = held_loan(institution, books.loan.ref, on, *UNDER_WAY)
    counted = Repayment.objects.filter(loan=loan, state=RepaymentState.BOOKED)
    if counted.filter(channel=PayChannel.RENEWAL).exists():
        raise RenewedSince
    for repayment in counted.order_by("-on", "-id"):
        reverse_repayment(
            actor=books.actor, institution=institution, repayment_ref=repayment.ref, on=on,
            now=books.now, key=f"{key}-{repayment.pk}",
        )  # fmt: skip
        StatementLine.objects.filter(repayment=repayment.ref).update(
            state=LineState.WAITING, loan=None, repayment=None
        )
    loan = held_loan(institution, loan.ref, on, LoanState.ACTIVE)
    mended = {name: -amount for name, amount in booked_of(loan, before=on).items()}
    terms = terms_in_force(loan)
    write_correction(
        Change(loan=loan, terms=terms, on=on, now=books.now, actor=books.actor, reason=REASON),
        mended,
    )
    moves = books.accrual_moves(mended, REASON)
    moves.append(
        Move(books.of_house(IN_TRANSIT), books.of_loan(PRINCIPAL), principal_minor(loan), REASON)
    )
    books.post(key=key, on=on, reason=REASON, moves=moves)
    _end(loan, on)
    record(
        actor=books.actor, action="lending.unpaid", at=books.now, subject=loan.ref,
        counts={"amount_minor": loan.principal_minor}, concerns=institution,
    )  # fmt: skip
    return loan


def _end(loan: Loan, on: date) -> None:
    """Nothing of it falls due, and no night looks at it any more."""
    Loan.objects.filter(pk=loan.pk).update(state=LoanState.UNPAID, closed_on=on)
    Standing.objects.filter(loan=loan).delete()
    OpenDue.objects.filter(loan=loan).delete()
    LoanStretch.objects.filter(loan=loan).delete()
    LoanDue.objects.filter(loan=loan, until_version=None).update(until_version=loan.version + 1)
