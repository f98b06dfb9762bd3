"""JSON API of applications: what is offered, handing in, what became of it, taking back.

A program hands in what a borrower asks for at the lender's desk; the rule decides at once where it
may. People's decisions and signatures have no operation here.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Query, Schema, Status
from pydantic import ConfigDict, Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.lending import services, wording
from xinnong.lending.api.routing import (
    PAGE_ROWS,
    REFUSALS,
    TAGS,
    Before,
    Key,
    Yuan,
    client_of,
    fen,
    lender_of,
    own,
    page_of,
    remember,
    remember_list,
    router,
    yuan,
)
from xinnong.lending.models import Application
from xinnong.lending.queries.applications import (
    QueueFilters,
    application_by_ref,
    applications_page,
    decisions_on,
    offer_by_ref,
    open_offers,
)
from xinnong.lending.queries.borrowers import person_by_ref
from xinnong.lending.queries.contracts import contract_of
from xinnong.lending.queries.products import product_of
from xinnong.lending.reasons import reasons_of
from xinnong.lending.services.answering import answer_program
from xinnong.privacy.purposes import Purpose
from xinnong.web.paging import Turn

CREATED = 201
SEEN = ("applications", "line", "score")
STATES = Literal[
    "", "draft", "submitted", "in_review", "approved", "refused", "withdrawn", "expired"
]


class WayOut(Schema):
    """One way to repay."""

    method: str
    every: int
    unit: str


class OfferOut(Schema):
    """A product the lender offers today; amounts in yuan, rates in percent a year."""

    offer: UUID
    product: str
    version: str
    title: str
    least_yuan: str
    most_yuan: str
    least_months: int
    most_months: int
    floor_percent: str
    cap_percent: str
    ways: list[WayOut]
    securities: list[str]
    conditions: list[str]
    documents: list[str]
    sha256: str


class OffersOut(Schema):
    """Everything offered today."""

    products: list[OfferOut]


class WishIn(Schema):
    """What a borrower asks for; words stand on the product's lists, an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")
    person: UUID
    offer: UUID
    amount_yuan: Yuan
    months: int = Field(ge=1, le=600)
    method: str = Field(max_length=24)
    purpose: str = Field(max_length=32)
    security: str = Field("credit", max_length=16)
    produces: list[Annotated[str, Field(max_length=16)]] = Field(
        default_factory=list, max_length=20
    )
    channel: Literal["desk", "outlet"] = "desk"
    wants_person: bool = False
    wants_letter: bool = False


class AnsweredOut(Schema):
    """What a command made or moved, and where it stood then."""

    ref: UUID
    state: str


class ReasonOut(Schema):
    """Why, in words, and what to do."""

    code: str
    says: str
    advice: str


class DecisionOut(Schema):
    """One decision on an application."""

    kind: str
    outcome: str
    amount_yuan: str
    months: int
    rate_percent: str | None
    reasons: list[ReasonOut]
    at: datetime


class ApplicationOut(Schema):
    """What was asked, and what became of it."""

    ref: UUID
    person: UUID
    product: str
    version: str
    state: str
    channel: str
    amount_yuan: str
    months: int
    method: str
    purpose: str
    security: str
    submitted_at: datetime
    expires_on: date
    decisions: list[DecisionOut]
    contract: UUID | None


class ApplicationRow(Schema):
    """An application in a list."""

    ref: UUID
    product: str
    state: str
    amount_yuan: str
    submitted_at: datetime


class ApplicationsOut(Schema):
    """A page of applications, the newest first."""

    applications: list[ApplicationRow]
    next_before: int | None


@router.get(
    "/loan-products",
    response={200: OffersOut, **REFUSALS},
    operation_id="loan_products",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_products(request: HttpRequest) -> dict[str, Any]:
    """What the lender offers households today."""
    offers = open_offers(lender_of(request), on=timezone.localdate())
    return {"products": [_offer(each) for each in offers]}


def _offer(offer: Any) -> dict[str, Any]:
    product = product_of(offer.product)
    return {
        "offer": offer.ref,
        "product": product.id,
        "version": product.version,
        "title": wording.title_of(product),
        "least_yuan": yuan(product.least_minor),
        "most_yuan": yuan(product.most_minor),
        "least_months": product.least_months,
        "most_months": product.most_months,
        "floor_percent": str(product.rate.floor_percent),
        "cap_percent": str(product.rate.cap_percent),
        "ways": [{"method": w.method, "every": w.every, "unit": w.unit} for w in product.ways],
        "securities": list(product.securities),
        "conditions": list(product.conditions),
        "documents": list(product.documents),
        "sha256": product.sha256,
    }


@router.post(
    "/loan-applications",
    response={201: AnsweredOut, **REFUSALS},
    operation_id="submit_application",
    auth=needs(Permission.SEND_LOANS),
    tags=TAGS,
)
def submit_loan_application(request: HttpRequest, wish: WishIn, key: Key) -> Any:
    """Hand in what a borrower asks for who is at the desk; the rule decides where it may."""
    return Status(CREATED, hand_in(client_of(request), lender_of(request), wish, key))


def hand_in(client: ApiClient, lender: str, wish: WishIn, key: UUID) -> dict[str, Any]:
    """Hand a wish in once for its key. Raises Http404 for who or what is not the lender's to serve."""
    person, offer = person_by_ref(wish.person), offer_by_ref(wish.offer)
    if person is None or person.household is None or offer is None or offer.institution != lender:
        raise Http404
    now = timezone.now()

    def work() -> dict[str, Any]:
        made = services.submit_application(
            actor=client, person=person, offer=offer, wish=_wish(wish), channel=wish.channel,
            now=now, key=key,
        )  # fmt: skip
        return {"ref": str(made.ref), "state": made.state}

    return answer_program(
        client=client, route="submit-application", key=key, body=_plain(wish.dict()), now=now,
        work=work,
    )  # fmt: skip


def _wish(wish: WishIn) -> services.Wish:
    return services.Wish(
        amount_minor=fen(wish.amount_yuan),
        months=wish.months,
        method=wish.method,
        purpose=wish.purpose,
        security=wish.security,
        produces=tuple(wish.produces),
        wants_person=wish.wants_person,
        wants_letter=wish.wants_letter,
    )


def _plain(body: dict[str, Any]) -> dict[str, object]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in body.items()}


@router.get(
    "/loan-applications",
    response={200: ApplicationsOut, **REFUSALS},
    operation_id="loan_applications",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_applications(
    request: HttpRequest,
    state: Annotated[STATES, Query(description="empty: those that wait for somebody")] = "",
    before: Before = None,
) -> dict[str, Any]:
    """The lender's applications inside the program's areas, the newest first."""
    rows = applications_page(
        lender_of(request), QueueFilters(state=state), turn=Turn(str(before or "")),
        limit=PAGE_ROWS + 1,
    )  # fmt: skip
    shown, following = page_of(rows)
    remember_list(request, "applications", shown, Purpose.APPLICATION)
    return {"applications": [_row(each) for each in shown], "next_before": following}


def _row(found: Application) -> dict[str, Any]:
    return {
        "ref": found.ref,
        "product": found.offer.product.code,
        "state": found.state,
        "amount_yuan": yuan(found.amount_minor),
        "submitted_at": found.submitted_at,
    }


@router.get(
    "/loan-applications/{ref}",
    response={200: ApplicationOut, **REFUSALS},
    operation_id="loan_application",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_application(request: HttpRequest, ref: Path[UUID]) -> dict[str, Any]:
    """One application with every decision and its reasons."""
    found = own(request, application_by_ref(ref))
    remember(request, found, SEEN, Purpose.APPLICATION)
    contract = contract_of(found.pk)
    return {
        **_row(found),
        "person": found.person,
        "version": found.offer.product.version,
        "channel": found.channel,
        "months": found.months,
        "method": found.method,
        "purpose": found.purpose,
        "security": found.security,
        "expires_on": found.expires_on,
        "decisions": [_decision(each) for each in decisions_on(found)],
        "contract": contract.ref if contract else None,
    }


def _decision(each: Any) -> dict[str, Any]:
    said = zip(each.codes, reasons_of(each), strict=True)
    return {
        "kind": each.kind,
        "outcome": each.outcome,
        "amount_yuan": yuan(each.amount_minor),
        "months": each.months,
        "rate_percent": None if each.rate_percent is None else str(each.rate_percent),
        "reasons": [
            {"code": code, "says": str(reason.says), "advice": str(reason.advice)}
            for code, reason in said
        ],
        "at": each.decided_at,
    }


@router.post(
    "/loan-applications/{ref}/withdrawal",
    response={200: AnsweredOut, **REFUSALS},
    operation_id="withdraw_application",
    auth=needs(Permission.SEND_LOANS),
    tags=TAGS,
)
def withdraw_loan_application(request: HttpRequest, ref: Path[UUID], key: Key) -> dict[str, Any]:
    """Take an application back because the borrower says so."""
    found = own(request, application_by_ref(ref))
    client, now = client_of(request), timezone.now()

    def work() -> dict[str, Any]:
        ended = services.withdraw_application(actor=client, application=found, now=now, key=key)
        return {"ref": str(ended.ref), "state": ended.state}

    return answer_program(
        client=client, route="withdraw-application", key=key, body={"application": str(ref)},
        now=now, work=work,
    )  # fmt: skip
