"""The scope in which a lender's commands write: one lender, whole, in the name of whoever acts."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from xinnong.accounts.models import Actor, ApiClient, lender_code
from xinnong.accounts.permissions import Permission
from xinnong.accounts.roles import OwnerKind
from xinnong.accounts.scope import EVERYWHERE, Scope
from xinnong.audit.services import ActsFor
from xinnong.lending.models import Contract, Loan
from xinnong.lending.services.refusals import NotYours

LENDERS: Final = OwnerKind.LENDER.value


def of_lender(institution: str, actor: ActsFor | UUID) -> Scope:
    """What a command may see that was checked to be the actor's to give.

    A borrower owns no rows of a lender and an officer no ledgers, yet a repayment moves both; so
    the command runs as if handed over a counter. Reading stays in the reader's own scope.
    """
    return Scope(
        actor=actor if isinstance(actor, UUID) else actor.ref,
        kinds=(LENDERS,),
        areas=(EVERYWHERE,),
        institutions=(institution,),
        persons=True,
        books=True,
    )


def check_mover(actor: Actor, about: Contract | Loan) -> bool:
    """Whether the actor is the borrower.

    Staff of the lender who handle loans, and its programs that may send loans, are not. Raises
    NotYours for everybody else.
    """
    is_borrower = actor.institution is None and actor.person_ref == about.person
    works_there = lender_code(actor.institution) == about.institution
    is_program = isinstance(actor, ApiClient)
    verb = Permission.SEND_LOANS if is_program else Permission.HANDLE_LOANS
    if not is_borrower and not (works_there and actor.can(verb)):
        raise NotYours
    return is_borrower
