"""Corrections by value date: what a loan would be, had a payment been booked rightly on its day.

The loan is lived again by core.loan_book from its first day to the open one, and the difference to
what stands is written and posted. Nothing booked is ever changed: parts of repayments end, sums are
mended by a correction, money goes through suspense.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.asset_class import AssetClass
from xinnong.core.ledger_refusals import BalanceTooSmall
from xinnong.core.loan_book import Open, live_days, pay
from xinnong.core.loan_plan import plan_of
from xinnong.core.schedule.terms import Event, EventKind, Terms
from xinnong.core.waterfall import COMPONENTS, Allocation
from xinnong.ledger.services import Move, answer_once
from xinnong.lending.models import (
    Loan,
    LoanState,
    OpenDue,
    PayChannel,
    Repayment,
    RepaymentPart,
    RepaymentState,
    Standing,
)
from xinnong.lending.queries.loans import (
    BOOKED,
    Quote,
    ahead_of,
    book_of,
    booked_of,
    earned_before,
    payments_of,
    terms_in_force,
)
from xinnong.lending.services.amending import Change, put_in_force, write_correction
from xinnong.lending.services.lender_scope import carries_payments, check_staff, of_lender
from xinnong.lending.services.loan_ledger import SUSPENSE, LoanBooks
from xinnong.lending.services.loan_refusals import (
    AmountNotPositive,
    DaysMissing,
    HeldWasUsed,
    LoanUnknown,
    NotReversible,
    ReversedAlready,
)
from xinnong.lending.services.observing import watch_from
from xinnong.lending.services.repaying import (
    Excess,
    Split,
    close_if_paid,
    held_loan,
    prepaid_terms,
    split_of,
    write_parts,
)

UNDER_WAY: Final = (LoanState.ACTIVE, LoanState.SETTLED)
REVERSE: Final = "lending.reverse-repayment"
LATER: Final = "lending.repay-by-value-date"


@dataclass(frozen=True, slots=True)
class Lived:
    """A loan lived again: what is open, where each payment went, what the days booked."""

    opened: list[Open]
    spreads: list[Allocation]
    booked: dict[str, int]
    days_past_due: int


def reverse_repayment(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    repayment_ref: UUID,
    on: date,
    now: datetime,
    key: str,
) -> dict[str, int]:
    """Undo a repayment as of the day it counted from; its money waits in suspense.

    Whether the actor may is asked by the command that calls: two people undo a payment, and a
    correction or a drawing that failed brings its own right.

    Answers by how much interest, penalty and compound interest of the days since were mended, and
    `freed`, the money. Raises ReversedAlready, NotReversible (it came from another loan),
    LoanNotActive (written off), the day's refusals, InvalidTerms where a later change of the terms
    does not stand without the payment.
    """

    def work() -> dict[str, object]:
        wanted = Repayment.objects.filter(ref=repayment_ref, institution=institution.code)
        repayment = wanted.select_related("loan").first()
        if repayment is None:
            raise LoanUnknown
        loan = held_loan(institution, repayment.loan.ref, on, *UNDER_WAY)
        if repayment.channel == PayChannel.RENEWAL:
            raise NotReversible
        if Repayment.objects.get(pk=repayment.pk).state == RepaymentState.REVERSED:
            raise ReversedAlready
        books = LoanBooks(institution, actor, now, loan)
        before = paid_by_component(loan)
        Repayment.objects.filter(pk=repayment.pk).update(
            state=RepaymentState.REVERSED, reversed_on=on
        )
        terms = _without(terms_in_force(loan), repayment)
        mended = mend(books, terms, on, key, before, "loan.reverse")
        return {**mended, "freed": repayment.amount_minor}

    body = {"repayment": repayment_ref, "on": on}
    with scoped(of_lender(institution.code, actor)):
        answer = answer_once(
            institution=institution, actor=actor, route=REVERSE, key=key, body=body, now=now,
            work=work,
        )  # fmt: skip
    return dict(answer)


def repay_by_value_date(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    amount_minor: int,
    counts_from: date,
    on: date,
    now: datetime,
    key: str,
    channel: str = PayChannel.SUSPENSE,
    reference: str = "",
    excess: Excess = Excess.HOLD,
    settles: bool = False,
    verb: Permission | None = Permission.RESOLVE_LOANS,
) -> dict[str, int]:
    """Book money that came on an earlier day, as of that day.

    What was over on that day changes the schedule from it on as `excess` says, or settles the loan
    where `settles` asks for it and the money reaches; else it is held. `verb` is what the actor needs, none where the command that calls has asked itself. Raises
    NotYours, NotAuthorised, AmountNotPositive, DaysMissing
    (a day to come), LoanNotActive, the day's refusals.
    """

    def work() -> dict[str, object]:
        loan = held_loan(institution, loan_ref, on, LoanState.ACTIVE)
        if verb is not None and not carries_payments(actor, loan):
            check_staff(actor, loan, verb)
        if amount_minor <= 0:
            raise AmountNotPositive
        if not loan.disbursed_on <= counts_from <= on:
            raise DaysMissing(on=counts_from, open_on=on)
        books = LoanBooks(institution, actor, now, loan)
        before = paid_by_component(loan)
        terms = terms_in_force(loan)
        split = _split_on(loan, amount_minor, counts_from, excess, settles=settles)
        Repayment.objects.create(
            ref=new_ref(), loan=loan, institution=loan.institution, on=counts_from,
            amount_minor=amount_minor, channel=channel, reference=reference, booked_on=on,
            prepaid_minor=split.prepaid_minor, booked_at=now,
            booked_by=actor if isinstance(actor, UUID) else actor.ref,
        )  # fmt: skip
        if split.prepaid_minor:
            terms = prepaid_terms(terms, split, excess, counts_from)
        source, suspense = books.source(channel), books.of_house(SUSPENSE)
        arrived = Move(source, suspense, amount_minor, "loan.arrived")
        moves = [] if source == suspense else [arrived]
        return dict(mend(books, terms, on, key, before, "loan.value-date", moves))

    body = {
        "loan": loan_ref, "amount": amount_minor, "from": counts_from, "on": on,
        "channel": channel, "reference": reference, "excess": excess.value, "settles": int(settles),
    }  # fmt: skip
    with scoped(of_lender(institution.code, actor)):
        answer = answer_once(
            institution=institution, actor=actor, route=LATER, key=key, body=body, now=now,
            work=work,
        )  # fmt: skip
    return dict(answer)


def _split_on(loan: Loan, amount_minor: int, on: date, excess: Excess, *, settles: bool) -> Split:
    """What money would have done on an earlier day, after what was paid up to then."""
    agreed = terms_in_force(loan)
    terms = replace(agreed, events=tuple(each for each in agreed.events if each.on <= on))
    lived = live_again(loan, terms, on)
    owed = sum((Counter(_parts(each)) for each in lived.opened), Counter({"principal": 0}))
    quote = Quote(on, dict(owed), *ahead_of(terms, on))
    settles = settles and amount_minor >= quote.total_minor
    return split_of(amount_minor, quote, excess, settles=settles)


def _parts(opened: Open) -> dict[str, int]:
    return {name: opened.unpaid(name) for name in COMPONENTS}


def change_made_by(terms: Terms, repayment: Repayment) -> tuple[int, Event] | None:
    """Where and what the repayment changed in the terms: it prepaid, or settled everything."""
    if not repayment.prepaid_minor:
        return None

    def is_its(event: Event) -> bool:
        if event.on != repayment.on:
            return False
        prepaid = event.amount_minor == repayment.prepaid_minor
        return event.kind is EventKind.SETTLE or (event.kind is EventKind.PREPAYMENT and prepaid)

    return next((i, event) for i, event in enumerate(terms.events) if is_its(event))


def _without(terms: Terms, repayment: Repayment) -> Terms:
    """The terms without what the repayment changed in them."""
    change = change_made_by(terms, repayment)
    if change is None:
        return terms
    place = change[0]
    return replace(terms, events=terms.events[:place] + terms.events[place + 1 :])


def live_again(loan: Loan, terms: Terms, on: date) -> Lived:
    """The loan under some terms and the payments that count, up to and into the open day."""
    plan = plan_of(terms)
    book = book_of(loan, terms, plan)
    payments = [payment for _, payment in payments_of(loan)]
    opened: list[Open] = []
    days = list(
        live_days(
            book,
            [each for each in payments if each.on < on],
            opened,
            from_on=loan.disbursed_on,
            through_on=on - timedelta(1),
        )
    )
    opened += [Open(due) for due in plan.dues if due.on == on]
    late = days[-1].days_past_due if days else 0
    first = book.late.principal_first_after_days
    turned = first is not None and late > first
    spreads = [spread for day in days for spread in day.paid]
    spreads += [
        pay(opened, each.amount_minor, principal_first=turned) for each in payments if each.on == on
    ]
    booked = {
        "interest": earned_before(book, on),
        "penalty": sum(day.penalty_minor for day in days),
        "compound": sum(day.compound_minor for day in days),
    }
    return Lived(opened, spreads, booked, late)


def mend(
    books: LoanBooks,
    terms: Terms,
    on: date,
    key: str,
    before: Counter[str],
    reason: str,
    moves: Sequence[Move] = (),
) -> dict[str, int]:
    """Write the loan as it should stand and post the difference."""
    loan = books.loan
    change = Change(loan=loan, terms=terms, on=on, now=books.now, actor=books.actor, reason=reason)
    lived, reopened = live_again(loan, terms, on), loan.state == LoanState.SETTLED
    was = booked_of(loan, before=on)
    mended = {name: lived.booked[name] - was[name] for name in BOOKED}
    _reopen(loan)
    put_in_force(change, plan_of(terms), since=loan.disbursed_on)
    _write_open(loan, lived)
    _write_spreads(loan, lived.spreads, on)
    write_correction(change, mended)
    posted = [*moves, *books.accrual_moves(mended, "loan.mend")]
    posted += _paid_moves(books, before, paid_by_component(loan))
    if posted:
        _post(books, key, on, reason, posted)
    Standing.objects.filter(loan=loan).update(days_past_due=lived.days_past_due)
    if reopened and loan.restructured_on:
        watch_from(loan, on, AssetClass.SPECIAL_MENTION)
    close_if_paid(loan, on)
    record(
        actor=books.actor, action=f"lending.{reason.removeprefix('loan.')}", at=books.now,
        subject=loan.ref, counts={"penalty_minor": mended["penalty"]}, concerns=books.institution,
    )  # fmt: skip
    return mended


def _post(books: LoanBooks, key: str, on: date, reason: str, moves: Sequence[Move]) -> None:
    """Post what a correction moves; money that was held and has paid since is not there to give back."""
    try:
        books.post(key=key, on=on, reason=reason, moves=moves)
    except BalanceTooSmall:
        raise HeldWasUsed from None


def _reopen(loan: Loan) -> None:
    """A settled loan whose settlement did not hold is open again."""
    if loan.state == LoanState.SETTLED:
        loan.state, loan.closed_on = LoanState.ACTIVE, None
        Loan.objects.filter(pk=loan.pk).update(state=loan.state, closed_on=None)


def paid_by_component(loan: Loan) -> Counter[str]:
    """What counts as paid by component now, and what is held from repayments."""
    total: Counter[str] = Counter()
    parts = RepaymentPart.objects.filter(loan=loan, until_on=None)
    for component, amount in parts.values_list("component", "amount_minor"):
        total[component] += amount
    counted = Repayment.objects.filter(loan=loan, state=RepaymentState.BOOKED)
    total["held"] = sum(counted.values_list("held_minor", flat=True))
    return total


def _write_open(loan: Loan, lived: Lived) -> None:
    """What is open, in place of what was."""
    OpenDue.objects.filter(loan=loan).delete()
    OpenDue.objects.bulk_create(
        OpenDue(
            loan=loan,
            institution=loan.institution,
            n=each.due.n,
            on=each.due.on,
            booked_penalty_minor=each.booked["penalty"],
            booked_compound_minor=each.booked["compound"],
            penalty_numerator=each.late["penalty"],
            compound_numerator=each.late["compound"],
            **{f"{name}_minor": each.unpaid(name) for name in COMPONENTS},
        )
        for each in lived.opened
        if each.owed().total
    )


def _write_spreads(loan: Loan, spreads: Sequence[Allocation], on: date) -> None:
    """Where each payment went, in place of where it had gone; what it had over is held."""
    RepaymentPart.objects.filter(loan=loan, until_on=None).update(until_on=on)
    for (repayment, _), spread in zip(payments_of(loan), spreads, strict=True):
        write_parts(repayment, spread.parts)
        if spread.rest_minor:
            held = repayment.held_minor + spread.rest_minor
            Repayment.objects.filter(pk=repayment.pk).update(held_minor=held)


def _paid_moves(books: LoanBooks, before: Counter[str], after: Counter[str]) -> list[Move]:
    """The difference of what is paid, against suspense."""
    differences = {name: after[name] - before[name] for name in (*COMPONENTS, "held")}
    return books.paid_moves(books.of_house(SUSPENSE), differences, "loan.mend")
