"""JSON API for sources of events: one signed delivery at a time."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Schema
from ninja.errors import HttpError

from xinnong.accounts.api_auth import needs
from xinnong.accounts.permissions import Permission
from xinnong.core.detection.intake import MOST_BYTES, MOST_ROWS
from xinnong.guard.api.routing import REFUSALS, Key, Signature, client_of, router
from xinnong.guard.refusals import EventsTooLarge
from xinnong.guard.services.intake import take_events

JSON = "application/json"
UNSUPPORTED = 415
BODY = {
    "requestBody": {
        "required": True,
        "description": f"up to {MOST_ROWS} events in at most {MOST_BYTES} bytes; instants carry their"
        " zone; phone, device, ip, address and agent are stored as keyed hashes, phone and device also sealed",
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["events"],
                    "properties": {"events": {"type": "array", "items": {"type": "object"}}},
                }
            }
        },
    }
}


class needs_events(needs):  # noqa: N801  # as `needs`
    """A client whose token may send events, and a body that is not too large to be read."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Check the client first, then kind and length, before a byte of the body is read."""
        client = super().authenticate(request, token)
        if client is not None:
            if request.content_type != JSON:
                raise HttpError(UNSUPPORTED, JSON)
            if int(request.META.get("CONTENT_LENGTH") or "0") > MOST_BYTES:
                raise EventsTooLarge(most_kb=MOST_BYTES // 1024)
        return client


class RowProblem(Schema):
    """One thing wrong with a row."""

    field: str
    code: str
    params: dict[str, Any]


class RowRefused(Schema):
    """A row that was turned back, by its place from 1."""

    row: int
    event_id: str
    problems: list[RowProblem]


class EventsTaken(Schema):
    """What became of a delivery; `rows` names the first 200 that were turned back."""

    ref: str
    accepted: int
    duplicate: int
    refused: int
    reasons: dict[str, int]
    rows: list[RowRefused]


@router.post(
    "/event-feeds/{feed}/events",
    response={200: EventsTaken, **REFUSALS},
    operation_id="take_events",
    auth=needs_events(Permission.SEND_EVENTS),
    tags=["events"],
    openapi_extra=BODY,
)
def take(
    request: HttpRequest,
    feed: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")],
    key: Key,
    signature: Signature,
) -> dict[str, Any]:
    """Hand events in. Wrong rows are turned back with their reasons, the others are stored."""
    return take_events(
        actor=client_of(request), feed=feed, key=key, signature=signature, body=request.body,
        now=timezone.now(),
    )  # fmt: skip
