"""What the channel and the bureau read of their own rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q

from xinnong.accounts.models import Institution
from xinnong.outreach.models import (
    Activity,
    ActivityState,
    Agent,
    BadgeKey,
    Channel,
    Document,
    Subcontractor,
    Team,
)

if TYPE_CHECKING:
    from xinnong.web.paging import Turn

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DayOfCalendar:
    """How many activities of a day wait, are approved, are closed."""

    on: date
    filed: int
    approved: int
    closed: int


def activities_page(
    *, states: Sequence[str], search: str, turn: Turn, limit: int
) -> list[Activity]:
    """Activities in these states, the newest first; `limit + 1` rows from a place on.

    `search` is part of a team's or channel's name. An unknown state finds nothing.
    """
    found = Activity.objects.filter(state__in=states).select_related("team__channel")
    if search:
        named = Q(team__name__contains=search) | Q(team__channel__name__contains=search)
        found = found.filter(named)
    if turn.number is not None:
        found = found.filter(**{"id__gt" if turn.is_back else "id__lt": turn.number})
    return list(found.order_by("id" if turn.is_back else "-id")[: limit + 1])


def waiting_and_on(on: date) -> tuple[int, int]:
    """How many visits wait for approval, and how many are approved for a day."""
    found = Activity.objects.aggregate(
        waiting=Count("pk", filter=Q(state=ActivityState.FILED, on__gte=on)),
        today=Count("pk", filter=Q(state=ActivityState.APPROVED, on=on)),
    )
    return found["waiting"], found["today"]


def activity_by_ref(ref: UUID) -> Activity | None:
    """One activity with everybody above it."""
    found = Activity.objects.filter(ref=ref)
    return found.select_related("team__channel", "team__subcontractor").first()


def agents_along(activity: Activity) -> list[Agent]:
    """Who comes along, the leader first."""
    found = Agent.objects.filter(places__activity=activity).defer("photo", "number_sealed")
    return list(found.order_by("-is_leader", "id"))


def calendar(*, from_on: date) -> list[DayOfCalendar]:
    """The coming seven days, those without activities too."""
    states = {
        name: Count("id", filter=Q(state=state))
        for name, state in (
            ("filed", ActivityState.FILED),
            ("approved", ActivityState.APPROVED),
            ("closed", ActivityState.CLOSED),
        )
    }
    found = Activity.objects.filter(on__gte=from_on, on__lt=from_on + WEEK).values("on")
    rows: list[dict[str, Any]] = [dict(row) for row in found.annotate(**states)]
    counted = {row["on"]: DayOfCalendar(**row) for row in rows}
    days = (from_on + timedelta(days=shift) for shift in range(WEEK.days))
    return [counted.get(on, DayOfCalendar(on, 0, 0, 0)) for on in days]


def with_differences(*, from_on: date) -> list[Activity]:
    """Closed activities in which something does not fit, the newest first."""
    found = Activity.objects.filter(on__gte=from_on).exclude(differences=[])
    return list(found.select_related("team__channel").order_by("-on", "-id")[:50])


def channels() -> list[Channel]:
    """Every channel, with so many teams and activities."""
    return list(Channel.objects.annotate(team_count=Count("teams")).order_by("name"))


def channel_by_ref(ref: UUID) -> Channel | None:
    """One channel."""
    return Channel.objects.filter(ref=ref).first()


def subcontractors_of(channel: Channel) -> list[Subcontractor]:
    """The firms that work in a channel's name."""
    return list(channel.subcontractors.order_by("name"))


def teams_of(channel: Channel) -> list[Team]:
    """The teams of a channel, with so many people."""
    found = channel.teams.select_related("subcontractor").annotate(people=Count("agents"))
    return list(found.order_by("name"))


def team_by_ref(ref: UUID) -> Team | None:
    """One team with everybody above it."""
    return Team.objects.filter(ref=ref).select_related("channel", "subcontractor").first()


def agents_in(team: Team) -> list[Agent]:
    """The people of a team, the leader first."""
    found = team.agents.defer("photo", "number_sealed")
    return list(found.order_by("-is_leader", "id"))


def unlicensed_places(bureau: Institution) -> list[Institution]:
    """Institutions below a bureau that may become channels."""
    below = Institution.objects.filter(parent=bureau, kind=Institution.Kind.CHANNEL)
    taken = Channel.objects.values_list("institution", flat=True)
    return list(below.exclude(code__in=list(taken)).order_by("code"))


def documents_page(*, search: str, turn: Turn, limit: int) -> list[Document]:
    """Letters of the register, the newest first; `search` is part of a title or number."""
    found = Document.objects.all()
    if search:
        found = found.filter(Q(title__contains=search) | Q(number__contains=search))
    if turn.number is not None:
        found = found.filter(**{"id__gt" if turn.is_back else "id__lt": turn.number})
    return list(found.order_by("id" if turn.is_back else "-id")[: limit + 1])


def document_by_ref(ref: UUID) -> Document | None:
    """One letter."""
    return Document.objects.filter(ref=ref).first()


def part_by_ref(kind: str, ref: UUID) -> Channel | Subcontractor | Team | Agent | None:
    """Something that can be stopped; None for an unknown kind."""
    if kind == "channel":
        return channel_by_ref(ref)
    if kind == "subcontractor":
        return Subcontractor.objects.filter(ref=ref).first()
    if kind == "team":
        return team_by_ref(ref)
    return Agent.objects.filter(ref=ref).defer("photo").first() if kind == "agent" else None


def keys_made() -> list[BadgeKey]:
    """Every signing key, the newest first."""
    return list(BadgeKey.objects.order_by("-pk")[:50])
