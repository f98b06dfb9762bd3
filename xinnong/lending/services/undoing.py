"""A payment that was never one, undone by two people: booked twice, bounced, or nobody's here.

One person proposes, another confirms. The payment is reversed as of its day; its money waits in
suspense, and the line of a bank statement that it came by waits to be assigned again.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution, User
from xinnong.accounts.permissions import Permission
from xinnong.audit.services import record
from xinnong.lending.models import (
    LineState,
    Loan,
    LoanProposal,
    PayChannel,
    ProposalKind,
    Repayment,
    RepaymentState,
    StatementLine,
)
from xinnong.lending.services.confirming import Confirming, carry_out
from xinnong.lending.services.correcting import UNDER_WAY, reverse_repayment
from xinnong.lending.services.loan_ledger import LoanBooks
from xinnong.lending.services.loan_refusals import LoanUnknown, NotReversible, ReversedAlready
from xinnong.lending.services.proposing import Proposed, propose
from xinnong.lending.services.rebooking import tell

ROUTE: Final = "lending.undo"
TOLD: Final = "undone"
"""Kind of the line in which a borrower reads that a payment does not count any more."""


def propose_undoing(
    *,
    actor: User,
    institution: Institution,
    loan_ref: UUID,
    repayment_ref: UUID,
    cause: str,
    evidence: str,
    now: datetime,
    key: str,
    verb: Permission = Permission.HANDLE_LOANS,
) -> UUID:
    """Propose that a payment does not count; answers the proposal.

    `verb` is what the actor needs: another one where the money came by a bank statement. Raises
    NotYours, NotAuthorised, LoanUnknown, LoanNotActive, ReversedAlready, NotReversible,
    EvidenceMissing, ProposalOpen, CommandKeyReused.
    """

    def check(loan: Loan) -> None:
        repayment = Repayment.objects.filter(ref=repayment_ref, loan=loan).first()
        if repayment is None:
            raise LoanUnknown
        check_undoing(repayment)

    asked = Proposed(
        actor, institution, loan_ref, ProposalKind.REVERSE, evidence, now, key, verb=verb
    )
    return propose(asked, states=UNDER_WAY, check=check, cause=cause, repayment=repayment_ref)


def check_undoing(repayment: Repayment) -> None:
    """Refuse what was undone before, and money that came from another loan."""
    if repayment.channel == PayChannel.RENEWAL:
        raise NotReversible
    if repayment.state == RepaymentState.REVERSED:
        raise ReversedAlready


def undo_repayment(
    *,
    actor: User,
    institution: Institution,
    loan_ref: UUID,
    proposal_ref: UUID,
    on: date,
    now: datetime,
    key: str,
) -> dict[str, int]:
    """Carry a colleague's proposal out on the open day; answers what the days since are mended by.

    Raises NotYours, NotAuthorised, NotProposed, ProposalEnded, SamePerson, whatever reversing
    refuses, the day's refusals, CommandKeyReused.
    """
    asked = Confirming(actor, institution, loan_ref, proposal_ref, on, now, key)
    return carry_out(
        asked, ProposalKind.REVERSE, ROUTE, lambda books, proposal: undo(books, proposal, on, key)
    )


def undo(books: LoanBooks, proposal: LoanProposal, on: date, key: str) -> dict[str, int]:
    """Reverse the payment of a proposal. In the caller's transaction, which checked who acts."""
    assert proposal.repayment is not None, "a reversal names a repayment"
    repayment = Repayment.objects.get(ref=proposal.repayment)
    check_undoing(repayment)
    mended = reverse_repayment(
        actor=books.actor, institution=books.institution, repayment_ref=repayment.ref, on=on,
        now=books.now, key=f"{key}-undo",
    )  # fmt: skip
    StatementLine.objects.filter(repayment=repayment.ref).update(
        state=LineState.WAITING, loan=None, repayment=None, proposed_by=None
    )
    tell(books.loan, on, TOLD, repayment.amount_minor)
    record(
        actor=books.actor, action=ROUTE, at=books.now, subject=books.loan.ref,
        counts={"amount_minor": repayment.amount_minor}, concerns=books.institution,
    )  # fmt: skip
    return mended
