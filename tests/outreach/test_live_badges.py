"""A phone's key in the badge and a proof of this half minute: enrolled once, refused when late or lost."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.cache import cache
from django.test import Client

from tests.factories import signed_in
from tests.outreach.test_badges import issued, key_of, of_now
from tests.outreach.world import NOW, TODAY, World
from tests.people import LOTUS_VILLAGE
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.badges import possession, written_live
from xinnong.core.cose import PublicKey, raw_es256
from xinnong.core.county_check import check_offline
from xinnong.outreach.models import Agent, AgentPhone, Badge
from xinnong.outreach.services.phones import ask_phone, end_phone
from xinnong.outreach.services.refusals import NotYours, Stopped, StoppedAlready
from xinnong.outreach.services.suspending import suspend

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SECOND = int(NOW.timestamp())


class Phone:
    """What the page in a phone's browser does, with a key of its own."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        public = self.key.public_key()
        self.point = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def sign(self, data: bytes) -> bytes:
        made = self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        return raw_es256(*decode_dss_signature(made))

    def enrol(self, code: str) -> Any:
        signature = self.sign(b"XN1E" + code.encode())
        said = {"code": code, "point": self.point.hex(), "signature": signature.hex()}
        return sent("/my-badge/enrol", said)

    def fetch(self, second: int = SECOND) -> Any:
        signature = self.sign(b"XN1F" + (second // 30).to_bytes(8, "big"))
        said = {"point": self.point.hex(), "second": str(second), "signature": signature.hex()}
        return sent("/my-badge/badges", said)

    def text(self, message: bytes, second: int = SECOND) -> str:
        return written_live(message, second, self.sign(possession(message, second)))


def sent(where: str, said: object) -> Any:
    strict = Client(enforce_csrf_checks=True)
    return strict.post(where, json.dumps(said), content_type="application/json")


@pytest.fixture(autouse=True)
def _at_half_past_nine(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.XINNONG_DATA = tmp_path
    settings.XINNONG_BADGES = tmp_path / "badges"
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def code_for(world: World, agent: Agent, now: datetime = NOW) -> str:
    with scoped(world.people.jiang):
        return ask_phone(actor=world.people.jiang, agent=agent, now=now)


def enrolled(world: World, agent: Agent) -> Phone:
    phone = Phone()
    assert phone.enrol(code_for(world, agent)).status_code == 200
    return phone


def said_of(text: str, key: PublicKey, second: int = SECOND) -> tuple[str, str | None]:
    answer = check_offline(text, of_now(key), village=LOTUS_VILLAGE, second=second)
    return answer.colour, answer.reason


@pytest.mark.parametrize("algorithm", [-19, -7])
def test_a_live_badge_is_green_for_its_half_minute(world: World, algorithm: int) -> None:
    key = key_of(world, algorithm)
    issued(world, world.approved())
    phone = enrolled(world, world.leader)
    told = phone.fetch().json()
    (badge,) = told["badges"]
    assert (told["second"], badge["name"]) == (SECOND, "顾队长")
    assert (badge["from"], badge["until"] - badge["from"]) == (SECOND - 1_800, 7 * 3_600)
    text = phone.text(bytes.fromhex(badge["message"]))
    assert [said_of(text, key, SECOND + late) for late in (0, 29, 60, 600)] == [
        ("green", None), ("green", None), ("red", "stale_proof"), ("red", "stale_proof"),
    ]  # fmt: skip
    assert int(segno.make(text, error="m").version) <= 11
    assert said_of(Phone().text(bytes.fromhex(badge["message"])), key) == ("red", "proof")
    with scoped(SYSTEM):
        done = Entry.objects.filter(action__startswith="outreach.").values_list("action", "actor")
        assert ("outreach.hand-out-live", world.leader.ref) in done


def test_a_code_enrols_one_phone_once_within_its_quarter_of_an_hour(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = code_for(world, world.leader)
    code = code_for(world, world.leader)
    assert Phone().enrol(first).json()["code"] == "phone.code_unknown"
    stolen = Phone()
    signature = stolen.sign(b"XN1E" + code.encode()).hex()
    other = {"code": code, "point": Phone().point.hex(), "signature": signature}
    assert sent("/my-badge/enrol", other).json()["code"] == "phone.code_unknown"
    assert stolen.enrol(code).status_code == 200
    assert Phone().enrol(code).status_code == 422
    late = code_for(world, world.helper)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=15))
    assert Phone().enrol(late).status_code == 422
    with scoped(SYSTEM):
        assert AgentPhone.objects.filter(point__isnull=False).count() == 1


def test_a_lost_or_replaced_phone_shows_nothing_that_holds(world: World) -> None:
    key = key_of(world)
    activity = world.approved()
    issued(world, activity)
    phone = enrolled(world, world.leader)
    held = bytes.fromhex(phone.fetch().json()["badges"][0]["message"])
    with scoped(world.people.jiang):
        assert end_phone(actor=world.people.jiang, agent=world.leader, now=NOW) == 1
    assert said_of(phone.text(held), key) == ("red", "revoked")
    assert phone.fetch().json()["code"] == "phone.unknown"
    issued(world, activity)
    newer = enrolled(world, world.leader)
    message = bytes.fromhex(newer.fetch().json()["badges"][0]["message"])
    assert said_of(newer.text(message), key) == ("green", None)
    enrolled(world, world.leader)
    assert said_of(newer.text(message), key) == ("red", "revoked")
    assert newer.fetch().status_code == 422
    with scoped(world.people.han), pytest.raises(StoppedAlready):
        end_phone(actor=world.people.han, agent=world.helper, now=NOW)


def test_only_the_coming_day_is_handed_out_and_nothing_that_was_stopped(world: World) -> None:
    key_of(world)
    issued(world, world.approved(on=TODAY + timedelta(days=3)))
    phone = enrolled(world, world.leader)
    assert phone.fetch().json()["badges"] == []
    issued(world, world.approved())
    assert len(phone.fetch().json()["badges"]) == 1
    with scoped(world.people.han):
        suspend(actor=world.people.han, part=world.team, reason="核查", now=NOW)
    assert phone.fetch().json()["badges"] == []
    with scoped(world.people.han):
        suspend(actor=world.people.han, part=world.leader, reason="核查", now=NOW)
    assert phone.fetch().json()["code"] == "phone.unknown"
    stopped = Agent(pk=world.leader.pk, institution="CHAN-01", suspended_at=NOW)
    with scoped(world.people.jiang), pytest.raises(Stopped):
        ask_phone(actor=world.people.jiang, agent=stopped, now=NOW)


def test_a_question_of_another_minute_hand_or_shape_is_refused(world: World) -> None:
    key_of(world)
    phone = enrolled(world, world.leader)
    for second in (SECOND - 120, SECOND + 120):
        assert phone.fetch(second).json()["code"] == "phone.unknown"
    assert Phone().fetch().json()["code"] == "phone.unknown"
    shapes: tuple[object, ...] = (
        [],
        {},
        {"point": 1},
        {"point": "0", "second": "1", "signature": "00"},
        "x" * 3_000,
    )
    for said in shapes:
        assert sent("/my-badge/badges", said).json()["code"] == "request.invalid"
    with scoped(world.people.han), pytest.raises(NotYours):
        ask_phone(actor=world.people.han, agent=world.leader, now=NOW)
    cache.clear()
    found = [phone.fetch().status_code for _ in range(21)]
    assert found == [200] * 20 + [429]


def test_the_team_s_page_gives_out_codes_and_ends_phones(world: World) -> None:
    key_of(world)
    issued(world, world.approved())
    clerk, bureau = signed_in(world.people.jiang), signed_in(world.people.han)
    place, said = f"/outreach/teams/{world.team.ref}/phones/", {"agent": str(world.leader.ref)}
    assert place in clerk.get(f"/outreach/teams/{world.team.ref}/").content.decode()
    page = clerk.post(place, said | {"step": "ask"}).content.decode()
    digits = page.split('class="stat-value">')[1].split("<")[0]
    assert Phone().enrol(digits.replace(" ", "")).status_code == 200
    assert "已登记" in clerk.get(place).content.decode()
    assert bureau.post(place, said | {"step": "ask"}).status_code == 422
    assert clerk.post(place, {"agent": "x", "step": "ask"}).status_code == 422
    assert bureau.post(place, said | {"step": "end"}).status_code == 302
    with scoped(SYSTEM):
        assert Badge.objects.filter(agent=world.leader, revoked_at=None).count() == 0
        assert Badge.objects.filter(agent=world.helper, revoked_at=None).count() == 1
    assert "没有登记" in clerk.get(place).content.decode()


def test_the_page_holds_nobody_s_data() -> None:
    assert Client().get("/my-badge/").status_code == 200
    assert Client().get("/my-badge/worker.js").headers["Content-Type"].startswith("text/javascript")
