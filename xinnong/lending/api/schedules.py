"""JSON API of schedules: the terms go in as the command reads them, the schedule comes out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import ConfigDict

from xinnong.accounts.api_auth import needs
from xinnong.accounts.permissions import Permission
from xinnong.core.schedule import build_schedule, load_terms, schedule_document
from xinnong.lending.api.routing import router


class TermsIn(Schema):
    """TERMS.json, whose schema `xinnong schedule --schema` prints; unknown settings are refused."""

    model_config = ConfigDict(extra="allow")


class ScheduleOut(Schema):
    """Money in yuan as text, days as ISO dates, instalments counted from 1."""

    rows: list[dict[str, Any]]
    totals: dict[str, str]
    terms: dict[str, Any]
    conventions: list[str]


@router.post(
    "/schedules",
    response=ScheduleOut,
    auth=needs(Permission.PLAN_LOAN),
    tags=["schedules"],
    operation_id="plan_schedule",
)
def plan(request: HttpRequest, terms: TermsIn) -> dict[str, object]:  # noqa: ARG001 - the body is read exactly, below
    """Work a schedule out; nothing is stored. Decimal numbers are read exactly from the body."""
    return schedule_document(build_schedule(load_terms(request.body)))
