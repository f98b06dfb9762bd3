"""Repaying: what is owed first, in the order of the law; the rest as the borrower says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.money import yuan
from xinnong.core.schedule.terms import Effect, Event, EventKind, Terms
from xinnong.core.waterfall import COMPONENTS, Allocation, Part, allocate
from xinnong.ledger.models import Account
from xinnong.ledger.services import Move, answer_once
from xinnong.lending.models import (
    BookOfRecord,
    Loan,
    LoanDue,
    LoanState,
    OpenDue,
    PayChannel,
    Repayment,
    RepaymentPart,
    Standing,
)
from xinnong.lending.queries.loans import (
    Quote,
    open_dues,
    owed_of,
    settled_terms,
    settlement_quote,
    terms_in_force,
    with_event,
)
from xinnong.lending.services.amending import Change, amend
from xinnong.lending.services.days import hold_day
from xinnong.lending.services.lender_scope import check_payer, of_lender
from xinnong.lending.services.loan_ledger import HELD, LoanBooks
from xinnong.lending.services.loan_refusals import (
    AmountNotPositive,
    CoreKeepsTheBook,
    LoanNotActive,
    LoanUnknown,
    MoreThanOwed,
    NothingHeld,
    TooLittleToSettle,
)

ROUTE: Final = "lending.repay"
CHOSEN: Final = frozenset({PayChannel.CASH, PayChannel.CARD})
"""Ways whose amount the desk or the borrower chooses, so that too much is never taken; of a transfer
the bank decides, and what is too much is held."""


class Excess(StrEnum):
    """What becomes of money beyond what is owed."""

    HOLD = "hold"
    REDUCE_INSTALLMENT = "reduce_installment"
    REDUCE_COUNT = "reduce_count"
    APPLY_NEXT = "apply_next"


@dataclass(frozen=True, slots=True)
class PaymentReceipt:
    """Where the money of one repayment went, in fen. `state` is the loan's afterwards."""

    repayment: UUID
    paid: Mapping[str, int]
    prepaid_minor: int
    held_minor: int
    state: str


@dataclass(frozen=True, slots=True)
class Split:
    """What money does: it pays what is due, then ahead; what is over is held. In fen."""

    due_minor: int
    prepaid_minor: int
    held_minor: int
    settles: bool


def split_of(amount_minor: int, quote: Quote, excess: Excess, *, settles: bool = False) -> Split:
    """How an amount is split: what a quote says, a preview shows and a repayment does.

    Money beyond what is due stays held unless it was said what it changes; then it settles
    everything where it reaches, else prepays principal.
    """
    due = min(amount_minor, sum(quote.owed.values()))
    rest, ahead = amount_minor - due, quote.principal_minor + quote.interest_minor
    if rest <= 0 or not ahead or (excess is Excess.HOLD and not settles):
        return Split(due, 0, rest, settles=False)
    if rest >= ahead:
        return Split(due, ahead, rest - ahead, settles=True)
    prepaid = min(rest, quote.principal_minor)
    return Split(due, prepaid, rest - prepaid, settles=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money for one loan, as a command takes it."""

    loan: Loan
    amount_minor: int
    channel: str
    on: date
    reference: str
    excess: Excess
    settles: bool = False


def repay(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    amount_minor: int,
    channel: str,
    on: date,
    now: datetime,
    key: str,
    reference: str = "",
    excess: Excess = Excess.HOLD,
    settles: bool = False,
) -> PaymentReceipt:
    """Take a repayment on the lender's open day; the same key answers the same receipt.

    What is owed is paid by core.waterfall; what is left is held for the customer, or changes the
    schedule from that day on. Money that settles everything always does. `settles` asks for no
    less. Raises NotYours, AmountNotPositive, DayClosed, DaysMissing, DayClosing, LoanUnknown, LoanNotActive,
    TooLittleToSettle, MoreThanOwed, NothingHeld, CommandKeyReused.
    """

    def work() -> dict[str, object]:
        loan = active_loan(institution, loan_ref, on)
        check_payer(actor, loan)
        books = LoanBooks(institution, actor, now, loan)
        payment = Payment(
            loan=loan, amount_minor=amount_minor, channel=channel, on=on, reference=reference,
            excess=excess, settles=settles,
        )  # fmt: skip
        return _take(books, payment, key)

    body = {
        "loan": loan_ref, "amount": amount_minor, "channel": channel, "on": on,
        "reference": reference, "excess": excess.value, "settles": int(settles),
    }  # fmt: skip
    with scoped(of_lender(institution.code, actor)):
        answer = answer_once(
            institution=institution, actor=actor, route=ROUTE, key=key, body=body, now=now,
            work=work,
        )  # fmt: skip
    return PaymentReceipt(
        UUID(answer["repayment"]), answer["paid"], answer["prepaid"], answer["held"],
        answer["state"],
    )  # fmt: skip


def active_loan(institution: Institution, loan_ref: UUID, on: date) -> Loan:
    """The loan, held until the transaction ends, on the lender's open day."""
    return held_loan(institution, loan_ref, on, LoanState.ACTIVE)


def held_loan(institution: Institution, loan_ref: UUID, on: date, *states: LoanState) -> Loan:
    """The same of a loan in one of some states.

    Raises LoanUnknown, LoanNotActive, and CoreKeepsTheBook of a loan whose book is not here.
    """
    hold_day(institution.code, on)
    held = Loan.objects.select_for_update(of=("self",)).select_related("product")
    loan = held.filter(ref=loan_ref, institution=institution.code).first()
    if loan is None:
        raise LoanUnknown
    if loan.book == BookOfRecord.CORE:
        raise CoreKeepsTheBook
    if loan.state not in states:
        raise LoanNotActive(state=loan.get_state_display())
    return loan


def _take(books: LoanBooks, payment: Payment, key: str) -> dict[str, object]:
    if payment.amount_minor <= 0:
        raise AmountNotPositive
    check_source(payment.loan, payment.amount_minor, payment.channel)
    loan = payment.loan
    prepaid, mended = _change_terms(books, payment)
    spread = spend(loan, payment.amount_minor)
    repayment = _write(books, payment, spread, prepaid)
    moves = books.accrual_moves(mended, "loan.mend")
    moves += spread_moves(books, spread, books.source(payment.channel))
    posted = books.post(key=key, on=payment.on, reason="loan.repay", moves=moves)
    Repayment.objects.filter(pk=repayment.pk).update(journal=posted.id)
    close_if_paid(loan, payment.on)
    record(
        actor=books.actor,
        action="lending.repay",
        at=books.now,
        subject=loan.ref,
        counts={"amount_minor": payment.amount_minor},
        concerns=books.institution,
    )
    return {
        "repayment": str(repayment.ref),
        "paid": {name: spread.paid(name) for name in COMPONENTS},
        "prepaid": prepaid,
        "held": spread.rest_minor,
        "state": loan.state,
    }


def check_source(loan: Loan, amount_minor: int, channel: str) -> None:
    """What is held for this customer cannot be spent twice; the account itself would refuse too."""
    if channel != PayChannel.HELD:
        return
    held = Account.objects.filter(kind=HELD, object_ref=loan.ref).first()
    if held is None or held.balance_minor < amount_minor:
        raise NothingHeld(held_yuan=yuan(held.balance_minor if held else 0))


def _change_terms(books: LoanBooks, payment: Payment) -> tuple[int, dict[str, int]]:
    """Settle or prepay with what is left after all that is owed; answers amount and mending."""
    quote = settlement_quote(payment.loan, on=payment.on)
    if payment.channel in CHOSEN and payment.amount_minor > quote.total_minor:
        raise MoreThanOwed(most_yuan=yuan(quote.total_minor))
    if payment.settles and payment.amount_minor < quote.total_minor:
        raise TooLittleToSettle(needed_yuan=yuan(quote.total_minor))
    split = split_of(payment.amount_minor, quote, payment.excess, settles=payment.settles)
    if not split.prepaid_minor:
        return 0, {}
    change = Change(
        loan=payment.loan, on=payment.on, now=books.now, actor=books.actor,
        terms=prepaid_terms(terms_in_force(payment.loan), split, payment.excess, payment.on),
        reason="loan.settle" if split.settles else "loan.prepay",
    )  # fmt: skip
    return split.prepaid_minor, amend(change)


def prepaid_terms(terms: Terms, split: Split, excess: Excess, on: date) -> Terms:
    """The terms as money ahead of its time changes them on a day."""
    if split.settles:
        return settled_terms(terms, on)
    event = Event(
        on=on, kind=EventKind.PREPAYMENT, amount_minor=split.prepaid_minor,
        effect=Effect(excess.value), until="date",
    )  # fmt: skip
    return with_event(terms, event)


def spend(loan: Loan, amount_minor: int) -> Allocation:
    """Spread money over what is owed and remember it."""
    rows = open_dues(loan)
    first = loan.principal_first_after_days
    late = Standing.objects.get(loan=loan).days_past_due
    spread = allocate(
        [owed_of(row) for row in rows],
        amount_minor,
        principal_first=first is not None and late > first,
    )
    by_n = {row.n: row for row in rows}
    for part in spread.parts:
        _take_off(by_n[part.n], part)
    for row in rows:
        if owed_of(row).total:
            row.save()
        else:
            row.delete()
    return spread


def _take_off(row: OpenDue, part: Part) -> None:
    name = f"{part.component}_minor"
    setattr(row, name, getattr(row, name) - part.amount_minor)


def _write(books: LoanBooks, payment: Payment, spread: Allocation, prepaid: int) -> Repayment:
    by = books.actor if isinstance(books.actor, UUID) else books.actor.ref
    repayment = Repayment.objects.create(
        ref=new_ref(),
        loan=payment.loan,
        institution=payment.loan.institution,
        on=payment.on,
        amount_minor=payment.amount_minor,
        prepaid_minor=prepaid,
        held_minor=spread.rest_minor,
        channel=payment.channel,
        reference=payment.reference,
        booked_on=payment.on,
        booked_at=books.now,
        booked_by=by,
    )
    write_parts(repayment, spread.parts)
    return repayment


def write_parts(repayment: Repayment, parts: Sequence[Part]) -> None:
    """Keep where the money of a repayment went."""
    RepaymentPart.objects.bulk_create(
        RepaymentPart(
            repayment=repayment,
            loan_id=repayment.loan_id,
            n=part.n,
            component=part.component,
            amount_minor=part.amount_minor,
        )
        for part in parts
    )


def spread_moves(books: LoanBooks, spread: Allocation, source: int) -> list[Move]:
    """The moves of a payment: by component, and what is held for the customer."""
    paid = {name: spread.paid(name) for name in COMPONENTS}
    if spread.rest_minor and books.of_loan(HELD) != source:
        paid["held"] = spread.rest_minor
    return books.paid_moves(source, paid, "loan.repay")


def close_if_paid(loan: Loan, on: date) -> None:
    """A loan of which nothing is owed and nothing will fall due is settled."""
    ahead = LoanDue.objects.filter(loan=loan, until_version=None, on__gt=on)
    if ahead.exists() or OpenDue.objects.filter(loan=loan).exists():
        return
    loan.state, loan.closed_on = LoanState.SETTLED, on
    Loan.objects.filter(pk=loan.pk).update(state=loan.state, closed_on=on)
    Standing.objects.filter(loan=loan).delete()
