"""JSON API of payments, for a program between us and a bank: what to pay, taken, and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.models import ApiClient, Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.core.money import yuan
from xinnong.core.payments import Encoding, Form
from xinnong.lending.models import PaymentFile, PaymentOrder
from xinnong.lending.queries.bank import orders_page
from xinnong.lending.result_files import said_of
from xinnong.lending.services.bank_refusals import FileUnknown
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.payment_results import book_results
from xinnong.lending.services.payments import (
    open_payment_file,
    send_payments,
    take_payment_file,
)
from xinnong.web.paging import Turn

PAGE = 100
MOST_RESULTS = 10_000
LARGEST_ID = (1 << 63) - 1
NO_NUL = r"^[^\x00]*$"

router = Router(tags=["payments"])


class Problem(Schema):
    """RFC 9457 with a stable code."""

    type: str
    title: str
    status: int
    code: str


class Payment(Schema):
    """One payment; whom it pays stands in the file alone."""

    number: str
    kind: str
    state: str
    amount_yuan: str
    on: date
    ended_on: date | None
    reason: str


class PaymentPage(Schema):
    """Payments, the newest first; `next_before` is the argument that continues the list."""

    payments: list[Payment]
    next_before: int | None


class FileAsked(Schema):
    """A file of every payment that waits; the same key answers the same file."""

    model_config = ConfigDict(extra="forbid")

    key: UUID
    account: str = Field(default="", max_length=40, pattern=r"^[0-9A-Za-z -]*$")
    form: Literal["csv", "jsonl"] = "jsonl"
    encoding: Literal["utf-8", "gb18030"] = "utf-8"


class FileMade(Schema):
    """A file of payments; `sha256` is that of its bytes."""

    ref: UUID
    name: str
    form: str
    encoding: str
    count: int
    sum_yuan: str
    sha256: str
    made_at: datetime
    taken_at: datetime | None


class Result(Schema):
    """What became of one payment; the amount is compared where it is told."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(max_length=64, pattern=NO_NUL)
    outcome: Literal["done", "failed", "returned"]
    amount_yuan: str = Field(default="", max_length=24, pattern=NO_NUL)
    reason: str = Field(default="", max_length=120, pattern=NO_NUL)


class Results(Schema):
    """Results in one request, all of them booked or put aside together."""

    model_config = ConfigDict(extra="forbid")

    results: list[Result] = Field(min_length=1, max_length=MOST_RESULTS)


class ResultReport(Schema):
    """read = applied + repeated + aside; `reasons` counts why answers were put aside."""

    read: int
    applied: int
    repeated: int
    aside: int
    reasons: dict[str, int]


CARRIES = needs(Permission.CARRY_PAYMENTS)


@router.get(
    "/payments", auth=CARRIES, response={200: PaymentPage, (401, 403, 422): Problem},
    operation_id="payments",
)  # fmt: skip
def payments(
    request: HttpRequest,
    state: Literal["", "to_send", "sent", "done", "failed", "returned"] = "",
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Any:
    """Payments of the client's lender."""
    client, lender = client_of(request)
    turn = Turn(str(before)) if before else Turn()
    with scoped(of_lender(lender.code, client)):
        found = orders_page(lender.code, state=state, turn=turn, limit=PAGE + 1)
    shown = found[:PAGE]
    more = shown[-1].pk if len(found) > PAGE else None
    return {"payments": [_payment(each) for each in shown], "next_before": more}


@router.post(
    "/payments/files", auth=CARRIES, response={200: FileMade, (401, 403, 422): Problem},
    operation_id="send_payments",
)  # fmt: skip
def make_file(request: HttpRequest, asked: FileAsked) -> Any:
    """Make the file of every payment that waits; none of them goes into another."""
    client, lender = client_of(request)
    return _file(
        send_payments(
            actor=client, institution=lender, form=Form(asked.form), account=asked.account,
            encoding=Encoding(asked.encoding), now=timezone.now(), key=str(asked.key),
        )
    )  # fmt: skip


@router.get(
    "/payments/files/{ref}", auth=CARRIES, response={(401, 403, 404, 422): Problem},
    operation_id="payment_file",
    openapi_extra={
        "responses": {
            200: {
                "description": "the file, byte for byte as it was made",
                "content": {"application/octet-stream": {"schema": {"type": "string"}}},
            }
        }
    },
)  # fmt: skip
def fetch_file(request: HttpRequest, ref: Path[UUID]) -> HttpResponse:
    """The bytes of a file, as often as asked; every time is recorded."""
    client, lender = client_of(request)
    try:
        made, data = open_payment_file(
            actor=client, institution=lender, ref=ref, now=timezone.now()
        )
    except FileUnknown:
        raise Http404 from None
    answer = HttpResponse(data, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


@router.post(
    "/payments/files/{ref}/taken", auth=CARRIES,
    response={200: FileMade, (401, 403, 404, 422): Problem}, operation_id="take_payment_file",
)  # fmt: skip
def take_file(request: HttpRequest, ref: Path[UUID]) -> Any:
    """Acknowledge a file: the bank has it."""
    client, lender = client_of(request)
    try:
        return _file(
            take_payment_file(actor=client, institution=lender, ref=ref, now=timezone.now())
        )
    except FileUnknown:
        raise Http404 from None


@router.post(
    "/payments/results", auth=CARRIES, response={200: ResultReport, (401, 403, 422): Problem},
    operation_id="payment_results",
)  # fmt: skip
def take_results(request: HttpRequest, told: Results) -> Any:
    """Say what became of payments; what fits nothing is put aside and counted."""
    client, lender = client_of(request)
    said = [
        said_of(row, {name: str(value) for name, value in each.model_dump().items()})
        for row, each in enumerate(told.results, 1)
    ]
    report = book_results(actor=client, institution=lender, said=said, now=timezone.now())
    return {
        "read": report.read, "applied": report.applied, "repeated": report.repeated,
        "aside": report.aside, "reasons": dict(report.reasons),
    }  # fmt: skip


def client_of(request: HttpRequest) -> tuple[ApiClient, Institution]:
    """The program that asks, and the institution whose payments it carries."""
    client = request.auth  # type: ignore[attr-defined]  # set by ninja from `needs`
    assert isinstance(client, ApiClient)
    return client, client.institution


def _payment(order: PaymentOrder) -> dict[str, object]:
    return {
        "number": order.number, "kind": order.kind, "state": order.state,
        "amount_yuan": yuan(order.amount_minor), "on": order.business_on,
        "ended_on": order.ended_on, "reason": order.reason,
    }  # fmt: skip


def _file(made: PaymentFile) -> dict[str, object]:
    return {
        "ref": made.ref, "name": made.name, "form": made.form, "encoding": made.encoding,
        "count": made.payments, "sum_yuan": yuan(made.sum_minor), "sha256": made.sha256,
        "made_at": made.made_at, "taken_at": made.taken_at,
    }  # fmt: skip
