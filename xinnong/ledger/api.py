"""JSON API of the ledger: the codes that the bank's own core has for our kinds of accounts."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Header, Query, Router, Schema
from pydantic import ConfigDict, Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.models import ApiClient, Institution, lender_code
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import EVERYWHERE, Scope, scoped
from xinnong.ledger.core_codes import code_report, core_lines
from xinnong.ledger.services import keep_core_codes
from xinnong.ledger.services.core_codes import CoreCodeSaid

MOST_CODES = 2_000
NO_NUL = r"^[^\x00]*$"

router = Router(tags=["ledger"])
CARRIES = needs(Permission.CARRY_PAYMENTS)


class Problem(Schema):
    """RFC 9457 with a stable code."""

    type: str
    title: str
    status: int
    code: str


class CodeOut(Schema):
    """The core's code of a kind and product; `given`: `own`, the `kind`'s, or `missing` (the chart's)."""

    kind: str
    product: str
    core_code: str
    given: str


class CodesOut(Schema):
    """All kinds of the chart, and the products in use."""

    codes: list[CodeOut]


class CodeIn(Schema):
    """An empty `product` stands for all of the kind; an empty code takes ours back to the chart's."""

    model_config = ConfigDict(extra="forbid")
    kind: str = Field(max_length=32, pattern=NO_NUL)
    product: str = Field(default="", max_length=32, pattern=NO_NUL)
    core_code: str = Field(max_length=32, pattern=NO_NUL)


class CodesIn(Schema):
    """Codes, all of them taken or none."""

    model_config = ConfigDict(extra="forbid")
    codes: list[CodeIn] = Field(min_length=1, max_length=MOST_CODES)


class Kept(Schema):
    """How many codes were said, and how many of them changed something."""

    said: int
    changed: int


@router.get(
    "/core-codes", auth=CARRIES, response={200: CodesOut, (401, 403, 404, 422): Problem},
    operation_id="core_codes",
)  # fmt: skip
def list_core_codes(
    request: HttpRequest,
    given: Annotated[
        Literal["", "own", "kind", "missing"],
        Query(description="where the code comes from; empty: all of them"),
    ] = "",
) -> Any:
    """The codes of the lender's own core, and where none was given."""
    client, lender = _asks(request)
    with scoped(_books(client, lender)):
        found = core_lines(lender, given=given)
    return {"codes": [code_report(each) for each in found]}


@router.put(
    "/core-codes", auth=CARRIES, response={200: Kept, (401, 403, 404, 422): Problem},
    operation_id="keep_core_codes",
)  # fmt: skip
def put_core_codes(
    request: HttpRequest,
    said: CodesIn,
    key: Annotated[
        UUID,
        Header(
            alias="Idempotency-Key",
            description="a new UUID for each command; the same one again answers the same",
        ),
    ],
) -> Any:
    """Put codes in the place of those that were; codes not named stay."""
    client, lender = _asks(request)
    told = [CoreCodeSaid(each.kind, each.product, each.core_code) for each in said.codes]
    with scoped(_books(client, lender)):
        changed = keep_core_codes(
            institution=lender, actor=client, key=str(key), said=told, now=timezone.now()
        )
    return {"said": len(told), "changed": changed}


def _asks(request: HttpRequest) -> tuple[ApiClient, Institution]:
    """The program and its lender; for anybody else there is nothing here."""
    client = request.auth  # type: ignore[attr-defined]  # set by ninja from `needs`
    assert isinstance(client, ApiClient)
    code = lender_code(client.institution)
    if not code:
        raise Http404
    return client, Institution.objects.select_related("operator").get(code=code)


def _books(client: ApiClient, lender: Institution) -> Scope:
    """The lender's books, which a program that carries payments feeds."""
    return Scope(
        actor=client.ref, kinds=(lender.operator.kind,), areas=(EVERYWHERE,),
        institutions=(lender.code,), books=True,
    )  # fmt: skip
