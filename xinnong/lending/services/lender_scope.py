"""The scope in which a lender's commands write: one lender, whole, in the name of whoever acts."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from xinnong.accounts.models import Actor, ApiClient, User, lender_code
from xinnong.accounts.permissions import Permission
from xinnong.accounts.roles import OwnerKind
from xinnong.accounts.scope import EVERYWHERE, Scope
from xinnong.audit.services import SYSTEM_ACTOR, ActsFor
from xinnong.lending.models import Contract, Loan
from xinnong.lending.services.commands import refuse_own_household
from xinnong.lending.services.loan_refusals import NotAuthorised
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


def check_payer(actor: ActsFor | UUID, loan: Loan) -> None:
    """Refuse everybody who may not have money taken for a loan. Raises NotYours.

    The installation itself may: its jobs book what a bank's core or a file says. So may whoever
    keeps the lender's books, because money also comes by bank statement, and its program that
    carries payments, which hands statements in.
    """
    if actor == SYSTEM_ACTOR or _keeps_books(actor, loan) or carries_payments(actor, loan):
        return
    if not isinstance(actor, User | ApiClient):
        raise NotYours
    check_mover(actor, loan)


def check_staff(actor: ActsFor | UUID, loan: Loan, verb: Permission) -> None:
    """Refuse everybody but staff of the loan's lender who hold a verb, and nobody's own household.

    The installation itself passes. Raises NotYours, NotAuthorised, OwnHousehold.
    """
    if actor == SYSTEM_ACTOR:
        return
    if not isinstance(actor, User) or lender_code(actor.institution) != loan.institution:
        raise NotYours
    if not actor.can(verb):
        raise NotAuthorised
    if loan.household_id is not None:
        refuse_own_household(actor, loan.household_id)


def carries_payments(actor: ActsFor | UUID, loan: Loan) -> bool:
    """Whether a program of the loan's lender carries payments to and from the bank."""
    return (
        isinstance(actor, ApiClient)
        and lender_code(actor.institution) == loan.institution
        and actor.can(Permission.CARRY_PAYMENTS)
    )


def _keeps_books(actor: ActsFor | UUID, loan: Loan) -> bool:
    return (
        isinstance(actor, User)
        and lender_code(actor.institution) == loan.institution
        and actor.can(Permission.KEEP_LEDGER)
    )
