"""Badges of agents for approved activities, the keys that sign them, and the county's bundle."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from xinnong.accounts.models import User
from xinnong.areas.models import Level
from xinnong.areas.places import places
from xinnong.audit.refs import new_ref
from xinnong.core import county_bundle
from xinnong.core.badges import HOUR_SECONDS, PHOTO_BYTES, claims
from xinnong.core.badges import Badge as Claims
from xinnong.core.cose import PublicKey
from xinnong.outreach.keys import keeper, signed
from xinnong.outreach.models import Activity, ActivityState, Agent, Badge, BadgeKey
from xinnong.outreach.published_rules import bureau_number
from xinnong.outreach.queries.badges import (
    AN_HOUR,
    BELIEVED,
    believed_keys,
    bundle_rows,
    public_of,
    signing_key,
    signing_row,
)
from xinnong.outreach.queries.windows import window
from xinnong.outreach.services.actors import bureau_of, note, reason_in
from xinnong.outreach.services.licensing import own_channel
from xinnong.outreach.services.refusals import (
    NoCounty,
    NoKey,
    NotYours,
    Stopped,
    StoppedAlready,
    WrongState,
)

COUNTY_DIGITS: Final = 6
AHEAD: Final = timedelta(days=7)
FRESH_HOURS: Final = 24
LONGEST: Final = timedelta(days=10 * 365)
"""A key in use has no end; a bundle has to name one."""


def make_key(*, actor: User, algorithm: int, now: datetime) -> BadgeKey:
    """Have the keeper make a key; from now on it signs, and the one before it only verifies.

    Raises NotYours.
    """
    bureau = bureau_of(actor)
    with transaction.atomic():
        public = keeper().make(algorithm)
        key = BadgeKey.objects.create(
            institution=bureau.code, key_id=public.key_id, algorithm=public.algorithm,
            point=public.point, made_by=actor.ref, made_at=now,
        )  # fmt: skip
        BadgeKey.objects.filter(retired_at=None).exclude(pk=key.pk).update(retired_at=now)
        note(actor, "make-key", actor.ref, now, key=int.from_bytes(public.key_id, "big"))
    return key


def revoke_key(*, actor: User, key: BadgeKey, reason: str, now: datetime) -> int:
    """Believe a key no more whose private part may be with somebody else; answers how many badges fell.

    Every badge under it is taken back, so that the channels issue others. Where it was the key that
    signs, another of its kind is made and signs, so that the next bundle says all this. Raises NotYours,
    StoppedAlready, ReasonMissing.
    """
    bureau_of(actor)
    why = reason_in(reason)
    with transaction.atomic():
        locked = BadgeKey.objects.select_for_update().get(pk=key.pk)
        if locked.revoked_at is not None:
            raise StoppedAlready
        if locked.retired_at is None:
            make_key(actor=actor, algorithm=locked.algorithm, now=now)
            locked.retired_at = now
        locked.revoked_at, locked.revoked_by, locked.revoked_why = now, actor.ref, why
        locked.save(update_fields=["retired_at", "revoked_at", "revoked_by", "revoked_why"])
        fallen = locked.badges.filter(revoked_at=None, activity__ends_at__gt=now - AN_HOUR).update(
            revoked_at=now, revoked_by=actor.ref
        )
        number = int.from_bytes(bytes(locked.key_id), "big")
        note(actor, "revoke-key", actor.ref, now, key=number, badges=fallen)
    return fallen


def issue_badges(*, actor: User, activity: Activity, now: datetime) -> list[Badge]:
    """Sign a badge for each agent of an approved activity who has none yet.

    Raises NotYours, WrongState, Stopped, NoKey (the bureau has not made one).
    """
    channel = own_channel(actor)
    if activity.institution != channel.institution:
        raise NotYours
    with transaction.atomic():
        with window(actor.ref):
            key = signing_row()
        if key is None:
            raise NoKey
        locked = Activity.objects.select_for_update().get(pk=activity.pk)
        if locked.state != ActivityState.APPROVED or locked.ends_at <= now:
            raise WrongState(state=locked.state)
        team = locked.team
        chain = (team, team.channel, team.subcontractor)
        if any(each is not None and each.suspended_at is not None for each in chain):
            raise Stopped
        has_one = locked.badges.filter(revoked_at=None).values("agent")
        agents = Agent.objects.filter(places__activity=locked, suspended_at=None)
        waiting = agents.exclude(pk__in=has_one).order_by("-is_leader", "pk")
        made = [_issued(locked, agent, key, actor, now) for agent in waiting]
        if made:
            note(actor, "issue-badge", locked.ref, now, badges=len(made))
    return made


def _issued(activity: Activity, agent: Agent, key: BadgeKey, actor: User, now: datetime) -> Badge:
    """One badge; its number is known once its row is there, and then it is signed."""
    badge = Badge.objects.create(
        ref=new_ref(), institution=activity.institution, activity=activity, agent=agent, key=key,
        message=b"", issued_by=actor.ref, issued_at=now,
    )  # fmt: skip
    badge.message = signed(public_of(key), claims(claims_of(badge)))
    badge.save(update_fields=["message"])
    return badge


def claims_of(badge: Badge) -> Claims:
    """What a badge says; whole hours around those of the activity."""
    activity, agent = badge.activity, badge.agent
    first = int(activity.begins_at.timestamp()) // HOUR_SECONDS
    last = -(-int(activity.ends_at.timestamp()) // HOUR_SECONDS)
    photo = bytes.fromhex(agent.photo_sha256)[:PHOTO_BYTES] if agent.photo_sha256 else None
    return Claims(
        issuer=activity.town[:COUNTY_DIGITS], number=badge.pk, channel=activity.team.channel_id,
        team=activity.team_id, name=agent.name, villages=tuple(activity.villages),
        activity=activity.pk, not_before=first, expires=last, status=badge.pk, photo=photo,
    )  # fmt: skip


def revoke_badge(*, actor: User, badge: Badge, now: datetime) -> None:
    """Take a badge back; the channel its own, the bureau any. Raises NotYours, StoppedAlready."""
    if "bureau" in actor.roles:
        bureau_of(actor)
    elif own_channel(actor).institution != badge.institution:
        raise NotYours
    with transaction.atomic():
        locked = Badge.objects.select_for_update().get(pk=badge.pk)
        if locked.revoked_at is not None:
            raise StoppedAlready
        locked.revoked_at, locked.revoked_by = now, actor.ref
        locked.save(update_fields=["revoked_at", "revoked_by"])
        note(actor, "revoke-badge", locked.ref, now)


def publish_bundle(*, now: datetime) -> tuple[bytes, PublicKey]:
    """Give the county's bundle as of now to the page that phones keep, with the key it is checked by.

    The file is replaced in one step; a phone takes it where it is newer than its own. Raises NoKey,
    NoCounty.
    """
    data, key = signed_bundle(now=now)
    folder = Path(settings.XINNONG_BADGES)
    folder.mkdir(mode=0o700, exist_ok=True)
    for name, content in (
        ("keys.txt", f"{key.key_id.hex()}:{key.point.hex()}\n".encode()),
        ("county.xnb", data),
    ):
        new = folder / f"{name}.{os.getpid()}.new"
        new.write_bytes(content)
        new.replace(folder / name)
    return data, key


def signed_bundle(*, now: datetime) -> tuple[bytes, PublicKey]:
    """The county's bundle as of now and the key of today that signed it. Raises NoKey, NoCounty."""
    with window(None):
        key = signing_key()
        if key is None:
            raise NoKey
        payload = county_bundle.payload_of(_bundle(now))
    signature = keeper().sign(key, county_bundle.bytes_to_sign(key, payload))
    return county_bundle.written_bundle(key, payload, signature), key


def _bundle(now: datetime) -> county_bundle.Bundle:
    """What the county says of the coming days; milliseconds number the bundles, which only grow."""
    county, today = places().county, timezone.localdate(now)
    if county is None:
        raise NoCounty
    rows = bundle_rows(from_on=today, until_on=today + AHEAD)
    return county_bundle.Bundle(
        issuer=county.code[:COUNTY_DIGITS],
        sequence=int(now.timestamp() * 1000),
        as_of=int(now.timestamp()),
        fresh_hours=FRESH_HOURS,
        keys=tuple(_hours_of(key, last_end) for key, last_end in believed_keys(now)),
        teams=rows.teams,
        roster=rows.roster,
        activities=rows.activities,
        status=rows.status,
        villages=tuple(
            (each.code, each.name_zh) for each in places().all if each.level == Level.VILLAGE
        ),
        call=bureau_number(),
    )


def _hours_of(key: BadgeKey, last_end: datetime | None) -> county_bundle.BadgeKey:
    """A key with the time whose badges it signs: from the day it was made, a badge being for whole hours.

    A retired one signs for the visits it had signed for, and for none that anybody could add.
    """
    made = timezone.localtime(key.made_at).replace(hour=0, minute=0, second=0, microsecond=0)
    last = made + LONGEST
    if key.retired_at is not None:
        last = max(key.retired_at + BELIEVED, last_end or key.retired_at)
    return county_bundle.BadgeKey(public_of(key), int(made.timestamp()), int(last.timestamp()))
