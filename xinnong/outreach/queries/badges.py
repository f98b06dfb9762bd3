"""Keys and badges as signing, cards and the bundle need them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from xinnong.core.badges import PHOTO_BYTES
from xinnong.core.bundles import Listed, Visit
from xinnong.core.cose import PublicKey
from xinnong.core.outreach import verdict_of
from xinnong.outreach.models import Activity, ActivityState, Badge, BadgeKey
from xinnong.outreach.published_rules import rules

BELIEVED: Final = timedelta(days=2)
"""So long after a key was retired its badges may still be out: a day and some."""


def signing_key() -> PublicKey | None:
    """The key that signs now."""
    found = BadgeKey.objects.filter(retired_at=None).order_by("-pk").first()
    return public_of(found) if found else None


def believed_keys(now: datetime) -> list[BadgeKey]:
    """The key that signs, and those whose badges may still be out."""
    late = Q(retired_at=None) | Q(retired_at__gt=now - BELIEVED)
    return list(BadgeKey.objects.filter(late).order_by("pk"))


def public_of(key: BadgeKey) -> PublicKey:
    """A row as the key it is."""
    return PublicKey(bytes(key.key_id), key.algorithm, bytes(key.point))


def badges_of(activity: Activity) -> list[Badge]:
    """The badges of an activity, without its agents' pictures."""
    found = Badge.objects.filter(activity=activity).select_related("agent")
    return list(found.defer("agent__photo", "agent__number_sealed").order_by("pk"))


def badge_by_ref(ref: UUID) -> Badge | None:
    """One badge with everybody above it."""
    found = Badge.objects.filter(ref=ref).select_related(
        "agent", "activity__team__channel", "activity__team__subcontractor"
    )
    return found.first()


def bundle_rows(*, from_on: date, until_on: date) -> tuple[list[Visit], list[Listed], list[int]]:
    """The approved activities of these days, their badges, and the numbers that no longer count."""
    live = Activity.objects.filter(on__gte=from_on, on__lt=until_on)
    activities = live.filter(state=ActivityState.APPROVED).select_related("team__channel")
    visits = [
        Visit(
            each.pk, tuple(each.villages), int(each.begins_at.timestamp()),
            int(each.ends_at.timestamp()), each.team.name, each.team.channel.name, each.purpose,
        )
        for each in activities.order_by("pk")
    ]  # fmt: skip
    issued = Badge.objects.filter(activity__in=live).select_related(
        "agent", "activity__team__channel", "activity__team__subcontractor"
    )
    badges = list(issued.defer("agent__photo", "agent__number_sealed").order_by("pk"))
    listed = [Listed(b.pk, b.activity_id, b.agent.name, _photo(b)) for b in badges]
    return visits, listed, [badge.pk for badge in badges if not _counts(badge)]


def _photo(badge: Badge) -> bytes:
    return bytes.fromhex(badge.agent.photo_sha256)[:PHOTO_BYTES]


def _counts(badge: Badge) -> bool:
    """Whether nothing in the chain above a badge is stopped or has run out."""
    activity, team = badge.activity, badge.activity.team
    firm, on = team.subcontractor, activity.on
    chain = (badge.agent, team, team.channel, firm)
    return (
        badge.revoked_at is None
        and activity.state == ActivityState.APPROVED
        and not any(each is not None and each.suspended_at is not None for each in chain)
        and verdict_of(rules(), activity.purpose, team.channel.kind, on).is_open
        and team.channel.licensed_from <= on <= team.channel.licensed_until
        and (firm is None or on <= firm.valid_until)
    )
