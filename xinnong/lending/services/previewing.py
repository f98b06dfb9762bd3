"""What a command would make of a loan: the command itself, carried out and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from xinnong.accounts.scope import scoped
from xinnong.audit.services import ActsFor
from xinnong.ledger.models import Transfer
from xinnong.lending.models import Loan, LoanDue, LoanProposal, OpenDue, Standing
from xinnong.lending.queries.loans import dues_in_force, late_of, terms_in_force
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.loan_ledger import LoanBooks
from xinnong.lending.services.restructuring import ease


@dataclass(frozen=True, slots=True)
class Picture:
    """A loan at one moment: its schedule, its rates, what is owed, its class."""

    loan: Loan
    dues: tuple[LoanDue, ...]
    rates: tuple[Decimal, Decimal]
    owed_minor: int
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Before and after a command, and what it would book. `after` is the loan that goes on."""

    before: Picture
    after: Picture
    moves: tuple[Transfer, ...]


def foresee(*, actor: ActsFor, loan: Loan, on: date, act: Callable[[], object]) -> Foreseen:
    """Carry a command out, look, and take it back: nothing stays. Raises what the command raises."""
    with transaction.atomic():
        with scoped(of_lender(loan.institution, actor)):
            before, old = _picture(loan, on), set(_moves(loan).values_list("id", flat=True))
            act()
            after = Loan.objects.filter(renews=loan.ref).order_by("-id").first()
            changed = after or Loan.objects.select_related("product").get(pk=loan.pk)
            moves = tuple(each for each in _moves(loan, changed) if each.pk not in old)
            seen = Foreseen(before, _picture(changed, on), moves)
        transaction.set_rollback(True)
    return seen


def rehearse(books: LoanBooks, proposal: LoanProposal, on: date, channel: str) -> None:
    """A restructuring before it is proposed; only inside `foresee`, which takes it back."""
    ease(books, proposal, on, channel, f"preview-{proposal.proposed_at.isoformat()}")


def _picture(loan: Loan, on: date) -> Picture:
    owed = sum(
        row.fee_minor + row.interest_minor + row.penalty_minor + row.compound_minor
        + row.principal_minor for row in OpenDue.objects.filter(loan=loan)
    )  # fmt: skip
    rates = late_of(loan, terms_in_force(loan)).rates_on(on)
    standing = Standing.objects.filter(loan=loan).first()
    return Picture(loan, tuple(dues_in_force(loan)), rates, owed, standing)


def _moves(*loans: Loan) -> QuerySet[Transfer]:
    refs = [str(each.ref) for each in loans]
    found = Transfer.objects.filter(journal__reference__in=refs)
    return found.select_related("debit", "credit").order_by("id")
