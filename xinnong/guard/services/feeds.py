"""Registers sources of events: one officer proposes, another one decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.audit.refs import new_ref
from xinnong.core.detection.events import KINDS
from xinnong.guard.models import Feed, FeedState
from xinnong.guard.refusals import (
    FeedClientUnknown,
    FeedKeyWrong,
    FeedMoved,
    FeedTaken,
    SecondOfficerNeeded,
)
from xinnong.guard.services.officers import POLICE, note, refuse_all_but_police

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from xinnong.accounts.models import User

HEX_KEY: Final = re.compile(r"[0-9a-f]{64}")


def propose_feed(
    *, actor: User, code: str, name: str, kind: str, event_kinds: Sequence[str], client: str,
    public_key: str, clock_minutes: int, now: datetime,
) -> Feed:  # fmt: skip
    """Ask for a source, or for a new key of one that is in use.

    Raises NotPolice, FeedKeyWrong, FeedClientUnknown, FeedTaken.
    """
    refuse_all_but_police(actor, Permission.MANAGE_FEEDS)
    key = public_key.strip().lower()
    refuse_no_key(key)
    assert set(event_kinds) <= set(KINDS), "the form offers these alone"
    program = ApiClient.objects.filter(code=client, institution__operator__kind=POLICE).first()
    if program is None:
        raise FeedClientUnknown(client=client)
    with transaction.atomic():
        if Feed.objects.filter(code=code, state=FeedState.PROPOSED).exists():
            raise FeedTaken(code=code)
        made = Feed.objects.create(
            ref=new_ref(), code=code, name=name, kind=kind, event_kinds=sorted(set(event_kinds)),
            client=program.ref, public_key=key, clock_minutes=clock_minutes,
            proposed_by=actor.ref, proposed_at=now,
        )  # fmt: skip
        note(actor, "propose-feed", made.ref, now)
    return made


def decide_feed(*, actor: User, feed: Feed, approve: bool, now: datetime) -> Feed:
    """Approve a proposal, which replaces the key in use, or refuse it.

    Raises NotPolice, FeedMoved, SecondOfficerNeeded.
    """
    refuse_all_but_police(actor, Permission.MANAGE_FEEDS)
    with transaction.atomic():
        mine = _locked(feed, FeedState.PROPOSED)
        if approve and mine.proposed_by == actor.ref:
            raise SecondOfficerNeeded
        if approve:
            Feed.objects.filter(
                code=mine.code, state__in=[FeedState.ACTIVE, FeedState.SUSPENDED]
            ).update(state=FeedState.REPLACED)
        mine.state = FeedState.ACTIVE if approve else FeedState.REFUSED
        mine.decided_by, mine.decided_at = actor.ref, now
        mine.save()
        note(actor, "approve-feed" if approve else "refuse-feed", mine.ref, now)
    return mine


def suspend_feed(*, actor: User, feed: Feed, now: datetime) -> Feed:
    """Stop taking events of a source at once; it comes back by a new registration.

    Raises NotPolice, FeedMoved.
    """
    refuse_all_but_police(actor, Permission.MANAGE_FEEDS)
    with transaction.atomic():
        mine = _locked(feed, FeedState.ACTIVE)
        mine.state = FeedState.SUSPENDED
        mine.save(update_fields=["state"])
        note(actor, "suspend-feed", mine.ref, now)
    return mine


def _locked(feed: Feed, state: FeedState) -> Feed:
    mine = Feed.objects.select_for_update().get(pk=feed.pk)
    if mine.state != state:
        raise FeedMoved(state=mine.get_state_display())
    return mine


def refuse_no_key(key: str) -> None:
    """Only 32 bytes of Ed25519 in hexadecimal are a key. Raises FeedKeyWrong."""
    if HEX_KEY.fullmatch(key) is None:
        raise FeedKeyWrong
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    except ValueError:
        raise FeedKeyWrong from None
