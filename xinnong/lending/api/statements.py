"""JSON API of bank statements: hand one in, list what came, and what waits in suspense.

What a waiting line was is said by people on its page: a program matches nothing by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal
from uuid import UUID

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import File, Form, Path, Query, Router, Schema
from ninja.files import UploadedFile

from xinnong.accounts.api_auth import needs
from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.lending.api.payments import LARGEST_ID, Problem, client_of
from xinnong.lending.api.routing import Key, lender_of
from xinnong.lending.bank_files import MOST_BYTES
from xinnong.lending.queries.bank import line_by_ref, lines_page, statements_page
from xinnong.lending.services.answering import answer_program
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.statement_lines import open_line
from xinnong.lending.services.statements import take_statement
from xinnong.lending.statement_files import statement_in
from xinnong.lending.statement_reports import line_row, statement_row, taken_report
from xinnong.sources.api import needs_upload
from xinnong.web.paging import Turn

PAGE = 100

router = Router(tags=["payments"])
CARRIES = needs(Permission.CARRY_PAYMENTS)
Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


class Taken(Schema):
    """read = new + repeated; new = booked + payments + waiting; the difference is the bank's less ours."""

    statement: UUID
    read: int
    new: int
    repeated: int
    booked: int
    payments: int
    waiting: int
    difference_yuan: str


class StatementRow(Schema):
    """A statement that came in, by page, command or program."""

    ref: UUID
    account: str
    from_on: date
    through_on: date
    opening_yuan: str
    closing_yuan: str
    new: int
    repeated: int
    matched: int
    waiting: int
    came_at: datetime


class StatementPage(Schema):
    """Statements, the newest first; `next_before` is the argument that continues the list."""

    statements: list[StatementRow]
    next_before: int | None


class LineRow(Schema):
    """A line; the amount is what the account gained. `rule` says how its loan was recognised."""

    ref: UUID
    on: date
    amount_yuan: str
    state: str
    rule: str | None
    loan: UUID | None
    loan_number: str | None


class LinePage(Schema):
    """Lines, the newest first; `next_before` is the argument that continues the list."""

    lines: list[LineRow]
    next_before: int | None


class BankLineOut(LineRow):
    """A line with who paid, from where and in which words."""

    payer_name: str
    payer_account: str
    payer_bank: str
    words: str


@router.post(
    "/bank/statements",
    auth=needs_upload(Permission.CARRY_PAYMENTS, most_bytes=MOST_BYTES),
    response={200: Taken, (401, 403, 422): Problem},
    operation_id="take_bank_statement",
)
def take_bank_statement(
    request: HttpRequest,
    file: File[UploadedFile],
    key: Key,
    account: Annotated[str, Form(max_length=40, pattern=r"^[0-9A-Za-z -]*$")] = "",
) -> Any:
    """Take a statement of an own account in (CSV, XLSX, JSON Lines), whole or not at all."""
    client, _branch = client_of(request)
    assert isinstance(file, TemporaryUploadedFile)  # the only upload handler there is
    now, said = timezone.now(), statement_in(FilePath(file.temporary_file_path()))

    def work() -> dict[str, Any]:
        report = take_statement(
            actor=client, institution=lender(request), account=account, said=said, now=now
        )
        return taken_report(report)

    body = {"account": account, "sha256": said.sha256}
    return answer_program(
        client=client, route="bank-statement", key=key, body=body, now=now, work=work
    )


@router.get(
    "/bank/statements",
    auth=CARRIES,
    response={200: StatementPage, (401, 403, 404, 422): Problem},
    operation_id="bank_statements",
)
def bank_statements(request: HttpRequest, before: Before = None) -> Any:
    """Statements of the lender's own accounts."""
    with _whole(request) as code:
        found = statements_page(code, turn=_turn(before), limit=PAGE + 1)
        shown = [statement_row(each) for each in found[:PAGE]]
    return {"statements": shown, "next_before": _following(found)}


@router.get(
    "/bank/lines",
    auth=CARRIES,
    response={200: LinePage, (401, 403, 404, 422): Problem},
    operation_id="bank_lines",
)
def bank_lines(
    request: HttpRequest,
    state: Literal["", "booked", "payment", "waiting", "proposed", "sent_back", "fee"] = "",
    before: Before = None,
) -> Any:
    """Lines in one state; without one, those in suspense that wait for somebody."""
    with _whole(request) as code:
        found = lines_page(code, state=state, turn=_turn(before), limit=PAGE + 1)
        shown = [line_row(each) for each in found[:PAGE]]
    return {"lines": shown, "next_before": _following(found)}


@router.get(
    "/bank/lines/{ref}",
    auth=CARRIES,
    response={200: BankLineOut, (401, 403, 404, 422): Problem},
    operation_id="bank_line",
)
def bank_line(request: HttpRequest, ref: Path[UUID]) -> Any:
    """A line with who paid and in which words; every look is recorded."""
    client, _branch = client_of(request)
    with _whole(request) as code:
        found = line_by_ref(code, ref)
        if found is None:
            raise Http404
        said = open_line(actor=client, institution=lender(request), line=found, now=timezone.now())
        return line_row(found) | {
            "payer_name": said["name"], "payer_account": said["account"],
            "payer_bank": said["bank"], "words": said["words"],
        }  # fmt: skip


def lender(request: HttpRequest) -> Institution:
    """The lender whose program asks."""
    code = lender_of(request)
    return Institution.objects.select_related("operator").get(code=code)


@contextmanager
def _whole(request: HttpRequest) -> Iterator[str]:
    """Read the lender's bank lines, which belong to no area, in the name of its program."""
    client, _branch = client_of(request)
    code = lender_of(request)
    with scoped(of_lender(code, client)):
        yield code


def _turn(before: int | None) -> Turn:
    return Turn(str(before)) if before else Turn()


def _following(found: Sequence[Any]) -> int | None:
    return found[PAGE - 1].pk if len(found) > PAGE else None
