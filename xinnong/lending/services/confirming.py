"""What one person proposed for a loan, carried out by another, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.services import ActsFor
from xinnong.ledger.services import answer_once
from xinnong.lending.models import LoanProposal, LoanState, ProposalKind
from xinnong.lending.services.correcting import UNDER_WAY
from xinnong.lending.services.lender_scope import check_staff, of_lender
from xinnong.lending.services.loan_ledger import LoanBooks
from xinnong.lending.services.proposing import take_proposal
from xinnong.lending.services.repaying import held_loan


@dataclass(frozen=True, slots=True)
class Confirming:
    """Who confirms which proposal of which loan, on which day; `key` says it is once."""

    actor: ActsFor | UUID
    institution: Institution
    loan_ref: UUID
    proposal_ref: UUID
    on: date
    now: datetime
    key: str


def carry_out(
    asked: Confirming,
    kind: ProposalKind,
    route: str,
    act: Callable[[LoanBooks, LoanProposal], Mapping[str, object]],
    *,
    states: tuple[LoanState, ...] = UNDER_WAY,
    **said: object,
) -> dict[str, Any]:
    """Confirm a colleague's proposal and act on it in one transaction; answers what `act` does.

    `said` is what else the command was asked with: the same key with other words is refused.
    Raises NotYours, NotAuthorised, LoanUnknown, LoanNotActive, NotProposed, ProposalEnded,
    SamePerson, what `act` refuses, the day's refusals, CommandKeyReused.
    """

    def work() -> dict[str, object]:
        loan = held_loan(asked.institution, asked.loan_ref, asked.on, *states)
        check_staff(asked.actor, loan, Permission.RESOLVE_LOANS)
        proposal = take_proposal(asked.actor, loan, kind, asked.now, asked.proposal_ref)
        return dict(act(LoanBooks(asked.institution, asked.actor, asked.now, loan), proposal))

    body = {"loan": asked.loan_ref, "proposal": asked.proposal_ref, "on": asked.on, **said}
    with scoped(of_lender(asked.institution.code, asked.actor)):
        return answer_once(
            institution=asked.institution, actor=asked.actor, route=route, key=asked.key,
            body=body, now=asked.now, work=work,
        )  # fmt: skip
