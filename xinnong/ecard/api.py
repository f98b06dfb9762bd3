"""JSON API of designated institutions: redeem a code, read a redemption again.

People show, activate and revoke; a program redeems what its counter scanned.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema
from pydantic import Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.ecard.models import Redemption
from xinnong.ecard.queries.codes import redemption_by_ref
from xinnong.ecard.services import Presented, redeem
from xinnong.privacy.models import ReadKind
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read

router = Router()
TAGS = ["e-credential"]


class ProblemOut(Schema):
    """RFC 9457 with a stable code."""

    type: str
    title: str
    status: int
    code: str


REFUSALS: dict[int, type[Schema]] = dict.fromkeys((401, 403, 404, 422), ProblemOut)


class RedeemIn(Schema):
    """A code as a terminal scanned it; `out_biz_no` is the institution's own number and the key."""

    code: Annotated[str, Field(max_length=80, examples=["9001 1234 5678 9012 3456 7890 1280"])]
    terminal: Annotated[str, Field(max_length=32, examples=["T1"])]
    business_type: Annotated[str, Field(max_length=5, examples=["01301"])]
    out_biz_no: Annotated[str, Field(max_length=64, examples=["20261120-000017"])]


class RedemptionOut(Schema):
    """A redeemed code; the name is masked as a counter compares it with the card."""

    ref: UUID
    out_biz_no: str
    business_type: str
    terminal: str
    name_masked: str
    insured_area: str
    presented_by: str
    is_offline: bool
    at: datetime


@router.post(
    "/ecard/redemptions",
    response={200: RedemptionOut, **REFUSALS},
    operation_id="redeem_ecard",
    auth=needs(Permission.REDEEM_ECARD),
    tags=TAGS,
)
def redeem_ecard(request: HttpRequest, body: RedeemIn) -> dict[str, Any]:
    """Redeem a code once; the same number with the same body answers the same again."""
    made = redeem(actor=_client(request), presented=Presented(**body.dict()), now=timezone.now())
    return _told(request, made)


@router.get(
    "/ecard/redemptions/{ref}",
    response={200: RedemptionOut, **REFUSALS},
    operation_id="ecard_redemption",
    auth=needs(Permission.REDEEM_ECARD),
    tags=TAGS,
)
def ecard_redemption(request: HttpRequest, ref: Path[UUID]) -> dict[str, Any]:
    """One redemption of the own institution."""
    found, place = redemption_by_ref(ref), _client(request).institution
    if found is None or found.institution != place.code:
        raise Http404
    return _told(request, found)


def _client(request: HttpRequest) -> ApiClient:
    client = request.auth  # type: ignore[attr-defined]  # set by ninja from `needs`
    assert isinstance(client, ApiClient)
    return client


def _told(request: HttpRequest, row: Redemption) -> dict[str, Any]:
    """The answer, and the record that the program was told."""
    record_read(
        actor=_client(request),
        at=timezone.now(),
        purpose=Purpose.PRESENT,
        case=str(row.ref),
        fields=["ecard"],
        person=row.person,
        kind=ReadKind.API,
    )
    return {
        "ref": row.ref,
        "out_biz_no": row.out_biz_no,
        "business_type": row.business_type,
        "terminal": row.terminal,
        "name_masked": row.name_masked,
        "insured_area": row.insured_area,
        "presented_by": "relative" if row.is_for_somebody_else else "holder",
        "is_offline": row.is_offline,
        "at": row.at,
    }
