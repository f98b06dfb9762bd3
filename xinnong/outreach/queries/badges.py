"""Keys and badges as signing, cards and the bundle need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Max, Q

from xinnong.core import county_bundle as told
from xinnong.core.badges import PHOTO_BYTES
from xinnong.core.cose import PublicKey
from xinnong.core.outreach import verdict_of
from xinnong.outreach.models import Activity, ActivityState, Badge, BadgeKey
from xinnong.outreach.published_rules import rules

BELIEVED: Final = timedelta(days=2)
"""So long a retired key is told at least, so that a badge under it is called revoked, not unknown."""

AN_HOUR: Final = timedelta(hours=1)
"""A badge is good for whole hours, so for up to one more than the visit lasts."""


def signing_key() -> PublicKey | None:
    """The key that signs now."""
    found = BadgeKey.objects.filter(retired_at=None).order_by("-pk").first()
    return public_of(found) if found else None


def signing_row() -> BadgeKey | None:
    """The key that signs now, kept as it is until the transaction ends."""
    found = BadgeKey.objects.select_for_update().filter(retired_at=None)
    return found.order_by("-pk").first()


def believed_keys(now: datetime) -> list[tuple[BadgeKey, datetime | None]]:
    """The key that signs, and every retired one under which a badge is good now or later.

    Each with the end of the last visit that has such a badge. Revoked keys are not among them.
    """
    live = Badge.objects.filter(
        revoked_at=None, activity__state=ActivityState.APPROVED,
        activity__on__gte=(now - AN_HOUR).date(), activity__ends_at__gt=now - AN_HOUR,
    )  # fmt: skip
    last_ends = dict(live.values_list("key").annotate(Max("activity__ends_at")).order_by())
    late = Q(retired_at=None) | Q(retired_at__gt=now - BELIEVED) | Q(pk__in=last_ends)
    found = BadgeKey.objects.filter(late, revoked_at=None).order_by("pk")
    return [(key, last_ends.get(key.pk)) for key in found]


def key_by_id(key_id: bytes) -> BadgeKey | None:
    """The key under an id."""
    return BadgeKey.objects.filter(key_id=key_id).first()


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


@dataclass(frozen=True, slots=True)
class BundleRows:
    """What the county's bundle says of some days: teams, their badges, activities; bits of the revoked."""

    teams: tuple[told.Team, ...]
    roster: tuple[told.Agent, ...]
    activities: tuple[told.Activity, ...]
    status: bytes


def bundle_rows(*, from_on: date, until_on: date) -> BundleRows:
    """The approved activities of these days and every badge that was issued for them."""
    live = Activity.objects.filter(on__gte=from_on, on__lt=until_on)
    approved = list(live.filter(state=ActivityState.APPROVED).order_by("pk").select_related("team"))
    issued = Badge.objects.filter(activity__in=live).select_related(
        "agent", "activity__team__channel", "activity__team__subcontractor"
    )
    badges = list(issued.defer("agent__photo", "agent__number_sealed").order_by("pk"))
    revoked = frozenset(badge.pk for badge in badges if not badge_counts(badge))
    newest = Badge.objects.aggregate(newest=Max("pk"))["newest"] or 0
    teams = {
        each.pk: each for each in [*(a.team for a in approved), *(b.activity.team for b in badges)]
    }
    return BundleRows(
        tuple(told.Team(each.pk, each.channel_id, each.name) for each in teams.values()),
        tuple(told.Agent(b.pk, b.activity.team_id, _photo(b)) for b in badges),
        tuple(_told_activity(each, badges) for each in approved),
        told.bits(revoked, newest + 1),
    )


def _told_activity(activity: Activity, badges: Sequence[Badge]) -> told.Activity:
    return told.Activity(
        activity.pk, activity.team_id,
        int(activity.begins_at.timestamp()), int(activity.ends_at.timestamp()),
        tuple(activity.villages),
        tuple(badge.pk for badge in badges if badge.activity_id == activity.pk),
    )  # fmt: skip


def _photo(badge: Badge) -> bytes:
    """The first bytes of the picture's hash; zeros where nobody filed one."""
    return bytes.fromhex(badge.agent.photo_sha256)[:PHOTO_BYTES].ljust(PHOTO_BYTES, b"\0")


def badge_counts(badge: Badge) -> bool:
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
