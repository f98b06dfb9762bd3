"""What a command would make of a loan: the command itself, carried out and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from xinnong.accounts.scope import scoped
from xinnong.audit.services import SYSTEM_ACTOR, ActsFor
from xinnong.ledger.models import Account, Transfer
from xinnong.lending.models import (
    Loan,
    LoanDue,
    LoanProposal,
    ProposalKind,
    ProposalState,
    Repayment,
    RepaymentPart,
    Standing,
)
from xinnong.lending.queries.loans import (
    dues_in_force,
    late_of,
    open_dues,
    owed_of,
    terms_in_force,
)
from xinnong.lending.services.excusing import excuse
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.loan_ledger import HELD, LoanBooks
from xinnong.lending.services.rebooking import rebook
from xinnong.lending.services.restructuring import ease
from xinnong.lending.services.undoing import undo


@dataclass(frozen=True, slots=True)
class Picture:
    """A loan at one moment: its schedule, its rates, what is owed, its class."""

    loan: Loan
    dues: tuple[LoanDue, ...]
    rates: tuple[Decimal, Decimal]
    owed_minor: int
    standing: Standing | None
    unpaid: dict[int, int]
    """What is due and unpaid, by number of the instalment."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Before and after a command, and what it would book. `after` is the loan that goes on.

    `paid` are the repayments that would come, `parts` where money would then go that goes elsewhere
    or nowhere now.
    """

    before: Picture
    after: Picture
    moves: tuple[Transfer, ...]
    paid: tuple[Repayment, ...] = ()
    parts: tuple[RepaymentPart, ...] = ()


def foresee(*, actor: ActsFor, loan: Loan, on: date, act: Callable[[], object]) -> Foreseen:
    """What a command would make of one loan. Raises what the command raises."""
    [seen] = foresee_all(actor=actor, loans=[loan], on=on, act=act)
    return seen


def foresee_all(
    *, actor: ActsFor, loans: Sequence[Loan], on: date, act: Callable[[], object]
) -> tuple[Foreseen, ...]:
    """Carry a command out, look at the loans, and take it back: nothing stays."""
    with transaction.atomic():
        with scoped(of_lender(loans[0].institution, actor)):
            looks = [_looked(loan, on) for loan in loans]
            act()
            seen = tuple(_seen(look, on) for look in looks)
        transaction.set_rollback(True)
    return seen


@dataclass(frozen=True, slots=True)
class _Look:
    """A loan before, and which of its rows there were."""

    before: Picture
    moves: set[int]
    paid: set[int]
    parts: set[int]


def _looked(loan: Loan, on: date) -> _Look:
    rows = (_moves(loan), *_money(loan))
    moves, paid, parts = (set(each.values_list("id", flat=True)) for each in rows)
    return _Look(_picture(loan, on), moves, paid, parts)


def _seen(look: _Look, on: date) -> Foreseen:
    loan = look.before.loan
    after = Loan.objects.filter(renews=loan.ref).order_by("-id").first()
    changed = after or Loan.objects.select_related("product").get(pk=loan.pk)
    moves = tuple(each for each in _moves(loan, changed) if each.pk not in look.moves)
    paid, parts = _money(loan)
    return Foreseen(
        look.before,
        _picture(changed, on),
        moves,
        tuple(paid.exclude(pk__in=look.paid)),
        tuple(parts.exclude(pk__in=look.parts)),
    )


def state_of(loan: Loan, on: date) -> str:
    """A loan as a preview saw it: whoever confirms on another state sees a new preview first."""
    owed = [(row.n, owed_of(row)) for row in open_dues(loan)]
    kept = Account.objects.filter(kind=HELD, object_ref=loan.ref).first()
    held = kept.balance_minor if kept else 0
    return f"{on} {loan.version} {loan.state} {held} {owed}"


def rehearse(books: LoanBooks, proposal: LoanProposal, on: date, channel: str) -> None:
    """What is proposed before anybody confirms; only inside `foresee`, which takes it back."""
    key = f"preview-{proposal.proposed_at.isoformat()}"
    if proposal.kind == ProposalKind.CORRECT:
        rebook(books, proposal, on, key)
    elif proposal.kind == ProposalKind.EXCUSE:
        LoanProposal.objects.filter(pk=proposal.pk).update(
            state=ProposalState.CONFIRMED, ended_by=SYSTEM_ACTOR, ended_at=books.now
        )
        excuse(books, proposal, on, key)
    elif proposal.kind == ProposalKind.REVERSE:
        undo(books, proposal, on, key)
    else:
        ease(books, proposal, on, channel, key)


def _picture(loan: Loan, on: date) -> Picture:
    unpaid = {row.n: owed_of(row).total for row in open_dues(loan)}
    rates = late_of(loan, terms_in_force(loan)).rates_on(on)
    standing = Standing.objects.filter(loan=loan).first()
    dues = tuple(dues_in_force(loan))
    return Picture(loan, dues, rates, sum(unpaid.values()), standing, unpaid)


def _money(loan: Loan) -> tuple[QuerySet[Repayment], QuerySet[RepaymentPart]]:
    """Every repayment of a loan, and where their money goes."""
    parts = RepaymentPart.objects.filter(loan=loan, until_on=None).select_related("repayment")
    return Repayment.objects.filter(loan=loan).order_by("id"), parts.order_by("repayment_id", "id")


def _moves(*loans: Loan) -> QuerySet[Transfer]:
    refs = [str(each.ref) for each in loans]
    found = Transfer.objects.filter(journal__reference__in=refs)
    return found.select_related("debit", "credit").order_by("id")
