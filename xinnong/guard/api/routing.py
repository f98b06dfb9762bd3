"""What the operations of guard's API share: the router, who asks, keys, problems."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Router, Schema

from xinnong.accounts.models import ApiClient

router = Router()

Key = Annotated[
    UUID,
    Header(
        alias="Idempotency-Key",
        description="a new UUID for each delivery; the same one again answers the same and moves nothing",
    ),
]
Signature = Annotated[
    str,
    Header(
        alias="Signature",
        pattern=r"^[0-9a-f]{128}$",
        description="Ed25519 in hexadecimal over `xinnong-events`, the source's code, the key of the"
        " delivery and the SHA-256 of the body in hexadecimal, one a line",
    ),
]


class ProblemOut(Schema):
    """RFC 9457 with a stable code."""

    type: str
    title: str
    status: int
    code: str


REFUSALS: Final[dict[int, type[Schema]]] = dict.fromkeys((401, 403, 404, 422), ProblemOut)


def client_of(request: HttpRequest) -> ApiClient:
    """The program that asks."""
    client = request.auth  # type: ignore[attr-defined]  # set by ninja from `needs`
    assert isinstance(client, ApiClient)
    return client
