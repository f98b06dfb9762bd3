"""JSON API of loans: list, one loan with its schedule, what it takes to pay, paying, statement."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Schema, Status
from pydantic import ConfigDict

from xinnong.accounts.api_auth import needs
from xinnong.accounts.api_days import Day
from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.lending.api.applications import CREATED
from xinnong.lending.api.routing import (
    PAGE_ROWS,
    REFUSALS,
    TAGS,
    Before,
    Key,
    Yuan,
    client_of,
    fen,
    lender_of,
    own,
    page_of,
    remember,
    remember_list,
    router,
)
from xinnong.lending.loan_reports import (
    loan_report,
    quote_report,
    receipt_report,
    row_report,
    statement_report,
)
from xinnong.lending.models import Loan
from xinnong.lending.queries.loans import loan_by_ref, loans_page
from xinnong.lending.services.answering import answer_program
from xinnong.lending.services.contract_repayments import repay_loan
from xinnong.lending.services.repaying import Excess
from xinnong.privacy.purposes import Purpose

SEEN = ("loan", "repayments")
Beyond = Literal["hold", "reduce_installment", "reduce_count", "apply_next"]


class LoanRow(Schema):
    """A loan in a list."""

    ref: UUID
    contract: UUID
    product: str
    state: str
    principal_yuan: str
    disbursed_on: date
    matures_on: date


class LoansOut(Schema):
    """A page of loans, the newest first."""

    loans: list[LoanRow]
    next_before: int | None


class DueOut(Schema):
    """One instalment as it is to be paid."""

    n: int
    due: date
    principal_yuan: str
    interest_yuan: str
    fee_yuan: str
    total_yuan: str


class OwedOut(Schema):
    """What is owed, part by part, in yuan."""

    fee: str
    interest: str
    penalty: str
    compound: str
    principal: str


class LoanOut(LoanRow):
    """A loan as it stands on the lender's open day."""

    person: UUID
    rate_percent: str
    late_rate_percent: str
    method: str
    day_count: str
    on: date
    days_past_due: int
    asset_class: int | None
    owed_yuan: OwedOut
    principal_left_yuan: str
    closed_on: date | None
    schedule: list[DueOut]


class QuoteOut(Schema):
    """What a repayment would do on the open day, in yuan: exactly that, with the same words.

    It prepays only where `excess` says what becomes of the rest; by default the rest is held for the
    next instalment (`holds_yuan`). `too_much_yuan` lies beyond settling: cash or a card is refused,
    of a transfer it is held.
    """

    on: date
    due_now_yuan: str
    owed_yuan: OwedOut
    settle_yuan: str
    amount_yuan: str | None
    pays_due_yuan: str | None
    prepays_yuan: str | None
    holds_yuan: str | None
    too_much_yuan: str | None


class RepaymentIn(Schema):
    """Money that came in; `settle` asks that it pay everything and is refused where it does not."""

    model_config = ConfigDict(extra="forbid")
    amount_yuan: Yuan
    channel: Literal["cash", "transfer", "card"]
    excess: Beyond = "hold"
    settle: bool = False


class ReceiptOut(Schema):
    """Where the money went, in yuan; `state` is the loan's afterwards."""

    repayment: UUID
    paid_yuan: OwedOut
    prepaid_yuan: str
    held_yuan: str
    state: str


class MovementOut(Schema):
    """Money that moved on a loan; a reversed repayment stands there as it was, and says so."""

    on: date
    kind: Literal["draw", "repayment", "reversed"]
    amount_yuan: str
    channel: str | None
    ref: UUID
    parts_yuan: OwedOut | None


class StatementOut(Schema):
    """Movements between two days, both of them counted, and what they come to."""

    loan: UUID
    from_on: date
    until_on: date
    movements: list[MovementOut]
    drawn_yuan: str
    repaid_yuan: str


@router.get(
    "/loans",
    response={200: LoansOut, **REFUSALS},
    operation_id="loans",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loans(
    request: HttpRequest,
    state: Annotated[
        Literal["", "active", "settled", "written_off"], Query(description="empty: all of them")
    ] = "",
    before: Before = None,
) -> dict[str, Any]:
    """The lender's loans inside the program's areas, the newest first."""
    rows = loans_page(lender_of(request), state=state, before=before, limit=PAGE_ROWS + 1)
    shown, following = page_of(rows)
    remember_list(request, "loans", shown, Purpose.SERVICING)
    return {"loans": [row_report(each) for each in shown], "next_before": following}


@router.get(
    "/loans/{ref}",
    response={200: LoanOut, **REFUSALS},
    operation_id="loan",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan(request: HttpRequest, ref: Path[UUID]) -> dict[str, Any]:
    """A loan with its schedule of today and what is owed."""
    return loan_report(_loan(request, ref), today=timezone.localdate())


@router.get(
    "/loans/{ref}/quote",
    response={200: QuoteOut, **REFUSALS},
    operation_id="quote",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_quote(
    request: HttpRequest,
    ref: Path[UUID],
    amount_yuan: Annotated[
        str,
        Query(
            description="what this much would do; empty asks for the sums alone",
            pattern=r"^([0-9]{1,12}(\.[0-9]{1,2})?)?$",
        ),
    ] = "",
    excess: Annotated[Beyond, Query(description="as in the repayment that is meant")] = "hold",
) -> dict[str, Any]:
    """What is due, what settles the loan, and what a repayment would do; nothing moves."""
    amount = fen(amount_yuan) if amount_yuan else None
    found = _loan(request, ref)
    return quote_report(found, amount, today=timezone.localdate(), excess=Excess(excess))


@router.post(
    "/loans/{ref}/repayments",
    response={201: ReceiptOut, **REFUSALS},
    operation_id="repay",
    auth=needs(Permission.SEND_LOANS),
    tags=TAGS,
)
def take_repayment(request: HttpRequest, ref: Path[UUID], paid: RepaymentIn, key: Key) -> Any:
    """Take money that came in for a loan, on the lender's open day."""
    return Status(CREATED, take(client_of(request), _loan(request, ref), paid, key))


def take(client: ApiClient, loan: Loan, paid: RepaymentIn, key: UUID) -> dict[str, Any]:
    """Take a repayment once for its key."""
    now = timezone.now()

    def work() -> dict[str, Any]:
        receipt = repay_loan(
            actor=client, loan=loan, amount_minor=fen(paid.amount_yuan), channel=paid.channel,
            now=now, key=key, excess=Excess(paid.excess), settles=paid.settle,
        )  # fmt: skip
        return receipt_report(receipt)

    body = {"loan": str(loan.ref), **paid.dict()}
    return answer_program(client=client, route="repay", key=key, body=body, now=now, work=work)


@router.get(
    "/loans/{ref}/statement",
    response={200: StatementOut, **REFUSALS},
    operation_id="loan_statement",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_statement(
    request: HttpRequest,
    ref: Path[UUID],
    from_on: Annotated[Day | None, Query(description="empty: the day it was drawn")] = None,
    until_on: Annotated[Day | None, Query(description="empty: today")] = None,
) -> dict[str, Any]:
    """Every movement of a loan between two days."""
    found = _loan(request, ref)
    return statement_report(
        found, from_on=from_on or found.disbursed_on, until_on=until_on or timezone.localdate()
    )


def _loan(request: HttpRequest, ref: UUID) -> Loan:
    found = own(request, loan_by_ref(ref))
    remember(request, found, SEEN, Purpose.SERVICING)
    return found
