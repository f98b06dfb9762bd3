"""JSON API of contracts: drafting, reading, the paper, what is missing, a device, a draw.

Nobody signs here: a first signing is face to face, or the borrower's own with a proven person and
card. A draw needs the borrower's device, which waits a day when it is new, as on a phone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Schema, Status
from pydantic import ConfigDict, Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.permissions import Permission
from xinnong.lending import services, wording
from xinnong.lending.api.applications import CREATED, AnsweredOut, ReasonOut
from xinnong.lending.api.routing import (
    REFUSALS,
    TAGS,
    Key,
    Yuan,
    client_of,
    fen,
    own,
    remember,
    router,
    yuan,
)
from xinnong.lending.models import Contract
from xinnong.lending.queries.applications import application_by_ref
from xinnong.lending.queries.borrowers import person_by_ref
from xinnong.lending.queries.contracts import (
    card_by_ref,
    cards_of,
    conditions_met,
    conditions_wanted,
    contract_by_ref,
    drawable,
    paper_of,
    terms_of,
)
from xinnong.lending.queries.loans import moving_day
from xinnong.lending.reasons import reason_of
from xinnong.lending.services.answering import answer_program
from xinnong.privacy.purposes import Purpose

SEEN = ("contract", "line")


class ConditionOut(Schema):
    """What must hold before money leaves, and whether it does."""

    code: str
    says: str
    met_at: datetime | None


class CardOut(Schema):
    """A card bound to the borrower."""

    card: UUID
    bank: str
    last4: str


class ContractOut(Schema):
    """Where a contract stands; `terms` are its words as signed."""

    ref: UUID
    application: UUID
    person: UUID
    state: str
    limit_yuan: str
    rate_percent: str
    late_percent: str
    starts_on: date
    ends_on: date
    sha256: str
    paper_sha256: str | None
    signed_how: str | None
    signed_at: datetime | None
    cooling_off_until: date | None
    conditions: list[ConditionOut]
    cards: list[CardOut]
    in_the_way: list[ReasonOut]
    terms: dict[str, Any]


class DeviceIn(Schema):
    """The device with which a borrower uses the lender's own program, as that program names it."""

    model_config = ConfigDict(extra="forbid")
    device: str = Field(min_length=16, max_length=128, pattern=r"^[A-Za-z0-9._:-]+$")


class DeviceOut(Schema):
    """How long a new device waits before money can be drawn with it."""

    held_until: datetime


class DrawIn(DeviceIn):
    """How much, onto which of the borrower's own cards, asked on which device."""

    amount_yuan: Yuan
    card: UUID


class DrawnOut(Schema):
    """The loan that was drawn."""

    loan: UUID


@router.post(
    "/loan-applications/{ref}/contract",
    response={201: AnsweredOut, **REFUSALS},
    operation_id="draft_contract",
    auth=needs(Permission.SEND_LOANS),
    tags=TAGS,
)
def draft_loan_contract(request: HttpRequest, ref: Path[UUID], key: Key) -> Any:
    """Write an approved application down as a contract; it still has to be signed by people."""
    found = own(request, application_by_ref(ref))
    client, now = client_of(request), timezone.now()

    def work() -> dict[str, Any]:
        made = services.draft_contract(actor=client, application=found, now=now, key=key)
        return {"ref": str(made.ref), "state": made.state}

    answer = answer_program(
        client=client, route="draft-contract", key=key, body={"application": str(ref)}, now=now,
        work=work,
    )  # fmt: skip
    return Status(CREATED, answer)


@router.get(
    "/loan-contracts/{ref}",
    response={200: ContractOut, **REFUSALS},
    operation_id="loan_contract",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
)
def loan_contract(request: HttpRequest, ref: Path[UUID]) -> dict[str, Any]:
    """A contract with its terms, what is met, and what keeps money from leaving."""
    found = _contract(request, ref)
    paper, met = paper_of(found), conditions_met(found)
    cards = cards_of(found.person, institution=found.institution)
    return {
        "ref": found.ref,
        "application": found.application.ref,
        "person": found.person,
        "state": found.state,
        "limit_yuan": yuan(found.limit_minor),
        "rate_percent": str(found.rate_percent),
        "late_percent": str(found.late_percent),
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "sha256": found.sha256,
        "paper_sha256": paper.sha256 if paper else None,
        "signed_how": found.signed_how or None,
        "signed_at": found.signed_at,
        "cooling_off_until": found.cooling_off_until,
        "conditions": [
            {
                "code": code,
                "says": wording.word(code),
                "met_at": met[code].met_at if code in met else None,
            }
            for code in conditions_wanted(found)
        ],
        "cards": [{"card": c.ref, "bank": c.bank, "last4": c.last4} for c in cards],
        "in_the_way": [_reason(each) for each in drawable(found, now=timezone.now())],
        "terms": terms_of(found),
    }


def _reason(each: Any) -> dict[str, str]:
    said = reason_of(each.code, each.params)
    return {"code": each.code, "says": str(said.says), "advice": str(said.advice)}


@router.get(
    "/loan-contracts/{ref}/paper",
    response=REFUSALS,
    operation_id="loan_contract_paper",
    auth=needs(Permission.READ_LOANS),
    tags=TAGS,
    openapi_extra={
        "responses": {
            200: {
                "description": "the contract in Chinese",
                "content": {"application/pdf": {"schema": {"type": "string"}}},
            }
        }
    },
)
def loan_paper(request: HttpRequest, ref: Path[UUID]) -> HttpResponse:
    """The contract as a PDF."""
    document = paper_of(_contract(request, ref))
    if document is None:
        raise Http404
    return HttpResponse(bytes(document.document), content_type="application/pdf")


def _contract(request: HttpRequest, ref: UUID) -> Contract:
    found = own(request, contract_by_ref(ref))
    remember(request, found, SEEN, Purpose.APPLICATION)
    return found


@router.post(
    "/loan-contracts/{ref}/devices",
    response={200: DeviceOut, **REFUSALS},
    operation_id="announce_device",
    auth=needs(Permission.SEND_LOANS),
    tags=TAGS,
)
def announce_device(request: HttpRequest, ref: Path[UUID], said: DeviceIn) -> dict[str, Any]:
    """Tell of a borrower's device; its day of waiting begins when it is first told of."""
    found = _contract(request, ref)
    person, client = person_by_ref(found.person), client_of(request)
    if person is None:
        raise Http404
    hold = services.note_device(
        actor=client, person=person, institution=found.institution,
        device=_device(request, said), now=timezone.now(),
    )  # fmt: skip
    assert hold is not None, "a program of the lender names a device"
    return {"held_until": hold.held_until}


def _device(request: HttpRequest, said: DeviceIn) -> str:
    """Names of one program are not those of another, nor of a browser."""
    return f"{client_of(request).code}:{said.device}"


@router.post(
    "/loan-contracts/{ref}/draws",
    response={201: DrawnOut, **REFUSALS},
    operation_id="draw",
    auth=needs(Permission.SEND_LOANS),
    tags=TAGS,
)
def draw_loan(request: HttpRequest, ref: Path[UUID], asked: DrawIn, key: Key) -> Any:
    """Pay out on a contract in force onto the borrower's own card; `errors` says what is in the way."""
    found = _contract(request, ref)
    client, now = client_of(request), timezone.now()

    def work() -> dict[str, Any]:
        loan = services.draw_on_contract(
            actor=client,
            contract=found,
            amount_minor=fen(asked.amount_yuan),
            card=card_by_ref(asked.card),
            device=services.device_mark(_device(request, asked)),
            on=moving_day(found.institution, timezone.localdate(now)),
            now=now,
            key=str(key),
        )
        return {"loan": str(loan)}

    body = {
        "contract": str(ref), "amount": asked.amount_yuan, "card": str(asked.card),
        "device": asked.device,
    }  # fmt: skip
    answer = answer_program(client=client, route="draw", key=key, body=body, now=now, work=work)
    return Status(CREATED, answer)
