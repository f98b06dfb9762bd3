"""Phones of agents, as the channel sees them and as they ask for their own badges."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from xinnong.outreach.models import ActivityState, AgentPhone, Badge, Team
from xinnong.outreach.queries.badges import badge_counts

AHEAD: Final = timedelta(days=1)
"""A phone is handed badges so long before: a day and the visit are less than a replaced key is believed."""


def phones_in(team: Team) -> dict[int, datetime]:
    """By agent of a team, since when their phone counts."""
    counting = AgentPhone.objects.filter(agent__team=team, ended_at=None, point__isnull=False)
    return {each.agent_id: each.enrolled_at for each in counting if each.enrolled_at is not None}


def asked_phone(code_hash: bytes, now: datetime) -> AgentPhone | None:
    """The phone that a code was given out for and that has not come yet, locked."""
    waiting = AgentPhone.objects.select_for_update(of=("self",)).select_related("agent__team")
    return waiting.filter(
        code_hash=code_hash, ended_at=None, point=None, good_until__gt=now
    ).first()  # fmt: skip


def counting_phone(point: bytes) -> AgentPhone | None:
    """The phone with this key, while it counts."""
    found = AgentPhone.objects.filter(point=point, ended_at=None).select_related("agent")
    return found.first()


def is_known_key(point: bytes) -> bool:
    """Whether a phone ever came with this key."""
    return AgentPhone.objects.filter(point=point).exists()


def badges_for(phone: AgentPhone, *, now: datetime) -> list[Badge]:
    """The agent's badges that count, of visits that are on or begin within a day, the earliest first."""
    found = Badge.objects.filter(
        agent=phone.agent_id, revoked_at=None, activity__state=ActivityState.APPROVED,
        activity__ends_at__gt=now, activity__begins_at__lt=now + AHEAD,
    ).select_related("agent", "activity__team__channel", "activity__team__subcontractor")  # fmt: skip
    near = found.defer("agent__photo", "agent__number_sealed").order_by("activity__begins_at")
    return [each for each in near if badge_counts(each)]
