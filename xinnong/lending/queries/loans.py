"""Reads of loans: what is owed, what it would take to settle, what may still be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from xinnong.core.loan_book import Book, Excused, Late, LateRates, Payment, earned_until
from xinnong.core.loan_plan import Plan, plan_of
from xinnong.core.payments import rows_in
from xinnong.core.products import late_percent
from xinnong.core.schedule.terms import Event, EventKind, Terms
from xinnong.core.waterfall import COMPONENTS, Owed
from xinnong.ledger.models import Account
from xinnong.lending.loan_terms import terms_of
from xinnong.lending.models import (
    AccrualCorrection,
    BusinessDay,
    Loan,
    LoanDue,
    LoanProposal,
    LoanState,
    LoanVersion,
    OpenDue,
    ProposalKind,
    ProposalState,
    Repayment,
    RepaymentPart,
    RepaymentState,
    Standing,
)
from xinnong.lending.queries.lpr import lpr_percent_on
from xinnong.lending.queries.products import product_of

MILLIONTH: Final = Decimal("0.000001")
PRINCIPAL: Final = "130301"
WRITTEN_OFF: Final = "713101"
BOOKED: Final = ("interest", "penalty", "compound")
DAYS_BOOKED: Final = """
SELECT coalesce(sum(interest_minor), 0), coalesce(sum(penalty_minor), 0),
       coalesce(sum(compound_minor), 0)
FROM lending_accrualday
WHERE loan_id = %s AND "on" = ANY (SELECT generate_series(%s::date, %s::date, '1 day')::date)
"""


DAYS_OF_LOAN: Final = """
SELECT "on", interest_minor, penalty_minor, compound_minor
FROM lending_accrualday WHERE loan_id = %s ORDER BY "on"
"""


def loan_by_ref(ref: UUID) -> Loan | None:
    """One loan within the reader's scope."""
    return Loan.objects.select_related("product").filter(ref=ref).first()


def loan_by_number(text: str, *, institution: str) -> Loan | None:
    """The lender's loan within the reader's scope whose number stands in a text, and no other's."""
    rows = rows_in("L", text)
    if len(rows) != 1:
        return None
    return Loan.objects.filter(pk=rows[0], institution=institution).first()


def loans_of(person: UUID) -> list[Loan]:
    """A person's own loans, the newest first."""
    return list(Loan.objects.filter(person=person).select_related("product").order_by("-id"))


def loans_of_contract(contract_ref: UUID) -> list[Loan]:
    """What was drawn under a contract, the newest first."""
    return list(Loan.objects.filter(contract_ref=contract_ref).order_by("-id"))


def open_day_of(institution: str) -> date | None:
    """The day on which a lender's loans move; None before its first drawing."""
    return BusinessDay.objects.filter(institution=institution).values_list(
        "open_on", flat=True
    ).first()  # fmt: skip


def figures_day(institution: str, today: date) -> date:
    """The day that a lender's figures are of: its open one, today where none was opened yet."""
    return open_day_of(institution) or today


def moving_day(institution: str, today: date) -> date:
    """The day that a command of today counts for.

    A lender that has ended today already works on its next day; one that is behind has to catch up
    first, which the command itself says.
    """
    return max(today, figures_day(institution, today))


def terms_in_force(loan: Loan) -> Terms:
    """The terms of the loan's newest version."""
    return terms_of(LoanVersion.objects.get(loan=loan, version=loan.version).terms)


def original_terms(loan: Loan) -> Terms:
    """The terms as first agreed, whatever happened since."""
    return terms_of(LoanVersion.objects.get(loan=loan, version=1).terms)


def dues_in_force(loan: Loan) -> list[LoanDue]:
    """The schedule of today, by number."""
    return list(LoanDue.objects.filter(loan=loan, until_version=None).order_by("n"))


def original_dues(loan: Loan) -> list[LoanDue]:
    """The schedule as first agreed, by number."""
    return list(LoanDue.objects.filter(loan=loan, from_version=1).order_by("n"))


def open_dues(loan: Loan) -> list[OpenDue]:
    """What fell due and is not wholly paid, the oldest first."""
    return list(OpenDue.objects.filter(loan=loan).order_by("n"))


def owed_of(due: OpenDue) -> Owed:
    """What is left of one due, for the waterfall."""
    return Owed(due.n, **{name: getattr(due, f"{name}_minor") for name in COMPONENTS})


def principal_minor(loan: Loan) -> int:
    """Principal owed: the balance of the loan's own account."""
    account = Account.objects.filter(kind=PRINCIPAL, object_ref=loan.ref).first()
    return 0 if account is None else account.balance_minor


def lost_minor(loan: Loan) -> int:
    """What of a loan that was written off has not come back; the debt itself remains."""
    account = Account.objects.filter(kind=WRITTEN_OFF, object_ref=loan.ref).first()
    return 0 if account is None else account.balance_minor


def late_of(loan: Loan, terms: Terms) -> Late:
    """What lateness costs under the contract, and from each change of the rate on."""
    return Late(
        loan.rate_percent,
        loan.late_rate_percent,
        loan.matures_on,
        loan.compounds,
        loan.principal_first_after_days,
        tuple(
            LateRates(event.on, event.rate_percent, late_after(loan, event.rate_percent, event.on))
            for event in sorted(terms.events, key=lambda each: each.on)
            if event.rate_percent is not None
        ),
        excused_delays(loan),
    )


def undoing_of(repayment: UUID | None) -> LoanProposal | None:
    """The proposal that a payment does not count, while nobody has answered it."""
    if repayment is None:
        return None
    return LoanProposal.objects.filter(
        repayment=repayment, kind=ProposalKind.REVERSE, state=ProposalState.OPEN
    ).first()


def excused_delays(loan: Loan) -> tuple[Excused, ...]:
    """The delays that two people of the lender found to be technical. Borrowers see no proposals."""
    found = LoanProposal.objects.filter(
        loan=loan, kind=ProposalKind.EXCUSE, state=ProposalState.CONFIRMED
    )
    spans = found.order_by("id").values_list("counts_from", "until_on")
    return tuple(Excused(due_on, until) for due_on, until in spans if due_on and until)


def late_after(loan: Loan, rate_percent: Decimal, on: date) -> Decimal:
    """The late rate that goes with another rate from a day on (人民银行 银发〔2003〕251号, 3).

    The product's share of the rate, under its bound of the total cost. A contract whose late rate
    is neither that share of its own rate nor cut by that bound names one by itself, and keeps it.
    """
    product = product_of(loan.product)
    share = (loan.rate_percent * product.overdue.late_percent / 100).quantize(MILLIONTH)
    bound = product.rate.lpr_multiple
    cut = bound is not None and loan.late_rate_percent < share
    if loan.late_rate_percent != share and not cut:
        return loan.late_rate_percent
    prime = lpr_percent_on(on)
    if bound is not None and prime is None:
        prime = loan.late_rate_percent / bound
    return late_percent(product, rate_percent, lpr_percent=prime).quantize(MILLIONTH)


def book_of(loan: Loan, terms: Terms, plan: Plan) -> Book:
    """The loan as core.loan_book sees it under some terms."""
    rounding = terms.rounding.interest
    return Book(plan.stretches, plan.dues, late_of(loan, terms), terms.day_count, rounding)


def payments_of(loan: Loan) -> list[tuple[Repayment, Payment]]:
    """Every payment that counts, in the order in which it counts, with what it spent."""
    counted = Repayment.objects.filter(loan=loan, state=RepaymentState.BOOKED).order_by("on", "id")
    return [(each, Payment(each.on, each.amount_minor - each.held_minor)) for each in counted]


def booked_of(loan: Loan, *, before: date) -> dict[str, int]:
    """Interest, penalty and compound interest ever booked for a loan up to a day, with corrections."""
    days = booked_days(loan, loan.disbursed_on, before - timedelta(1))
    sums = {name: Sum(f"{name}_minor") for name in BOOKED}
    corrected = AccrualCorrection.objects.filter(loan=loan).aggregate(**sums)
    return {name: days[name] + (corrected[name] or 0) for name in BOOKED}


def booked_days(loan: Loan, first: date, last: date) -> dict[str, int]:
    """What the days from one to another, both included, were booked to have cost."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS_BOOKED, [loan.pk, first, last])
        [row] = cursor.fetchall()
    return {name: int(days) for name, days in zip(BOOKED, row, strict=True)}


def earned_before(book: Book, day: date) -> int:
    """Interest of all days before one, as the book says."""
    ended = sum(each.earned_minor for each in book.stretches if each.until_on <= day)
    running = [each for each in book.stretches if each.from_on < day < each.until_on]
    return ended + sum(earned_until(book, each, day) for each in running)


@dataclass(frozen=True, slots=True)
class Quote:
    """What settles a loan on a day: owed already, by component, and what falls due by settling."""

    on: date
    owed: dict[str, int]
    principal_minor: int
    interest_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return sum(self.owed.values()) + self.principal_minor + self.interest_minor


def settlement_quote(loan: Loan, *, on: date) -> Quote:
    """What it takes to settle on the open day; interest runs to that day, which does not count."""
    if loan.state == LoanState.UNPAID:
        return Quote(on, dict.fromkeys(COMPONENTS, 0), 0, 0)
    rows = open_dues(loan)
    owed = {name: sum(getattr(row, f"{name}_minor") for row in rows) for name in COMPONENTS}
    terms = terms_in_force(loan)
    if not any(due.on > on for due in plan_of(terms).dues):
        return Quote(on, owed, 0, 0)
    return Quote(on, owed, *ahead_of(terms, on))


def ahead_of(terms: Terms, on: date) -> tuple[int, int]:
    """Principal and interest that settling on a day makes due, beyond what falls due on it anyway."""
    principal = interest = 0
    for sign, plan in ((1, plan_of(settled_terms(terms, on))), (-1, plan_of(terms))):
        of_day = [due for due in plan.dues if due.on == on]
        principal += sign * sum(due.principal_minor for due in of_day)
        interest += sign * sum(due.interest_minor for due in of_day)
    return principal, interest


def settled_terms(terms: Terms, on: date) -> Terms:
    """The terms with a settlement on a day."""
    return with_event(terms, Event(on=on, kind=EventKind.SETTLE, until="date"))


def with_event(terms: Terms, event: Event) -> Terms:
    """The terms with one more event."""
    return replace(terms, events=(*terms.events, event))


def drawn_minor(contract_ref: UUID) -> int:
    """Everything ever drawn under a contract; money that never left was not drawn."""
    loans = Loan.objects.filter(contract_ref=contract_ref).exclude(state=LoanState.UNPAID)
    found = loans.aggregate(total=Sum("principal_minor"))
    return int(found["total"] or 0)


def outstanding_minor(contract_ref: UUID) -> int:
    """Principal owed under a contract: the sum of its loans' own accounts."""
    refs: Sequence[UUID] = list(
        Loan.objects.filter(contract_ref=contract_ref).values_list("ref", flat=True)
    )
    accounts = Account.objects.filter(kind=PRINCIPAL, object_ref__in=refs)
    return sum(account.balance_minor for account in accounts)


def available_minor(contract_ref: UUID, *, limit_minor: int, revolving: bool) -> int:
    """What may still be drawn under a contract: of a revolving one, what is not owed now."""
    used = outstanding_minor(contract_ref) if revolving else drawn_minor(contract_ref)
    return max(0, limit_minor - used)


@dataclass(frozen=True, slots=True)
class DayAccrual:
    """What a loan earned on one day, in fen."""

    on: date
    interest_minor: int
    penalty_minor: int
    compound_minor: int


def accruals_of(loan: Loan) -> list[DayAccrual]:
    """What was booked day by day, from the drawing on; days that earned nothing are missing."""
    with connection.cursor() as cursor:
        cursor.execute(DAYS_OF_LOAN, [loan.pk])
        return [DayAccrual(*row) for row in cursor.fetchall()]


def loans_page(institution: str, *, state: str, before: int | None, limit: int) -> list[Loan]:
    """A lender's loans in the reader's scope, the newest first; an unknown state has none."""
    found = Loan.objects.filter(institution=institution).select_related("product")
    found = found.filter(state=state) if state else found
    found = found.filter(id__lt=before) if before is not None else found
    return list(found.order_by("-id")[:limit])


def standing_of(loan: Loan) -> Standing | None:
    """Where an open loan stands."""
    return Standing.objects.filter(loan=loan).first()


def repayments_between(loan: Loan, from_on: date, until_on: date) -> list[Repayment]:
    """Money that came in between two days, also what was reversed, in the order of its days."""
    found = Repayment.objects.filter(loan=loan, on__gte=from_on, on__lte=until_on)
    return list(found.order_by("on", "id"))


def parts_paid(loan: Loan) -> dict[int, dict[str, int]]:
    """What each repayment of a loan pays by component, as spread today."""
    spent: dict[int, dict[str, int]] = {}
    for part in RepaymentPart.objects.filter(loan=loan, until_on=None):
        of = spent.setdefault(part.repayment_id, {})
        of[part.component] = of.get(part.component, 0) + part.amount_minor
    return spent
