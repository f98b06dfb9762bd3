"""Drawing: a loan begins, whole or from a revolving line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.loan_book import Due, Stretch
from xinnong.core.loan_plan import Plan, clock, plan_of
from xinnong.core.money import yuan
from xinnong.core.schedule.exact import rate_micro
from xinnong.core.schedule.terms import InterestRounding, Terms
from xinnong.ledger.services import Move, answer_once
from xinnong.lending.loan_terms import LoanTerms, terms_bytes, terms_of
from xinnong.lending.may_draw import DrawAsked, ask_draw_gate
from xinnong.lending.models import (
    BookOfRecord,
    Loan,
    LoanDue,
    LoanStretch,
    LoanVersion,
    Offer,
    Standing,
)
from xinnong.lending.queries.loans import PRINCIPAL, available_minor, late_of
from xinnong.lending.services.days import ALONE, hold_day, lock
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.loan_ledger import IN_TRANSIT, LoanBooks
from xinnong.lending.services.loan_refusals import (
    AmountNotPositive,
    CoreKeepsTheBook,
    LineExceeded,
    NotOffered,
)
from xinnong.lending.services.payments import order_draw

ROUTE: Final = "lending.draw"


def draw(
    *,
    actor: ActsFor | UUID,
    terms: LoanTerms,
    amount_minor: int,
    on: date,
    now: datetime,
    key: str,
    device: int | None = None,
) -> UUID:
    """Draw money under a contract on the lender's open day; answers the new loan's reference.

    All in one transaction: loan, schedule, ledger, audit. The same key answers the same loan. What
    may be drawn is right however many draw at once. Raises AmountNotPositive, DayClosed,
    DaysMissing, DayClosing, whatever the gate raises, NotOffered, CoreKeepsTheBook, LineExceeded,
    InvalidTerms, CommandKeyReused.
    """

    def work() -> dict[str, object]:
        asked = DrawAsked(terms.contract_ref, amount_minor, on, now, terms.payee, device)
        loan = _draw(actor, terms, asked, key)
        return {"loan": str(loan.ref)}

    body = {"contract": terms.contract_ref, "amount": amount_minor, "on": on}
    with scoped(of_lender(terms.institution.code, actor)):
        answer = answer_once(
            institution=terms.institution,
            actor=actor,
            route=ROUTE,
            key=key,
            body=body,
            now=now,
            work=work,
        )
    return UUID(str(answer["loan"]))


def _draw(actor: ActsFor | UUID, terms: LoanTerms, asked: DrawAsked, key: str) -> Loan:
    amount_minor, on, now = asked.amount_minor, asked.on, asked.now
    if amount_minor <= 0:
        raise AmountNotPositive
    check_offer(terms, on)
    hold_day(terms.institution.code, on, begins=True)
    ask_draw_gate(asked)
    hold_to_line(terms, amount_minor)
    loan = begin_loan(terms, amount_minor, on, now, actor)
    books = LoanBooks(terms.institution, actor, now, loan)
    move = Move(books.of_loan(PRINCIPAL), books.of_house(IN_TRANSIT), amount_minor, "loan.draw")
    books.post(key=key, on=on, reason="loan.draw", moves=[move])
    order_draw(loan, on, now)
    record(
        actor=actor,
        action="lending.draw",
        at=now,
        subject=loan.ref,
        counts={"amount_minor": amount_minor},
        concerns=terms.institution,
    )
    return loan


def hold_to_line(terms: LoanTerms, amount_minor: int) -> None:
    """Keep every other draw on the contract waiting, and hold this one to what is left.

    Raises LineExceeded.
    """
    lock(ALONE, f"lending.contract {terms.contract_ref}")
    left = available_minor(
        terms.contract_ref, limit_minor=terms.limit_minor, revolving=terms.revolving
    )
    if amount_minor > left:
        raise LineExceeded(available_yuan=yuan(left))


def check_offer(terms: LoanTerms, on: date) -> None:
    """The contract's own version need not be the newest; the lender must have taken it up.

    Raises NotOffered, CoreKeepsTheBook.
    """
    taken_up = Offer.objects.filter(institution=terms.institution.code, product=terms.product)
    found = taken_up.filter(from_on__lte=on).first()
    if found is None:
        raise NotOffered(product=terms.product.code)
    if found.book_of_record == BookOfRecord.CORE:
        raise CoreKeepsTheBook


def begin_loan(
    terms: LoanTerms,
    amount_minor: int,
    on: date,
    now: datetime,
    actor: ActsFor | UUID,
    renews: UUID | None = None,
    book: BookOfRecord = BookOfRecord.XINNONG,
) -> Loan:
    """Write a loan with its schedule and where it stands. In the caller's transaction.

    A loan that the lender's core keeps stands nowhere here, so that no day's end ever books it.
    """
    schedule = terms.schedule(amount_minor, on)
    plan = plan_of(schedule)
    loan = Loan.objects.create(
        ref=new_ref(),
        institution=terms.institution.code,
        area12=terms.area12,
        household_id=terms.household_id,
        person=terms.person,
        contract_ref=terms.contract_ref,
        product=terms.product,
        book=book,
        principal_minor=amount_minor,
        rate_percent=terms.rate_percent,
        late_rate_percent=terms.late_rate_percent,
        compounds=terms.compounds,
        principal_first_after_days=terms.principal_first_after_days,
        disbursed_on=on,
        original_matures_on=plan.ends_on,
        matures_on=plan.ends_on,
        payee=terms.payee,
        renews=renews,
        drawn_at=now,
    )
    write_version(loan, schedule, on, now, actor, "loan.draw")
    write_stretches(loan, plan.stretches)
    write_dues(loan, plan.dues)
    if book == BookOfRecord.XINNONG:
        write_standing(loan, schedule, plan, on)
    return loan


def write_version(
    loan: Loan, terms: Terms, on: date, now: datetime, actor: ActsFor | UUID, reason: str
) -> None:
    """Keep the terms of the loan's version. Raises InvalidTerms for what could not be read again."""
    data = terms_bytes(terms)
    terms_of(data)
    LoanVersion.objects.create(
        loan=loan,
        version=loan.version,
        from_on=on,
        reason=reason,
        terms=data,
        made_at=now,
        made_by=actor if isinstance(actor, UUID) else actor.ref,
    )


def write_dues(loan: Loan, dues: Iterable[Due]) -> None:
    """Write dues as in force from the loan's version on."""
    LoanDue.objects.bulk_create(
        LoanDue(
            loan=loan,
            institution=loan.institution,
            n=due.n,
            on=due.on,
            principal_minor=due.principal_minor,
            interest_minor=due.interest_minor,
            fee_minor=due.fee_minor,
            from_version=loan.version,
        )
        for due in dues
    )


def write_stretches(loan: Loan, stretches: Iterable[Stretch]) -> None:
    """Write stretches in place of those in force."""
    LoanStretch.objects.filter(loan=loan).delete()
    LoanStretch.objects.bulk_create(
        LoanStretch(
            loan=loan,
            institution=loan.institution,
            from_on=each.from_on,
            until_on=each.until_on,
            balance_minor=each.balance_minor,
            rate_percent=each.rate_percent,
            earned_minor=each.earned_minor,
            is_even=each.is_even,
        )
        for each in stretches
    )


def write_standing(loan: Loan, terms: Terms, plan: Plan, on: date) -> None:
    """Write where the loan stands on the open day: what of its terms the day's end uses."""
    nothing = Stretch(on, on, 0, loan.rate_percent, 0, is_even=True)
    stretch = plan.stretch_on(on) or next(reversed(plan.stretches), nothing)
    rate_percent, late_percent = late_of(loan, terms).rates_on(on)
    facts = {
        "institution": loan.institution,
        "product": loan.product,
        "day_count": terms.day_count.value,
        "half_up": terms.rounding.interest is InterestRounding.HALF_UP,
        "from_on": stretch.from_on,
        "until_on": stretch.until_on,
        "clock_from": clock(terms.day_count, stretch.from_on),
        "balance_minor": stretch.balance_minor,
        "rate_micro": rate_micro(stretch.rate_percent),
        "earned_minor": stretch.earned_minor,
        "is_even": stretch.is_even,
        "contract_rate_micro": rate_micro(rate_percent),
        "late_rate_micro": rate_micro(late_percent),
        "matures_on": loan.matures_on,
        "compounds": loan.compounds,
    }
    Standing.objects.update_or_create(loan=loan, defaults=facts)
