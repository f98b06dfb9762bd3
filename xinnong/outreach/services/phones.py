"""Phones with live badges: asked for by the channel, enrolled by the phone itself, ended when lost.

The key is made in the phone's browser and never leaves it. A phone is nobody who signs in: a code that the
channel hands over enrols it once, and from then on its key alone says whose it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from xinnong.accounts.models import Institution, User
from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.core.badges import STEP_SECONDS, claims, holder_key
from xinnong.core.cose import P256_BYTES, signature_holds
from xinnong.outreach.keys import signed
from xinnong.outreach.models import Agent, AgentPhone, Badge
from xinnong.outreach.queries.badges import AN_HOUR, signing_key
from xinnong.outreach.queries.phones import (
    asked_phone,
    badges_for,
    counting_phone,
    is_known_key,
)
from xinnong.outreach.queries.windows import window
from xinnong.outreach.secrets import phone_code_hash
from xinnong.outreach.services.actors import bureau_of, note
from xinnong.outreach.services.badges import claims_of
from xinnong.outreach.services.licensing import own_channel
from xinnong.outreach.services.refusals import (
    NoKey,
    NotYours,
    PhoneCodeUnknown,
    PhoneUnknown,
    Stopped,
    StoppedAlready,
)

CODE_DIGITS: Final = 12
CODE_GOOD: Final = timedelta(minutes=15)
ENROLS: Final = b"XN1E"
FETCHES: Final = b"XN1F"
"""Signed along, so that no signature of one kind passes for another."""


@dataclass(frozen=True, slots=True)
class LiveBadge:
    """A badge with a holder's key, signed, to which the phone adds its proof."""

    badge: Badge
    message: bytes


def ask_phone(*, actor: User, agent: Agent, now: datetime) -> str:
    """Twelve digits with which one phone of an agent may enrol in a quarter of an hour.

    A code given out before and not used is void. Raises NotYours, Stopped.
    """
    channel = own_channel(actor)
    if agent.institution != channel.institution:
        raise NotYours
    if agent.suspended_at is not None:
        raise Stopped
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    with transaction.atomic():
        Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
        waiting = AgentPhone.objects.filter(agent=agent, ended_at=None, point=None)
        waiting.update(ended_at=now, ended_by=actor.ref)
        AgentPhone.objects.create(
            ref=new_ref(), institution=agent.institution, agent=agent,
            code_hash=phone_code_hash(code), asked_by=actor.ref, asked_at=now,
            good_until=now + CODE_GOOD,
        )  # fmt: skip
        note(actor, "ask-phone", agent.ref, now)
    return code


def enrol_phone(*, code: str, point: bytes, signature: bytes, now: datetime) -> AgentPhone:
    """Take a phone's key; the phone before it, and every badge that it showed, count no more.

    Raises PhoneCodeUnknown for a code that is nobody's, used, over, or a key that did not sign it.
    """
    digits = "".join(each for each in code if each.isdecimal() and each.isascii())
    is_theirs = len(point) == P256_BYTES and signature_holds(
        holder_key(point), ENROLS + digits.encode(), signature
    )
    if len(digits) != CODE_DIGITS or not is_theirs:
        raise PhoneCodeUnknown
    with window(None), transaction.atomic():
        phone = asked_phone(phone_code_hash(digits), now)
        if phone is None or phone.agent.suspended_at is not None or is_known_key(point):
            raise PhoneCodeUnknown
        _end(phone.agent, by=phone.asked_by, now=now)
        phone.point, phone.enrolled_at = point, now
        phone.save(update_fields=["point", "enrolled_at"])
        _note(phone, "enrol-phone", now)
    return phone


def end_phone(*, actor: User, agent: Agent, now: datetime) -> int:
    """An agent's phone counts no more; answers how many badges fell with it, to be issued anew.

    The channel ends its own, the bureau any. Raises NotYours, StoppedAlready.
    """
    if "bureau" in actor.roles:
        bureau_of(actor)
    elif own_channel(actor).institution != agent.institution:
        raise NotYours
    with transaction.atomic():
        Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
        waiting = AgentPhone.objects.filter(agent=agent, ended_at=None, point=None)
        voided = waiting.update(ended_at=now, ended_by=actor.ref)
        fallen = _end(agent, by=actor.ref, now=now)
        if fallen is None and not voided:
            raise StoppedAlready
        note(actor, "end-phone", agent.ref, now, badges=fallen or 0)
    return fallen or 0


def live_badges(
    *, point: bytes, second: int, signature: bytes, now: datetime
) -> Sequence[LiveBadge]:
    """The badges of the coming day for the phone that holds a key, each signed with that key in it.

    The phone signs the step of thirty seconds it asks in. Raises PhoneUnknown, NoKey.
    """
    step = second // STEP_SECONDS
    near = abs(int(now.timestamp()) // STEP_SECONDS - step) <= 1
    told = FETCHES + step.to_bytes(8, "big")
    if not near or not signature_holds(holder_key(point), told, signature):
        raise PhoneUnknown
    with window(None), transaction.atomic():
        phone = counting_phone(point)
        if phone is None or phone.agent.suspended_at is not None:
            raise PhoneUnknown
        key = signing_key()
        if key is None:
            raise NoKey
        made = [
            LiveBadge(each, signed(key, claims(replace(claims_of(each), photo=None, holder=point))))
            for each in badges_for(phone, now=now)
        ]
        _note(phone, "hand-out-live", now, badges=len(made))
    return made


def _end(agent: Agent, *, by: UUID, now: datetime) -> int | None:
    """End the phone that counts, and take back what it may show; None where there is none."""
    counting = AgentPhone.objects.filter(agent=agent, ended_at=None, point__isnull=False)
    if not counting.update(ended_at=now, ended_by=by):
        return None
    out = Badge.objects.filter(agent=agent, revoked_at=None, activity__ends_at__gt=now - AN_HOUR)
    return out.update(revoked_at=now, revoked_by=by)


def _note(phone: AgentPhone, action: str, now: datetime, **counts: int) -> None:
    """The audit entry of what a phone did; its channel's oversight reviews it."""
    place = Institution.objects.get(code=phone.institution)
    with window(phone.agent.ref):
        record(
            actor=phone.agent.ref, action=f"outreach.{action}", at=now, subject=phone.ref,
            counts=counts, concerns=place,
        )  # fmt: skip
