"""Steps that take two people: one proposes, another confirms, turns down, or the first withdraws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from xinnong.accounts.models import Institution, User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.schedule.terms import Method
from xinnong.ledger.services import answer_once
from xinnong.lending.models import (
    Difficulty,
    Loan,
    LoanProposal,
    LoanState,
    ProposalKind,
    ProposalState,
)
from xinnong.lending.services.lender_scope import check_staff, of_lender
from xinnong.lending.services.loan_refusals import (
    LoanNotActive,
    LoanUnknown,
    NotAuthorised,
    NotEased,
    NotProposed,
    ProposalEnded,
    ProposalOpen,
)
from xinnong.lending.services.refusals import EvidenceMissing, SamePerson

PROPOSE: Final = "lending.propose"
ENDINGS: Final = {
    ProposalState.TURNED_DOWN: "lending.turn-down-proposal",
    ProposalState.WITHDRAWN: "lending.withdraw-proposal",
}
MOST_MONTHS: Final = 120
MOST_EVIDENCE: Final = 64
EASING_METHODS: Final = (
    Method.INTEREST_FIRST,
    Method.AT_MATURITY,
    Method.EQUAL_INSTALLMENT,
    Method.EQUAL_PRINCIPAL,
)


def propose_restructuring(
    *,
    actor: User,
    institution: Institution,
    loan_ref: UUID,
    method: str,
    months: int,
    rate_percent: Decimal,
    difficulty: str,
    evidence: str,
    now: datetime,
    key: str,
) -> UUID:
    """Propose easier terms for a borrower in difficulty; answers the proposal's reference.

    Whether they are easier is asked when they are confirmed. Raises NotYours, NotAuthorised,
    LoanUnknown, LoanNotActive, NotEased, EvidenceMissing, ProposalOpen, CommandKeyReused.
    """
    if method not in EASING_METHODS or not 0 < months <= MOST_MONTHS or rate_percent < 0:
        raise NotEased
    return propose(
        Proposed(actor, institution, loan_ref, ProposalKind.RESTRUCTURE, evidence, now, key),
                difficulty=hard(difficulty), method=method, months=months, rate_percent=rate_percent,
    )  # fmt: skip


def propose_write_off(
    *,
    actor: User,
    institution: Institution,
    loan_ref: UUID,
    difficulty: str,
    evidence: str,
    now: datetime,
    key: str,
) -> UUID:
    """Propose that a lost loan be written off; answers the proposal's reference.

    Raises NotYours, NotAuthorised, LoanUnknown, LoanNotActive, EvidenceMissing, ProposalOpen,
    CommandKeyReused.
    """
    return propose(
        Proposed(actor, institution, loan_ref, ProposalKind.WRITE_OFF, evidence, now, key),
        difficulty=hard(difficulty),
    )


def hard(difficulty: str) -> str:
    """A difficulty that has a code. Raises EvidenceMissing."""
    if difficulty not in Difficulty:
        raise EvidenceMissing
    return difficulty


@dataclass(frozen=True, slots=True)
class Proposed:
    """Who proposes what for which loan, with the number of the paper that shows why."""

    actor: User
    institution: Institution
    loan_ref: UUID
    kind: ProposalKind
    evidence: str
    now: datetime
    key: str
    verb: Permission = Permission.HANDLE_LOANS


def propose(
    asked: Proposed,
    *,
    states: Sequence[LoanState] = (LoanState.ACTIVE,),
    check: Callable[[Loan], None] | None = None,
    **said: object,
) -> UUID:
    """Write a proposal down once per key; `check` refuses what the loan does not allow."""

    def work() -> dict[str, object]:
        loan = _loan(asked.institution, asked.loan_ref)
        check_staff(asked.actor, loan, asked.verb)
        if loan.state not in states:
            raise LoanNotActive(state=loan.get_state_display())
        shown = asked.evidence.strip()
        if not shown or len(shown) > MOST_EVIDENCE:
            raise EvidenceMissing
        if check is not None:
            check(loan)
        made = _write(loan, asked.kind, asked.actor, asked.now, evidence=shown, **said)
        record(
            actor=asked.actor, action=PROPOSE, at=asked.now, subject=loan.ref,
            concerns=asked.institution,
        )  # fmt: skip
        return {"proposal": str(made.ref)}

    body = {"loan": asked.loan_ref, "kind": asked.kind.value, "evidence": asked.evidence}
    body |= {name: str(value) for name, value in said.items()}
    with scoped(of_lender(asked.institution.code, asked.actor)):
        answer = answer_once(
            institution=asked.institution, actor=asked.actor, route=PROPOSE, key=asked.key,
            body=body, now=asked.now, work=work,
        )  # fmt: skip
    return UUID(str(answer["proposal"]))


def _loan(institution: Institution, ref: UUID) -> Loan:
    found = Loan.objects.filter(ref=ref, institution=institution.code).first()
    if found is None:
        raise LoanUnknown
    return found


def _write(
    loan: Loan, kind: ProposalKind, actor: User, now: datetime, **said: object
) -> LoanProposal:
    try:
        with transaction.atomic():
            return LoanProposal.objects.create(
                ref=new_ref(), loan=loan, institution=loan.institution, kind=kind,
                proposed_by=actor.ref, proposed_at=now, **said,
            )  # fmt: skip
    except IntegrityError:
        waiting = LoanProposal.objects.get(loan=loan, state=ProposalState.OPEN)
        raise ProposalOpen(kind=waiting.get_kind_display()) from None


def take_proposal(
    actor: ActsFor | UUID, loan: Loan, kind: ProposalKind, now: datetime, ref: UUID | None = None
) -> LoanProposal:
    """Confirm the loan's open proposal in the caller's transaction, which carries it out.

    Raises NotProposed, ProposalEnded, SamePerson.
    """
    by = actor if isinstance(actor, UUID) else actor.ref
    found = LoanProposal.objects.select_for_update().filter(loan=loan, kind=kind)
    proposal = found.filter(ref=ref).first() if ref else found.filter(state="open").first()
    if proposal is None:
        raise NotProposed
    if proposal.state != ProposalState.OPEN:
        raise ProposalEnded(state=proposal.get_state_display())
    if proposal.proposed_by == by:
        raise SamePerson
    _end(proposal, ProposalState.CONFIRMED, by, now)
    return proposal


def turn_down(
    *, actor: User, institution: Institution, proposal_ref: UUID, now: datetime
) -> LoanProposal:
    """Say no to a colleague's proposal; doing it again changes nothing.

    Raises NotYours, NotAuthorised, NotProposed, ProposalEnded, SamePerson.
    """
    with scoped(of_lender(institution.code, actor)):
        proposal = _held(institution, proposal_ref)
        check_staff(actor, proposal.loan, Permission.RESOLVE_LOANS)
        if proposal.proposed_by == actor.ref:
            raise SamePerson
        return _ended(actor, institution, proposal, ProposalState.TURNED_DOWN, now)


def withdraw_proposal(
    *,
    actor: User,
    institution: Institution,
    proposal_ref: UUID,
    now: datetime,
    verb: Permission = Permission.HANDLE_LOANS,
) -> LoanProposal:
    """Take the own proposal back; doing it again changes nothing.

    `verb` is what it took to propose. Raises NotYours, NotAuthorised (a colleague's), NotProposed, ProposalEnded.
    """
    with scoped(of_lender(institution.code, actor)):
        proposal = _held(institution, proposal_ref)
        check_staff(actor, proposal.loan, verb)
        if proposal.proposed_by != actor.ref:
            raise NotAuthorised
        return _ended(actor, institution, proposal, ProposalState.WITHDRAWN, now)


def _held(institution: Institution, ref: UUID) -> LoanProposal:
    held = LoanProposal.objects.select_for_update(of=("self",)).select_related("loan")
    proposal = held.filter(ref=ref, institution=institution.code).first()
    if proposal is None:
        raise NotProposed
    return proposal


def _ended(
    actor: User,
    institution: Institution,
    proposal: LoanProposal,
    state: ProposalState,
    now: datetime,
) -> LoanProposal:
    if proposal.state == state and proposal.ended_by == actor.ref:
        return proposal
    if proposal.state != ProposalState.OPEN:
        raise ProposalEnded(state=proposal.get_state_display())
    _end(proposal, state, actor.ref, now)
    record(
        actor=actor, action=ENDINGS[state], at=now, subject=proposal.loan.ref,
        concerns=institution,
    )  # fmt: skip
    return proposal


def _end(proposal: LoanProposal, state: ProposalState, by: UUID, now: datetime) -> None:
    proposal.state, proposal.ended_by, proposal.ended_at = state, by, now
    proposal.save(update_fields=["state", "ended_by", "ended_at"])
