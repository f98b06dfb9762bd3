"""A demo of guard by the services that everybody uses: a platform, an evening with a gang, one case and what follows.

Two planted households, too: opening one shows what the overseer sees.
Only invented numbers; running it again finds everything there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinnong.accounts.models import ApiClient, Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import link_person
from xinnong.accounts.services.tokens import create_client
from xinnong.areas.places import places
from xinnong.guard.demo_aftermath import follow
from xinnong.guard.models import Case, Feed
from xinnong.guard.services.detecting import detect
from xinnong.guard.services.feeds import decide_feed, propose_feed
from xinnong.guard.services.intake import take_events, to_be_signed
from xinnong.guard.services.rulebooks import ship_first_rulebook
from xinnong.privacy.models import Canary
from xinnong.privacy.services.canaries import decide_canary, propose_canary
from xinnong.registry.models import Identity
from xinnong.registry.vault import opened

if TYPE_CHECKING:
    from datetime import datetime

TASK: Final = "guard.make_demo_case"
FEED: Final = "demo-pay"
CLIENT: Final = "demo-pay-platform"
POLICE: Final = "PSB-339981"
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
"""Everybody knows this key: it signs the demo's invented events and nothing else."""

VICTIMS: Final = 9
VICTIM: Final = "farmer.three"
PLATFORMS: Final = ("demo-pay", "demo-video", "demo-shop", "demo-chat")
OVERSEERS: Final = ("auditor", "auditor.two")
PLANTED: Final = ("陆听荷", "竺守田")
KINDS: Final = ("registration", "code", "login")


@dataclass(frozen=True, slots=True)
class Made:
    """What there is after a run."""

    events: int
    alerts: int
    cases: int


def make_guard_demo(*, now: datetime) -> Made:
    """Register the platform, hand its evening in, judge it. The events of a second run are repeats."""
    ship_first_rulebook(now=now)
    with scoped(SYSTEM):
        client = _client(now)
        officers = [User.objects.get(username=name) for name in ("police", "chief")]
        feed = Feed.objects.filter(code=FEED).first()
        victim = User.objects.filter(username=VICTIM).first()
        phone = _number_of(victim)
    for officer in officers:
        officer.second_factor_passed = True  # the demo has no telephone to hold
    if feed is None:
        _register(officers[0], officers[1], client, now)
        with scoped(client):
            _send(client, now, phone)
    _plant(now)
    detect(now=now)
    found = detect(now=now + timedelta(minutes=2))
    with scoped(SYSTEM):
        case = Case.objects.order_by("pk").first()
    if case is not None:
        follow(
            case, police=officers[0], chief=officers[1], victim=victim, client=client.code,
            key=KEY, now=now,
        )  # fmt: skip
    with scoped(SYSTEM):
        return Made(found.events, found.alerts, Case.objects.count())


def _client(now: datetime) -> ApiClient:
    known = ApiClient.objects.filter(code=CLIENT).first()
    return known or create_client(
        code=CLIENT, name="演示平台", institution=Institution.objects.get(code=POLICE), areas=[],
        now=now,
    )  # fmt: skip


def _register(first: User, second: User, client: ApiClient, now: datetime) -> None:
    with scoped(first):
        feed = propose_feed(
            actor=first, code=FEED, name="演示支付平台", kind="platform", event_kinds=KINDS,
            client=client.code, public_key=KEY.public_key().public_bytes_raw().hex(),
            clock_minutes=5, now=now,
        )  # fmt: skip
    with scoped(second):
        decide_feed(actor=second, feed=feed, approve=True, now=now)


def _plant(now: datetime) -> None:
    """Two invented households, proposed by one overseer and approved by the other."""
    with scoped(SYSTEM):
        overseers = User.objects.filter(username__in=OVERSEERS).order_by("username")
        first, second = overseers if len(overseers) == len(OVERSEERS) else (None, None)
    if first is None or second is None:
        return
    first.second_factor_passed = second.second_factor_passed = True
    villages = [village.code for village in places().villages("")]
    with scoped(first):
        if Canary.objects.exists():
            return
        planted = [
            propose_canary(actor=first, area12=area12, head_name=name, now=now)
            for area12, name in zip(villages, PLANTED, strict=False)
        ]
    with scoped(second):
        for each in planted:
            decide_canary(actor=second, canary=each, approve=True, now=now)


def _number_of(victim: User | None) -> str:
    """The own number of the oldest head of a household, tied to the victim; or "". So old nobody borrows."""
    if victim is None:
        return ""
    heads = Identity.objects.select_related("person").filter(
        person__is_head=True, phone_hash__isnull=False
    )
    if victim.person_ref is not None:
        sealed = heads.filter(person__ref=victim.person_ref).first()
    else:
        taken = User.objects.exclude(person_ref=None).values("person_ref")
        free = heads.filter(person__birth__isnull=False).exclude(person__ref__in=taken)
        sealed = free.order_by("person__birth", "pk").first()
    if sealed is None:
        return ""
    link_person(user=victim, person_ref=sealed.person.ref)
    return opened(sealed).phone or ""


def _village() -> str | None:
    """Far from those who borrow in the demo: cases make new draws wait."""
    found = next(reversed(places().villages("")), None)
    return found.code if found else None


def _send(client: ApiClient, now: datetime, phone: str) -> None:
    key = uuid5(NAMESPACE_URL, "xinnong:demo-guard")
    body = json.dumps({"events": evening(now, phone)}).encode()
    signature = KEY.sign(to_be_signed(FEED, key, body)).hex()
    take_events(actor=client, feed=FEED, key=key, signature=signature, body=body, now=now)


def evening(now: datetime, phone: str = "") -> list[dict[str, object]]:
    """Nine elders of one village, four accounts each, on two handsets that are not theirs.

    `phone` is the first one's number, where one is known; the others' are invented.
    """
    village, begins = _village(), now - timedelta(hours=3)
    numbers = [phone or "19900000000", *(f"1990000{place:04}" for place in range(1, VICTIMS))]
    return [
        {
            "event_id": f"demo-{victim}-{place}", "kind": "registration",
            "at": (begins + timedelta(minutes=victim * 7 + place)).isoformat(),
            "platform": PLATFORMS[place], "phone": number,
            "device": f"demo-handset-{victim % 2}", "own_handset": False,
            "village": village,
        }
        for victim, number in enumerate(numbers)
        for place in range(len(PLATFORMS))
    ]  # fmt: skip
