"""What the operations of the lending API share: the router, who asks, keys and amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Header, Query, Router, Schema
from pydantic import Field

from xinnong.accounts.models import ApiClient, lender_code
from xinnong.core.money import parse_yuan
from xinnong.core.money import yuan as yuan_text
from xinnong.privacy.models import ReadKind
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_listing, record_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xinnong.lending.models import Loan, LoanAlert
    from xinnong.lending.models.owned import OfHousehold

Row = TypeVar("Row", bound="OfHousehold | Loan | LoanAlert")
router = Router()
PAGE_ROWS = 50
LARGEST_ID = (1 << 63) - 1

Key = Annotated[
    UUID,
    Header(
        alias="Idempotency-Key",
        description="a new UUID for each command; the same one again answers the same and moves nothing",
    ),
]
Before = Annotated[
    int | None, Query(ge=1, le=LARGEST_ID, description="`next_before` of the page before")
]
Yuan = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", examples=["30000.00"])]


class ProblemOut(Schema):
    """RFC 9457 with a stable code."""

    type: str
    title: str
    status: int
    code: str


REFUSALS: dict[int, type[Schema]] = dict.fromkeys((401, 403, 404, 422), ProblemOut)
TAGS = ["loans"]


def client_of(request: HttpRequest) -> ApiClient:
    """The program that asks."""
    client = request.auth  # type: ignore[attr-defined]  # set by ninja from `needs`
    assert isinstance(client, ApiClient)
    return client


def lender_of(request: HttpRequest) -> str:
    """The lender whose program asks; for anybody else there is nothing here."""
    lender = lender_code(client_of(request).institution)
    if not lender:
        raise Http404
    return lender


def own(request: HttpRequest, row: Row | None) -> Row:
    """The row where it is the asking lender's; any other one does not exist."""
    if row is None or row.institution != lender_of(request):
        raise Http404
    return row


def remember(
    request: HttpRequest, row: OfHousehold | Loan, fields: Sequence[str], purpose: Purpose
) -> None:
    """Put on record that the program saw these fields of a borrower."""
    record_read(
        actor=client_of(request),
        at=timezone.now(),
        purpose=purpose,
        case=str(row.ref),
        fields=fields,
        household_id=row.household_id,
        person=row.person,
        area12=row.area12,
        kind=ReadKind.API,
    )


def remember_list(
    request: HttpRequest, asked: str, rows: Iterable[OfHousehold | Loan], purpose: Purpose
) -> None:
    """Put on record whose rows a list showed."""
    record_listing(
        actor=client_of(request),
        at=timezone.now(),
        asked=asked,
        households=[row.household_id for row in rows if row.household_id is not None],
        purpose=purpose,
    )


def fen(amount: str) -> int:
    """An amount that the schema let in, in fen."""
    return parse_yuan(amount)


def yuan(amount_minor: int | None) -> str | None:
    """Fen as yuan in text; nothing stays nothing."""
    return None if amount_minor is None else yuan_text(amount_minor)


def page_of(rows: Sequence[Any]) -> tuple[list[Any], int | None]:
    """The rows of a page and where the next one begins; `rows` holds one more than a page."""
    shown = list(rows[:PAGE_ROWS])
    return shown, (shown[-1].pk if len(rows) > PAGE_ROWS else None)
