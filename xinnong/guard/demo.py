"""A demo of guard by the services that everybody uses: a platform, an evening with a gang, one case, and after.

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

from xinnong.accounts.models import ApiClient, AreaGrant, Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import create_client
from xinnong.areas.places import places
from xinnong.guard.demo_sequel import act_on_case
from xinnong.guard.models import Case, Feed, JointOrder
from xinnong.guard.services.detecting import detect
from xinnong.guard.services.feeds import decide_feed, propose_feed
from xinnong.guard.services.intake import take_events, to_be_signed
from xinnong.guard.services.rulebooks import ship_first_rulebook
from xinnong.privacy.models import Canary
from xinnong.privacy.services.canaries import decide_canary, propose_canary

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.areas.places import Place

TASK: Final = "guard.make_demo_case"
FEED: Final = "demo-pay"
CLIENT: Final = "demo-pay-platform"
POLICE: Final = "PSB-339981"
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
"""Everybody knows this key: it signs the demo's invented events and nothing else."""

TOWN_DIGITS: Final = 9
VICTIMS: Final = 9
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
        officers = [_officer(name) for name in ("police", "chief")]
        feed = Feed.objects.filter(code=FEED).first()
    if feed is None:
        _register(officers[0], officers[1], client, now)
        with scoped(client):
            _send(client, now)
    _plant(now)
    detect(now=now)
    found = detect(now=now + timedelta(minutes=2))
    with scoped(SYSTEM):
        case, acted = Case.objects.order_by("pk").first(), JointOrder.objects.exists()
    if case is not None and not acted:
        act_on_case(case, officers[0], officers[1], client.code, now)
    with scoped(SYSTEM):
        return Made(found.events, found.alerts, Case.objects.count())


def _client(now: datetime) -> ApiClient:
    known = ApiClient.objects.filter(code=CLIENT).first()
    return known or create_client(
        code=CLIENT, name="演示平台", institution=Institution.objects.get(code=POLICE), areas=[],
        now=now,
    )  # fmt: skip


def _officer(name: str) -> User:
    """As if past the second factor: the demo has no telephone to hold."""
    found = User.objects.get(username=name)
    found.second_factor_passed = True
    return found


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


def _send(client: ApiClient, now: datetime) -> None:
    key = uuid5(NAMESPACE_URL, "xinnong:demo-guard")
    body = json.dumps({"events": evening(now)}).encode()
    signature = KEY.sign(to_be_signed(FEED, key, body)).hex()
    take_events(actor=client, feed=FEED, key=key, signature=signature, body=body, now=now)


def evening(now: datetime) -> list[dict[str, object]]:
    """Nine elders of one village, four accounts each, on two handsets that are not theirs."""
    village = _village()
    begins = now - timedelta(hours=3)
    return [
        {
            "event_id": f"demo-{victim}-{place}", "kind": "registration",
            "at": (begins + timedelta(minutes=victim * 7 + place)).isoformat(),
            "platform": PLATFORMS[place], "phone": f"1990000{victim:04}",
            "device": f"demo-handset-{victim % 2}", "own_handset": False,
            "village": village.code if village else None,
        }
        for victim in range(VICTIMS)
        for place in range(len(PLATFORMS))
    ]  # fmt: skip


def _village() -> Place | None:
    """The last village of the town whose cadre signs in, so that there is somebody to warn."""
    with scoped(SYSTEM):
        grant = AreaGrant.objects.filter(user__username="cadre").select_related("area").first()
    town = grant.area.code[:TOWN_DIGITS] if grant else ""
    return next(reversed(places().villages(town)), None)
