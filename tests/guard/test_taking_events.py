"""A platform hands its events in: signed, once, whole rows or reasons, nothing in the clear."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.utils import timezone

from tests.guard.conftest import KEY, Send, public_hex, registration
from tests.people import People, client_of
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.detection.intake import MOST_BYTES, MOST_ROWS
from xinnong.guard.marks import mark_of, opened_number
from xinnong.guard.models import Feed, FeedEvent, FeedState, Number, Parcel
from xinnong.guard.refusals import (
    FeedClientUnknown,
    FeedKeyWrong,
    FeedMoved,
    FeedTaken,
    NotPolice,
    SecondOfficerNeeded,
)
from xinnong.guard.services.feeds import decide_feed, propose_feed, suspend_feed
from xinnong.guard.services.retention import forget_old_events

pytestmark = pytest.mark.django_db


def stored() -> list[FeedEvent]:
    with scoped(SYSTEM):
        return list(FeedEvent.objects.order_by("pk"))


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_it_stores_events_under_marks_alone(send: Send) -> None:
    at = timezone.now()
    answer = send([registration(1, at), registration(2, at, phone="m:" + "ab" * 16)])
    assert answer.status_code == 200
    assert {k: answer.json()[k] for k in ("accepted", "duplicate", "refused")} == {
        "accepted": 2, "duplicate": 0, "refused": 0,
    }  # fmt: skip
    first, second = stored()
    assert first.event_id == "pay-app:e00001"
    assert first.phone_mark == mark_of("phone", "13900000001")
    assert (second.phone_mark, first.device_mark) == ("ab" * 16, mark_of("device", "imei-1"))
    with connection.cursor() as cursor, scoped(SYSTEM):
        for table in ("guard_feedevent", "guard_parcel", "guard_number"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t")
            said = str(cursor.fetchone())
            assert "13900000001" not in said
            assert "imei-1" not in said
        held = Number.objects.get()
        assert opened_number(held.mark, bytes(held.sealed), held.key_id) == "13900000001"
        assert Entry.objects.filter(action="guard.take-events").get().counts["accepted"] == 2


def test_it_answers_a_delivery_that_comes_again_and_ignores_known_numbers(send: Send) -> None:
    at, key = timezone.now(), uuid4()
    first = send([registration(1, at)], key=key)
    assert send([registration(1, at)], key=key).json() == first.json()
    assert code(send([registration(9, at)], key=key)) == (422, "events.key_reused")
    again = send([registration(1, at), registration(2, at)]).json()
    assert (again["accepted"], again["duplicate"]) == (1, 1)
    with scoped(SYSTEM):
        assert (Parcel.objects.count(), FeedEvent.objects.count()) == (2, 2)


def test_it_turns_wrong_rows_back_with_every_reason_and_takes_the_others(send: Send) -> None:
    now = timezone.now()
    rows: list[Any] = [
        registration(1, now),
        registration(2, now, kind="activation", phone="12345", own_handset="no", colour=1),
        registration(3, now + timedelta(minutes=9)),
        registration(4, now - timedelta(days=8)),
        registration(5, now, at="2026-11-20 09:30:00", village="3399", device="", platform="a b"),
        registration(6, now, event_id="a b", activity={}, phone=7, ip="x" * 201, agent="a\nb"),
        "no object",
        registration(8, now, at=None),
        registration(9, now, kind=["registration"]),
    ]
    told = send(rows).json()
    assert (told["accepted"], told["refused"]) == (1, 8)
    found = {row["row"]: {(p["field"], p["code"]) for p in row["problems"]} for row in told["rows"]}
    assert found == {
        2: {("kind", "event.kind"), ("phone", "event.phone"), ("own_handset", "event.flag"),
            ("colour", "event.unknown_field")},
        3: {("at", "event.clock_ahead")},
        4: {("at", "event.too_old")},
        5: {("at", "event.at"), ("village", "event.village"), ("device", "event.identifier"),
            ("platform", "event.platform")},
        6: {("event_id", "event.id"), ("activity", "event.activity"), ("phone", "event.phone"),
            ("ip", "event.identifier"), ("agent", "event.identifier")},
        7: {("", "event.no_object")},
        8: {("at", "event.at")},
        9: {("kind", "event.kind")},
    }  # fmt: skip
    assert len(stored()) == 1


@pytest.mark.parametrize(
    "body",
    [b" ", b"[]", b"{", b"\xff", b'{"events": []}', b'{"events": {}}', b'{"events":[1],"x":1}',
     b'{"events": [NaN]}', b"[" * 100_000],
)  # fmt: skip
def test_it_refuses_what_is_no_delivery(send: Send, body: bytes) -> None:
    assert code(send(body)) == (422, "events.not_events")
    assert stored() == []


def test_it_refuses_what_is_too_large_before_it_is_read(send: Send) -> None:
    assert code(send(b" " * (MOST_BYTES + 1))) == (422, "events.too_large")
    assert code(send([1] * (MOST_ROWS + 1))) == (422, "events.too_many")


def test_it_refuses_another_key_another_source_and_changed_bytes(
    send: Send, people: People, feed: Feed
) -> None:
    rows = [registration(1, timezone.now())]
    stranger = Ed25519PrivateKey.generate()
    assert code(send(rows, signer=stranger)) == (422, "events.signature")
    assert code(send(rows, to="other-app")) == (422, "feed.unknown")
    body = json.dumps({"events": rows}).encode()
    forged = KEY.sign(b"xinnong-events\n" + body).hex()
    assert code(send(rows, Signature=forged)) == (422, "events.signature")
    with scoped(people.qin):
        suspend_feed(actor=people.qin, feed=feed, now=timezone.now())
    assert code(send(rows)) == (422, "feed.unknown")
    assert stored() == []


def test_it_takes_two_officers_to_register_a_source(people: People, feed: Feed) -> None:
    now = timezone.now()
    told: dict[str, Any] = {
        "code": "pay-app", "name": "某支付平台", "kind": "platform", "event_kinds": ["login"],
        "client": "test-psb-339981", "public_key": public_hex(Ed25519PrivateKey.generate()),
        "clock_minutes": 5, "now": now,
    }  # fmt: skip
    with scoped(people.qin):
        for wrong in ("", "zz" * 32, "ab" * 31):
            with pytest.raises(FeedKeyWrong):
                propose_feed(actor=people.qin, **told | {"public_key": wrong})
        client_of("BANK-01")
        with pytest.raises(FeedClientUnknown):
            propose_feed(actor=people.qin, **told | {"client": "test-bank-01"})
        proposed = propose_feed(actor=people.qin, **told)
        with pytest.raises(FeedTaken):
            propose_feed(actor=people.qin, **told)
        with pytest.raises(SecondOfficerNeeded):
            decide_feed(actor=people.qin, feed=proposed, approve=True, now=now)
    with scoped(people.chen), pytest.raises(NotPolice):
        decide_feed(actor=people.chen, feed=proposed, approve=True, now=now)
    with scoped(people.gu):
        decide_feed(actor=people.gu, feed=proposed, approve=True, now=now)
        with pytest.raises(FeedMoved):
            decide_feed(actor=people.gu, feed=proposed, approve=False, now=now)
        assert Feed.objects.get(pk=feed.pk).state == FeedState.REPLACED


def test_it_forgets_old_events_but_no_evidence_and_nobody_changes_one(
    send: Send, people: People
) -> None:
    send([registration(1, timezone.now())])
    with scoped(people.qin), connection.cursor() as cursor:
        cursor.execute("DELETE FROM guard_feedevent")
        assert cursor.rowcount == 0
    assert forget_old_events(now=timezone.now() + timedelta(days=89)) == 0
    assert forget_old_events(now=timezone.now() + timedelta(days=91)) == 3
    assert stored() == []
