"""Qin and Gu of the police, a platform that signs its events, and a day with a gang."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from tests.audit.logs import LOG_KEY
from tests.people import LOTUS_VILLAGE, People, client_of, settle
from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.notes import LOG, NoteKey
from xinnong.guard.models import Feed
from xinnong.guard.services import detecting
from xinnong.guard.services.feeds import decide_feed, propose_feed
from xinnong.guard.services.intake import to_be_signed
from xinnong.guard.services.rulebooks import ship_rulebook

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG_POINT = LOG_KEY.public_key().public_bytes_raw()
LOG_TEXT = NoteKey(f"xinnong/{sha256(LOG_POINT).hexdigest()[:12]}", LOG, LOG_POINT).text()
"""The evidence log's key as a platform is given it."""

FEED = "pay-app"
SIGNERS = (UUID(int=1), UUID(int=2))
Send = Callable[..., Any]


def public_hex(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def with_second_factor(user: User) -> User:
    user.second_factor_passed = True
    return user


@pytest.fixture
def people(db: None) -> People:
    detecting._engines.clear()
    found = settle()
    with_second_factor(found.qin)
    with_second_factor(found.gu)
    return found


@pytest.fixture
def feed(people: People) -> Feed:
    now = timezone.now()
    client_of("PSB-339981")
    with scoped(people.qin):
        proposed = propose_feed(
            actor=people.qin, code=FEED, name="某支付平台", kind="platform",
            event_kinds=["registration", "code", "login"], client="test-psb-339981",
            public_key=public_hex(KEY), clock_minutes=5, now=now,
        )  # fmt: skip
    with scoped(people.gu):
        return decide_feed(actor=people.gu, feed=proposed, approve=True, now=now)


@pytest.fixture
def rules(people: People) -> None:
    with scoped(SYSTEM):
        ship_rulebook(signers=SIGNERS, now=timezone.now())


@pytest.fixture
def headers(people: People) -> dict[str, str]:
    with scoped(SYSTEM):
        token = issue_token(
            actor=SYSTEM_ACTOR, client=client_of("PSB-339981"), scopes=[Permission.SEND_EVENTS],
            lifetime=timedelta(days=1), now=timezone.now(),
        )  # fmt: skip
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def send(feed: Feed, headers: dict[str, str]) -> Send:
    def sent(
        events: Sequence[Any] | bytes, *, key: UUID | None = None, signer: Ed25519PrivateKey = KEY,
        to: str = FEED, **more: str,
    ) -> Any:  # fmt: skip
        body = events if isinstance(events, bytes) else json.dumps({"events": events}).encode()
        number = key or uuid4()
        signature = signer.sign(to_be_signed(to, number, body)).hex()
        return Client().post(
            f"/api/v1/event-feeds/{to}/events", body, content_type="application/json",
            headers={**headers, "Idempotency-Key": str(number), "Signature": signature, **more},
        )  # fmt: skip

    return sent


def registration(number: int, when: datetime, **what: object) -> dict[str, object]:
    told: Mapping[str, object] = {
        "event_id": f"e{number:05}", "at": when.isoformat(), "kind": "registration",
        "platform": "P0", "phone": "13900000001", "device": "imei-1", "village": LOTUS_VILLAGE,
        "own_handset": False,
    }  # fmt: skip
    return dict(told) | what


def gang_day(ends: datetime, victims: int = 6) -> list[dict[str, object]]:
    """So many numbers of Lotus Village, four platforms each, one after the other on one handset."""
    return [
        registration(
            victim * 4 + place, ends - timedelta(minutes=6 * (victims - victim) - place),
            phone=f"1390000{victim:04}", platform=f"P{place}",
        )
        for victim in range(victims)
        for place in range(4)
    ]  # fmt: skip
