"""Qin warns the villages around a case: Xu sees it at once, the message follows, nothing is done twice."""

from __future__ import annotations

import io
import json
import stat
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import signed_in
from tests.guard.conftest import Send, gang_day
from tests.people import FAR_VILLAGE, LOTUS_VILLAGE, REED_VILLAGE, People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_user
from xinnong.areas.models import Area
from xinnong.audit.models import Entry
from xinnong.cli import sms
from xinnong.guard.models import CadreNumber, CadreWarning, Case, NeighbourWarning
from xinnong.guard.refusals import (
    CadreNumberWrong,
    NobodyToWarn,
    NotCadre,
    NotPolice,
    NoVillage,
    WarnedAlready,
    WarningKeyReused,
)
from xinnong.guard.services import detecting
from xinnong.guard.services.cases import label_case
from xinnong.guard.services.messages import send_messages, send_to_configured
from xinnong.guard.services.warning import keep_cadre_number, tell_village, warn_neighbours
from xinnong.outreach.sms import JsonLines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NUMBER = "19800000088"


@pytest.fixture
def case(send: Send, rules: None) -> Case:
    send(gang_day(timezone.now() - timedelta(minutes=30), victims=6))
    detecting.detect(now=timezone.now() + timedelta(minutes=3))
    with scoped(SYSTEM):
        return Case.objects.get()


def cadre_of(people: People, username: str, village: str) -> User:
    return set_user(
        username=username, name="村干部", roles=["cadre"], institution=people.xu.institution,
        areas=Area.objects.filter(code=village), password=None, now=timezone.now(),
    )  # fmt: skip


def warn(people: People, case: Case, **more: Any) -> NeighbourWarning:
    told: dict[str, Any] = {"key": uuid4(), "now": timezone.now()} | more
    with scoped(people.qin):
        return warn_neighbours(actor=people.qin, case=case, **told)


def sent_now() -> list[dict[str, Any]]:
    out = io.StringIO()
    send_messages(JsonLines(out, out), now=timezone.now())
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_officer_approves_on_the_page_and_the_cadres_of_the_town_know(
    people: People, case: Case
) -> None:
    reed = cadre_of(people, "reed", REED_VILLAGE)
    far = cadre_of(people, "faraway", FAR_VILLAGE)
    address, qin = f"/guard/cases/{case.ref}/", signed_in(people.qin)
    page = qin.get(address).content.decode()
    assert "同镇 2 个村，2 位村干部" in page
    key = str(uuid4())
    for _again in range(2):
        answer = qin.post(address, {"step": "warn", "key": key})
        assert answer.status_code == 302
    with scoped(SYSTEM):
        made = NeighbourWarning.objects.get()
        assert made.villages == [LOTUS_VILLAGE, REED_VILLAGE]
        assert {each.cadre for each in made.cadres.all()} == {people.xu.ref, reed.ref}
        entry = Entry.objects.get(action="guard.warn-neighbours")
        assert (entry.actor, entry.subject, entry.counts["cadres"]) == (
            people.qin.ref, case.ref, 2,
        )  # fmt: skip
        numbers = [f"1390000{victim:04}" for victim in range(6)]
        assert not any(number in made.text for number in numbers)
    for cadre, seen in ((people.xu, True), (reed, True), (far, False)):
        home = signed_in(cadre).get("/").content.decode()
        assert ("请马上在村里提醒" in home) is seen, cadre.username
    page = qin.get(address).content.decode()
    assert "2 位没有填手机号" in page
    assert qin.post(address, {"step": "warn", "key": str(uuid4())}).status_code == 422


def test_the_message_goes_to_the_number_of_the_cadre_once_and_to_no_eyes(
    people: People, case: Case
) -> None:
    xu = signed_in(people.xu)
    assert "还没有填收预警短信的手机号" in xu.get("/").content.decode()
    assert xu.post("/guard/warnings/", {"step": "number", "number": "123"}).status_code == 422
    assert xu.post("/guard/warnings/", {"step": "number", "number": NUMBER}).status_code == 302
    assert NUMBER not in xu.get("/guard/warnings/").content.decode()
    with scoped(SYSTEM):
        assert NUMBER.encode() not in bytes(CadreNumber.objects.get().sealed)
    warn(people, case)
    [message] = sent_now()
    with scoped(SYSTEM):
        kept = CadreWarning.objects.get()
    assert (message["to"], message["key"]) == (NUMBER, str(kept.ref))
    assert "".join(message["parts"]).startswith("【公安预警】荷塘镇 莲花村")
    assert max(map(len, message["parts"])) <= 70
    assert sent_now() == []
    page = signed_in(people.qin).get(f"/guard/cases/{case.ref}/").content.decode()
    assert ("1 / 1" in page, NUMBER in page) == (True, False)
    for _again in range(2):
        answer = xu.post("/guard/warnings/", {"step": "told", "warning": str(kept.ref)})
        assert answer.status_code == 302
    assert "您已在村里提醒" in xu.get("/guard/warnings/").content.decode()
    with scoped(SYSTEM):
        assert Entry.objects.filter(action="guard.tell-village").count() == 1
        assert Entry.objects.filter(action="guard.send-warnings").count() == 1


def test_a_message_that_the_gateway_did_not_take_goes_out_again_under_its_key(
    people: People, case: Case
) -> None:
    keep_cadre_number(actor=people.xu, number=NUMBER, now=timezone.now())
    warn(people, case)
    broken = io.StringIO()
    broken.close()
    with pytest.raises(ValueError, match="closed file"):
        send_messages(JsonLines(broken, broken), now=timezone.now())
    assert len(sent_now()) == 1


def test_the_worker_adds_messages_to_the_file_that_is_named(
    people: People, case: Case, settings: Any, tmp_path: Path
) -> None:
    keep_cadre_number(actor=people.xu, number=NUMBER, now=timezone.now())
    warn(people, case)
    settings.XINNONG_MESSAGES = ""
    assert send_to_configured(now=timezone.now()) == 0
    settings.XINNONG_MESSAGES = str(tmp_path / "out.jsonl")
    assert send_to_configured(now=timezone.now() + timedelta(days=2)) == 0
    assert send_to_configured(now=timezone.now()) == 1
    path = tmp_path / "out.jsonl"
    assert json.loads(path.read_text())["to"] == NUMBER
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_command_hands_over_what_waits_once(people: People, case: Case, tmp_path: Path) -> None:
    keep_cadre_number(actor=people.xu, number=NUMBER, now=timezone.now())
    warn(people, case)
    out = tmp_path / "waiting.jsonl"
    for lines in (1, 0):
        assert sms.run(Namespace(source=None, out=out, json=True, send=True)) == 0
        assert len(out.read_text().splitlines()) == lines
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_false_alarm_is_lifted_everywhere(people: People, case: Case) -> None:
    keep_cadre_number(actor=people.xu, number=NUMBER, now=timezone.now())
    warn(people, case)
    with scoped(people.qin):
        label_case(
            actor=people.qin, case=case, verdict="not", reason="义诊", close=False,
            now=timezone.now(),
        )  # fmt: skip
    assert sent_now() == []
    xu = signed_in(people.xu)
    assert "请马上在村里提醒" not in xu.get("/").content.decode()
    assert "已解除" in xu.get("/guard/warnings/").content.decode()


def test_it_warns_nobody_where_it_may_not(people: People, case: Case) -> None:
    for actor in (people.chen, people.xu, people.han):
        with scoped(actor), pytest.raises(NotPolice):
            warn_neighbours(actor=actor, case=case, key=uuid4(), now=timezone.now())
    with pytest.raises(NotCadre):
        keep_cadre_number(actor=people.wu, number=NUMBER, now=timezone.now())
    with pytest.raises(CadreNumberWrong):
        keep_cadre_number(actor=people.xu, number="1380", now=timezone.now())
    key = uuid4()
    made = warn(people, case, key=key)
    assert warn(people, case, key=key).pk == made.pk
    with pytest.raises(WarnedAlready):
        warn(people, case)
    stranger = cadre_of(people, "stranger", FAR_VILLAGE)
    with scoped(SYSTEM):
        ref = CadreWarning.objects.get().ref
        other = Case.objects.create(
            ref=uuid4(), severity="alert", villages=["110000000001"], device_marks=[],
            opened_at=timezone.now(), alerted_at=timezone.now(),
        )  # fmt: skip
    with pytest.raises(NotCadre):
        tell_village(actor=stranger, ref=ref, now=timezone.now())
    with pytest.raises(WarningKeyReused):
        warn(people, other, key=key)
    with pytest.raises(NoVillage):
        warn(people, other)
    with scoped(SYSTEM):
        Case.objects.filter(pk=other.pk).update(villages=[FAR_VILLAGE])
        User.objects.filter(pk=stranger.pk).update(is_active=False)
    with pytest.raises(NobodyToWarn):
        warn(people, other)
    with scoped(SYSTEM):
        assert NeighbourWarning.objects.count() == 1
    with scoped(people.xu), connection.cursor() as cursor:
        for table in ("guard_neighbourwarning", "guard_cadrewarning", "guard_cadrenumber"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
