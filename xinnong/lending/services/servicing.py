"""What may be agreed on while a loan runs: another rate, a pause, an extension, a renewal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.services import ActsFor, record
from xinnong.core.money import yuan
from xinnong.core.schedule.day_counts import add_months
from xinnong.core.schedule.terms import Event, EventKind, Terms
from xinnong.ledger.services import Move, answer_once
from xinnong.lending.loan_terms import LoanTerms
from xinnong.lending.may_draw import DrawAsked, ask_draw_gate
from xinnong.lending.models import Loan, LoanDue, LoanState, OpenDue, Standing
from xinnong.lending.queries.loans import (
    PRINCIPAL,
    principal_minor,
    settled_terms,
    settlement_quote,
    terms_in_force,
    with_event,
)
from xinnong.lending.queries.products import product_of
from xinnong.lending.services.amending import Change, amend
from xinnong.lending.services.drawing import begin_loan, check_offer, hold_to_line
from xinnong.lending.services.lender_scope import check_staff, of_lender
from xinnong.lending.services.loan_ledger import LoanBooks
from xinnong.lending.services.loan_refusals import (
    ExtensionTooLong,
    NotExtended,
    OwesSomething,
    RateOutOfBounds,
)
from xinnong.lending.services.refusals import NotYours
from xinnong.lending.services.repaying import active_loan, close_if_paid
from xinnong.lending.services.restructuring import carry_observation

SHORT_MONTHS: Final = 12
MEDIUM_MONTHS: Final = 60
LONG_EXTENSION_MONTHS: Final = 36


def change_rate(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    rate_percent: Decimal,
    on: date,
    now: datetime,
    key: str,
) -> None:
    """Have the loan bear another rate from the open day on, and its lateness what goes with it.

    Raises NotYours, NotAuthorised, RateOutOfBounds, LoanNotActive, the day's refusals,
    CommandKeyReused.
    """

    def terms(loan: Loan) -> Terms:
        rule = product_of(loan.product).rate
        if not rule.floor_percent <= rate_percent <= rule.cap_percent:
            raise RateOutOfBounds(floor_percent=rule.floor_percent, cap_percent=rule.cap_percent)
        event = Event(on=on, kind=EventKind.RATE_CHANGE, rate_percent=rate_percent)
        return with_event(terms_in_force(loan), event)

    _change(actor, institution, loan_ref, on, now, key, "loan.rate", terms, rate=rate_percent)


def pause_interest(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    until_on: date,
    on: date,
    now: datetime,
    key: str,
) -> None:
    """Let nothing be earned from the open day until another, which counts again.

    Raises NotYours, NotAuthorised, LoanNotActive, InvalidTerms, the day's refusals, CommandKeyReused.
    """

    def terms(loan: Loan) -> Terms:
        event = Event(on=on, kind=EventKind.INTEREST_PAUSE, until=until_on)
        return with_event(terms_in_force(loan), event)

    _change(actor, institution, loan_ref, on, now, key, "loan.pause", terms, until=until_on)


def extend(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    until_on: date,
    on: date,
    now: datetime,
    key: str,
) -> None:
    """Put the last instalment off to a later day.

    贷款通则 12: in all by at most the original term of a loan of up to a year, by half of it up to
    five years, else by three years; asked for before the last day, with nothing late. Raises
    ExtensionTooLong, NotExtended, LoanNotActive, the day's refusals, CommandKeyReused.
    """

    def terms(loan: Loan) -> Terms:
        latest = latest_extension(loan)
        if until_on > latest:
            raise ExtensionTooLong(until_on=latest)
        late = OpenDue.objects.filter(loan=loan).exists()
        if late or not on < loan.matures_on < until_on:
            raise NotExtended
        if LoanDue.objects.filter(
            loan=loan, until_version=None, on__gte=on, on__lt=loan.matures_on
        ).exists():
            raise NotExtended
        event = Event(on=on, kind=EventKind.RESCHEDULE, until=until_on)
        loan.matures_on = until_on
        return with_event(terms_in_force(loan), event)

    _change(actor, institution, loan_ref, on, now, key, "loan.extend", terms, until=until_on)


def latest_extension(loan: Loan) -> date:
    """The last day to which the law lets this loan be extended, over all its extensions."""
    start, end = loan.disbursed_on, loan.original_matures_on
    if end <= add_months(start, SHORT_MONTHS, start.day):
        return end + (end - start)
    if end <= add_months(start, MEDIUM_MONTHS, start.day):
        return end + (end - start) // 2
    return add_months(end, LONG_EXTENSION_MONTHS, end.day)


def renew(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    terms: LoanTerms,
    on: date,
    now: datetime,
    key: str,
) -> UUID:
    """Let a new loan pay the old one's principal, without money moving; answers the new loan.

    无还本续贷: on a day on which interest falls due, once all of it is paid and nothing is late.
    Raises NotYours, NotAuthorised, NotOffered, CoreKeepsTheBook, OwesSomething, LoanNotActive,
    LineExceeded, whatever the gate raises, the day's refusals.
    """

    def work() -> dict[str, object]:
        old = active_loan(institution, loan_ref, on)
        check_staff(actor, old, Permission.HANDLE_LOANS)
        if not _same_borrower(terms, old):
            raise NotYours
        check_offer(terms, on)
        quote = settlement_quote(old, on=on)
        amount = principal_minor(old)
        owes = sum(quote.owed.values()) - quote.owed["principal"] + quote.interest_minor
        standing = Standing.objects.get(loan=old)
        if owes or standing.days_past_due:
            raise OwesSomething(owed_yuan=yuan(owes))
        ask_draw_gate(DrawAsked(terms.contract_ref, amount, on, now, terms.payee))
        hold_to_line(terms, amount)
        new = begin_loan(terms, amount, on, now, actor, renews=old.ref)
        carry_observation(standing, new)
        _pay_off(LoanBooks(institution, actor, now, old), on)
        books = LoanBooks(institution, actor, now, new)
        former = LoanBooks(institution, actor, now, old).of_loan(PRINCIPAL)
        move = Move(books.of_loan(PRINCIPAL), former, amount, "loan.renew")
        books.post(key=key, on=on, reason="loan.renew", moves=[move])
        record(actor=actor, action="lending.renew", at=now, subject=new.ref, concerns=institution)
        return {"loan": str(new.ref)}

    body = {"loan": loan_ref, "contract": terms.contract_ref, "on": on}
    with scoped(of_lender(institution.code, actor)):
        answer = answer_once(
            institution=institution, actor=actor, route="lending.renew", key=key, body=body,
            now=now, work=work,
        )  # fmt: skip
    return UUID(str(answer["loan"]))


def _same_borrower(terms: LoanTerms, old: Loan) -> bool:
    """The same person at the same lender, for a household both times or an organisation both."""
    for_organisation = (terms.household_id is None, old.household_id is None)
    return (
        terms.person == old.person
        and terms.institution.code == old.institution
        and for_organisation[0] == for_organisation[1]
    )


def _pay_off(books: LoanBooks, on: date) -> None:
    """End the old loan on the day; what it owes by that is paid by the new one."""
    loan = books.loan
    if LoanDue.objects.filter(loan=loan, until_version=None, on__gt=on).exists():
        change = Change(
            loan=loan, terms=settled_terms(terms_in_force(loan), on), on=on, now=books.now,
            actor=books.actor, reason="loan.renewed",
        )  # fmt: skip
        mended = amend(change)
        assert not any(mended.values()), "interest was paid up to the day"
    OpenDue.objects.filter(loan=loan).delete()
    close_if_paid(loan, on)
    assert loan.state == LoanState.SETTLED, loan.ref


def _change(
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    on: date,
    now: datetime,
    key: str,
    reason: str,
    make: Callable[[Loan], Terms],
    **said: object,
) -> None:
    """Put other terms in force on the open day, once per key, and post what that mends."""

    def work() -> dict[str, object]:
        loan = active_loan(institution, loan_ref, on)
        check_staff(actor, loan, Permission.HANDLE_LOANS)
        terms = make(loan)
        books = LoanBooks(institution, actor, now, loan)
        mended = amend(Change(loan=loan, terms=terms, on=on, now=now, actor=actor, reason=reason))
        if moves := books.accrual_moves(mended, "loan.mend"):
            books.post(key=key, on=on, reason=reason, moves=moves)
        action = f"lending.{reason.removeprefix('loan.')}"
        record(actor=actor, action=action, at=now, subject=loan.ref, concerns=institution)
        return {"version": loan.version}

    body = {"loan": loan_ref, "on": on, **said}
    with scoped(of_lender(institution.code, actor)):
        answer_once(
            institution=institution, actor=actor, route=reason, key=key, body=body, now=now,
            work=work,
        )  # fmt: skip
