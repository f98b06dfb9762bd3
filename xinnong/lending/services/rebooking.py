"""A payment that stands wrongly in the books, put right by two people: undone and booked again.

The wrong day, the wrong amount or the wrong loan: the payment is reversed as of its day, and money
of the right amount is booked on the right loan as of the right day. Nothing booked is changed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution, User
from xinnong.audit.services import record
from xinnong.core.schedule.terms import Effect, EventKind
from xinnong.lending.models import (
    LineState,
    Loan,
    LoanProposal,
    PayChannel,
    ProposalKind,
    Reminder,
    Repayment,
    RepaymentState,
    StatementLine,
)
from xinnong.lending.queries.loans import terms_in_force
from xinnong.lending.services.confirming import Confirming, carry_out
from xinnong.lending.services.correcting import (
    UNDER_WAY,
    change_made_by,
    repay_by_value_date,
    reverse_repayment,
)
from xinnong.lending.services.loan_ledger import SUSPENSE, LoanBooks
from xinnong.lending.services.loan_refusals import (
    AmountFromBank,
    AmountNotPositive,
    DaysMissing,
    LoanUnknown,
    NothingCorrected,
    NotReversible,
    ReversedAlready,
)
from xinnong.lending.services.proposing import Proposed, propose
from xinnong.lending.services.repaying import Excess

ROUTE: Final = "lending.correct"
REASON: Final = "loan.correct"
TOLD: Final = "corrected"
"""Kind of the line in which a borrower reads that a payment was put right."""
BY_HAND: Final = (PayChannel.CASH, PayChannel.TRANSFER, PayChannel.CARD)
INSIDE: Final = (PayChannel.HELD, PayChannel.RENEWAL)


def propose_correction(
    *,
    actor: User,
    institution: Institution,
    loan_ref: UUID,
    repayment_ref: UUID,
    counts_from: date,
    amount_minor: int,
    to_loan: UUID,
    cause: str,
    evidence: str,
    now: datetime,
    key: str,
) -> UUID:
    """Propose that a payment be booked again as it should have been; answers the proposal.

    Raises NotYours, NotAuthorised, LoanUnknown, LoanNotActive, ReversedAlready, NotReversible,
    NothingCorrected, AmountNotPositive, AmountFromBank, EvidenceMissing, ProposalOpen.
    """

    def check(loan: Loan) -> None:
        repayment = Repayment.objects.filter(ref=repayment_ref, loan=loan).first()
        target = Loan.objects.filter(ref=to_loan, institution=institution.code).first()
        if repayment is None or target is None:
            raise LoanUnknown
        check_correction(repayment, target, counts_from, amount_minor)

    asked = Proposed(
        actor, institution, loan_ref, ProposalKind.CORRECT, evidence, now, key
    )  # fmt: skip
    return propose(
        asked, states=UNDER_WAY, check=check, cause=cause, repayment=repayment_ref,
        counts_from=counts_from, amount_minor=amount_minor, to_loan=to_loan,
    )  # fmt: skip


def check_correction(
    repayment: Repayment, target: Loan, counts_from: date, amount_minor: int
) -> None:
    """Refuse what is no correction, or not one that people make."""
    if repayment.state == RepaymentState.REVERSED:
        raise ReversedAlready
    if repayment.channel in INSIDE:
        raise NotReversible
    if amount_minor <= 0:
        raise AmountNotPositive
    if counts_from < target.disbursed_on:
        raise DaysMissing(on=counts_from, open_on=target.disbursed_on)
    same = repayment.loan_id == target.pk and repayment.on == counts_from
    if same and repayment.amount_minor == amount_minor:
        raise NothingCorrected
    from_bank = StatementLine.objects.filter(repayment=repayment.ref).exists()
    if repayment.amount_minor != amount_minor and (from_bank or repayment.channel not in BY_HAND):
        raise AmountFromBank


def correct_repayment(
    *,
    actor: User,
    institution: Institution,
    loan_ref: UUID,
    proposal_ref: UUID,
    on: date,
    now: datetime,
    key: str,
) -> UUID:
    """Carry out a colleague's correction on the open day; answers the new repayment.

    Raises NotYours, NotAuthorised, NotProposed, ProposalEnded, SamePerson, whatever reversing and
    booking by value date refuse, the day's refusals, CommandKeyReused.
    """

    def act(books: LoanBooks, proposal: LoanProposal) -> dict[str, object]:
        return {"repayment": str(rebook(books, proposal, on, key).ref)}

    asked = Confirming(actor, institution, loan_ref, proposal_ref, on, now, key)
    return UUID(str(carry_out(asked, ProposalKind.CORRECT, ROUTE, act)["repayment"]))


def rebook(books: LoanBooks, proposal: LoanProposal, on: date, key: str) -> Repayment:
    """Undo the payment and book it rightly. In the caller's transaction, which checked who acts."""
    assert proposal.repayment is not None, "a correction names a repayment"
    assert proposal.to_loan is not None, "a correction names the right loan"
    old = Repayment.objects.get(ref=proposal.repayment)
    target = Loan.objects.get(ref=proposal.to_loan)
    assert proposal.counts_from is not None, "a correction names the right day"
    assert proposal.amount_minor is not None, "a correction names the right amount"
    check_correction(old, target, proposal.counts_from, proposal.amount_minor)
    excess, settles = _meant(old)
    reverse_repayment(
        actor=books.actor, institution=books.institution, repayment_ref=old.ref, on=on,
        now=books.now, key=f"{key}-undo",
    )  # fmt: skip
    _mend_source(books, old, proposal.amount_minor, on, key)
    repay_by_value_date(
        actor=books.actor, institution=books.institution, loan_ref=target.ref,
        amount_minor=proposal.amount_minor, counts_from=proposal.counts_from, on=on, now=books.now,
        key=f"{key}-again", reference=old.reference, excess=excess, settles=settles, verb=None,
    )  # fmt: skip
    new = Repayment.objects.filter(loan=target).order_by("-id")[0]
    StatementLine.objects.filter(repayment=old.ref).update(
        loan=target, repayment=new.ref, state=LineState.BOOKED
    )
    for told in {old.loan_id, target.pk}:
        tell(Loan.objects.get(pk=told), on, TOLD, proposal.amount_minor)
    record(
        actor=books.actor, action="lending.correct", at=books.now, subject=books.loan.ref,
        counts={"was_minor": old.amount_minor, "amount_minor": new.amount_minor},
        concerns=books.institution,
    )  # fmt: skip
    return new


def _meant(old: Repayment) -> tuple[Excess, bool]:
    """What the money beyond what was due was to do, so that it does so again: change, or settle."""
    change = change_made_by(terms_in_force(old.loan), old)
    if change is None:
        return Excess.HOLD, False
    event = change[1]
    if event.kind is EventKind.SETTLE:
        return Excess.HOLD, True
    return Excess((event.effect or Effect.REDUCE_INSTALLMENT).value), False


def _mend_source(books: LoanBooks, old: Repayment, right_minor: int, on: date, key: str) -> None:
    """Let the account that the money came from have had the right amount."""
    if right_minor == old.amount_minor:
        return
    source, suspense = books.source(old.channel), books.of_house(SUSPENSE)
    move = books.signed(source, suspense, right_minor - old.amount_minor, REASON)
    books.post(key=f"{key}-source", on=on, reason=REASON, moves=[move])


def tell(loan: Loan, on: date, kind: str, amount_minor: int) -> None:
    """Let the borrower read on the own page what was put right; a second time on a day adds nothing."""
    Reminder.objects.get_or_create(
        loan=loan, on=on, kind=kind,
        defaults={
            "institution": loan.institution, "amount_minor": amount_minor, "days_past_due": 0,
        },
    )  # fmt: skip
