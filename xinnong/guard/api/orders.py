"""JSON API for platforms: read an order that was delivered, hand signed receipts in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Schema
from pydantic import ConfigDict, Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.permissions import Permission
from xinnong.core.joint_orders import MOST_ACCOUNTS
from xinnong.guard.api.routing import REFUSALS, Key, client_of, router
from xinnong.guard.models import OrderDelivery
from xinnong.guard.queries.evidence import evidence_report
from xinnong.guard.queries.orders import delivery_for
from xinnong.guard.services.delivering import keep_receipts

TAGS = ["orders"]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]+$")]


class OrderEvidence(Schema):
    """That the issue is in the signed evidence log; bytes in base64."""

    version: int
    leaf_version: int
    index: int
    leaf: str
    size: int
    proof: list[str]
    checkpoint: str = Field(description="a signed note: the log's signature, then the witnesses'")
    witnesses: list[str]


class JointOrderOut(Schema):
    """An order as it was delivered, with the clock that runs; `evidence` is null until it is numbered."""

    order: UUID
    kind: str
    state: str
    sha256: str
    document: str
    due_at: datetime
    answered_at: datetime | None
    evidence: OrderEvidence | None


class ReceiptIn(Schema):
    """What was done about one account; signed as the documentation says."""

    model_config = ConfigDict(extra="forbid")
    mark: Annotated[Hex, Field(min_length=32, max_length=32)]
    outcome: Literal["done", "not_found", "refused"]
    at: Annotated[str, Field(max_length=40)]
    signature: Annotated[Hex, Field(min_length=128, max_length=128)]


class ReceiptsIn(Schema):
    """Receipts of one order."""

    model_config = ConfigDict(extra="forbid")
    receipts: Annotated[list[ReceiptIn], Field(min_length=1, max_length=MOST_ACCOUNTS)]


class ReceiptsKept(Schema):
    """How many were new, and how many accounts still wait."""

    kept: int
    left: int


@router.get(
    "/joint-orders/{ref}",
    response={200: JointOrderOut, **REFUSALS},
    operation_id="joint_order",
    auth=needs(Permission.ANSWER_ORDERS),
    tags=TAGS,
)
def joint_order(request: HttpRequest, ref: Path[UUID]) -> dict[str, Any]:
    """An order that was delivered to the platform of this program."""
    found = _own(request, ref)
    return {
        "order": found.order.ref,
        "kind": found.order.kind,
        "state": found.order.state,
        "sha256": found.order.sha256,
        "document": bytes(found.order.document).decode(),
        "due_at": found.due_at,
        "answered_at": found.answered_at,
        "evidence": evidence_report(found.order),
    }


@router.post(
    "/joint-orders/{ref}/receipts",
    response={200: ReceiptsKept, **REFUSALS},
    operation_id="take_receipts",
    auth=needs(Permission.ANSWER_ORDERS),
    tags=TAGS,
)
def take_receipts(
    request: HttpRequest,
    ref: Path[UUID],
    body: ReceiptsIn,
    key: Key,  # noqa: ARG001 - the first receipt of an account stands, whatever the key
) -> dict[str, int]:
    """Hand receipts in. One that is wrong refuses them all; the same again changes nothing."""
    return keep_receipts(
        actor=client_of(request), delivery=_own(request, ref),
        receipts=[each.model_dump() for each in body.receipts], now=timezone.now(),
    )  # fmt: skip


def _own(request: HttpRequest, ref: UUID) -> OrderDelivery:
    found = delivery_for(client_of(request), ref)
    if found is None:
        raise Http404
    return found
