"""JSON API of collecting: the queue of late loans, one loan's record, the next contact."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Schema, Status
from pydantic import AwareDatetime, ConfigDict, Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.api_days import Day
from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.core.collecting import LONGEST_TEXT
from xinnong.lending.api.applications import CREATED
from xinnong.lending.api.routing import (
    PAGE_ROWS,
    REFUSALS,
    Key,
    Yuan,
    client_of,
    fen,
    lender_of,
    own,
    remember,
    remember_list,
    router,
)
from xinnong.lending.collecting_reports import collection_report, contact_report, late_report
from xinnong.lending.models import Loan
from xinnong.lending.queries.collecting import LateFilters, late_page
from xinnong.lending.queries.loans import figures_day, loan_by_ref
from xinnong.lending.services.answering import answer_program
from xinnong.lending.services.collecting import Said, record_contact
from xinnong.privacy.purposes import Purpose
from xinnong.web.paging import Turn

TAGS = ["collections"]
SEEN = ("loan", "repayments", "collection")
NO_NUL = r"^[^\x00]*$"


class LateOut(Schema):
    """A late loan; `promise` is what became of the newest promise, `none` where there is none."""

    loan: UUID
    household: str | None
    area12: str
    product: str
    bucket: str
    days_past_due: int
    owed_yuan: str
    last_contact_at: datetime | None
    promise: str
    promised_on: date | None
    promised_yuan: str | None
    next_at: datetime | None


class QueueOut(Schema):
    """A page of late loans, the latest first; `next_after` is the argument that continues it."""

    loans: list[LateOut]
    next_after: str | None


class ContactOut(Schema):
    """One contact; `promise` is what became of a promise by now."""

    ref: UUID
    kind: str
    party: str
    at: datetime
    said: str
    owed_yuan: str
    promised_yuan: str | None
    promised_on: date | None
    promise: str | None
    next_step: str | None
    next_at: datetime | None


class CollectionOut(Schema):
    """What a loan owes now, and everything done to collect it, the newest first."""

    loan: UUID
    on: date
    days_past_due: int
    owed_yuan: str
    contacts: list[ContactOut]


class ContactIn(Schema):
    """A call, visit, promise or note that took place; amount and day belong to a promise."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["call", "visit", "promise", "note"]
    party: Literal["borrower", "guarantor", "other"] = "borrower"
    at: AwareDatetime
    said: str = Field(max_length=LONGEST_TEXT, pattern=NO_NUL)
    promised_yuan: Yuan | None = None
    promised_on: Day | None = None
    next_step: Literal["", "call", "visit", "letter", "restructure", "legal"] = ""
    next_at: AwareDatetime | None = None


@router.get(
    "/collections",
    response={200: QueueOut, **REFUSALS},
    operation_id="collections",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def collections(
    request: HttpRequest,
    bucket: Annotated[
        Literal["", "1-30", "31-60", "61-90", "91-180", "over-180"],
        Query(description="days past due; empty: all of them"),
    ] = "",
    promise: Annotated[
        Literal["", "open", "broken", "none"],
        Query(description="`broken`: not kept in full; empty: all of them"),
    ] = "",
    household: Annotated[
        str, Query(pattern=r"^[0-9A-Za-z]{0,20}$", description="number of a household")
    ] = "",
    due: Annotated[bool, Query(description="only those whose next step is due")] = False,  # noqa: FBT002 - a query parameter
    after: Annotated[
        str,
        Query(
            pattern=r"^([0-9]{1,9}-[0-9]{1,18})?$", description="`next_after` of the page before"
        ),
    ] = "",
) -> dict[str, Any]:
    """The lender's late loans inside the program's areas, the latest first."""
    lender, now = lender_of(request), timezone.now()
    filters = LateFilters(
        bucket=bucket, promise=promise, household=household.upper(), next_by=now if due else None
    )
    shown, following = queue_page(lender, filters, after=after)
    remember_list(request, "collections", [row.loan for row in shown], Purpose.SERVICING)
    return {"loans": [late_report(row) for row in shown], "next_after": following}


def queue_page(lender: str, filters: LateFilters, *, after: str) -> tuple[list[Any], str | None]:
    """A page of the queue and the key of the next one. In the reader's scope."""
    on = figures_day(lender, timezone.localdate())
    rows = late_page(lender, filters, on=on, turn=Turn(key=after), limit=PAGE_ROWS + 1)
    shown = rows[:PAGE_ROWS]
    last = shown[-1] if len(rows) > PAGE_ROWS else None
    return shown, f"{last.days_past_due}-{last.loan_id}" if last else None


@router.get(
    "/loans/{ref}/collection",
    response={200: CollectionOut, **REFUSALS},
    operation_id="loan_collection",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_collection(request: HttpRequest, ref: Path[UUID]) -> dict[str, Any]:
    """Everything done to collect one loan, with what became of each promise."""
    return collection_report(_loan(request, ref), today=timezone.localdate())


@router.post(
    "/loans/{ref}/contacts",
    response={201: ContactOut, **REFUSALS},
    operation_id="record_contact",
    auth=needs(Permission.SEND_LOANS),
    tags=TAGS,
)
def record_loan_contact(request: HttpRequest, ref: Path[UUID], said: ContactIn, key: Key) -> Any:
    """Put a contact on record, by the rules of conduct that bind people; it is never changed."""
    return Status(CREATED, put_on_record(client_of(request), _loan(request, ref), said, key))


def put_on_record(client: ApiClient, loan: Loan, said: ContactIn, key: UUID) -> dict[str, Any]:
    """Record a contact once for its key."""
    now = timezone.now()

    def work() -> dict[str, Any]:
        made = record_contact(actor=client, loan=loan, said=_said(said), now=now, key=key)
        state = "open" if made.promised_on else None
        return {**contact_report(made, None), "promise": state}

    body = {"loan": str(loan.ref), **said.model_dump(mode="json")}
    return answer_program(client=client, route="contact", key=key, body=body, now=now, work=work)


def _said(said: ContactIn) -> Said:
    return Said(
        kind=said.kind,
        party=said.party,
        at=said.at,
        said=said.said,
        promised_minor=fen(said.promised_yuan) if said.promised_yuan else None,
        promised_on=said.promised_on,
        next_step=said.next_step,
        next_at=said.next_at,
    )


def _loan(request: HttpRequest, ref: UUID) -> Loan:
    found = own(request, loan_by_ref(ref))
    remember(request, found, SEEN, Purpose.SERVICING)
    return found
