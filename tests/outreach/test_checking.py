"""Anybody checks a team, a village, a letter: on a page and by text message. Guessing fails."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.outreach.world import NOW, SUM, TODAY, World
from tests.people import FAR_VILLAGE, LOTUS_VILLAGE, REED_VILLAGE
from xinnong.accounts.crossings import OPENINGS
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.cli.sms import run
from xinnong.core.outreach import check_digit
from xinnong.outreach.models import WrongCode
from xinnong.outreach.published_rules import rules
from xinnong.outreach.queries import windows
from xinnong.outreach.secrets import code_of, phrase
from xinnong.outreach.services.checking import WRONG_BY_ASKER, WRONG_IN_VILLAGE, check_code
from xinnong.outreach.services.documents import file_document, withdraw_document
from xinnong.outreach.services.suspending import resume, suspend
from xinnong.outreach.sms import Inbound, JsonLines, Lines, answer_text

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def ask(text: str, asker: str = "web:10.0.0.1", **changed: Any) -> tuple[str, str]:
    """Outcome and, where a team was found, colour and reason."""
    told: dict[str, Any] = {"text": text, "asker": asker, "now": NOW, "today": TODAY} | changed
    checked = check_code(**told)
    standing = checked.answer.standing if checked.answer else None
    return checked.outcome, f"{standing.colour} {standing.reason}" if standing else ""


def guess(number: int) -> str:
    digits = f"{number:07}"
    return digits + str(check_digit(digits))


def text(message: str, sender: str = "13900000099") -> str:
    parts = answer_text(Inbound(sender, message), now=NOW, today=TODAY)
    assert parts
    assert all(0 < len(part) <= 70 for part in parts)
    return "".join(parts)


def test_a_team_is_green_while_it_may_work_and_red_at_once_when_anybody_above_it_is_stopped(
    world: World,
) -> None:
    activity = world.approved()
    code = code_of(activity)
    assert ask(code) == ("found", "green now")
    assert ask(f"{code[:4]} {code[4:]}") == ("found", "green now")
    assert ask(code, now=NOW - timedelta(hours=2)) == ("found", "amber later")
    assert ask(code, now=NOW + timedelta(hours=8)) == ("found", "red over")
    tomorrow: dict[str, Any] = {"now": NOW + timedelta(days=1), "today": TODAY + timedelta(days=1)}
    assert ask(code, **tomorrow) == ("found", "red over")
    for part in (world.channel, world.team):
        with scoped(world.people.han):
            suspend(actor=world.people.han, part=part, reason="核查", now=NOW)
        assert ask(code) == ("found", "red stopped")
        with scoped(world.people.han):
            resume(actor=world.people.han, part=part, now=NOW)
        assert ask(code) == ("found", "green now")
    with scoped(world.people.han):
        suspend(actor=world.people.han, part=world.helper, reason="核查", now=NOW)
    assert ask(code) == ("found", "amber agent_stopped")
    with scoped(world.people.han):
        world.channel.licensed_until = date(2026, 11, 1)
        world.channel.save()
    assert ask(code) == ("found", "red unlicensed")


def test_a_rule_that_ends_a_purpose_turns_what_was_approved_red(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of(world.approved())
    ended = tuple(replace(p, until_on=TODAY) if p.code == "bank" else p for p in rules().purposes)
    monkeypatch.setattr(windows, "rules", lambda: replace(rules(), purposes=ended))
    assert ask(code) == ("found", "red unlicensed")


def test_slips_are_told_and_never_counted_or_taken_for_impostors(world: World) -> None:
    code = code_of(world.approved())
    slip = code[:-1] + str((int(code[-1]) + 1) % 10)
    for _again in range(WRONG_BY_ASKER + 5):
        assert ask(slip) == ("mistyped", "")
    assert ask("one two") == ("not_digits", "")
    with scoped(SYSTEM):
        assert not WrongCode.objects.exists()
    assert ask(code) == ("found", "green now")


def test_guessing_is_stopped_and_an_honest_neighbour_behind_the_address_still_gets_through(
    world: World,
) -> None:
    code = code_of(world.approved())
    for number in range(WRONG_BY_ASKER):
        for _again in range(3):  # a village that asks about one forged badge counts as one
            assert ask(guess(number)) == ("unknown", "")
    assert ask(guess(99)) == ("name_village", "")
    assert ask(code) == ("name_village", "")
    assert ask(code, village=LOTUS_VILLAGE) == ("found", "green now")
    assert ask(code, village=REED_VILLAGE) == ("unknown", "")
    assert ask(code, asker="web:10.0.0.2") == ("found", "green now")
    for number in range(WRONG_BY_ASKER):
        ask(guess(number), village=LOTUS_VILLAGE)
    assert ask(code, village=LOTUS_VILLAGE) == ("used_up", "")
    assert ask(code, now=NOW + timedelta(hours=1)) == ("found", "green now")


def test_guessing_one_village_from_many_addresses_is_stopped_too(world: World) -> None:
    code = code_of(world.approved())
    for number in range(WRONG_IN_VILLAGE):
        ask(guess(number), asker=f"web:10.1.0.{number}", village=LOTUS_VILLAGE)
    assert ask(code, asker="web:10.2.0.1", village=LOTUS_VILLAGE) == ("used_up", "")
    assert ask(code, asker="web:10.2.0.1") == ("found", "green now")
    with scoped(SYSTEM):
        kept = WrongCode.objects.values_list("asker", "code")[:3]
        assert all(b"10.1.0" not in bytes(asker) for asker, _code in kept)


def test_five_thousand_guesses_in_an_hour_find_nothing(world: World) -> None:
    code = code_of(world.approved())
    near = int(code[:-1])
    tried = [guess((near + step) % 10**7) for step in range(-40, 40)]
    outcomes = {ask(each)[0] for each in tried}
    assert outcomes == {"unknown", "name_village"}


def test_the_answer_is_one_statement_by_index(world: World) -> None:
    code = code_of(world.approved())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert windows.team_by_code(code, now=NOW, today=TODAY) is not None
    reading = [q["sql"] for q in asked if "outreach_activity" in q["sql"]]
    assert len(reading) == 1
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + reading[0])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "activity_code_is_one_of_a_day" in plan


def test_every_opening_is_listed_and_nothing_else_opens_a_window() -> None:
    listed = {each.function.rpartition(".")[2] for each in OPENINGS}
    assert all(
        callable(getattr(windows, name)) and each.purpose
        for name, each in zip(
            [each.function.rpartition(".")[2] for each in OPENINGS], OPENINGS, strict=True
        )
    )
    source = Path(windows.__file__).read_text(encoding="utf-8")
    parts = source.split("\ndef ")[1:]
    opening = {part.partition("(")[0] for part in parts if "with window(" in part}
    assert opening == listed


def test_a_village_hears_who_is_approved_today(world: World) -> None:
    world.approved()
    browser = Client()
    today = {"village": LOTUS_VILLAGE}
    assert [each.team for each in windows.teams_in_village(LOTUS_VILLAGE, now=NOW, today=TODAY)]
    assert windows.teams_in_village(FAR_VILLAGE, now=NOW, today=TODAY) == []
    assert "绿灯：今天到荷塘镇 莲花村的有：农商银行外拓中心外拓一队。" in text("莲花村")
    assert "红灯：今天没有批准任何队伍" in text("芦苇村")
    assert "红灯" in text("远山镇远村")
    assert "查队伍：发8位号码" in text("不知道的地方")
    assert "2024-12-24" in text("激活").replace("/", "-") or "2024" in text("激活")
    page = browser.get("/check/village/", today).content.decode()
    assert "今天没有批准任何队伍" in page  # the day of the world is not today
    assert "不可能有这样的活动" in page
    assert browser.get("/check/village/", {"village": "1"}).status_code == 422


def test_the_phrase_reaches_nobody_without_a_cadre_s_page(world: World) -> None:
    activity = world.approved()
    words = phrase(activity)
    said = text(code_of(activity)) + text("莲花村")
    assert not any(word in said for word in words.split())


def test_letters_are_known_by_their_number_and_nothing_in_a_letter_is_believed(
    world: World,
) -> None:
    told: dict[str, Any] = {
        "actor": world.people.han, "issuer": "HIB-339981", "number": "穗医保函〔2026〕12号",
        "title": "关于开展参保宣传的通知", "issued_on": date(2026, 11, 1),
        "valid_until": date(2026, 12, 31), "villages": [LOTUS_VILLAGE], "file_sha256": SUM,
        "now": NOW,
    }  # fmt: skip
    with scoped(world.people.han):
        document = file_document(**told)
    assert "绿灯：有这份文" in text("文 穗医保函[2026]12号")
    unknown = text("文 穗医保函〔2026〕99号 请拨 0577-9999-9999")
    assert "红灯：查无此文" in unknown
    assert "0577-0000-1201" in unknown
    assert "9999" not in unknown
    browser = Client()
    page = browser.get("/check/document/", {"number": "穗医保函（2026）12号"}).content.decode()
    assert "关于开展参保宣传的通知" in page
    assert browser.get("/check/document/", {"number": "x" * 65}).status_code == 422
    with scoped(world.people.han):
        withdraw_document(actor=world.people.han, document=document, reason="冒用", now=NOW)
    assert "红灯：已作废" in text("文穗医保函〔2026〕12号")


def test_a_page_answers_without_sign_in_and_shows_faces(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of(world.approved())
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    browser = Client()
    assert "上门的是真的吗" in browser.get("/check/").content.decode()
    page = browser.post("/check/", {"code": code}).content.decode()
    for shown in (
        "绿灯",
        "顾队长",
        "钱队员",
        "没有照片",
        "莲花村",
        "0577-0000-2201",
        "银行上门服务",
    ):
        assert shown in page
    assert "13900000001" not in page
    face = browser.get(f"/check/photo/{world.leader.photo_sha256}/")
    assert (face.status_code, face.headers["Content-Type"]) == (200, "image/png")
    assert browser.get(f"/check/photo/{'0' * 64}/").status_code == 404
    unknown = browser.post("/check/", {"code": guess(7)}).content.decode()
    assert "红灯" in unknown
    assert "查无此号" in unknown
    for wrong in ("", "x" * 65):
        assert browser.post("/check/", {"code": wrong}).status_code == 422
    assert "有一位输错了" in browser.post("/check/", {"code": "12345678"}).content.decode()
    for number in range(WRONG_BY_ASKER):
        browser.post("/check/", {"code": guess(100 + number)})
    asked = browser.post("/check/", {"code": code}).content.decode()
    assert "要说是哪个村才能查" in asked
    assert "荷塘镇" in asked
    again = browser.post("/check/", {"code": code, "village": LOTUS_VILLAGE}).content.decode()
    assert "绿灯" in again
    browser.cookies["django_language"] = "en"
    english = browser.post("/check/", {"code": code, "village": LOTUS_VILLAGE}).content.decode()
    assert "Approved: Bank Field Team" in english


def test_gateways_take_lines_and_objects(world: World) -> None:
    code = code_of(world.approved())
    out = StringIO()
    lines = Lines(StringIO(f"13900000099\t{code}\n{code}\n\n"), out)
    for message in lines.received():
        lines.send(message.sender, answer_text(message, now=NOW, today=TODAY))
    said = out.getvalue().splitlines()
    assert {line.partition("\t")[0] for line in said} == {"13900000099", "terminal"}
    assert "绿灯" in said[0]
    out = StringIO()
    objects = JsonLines(StringIO('{"from": "1", "text": "帮助"}\nnonsense\n[]\n'), out)
    for message in objects.received():
        objects.send(message.sender, answer_text(message, now=NOW, today=TODAY))
    assert out.getvalue().count("\n") == 1
    assert "有一位输错了" in text("12345678")
    assert "8位数字" in text("1234567")
    assert text("")


def test_a_message_that_is_no_text_does_not_end_the_others(world: World, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(b"1\t\xff\xfe\n2\thelp\n")
    asked = Namespace(source=source, out=target, json=False, send=False)
    assert run(asked) == 0
    assert {each[:2] for each in target.read_text(encoding="utf-8").splitlines()} == {"1\t", "2\t"}
    deep = "[" * 1_900
    source.write_text(
        deep + '\n{"from": "\\ud800", "text": "\\ud800"}\n{"from": "3", "text": "帮助"}\n'
    )
    assert run(Namespace(source=source, out=target, json=True, send=False)) == 0
    assert [json.loads(each)["to"] for each in target.open(encoding="utf-8")] == ["?", "3"]


def test_rules_of_the_day_do_not_hide_an_earlier_time() -> None:
    before = datetime(2024, 12, 23, 3, tzinfo=UTC)
    from xinnong.outreach.answers import closed_purposes

    assert closed_purposes(before.date()) == []
    assert len(closed_purposes(TODAY)) == 1
