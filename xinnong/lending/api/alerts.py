"""JSON API of alerts about borrowed names: list and read them. People say what an alert is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Schema

from xinnong.accounts.api_auth import needs
from xinnong.accounts.permissions import Permission
from xinnong.lending.api.loans import LoanRow
from xinnong.lending.api.routing import (
    PAGE_ROWS,
    REFUSALS,
    Before,
    lender_of,
    own,
    page_of,
    remember_list,
    router,
)
from xinnong.lending.collecting_reports import alert_report, alert_row
from xinnong.lending.queries.alerts import alert_by_ref, alerts_page, loans_in
from xinnong.privacy.purposes import Purpose
from xinnong.web.paging import Turn

TAGS = ["alerts"]


class AlertRow(Schema):
    """An alert in a list; `number` is the one to object under, a `look_into` holds new draws."""

    ref: UUID
    number: int
    kind: str
    state: str
    borrowers: int
    found_on: date


class AlertsOut(Schema):
    """A page of alerts, the newest first."""

    alerts: list[AlertRow]
    next_before: int | None


class AlertLoanOut(LoanRow):
    """A drawing that an alert is made of."""

    person: UUID


class AlertDecisionOut(Schema):
    """What somebody said an alert is, and why."""

    state: str
    reason: str
    decided_at: datetime


class AlertOut(AlertRow):
    """An alert with the rule that raised it, its drawings, and what people said of it."""

    least_borrowers: int | None
    within_days: int | None
    loans: list[AlertLoanOut]
    decisions: list[AlertDecisionOut]


@router.get(
    "/loan-alerts",
    response={200: AlertsOut, **REFUSALS},
    operation_id="loan_alerts",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_alerts(
    request: HttpRequest,
    state: Annotated[
        Literal["open", "look_into", "false_alarm"],
        Query(description="`open` waits for somebody, `look_into` holds new draws"),
    ] = "open",
    before: Before = None,
) -> dict[str, Any]:
    """The lender's alerts in one state, the newest first."""
    turn = Turn(str(before)) if before else Turn()
    rows = alerts_page(lender_of(request), state, turn=turn, limit=PAGE_ROWS + 1)
    shown, following = page_of(rows)
    return {"alerts": [alert_row(each) for each in shown], "next_before": following}


@router.get(
    "/loan-alerts/{ref}",
    response={200: AlertOut, **REFUSALS},
    operation_id="loan_alert",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_alert(request: HttpRequest, ref: Path[UUID]) -> dict[str, Any]:
    """One alert with those of its drawings that lie in the program's areas."""
    found = own(request, alert_by_ref(ref))
    loans = loans_in(found)
    remember_list(request, "alert", loans, Purpose.SERVICING)
    return alert_report(found, loans)
