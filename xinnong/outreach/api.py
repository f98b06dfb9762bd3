"""JSON API of field teams: a channel files and follows, whoever has a token checks a team or a letter.

Programs file; people approve, count and close. What is checked is what the pages without sign-in answer.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Header, Path, Query, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict, Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.api_days import Day
from xinnong.accounts.asked import TOO_MANY, asked_too_often
from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.core.outreach import number_in
from xinnong.outreach import answers
from xinnong.outreach.models import Activity, Document, Purpose
from xinnong.outreach.queries import staff
from xinnong.outreach.queries.windows import Answer, document_by_number, teams_in_village
from xinnong.outreach.services.checking import MOST_NUMBERS_A_MINUTE, check_code
from xinnong.outreach.services.filing import file_activity
from xinnong.outreach.services.licensing import own_channel
from xinnong.outreach.services.refusals import NotYours

router = Router(tags=["field teams"])
NEAR: Final = timedelta(days=31)
MOST_LISTED: Final = 12

Area = Annotated[str, Field(pattern=r"^[0-9]{12}$", examples=["339981101201"])]
Village = Annotated[str, Path(pattern=r"^[0-9]{12}$", description="code of the village")]
OnDay = Annotated[Day | None, Query(description="the day in the county; today where none is named")]
Number = Annotated[str, Query(max_length=64, description="as it stands on the letter")]
Hour = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]
Key = Annotated[
    UUID,
    Header(
        alias="Idempotency-Key",
        description="a new UUID for each activity; the same one again answers with the first",
    ),
]


class ProblemOut(Schema):
    """RFC 9457 with a stable code."""

    type: str
    title: str
    status: int
    code: str


REFUSALS: Final[dict[int, type[Schema]]] = dict.fromkeys((401, 403, 404, 422), ProblemOut)
LIMITED: Final = {**REFUSALS, TOO_MANY: ProblemOut}


class AgentOut(Schema):
    """Somebody of a team, for filing; the number is not told."""

    ref: UUID
    name: str
    is_leader: bool
    is_stopped: bool


class TeamOut(Schema):
    """A team of the own channel and its people."""

    ref: UUID
    name: str
    is_stopped: bool
    agents: list[AgentOut]


class ActivityIn(Schema):
    """A visit of one team on one day, as the form asks for it; hours are the county's."""

    model_config = ConfigDict(extra="forbid")
    team: UUID
    purpose: Purpose
    villages: Annotated[list[Area], Field(min_length=1, max_length=MOST_LISTED)]
    place: Annotated[str, Field(min_length=1, max_length=64)]
    on: Day
    begins: Hour
    ends: Hour
    expected: Annotated[int, Field(ge=1, le=10_000)]
    agents: Annotated[list[UUID], Field(min_length=1, max_length=MOST_LISTED)]


class ActivityOut(Schema):
    """How far an activity of the own channel is."""

    ref: UUID
    team: UUID
    purpose: str
    state: str
    villages: list[str]
    place: str
    on: date
    begins_at: datetime
    ends_at: datetime
    expected: int
    bureau_approved_at: datetime | None
    town_approved_at: datetime | None
    ended_at: datetime | None
    ended_why: str
    differences: list[str]


class Said(Schema):
    """An answer in one of three colours, in the language asked for."""

    colour: str
    title: str
    advice: str


class ApprovedOut(Said):
    """A team that was found: whose it is, for what, where and until when, and what number to call."""

    reason: str
    channel: str
    team: str
    purpose: str
    villages: list[str]
    on: date
    begins_at: datetime
    ends_at: datetime
    call_back: str
    agents: list[str]


class VillageOut(Said):
    """Who is approved in a village on a day; an empty list is an answer: nobody is."""

    village: str
    on: date
    activities: list[ApprovedOut]


class CheckIn(Schema):
    """The digits of a badge; the village where the answer asks for one."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(max_length=64, examples=["1234 5672"])]
    village: Annotated[str, Field(pattern=r"^([0-9]{12})?$")] = ""


class CheckOut(Said):
    """What came of a check: `found` with the team, or why there is none to show."""

    outcome: str
    activity: ApprovedOut | None


class LetterOut(Said):
    """Whether a letter stands in the register, and what stands there."""

    number: str
    issuer: str | None
    letter_title: str | None
    issued_on: date | None
    valid_until: date | None
    file_sha256: str | None


@router.get(
    "/field-teams",
    response={200: list[TeamOut], **REFUSALS},
    operation_id="field_teams",
    auth=needs(Permission.FILE_ACTIVITY),
)
def field_teams(request: HttpRequest) -> list[dict[str, Any]]:
    """The teams of the own channel with their people, to file for."""
    return [
        {
            "ref": team.ref, "name": team.name, "is_stopped": team.suspended_at is not None,
            "agents": [
                {
                    "ref": each.ref, "name": each.name, "is_leader": each.is_leader,
                    "is_stopped": each.suspended_at is not None,
                }
                for each in staff.agents_in(team)
            ],
        }
        for team in staff.teams_of(own_channel(_client(request)))
    ]  # fmt: skip


@router.post(
    "/activities",
    response={200: ActivityOut, **REFUSALS},
    operation_id="file_activity",
    auth=needs(Permission.FILE_ACTIVITY),
)
def file(request: HttpRequest, body: ActivityIn, key: Key) -> dict[str, Any]:
    """Hand an activity in for approval by bureau and town; everything in its way is told at once."""
    team = staff.team_by_ref(body.team)
    people = {each.ref: each for each in staff.agents_in(team)} if team else {}
    if team is None or not people.keys() >= set(body.agents):
        raise NotYours
    said = body.dict(exclude={"team", "agents"}) | {
        name: time.fromisoformat(getattr(body, name)) for name in ("begins", "ends")
    }
    made = file_activity(
        actor=_client(request), team=team, agents=[people[ref] for ref in dict.fromkeys(body.agents)],
        key=key, now=timezone.now(), **said,
    )  # fmt: skip
    return _activity(made)


@router.get(
    "/activities/{ref}",
    response={200: ActivityOut, **REFUSALS},
    operation_id="activity",
    auth=needs(Permission.FILE_ACTIVITY),
)
def activity(request: HttpRequest, ref: Path[UUID]) -> dict[str, Any]:
    """One activity of the own channel: whether it was approved, by which side, and how it ended."""
    found = staff.activity_by_ref(ref)
    if found is None or found.institution != _client(request).institution.code:
        raise Http404
    return _activity(found)


@router.get(
    "/villages/{village}/activities",
    response={200: VillageOut, **REFUSALS},
    operation_id="village_activities",
    auth=needs(Permission.CHECK_TEAMS),
)
def village_activities(
    request: HttpRequest,  # noqa: ARG001 - ninja passes it by name
    village: Village,
    on: OnDay = None,
) -> dict[str, Any]:
    """Every approved activity in a village on a day, the suspended ones in red."""
    now = timezone.now()
    today = timezone.localdate(now)
    day = on or today
    found = teams_in_village(village, now=now, today=day) if abs(day - today) <= NEAR else []
    said = answers.of_village_on(village, found, day=day, today=today)
    return {
        **_said(said), "village": village, "on": day, "activities": [*map(_approved, found)],
    }  # fmt: skip


@router.post(
    "/team-checks",
    response={200: CheckOut, **REFUSALS},
    operation_id="check_team",
    auth=needs(Permission.CHECK_TEAMS),
)
def check_team(request: HttpRequest, body: CheckIn) -> dict[str, Any]:
    """Answer about eight digits as the page does; wrong ones are counted for the program as for an address."""
    now, asker = timezone.now(), f"api:{_client(request).ref}"
    checked = check_code(
        text=body.code, asker=asker, village=body.village, now=now, today=timezone.localdate(now)
    )
    return {
        **_said(answers.of_check(checked)), "outcome": checked.outcome,
        "activity": _approved(checked.answer) if checked.answer else None,
    }  # fmt: skip


@router.get(
    "/letters",
    response={200: LetterOut, **LIMITED},
    operation_id="letter",
    auth=needs(Permission.CHECK_TEAMS),
)
def letter(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Whether a letter with this number is in the register; an unknown number is red."""
    now, asker = timezone.now(), f"api:{_client(request).ref}"
    if asked_too_often("document", asker, most=MOST_NUMBERS_A_MINUTE, now=now):
        raise HttpError(TOO_MANY, "numbers")
    key = number_in(number)
    found = document_by_number(key) if key else None
    said = answers.of_document(found, today=timezone.localdate(now))
    return {**_said(said), "number": number, **_letter(found)}


def _client(request: HttpRequest) -> ApiClient:
    client = request.auth  # type: ignore[attr-defined]  # set by ninja from `needs`
    assert isinstance(client, ApiClient)
    return client


def _activity(found: Activity) -> dict[str, Any]:
    names = (
        "ref", "purpose", "state", "villages", "place", "on", "begins_at", "ends_at", "expected",
        "ended_at", "ended_why", "differences",
    )  # fmt: skip
    return {name: getattr(found, name) for name in names} | {
        "team": found.team.ref,
        "bureau_approved_at": found.bureau_at,
        "town_approved_at": found.town_at,
    }


def _said(said: answers.Said) -> dict[str, Any]:
    return {"colour": said.colour, "title": said.title, "advice": said.advice}


def _approved(found: Answer) -> dict[str, Any]:
    """A team as an answer shows it; of one that was not approved only that."""
    told = {name: getattr(found, name) for name in (
        "channel", "team", "purpose", "villages", "on", "begins_at", "ends_at", "call_back",
    )}  # fmt: skip
    is_shown = found.standing.reason != "not_approved"
    people = [each.name for each in found.agents] if is_shown else []
    return told | _said(answers.of_team(found)) | {
        "reason": found.standing.reason, "agents": people,
    }  # fmt: skip


def _letter(found: Document | None) -> dict[str, Any]:
    names = ("issuer", "issued_on", "valid_until", "file_sha256")
    told = {name: getattr(found, name, None) for name in names}
    return told | {"letter_title": found.title if found else None}
