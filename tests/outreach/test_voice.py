"""A villager checks by the keys of a telephone; the gateway is a program; what comes in is hostile."""

from __future__ import annotations

import base64
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.outreach.voice_grammar import faults_of, spoken_in
from tests.outreach.world import NOW, SUM, TODAY, World
from tests.people import LOTUS_VILLAGE
from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import create_client, issue_token
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.cli.voice import Terminal
from xinnong.core.outreach import check_digit
from xinnong.outreach.models import WrongCode
from xinnong.outreach.secrets import code_of
from xinnong.outreach.services.checking import WRONG_BY_ASKER, WRONG_IN_VILLAGE, check_code
from xinnong.outreach.services.documents import file_document
from xinnong.outreach.services.suspending import suspend
from xinnong.outreach.sms import Inbound, answer_text
from xinnong.outreach.voice import (
    TURNS_A_MINUTE,
    Call,
    Language,
    Turn,
    call_at,
    converse,
    next_turn,
    number_of,
)
from xinnong.outreach.voice import Line as Said
from xinnong.outreach.voicexml import document, plain

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CALLER = "tel:+8613900000099"
BUREAU = "0577-0000-1201"


class Line:
    """A call, turn by turn, whose every document is checked."""

    def __init__(self, caller: str = CALLER, language: Language = "zh", now: Any = NOW) -> None:
        self.caller, self.now = caller, now
        self.turn = self.hears(Call(language=language), "")

    def press(self, keys: str) -> str:
        self.hears(self.turn.call, keys)
        return self.heard

    def hears(self, call: Call, keys: str) -> Turn:
        cache.clear()  # a test asks faster than a person
        self.turn = next_turn(
            call_at(call.text), keys, caller=self.caller, now=self.now, today=TODAY
        )
        page = document(self.turn, address="/voice/")
        assert faults_of(page) == []
        self.heard = "".join(each.text for each in self.turn.lines)
        return self.turn


def guess(number: int) -> str:
    return f"{number:07}{check_digit(f'{number:07}')}"


def letter(world: World, number: str, title: str = "关于普惠贷款的通知") -> None:
    with scoped(world.people.han):
        file_document(
            actor=world.people.han, issuer="HIB-339981", number=number, title=title,
            issued_on=date(2026, 11, 1), valid_until=date(2026, 12, 31), villages=[],
            file_sha256=SUM, now=NOW,
        )  # fmt: skip


def test_a_team_is_checked_by_eight_digits_with_the_words_of_the_text_message(world: World) -> None:
    code = code_of(world.approved())
    line = Line()
    assert line.heard.startswith("这里是查队伍电话。")
    assert (line.turn.least, line.turn.most) == (1, 1)
    line.press("1")
    assert (line.turn.least, line.turn.most) == (8, 8)
    message = "".join(answer_text(Inbound("13900000001", code), now=NOW, today=TODAY))
    assert line.press(code).startswith(message)
    assert "绿灯：已批准" in message
    assert message in line.press("0")
    assert message in line.press("#")
    assert "查上门的队伍按1" in line.press("*")
    with scoped(world.people.han):
        suspend(actor=world.people.han, part=world.team, reason="核查", now=NOW)
    line.press("1")
    assert "红灯" in line.press(code)
    assert "再见" in line.press("")
    assert line.turn.most == 0


def test_an_unknown_code_is_red_and_a_slip_of_the_finger_is_asked_for_again(world: World) -> None:
    code = code_of(world.approved())
    slip = code[:-1] + str((int(code[-1]) + 1) % 10)
    line = Line()
    line.press("1")
    assert "有一位输错了" in line.press(slip)
    assert "8位数字" in line.press(code[:5])
    assert line.turn.call.at == "team"
    assert BUREAU in line.press(slip)
    assert line.turn.most == 0
    line = Line()
    line.press("1")
    assert "红灯：查无此号" in line.press(guess(1))


def test_who_comes_to_a_village_today_is_told_by_the_village_s_number(world: World) -> None:
    line = Line()
    line.press("2")
    assert "红灯：今天没有批准任何队伍" in line.press(LOTUS_VILLAGE)
    world.approved()
    for keys in (LOTUS_VILLAGE[6:] + "#", LOTUS_VILLAGE, LOTUS_VILLAGE[6:]):
        line = Line()
        line.press("2")
        assert "绿灯：今天到" in line.press(keys)
    line = Line()
    line.press("2")
    for wrong in ("000000#", LOTUS_VILLAGE[:9] + "000"):
        assert "没有这个村编码" in line.press(wrong)
    assert BUREAU in line.press("9999999999999")


def test_a_letter_is_found_by_its_digits_and_named_in_full(world: World) -> None:
    line = Line()
    line.press("3")
    assert "红灯：查无此文" in line.press("202612#")
    letter(world, "穗医保函〔2026〕12号")
    assert "文号穗医保函〔2026〕12号。绿灯" in line.press("0")
    letter(world, "穗医保发〔2026〕12号", "关于暂停的通知")
    said = line.press("0")
    assert "穗医保函〔2026〕12号" in said
    assert "穗医保发〔2026〕12号" in said
    assert "差一个字" in said
    for kind in ("通", "告"):
        letter(world, f"穗医保{kind}〔2026〕12号")
    assert "太多" in line.press("0")
    line.press("*")
    line.press("3")
    assert "没有听清" in line.press("1")


def test_guessing_by_telephone_is_stopped_for_the_number_and_for_the_village(world: World) -> None:
    code = code_of(world.approved())
    for number in range(WRONG_BY_ASKER):
        line = Line()
        line.press("1")
        line.press(guess(number))
        line.press("0")  # heard again it counts once
    line = Line("13900000099")  # the same number, however it is written
    line.press("1")
    assert "要说是哪个村" in line.press(code)
    assert "绿灯" in line.press(LOTUS_VILLAGE[6:] + "#")
    other = Line("tel:+8613900000098")
    other.press("1")
    assert "绿灯" in other.press(code)
    for number in range(WRONG_IN_VILLAGE):
        asker = f"web:10.1.0.{number}"
        check_code(text=guess(number), asker=asker, village=LOTUS_VILLAGE, now=NOW, today=TODAY)
    line.press("*")
    line.press("1")
    line.press(code)
    assert "今天到" in line.press(LOTUS_VILLAGE)
    with scoped(SYSTEM):
        askers = {bytes(each) for each in WrongCode.objects.values_list("asker", flat=True)}
    assert all(b"139" not in each for each in askers)


def test_numbers_are_one_caller_however_they_are_written_and_a_withheld_one_is_nobody() -> None:
    written = (
        "13900000099", "tel:+8613900000099", "sip:+8613900000099@10.0.0.1:5060;user=phone",
        "<sip:13900000099@gateway.example>", "0086 139 0000 0099",
    )  # fmt: skip
    assert {number_of(each) for each in written} == {"13900000099"}
    withheld = ("", "undefined", "anonymous", "sip:anonymous@10.0.0.1", "sip:@10.0.0.1", "；" * 999)
    assert {number_of(each) for each in withheld} == {""}


def test_a_caller_who_asks_too_fast_is_told_to_wait_and_nobody_else() -> None:
    cache.clear()
    told: dict[str, Any] = {"now": NOW, "today": TODAY}
    for _turn in range(TURNS_A_MINUTE):
        assert next_turn(Call(), "", caller=CALLER, **told).most
    turn = next_turn(Call(), "", caller=CALLER, **told)
    assert turn.most == 0
    assert "太快" in turn.lines[0].text
    assert next_turn(Call(), "", caller="tel:+8613900000001", **told).most
    later = {**told, "now": NOW + timedelta(minutes=1)}
    assert next_turn(Call(), "", caller=CALLER, **later).most


def test_three_silences_end_with_the_number_to_call_and_every_place_can_be_left() -> None:
    for at in ("", "1", "2", "3"):
        line = Line()
        if at:
            line.press(at)
        line.press("")
        line.press("")
        assert BUREAU in line.press("")
        assert line.turn.most == 0
    for at in ("1", "2", "3", "9"):
        line = Line()
        line.press(at)
        assert "查上门的队伍按1" in line.press("*")
    line = Line()
    assert "110" in line.press("9")
    assert "110" in line.press("0")


def test_english_is_a_key_away_and_so_is_the_way_back(world: World) -> None:
    code = code_of(world.approved())
    line = Line()
    assert line.turn.lines[-1].language == "en"
    assert "press 1" in line.press("8")
    assert 'xml:lang="en-US">' in document(line.turn, address="/voice/").splitlines()[1]
    line.press("1")
    assert "Approved" in line.press(code)
    assert "查上门的队伍按1" in line.press("8")


def test_digits_are_read_one_by_one_and_days_and_hours_as_they_are_said(world: World) -> None:
    world.approved()
    letter(world, "穗医保函〔2026〕12号", "贷款<b>&\u000b\uffff]]>")
    line = Line()
    line.press("9")
    spoken = document(line.turn, address="/voice/")
    assert '<say-as interpret-as="vxml:digits">0 5 7 7 0 0 0 0 1 2 0 1</say-as>' in spoken
    assert '<say-as interpret-as="vxml:digits">1 1 0</say-as>' in spoken
    line.press("3")
    line.press("202612#")
    said = spoken_in(document(line.turn, address="/voice/"))
    assert "到2026年12月31日有效" in said
    assert "贷款<b>&" in said
    line.press("*")
    line.press("2")
    line.press(LOTUS_VILLAGE)
    assert plain(Said("今天到16:00，2026-13-99", "zh")) == "今天到16点，2026-13-99"


def hostile() -> list[str]:
    return [
        "", "9" * 9_999, "12345672" * 50, "abc", "<submit/>", "1'; DROP", "１２３４５６７２", "\u0000",
        "٣", "#", "*", "##", "**", "1#", "0*", "\ud7ff", "-1", "1 2 3 4 5 6 7 2", "\n", "]]>", "&lt;",
    ]  # fmt: skip


@pytest.mark.parametrize("at", ["menu", "team", "team_village", "village", "letter", "answer"])
def test_whatever_is_pressed_the_answer_is_a_document_and_says_nothing_of_it(at: str) -> None:
    for keys in hostile():
        line = Line()
        line.hears(call_at(f"{at}-zh-0---"), keys)
        page = document(line.turn, address="/voice/")
        assert "<submit/>" not in page
        assert "DROP" not in page
        assert len(page) < 6_000


def test_a_place_that_is_none_of_ours_begins_the_call_anew() -> None:
    forged = (
        "", "menu", "menu-zh-9---", "menu-zh-0---'", "menu-zh-0-<a>--", "answer-zh-0-" + "1" * 21 + "--",
        "MENU-zh-0---", "menu-fr-0---", "menu-zh-0---\n", "menu-zh-0-١--",
    )  # fmt: skip
    assert {call_at(each) for each in forged} == {Call()}
    kept = Call("answer", "en", 2, "12345672", LOTUS_VILLAGE, "202612")
    assert call_at(kept.text) == kept


def token(verb: Permission = Permission.CHECK_TEAMS, code: str = "line-12345") -> str:
    with scoped(SYSTEM):
        program = create_client(
            code=code, name="查队伍电话", institution=Institution.objects.get(code="CHAN-01"),
            areas=[], now=NOW,
        )  # fmt: skip
        return issue_token(
            actor=SYSTEM_ACTOR, client=program, scopes=[verb], lifetime=timedelta(days=30),
            now=timezone.now(),
        )  # fmt: skip


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"voice:{password}".encode()).decode()


def place_in(page: str) -> str:
    found = re.search(r"""name="call" expr="'([^']*)'""", page)
    assert found, page
    return found[1]


def test_a_gateway_holds_a_call_by_http_with_its_token_and_no_session(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    opened = basic(token())
    client = Client(enforce_csrf_checks=True)
    answer = client.get("/voice/", headers={"authorization": opened})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/voicexml+xml")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.cookies
    for keys in ("1", guess(7)):
        told = {"call": place_in(answer.text), "keys": keys, "caller": CALLER}
        answer = client.post("/voice/", told, headers={"authorization": opened})
        assert faults_of(answer.text) == []
    assert "查无此号" in spoken_in(answer.text)
    assert "13900000099" not in caplog.text
    assert guess(7) not in caplog.text
    bearer = {"authorization": f"Bearer {token(code='line-2')}"}
    assert client.get("/voice/", headers=bearer).status_code == 200


def test_without_the_verb_nothing_is_said_and_bodies_are_bounded(world: World) -> None:
    client = Client()
    refused = ("", "Basic", "Basic !!!", basic(""), basic("xn_wrong"), "Basic " + "A" * 9_999,
               "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer xn_no")  # fmt: skip
    for header in refused:
        for ask in (client.get, client.post):
            answer = ask("/voice/", headers={"authorization": header})
            assert (answer.status_code, answer.content) == (401, b"")
    assert "Basic" in client.get("/voice/").headers["WWW-Authenticate"]
    other = {"authorization": basic(token(Permission.READ_COUNTY))}
    assert client.get("/voice/", headers=other).status_code == 403
    mine = {"authorization": basic(token(code="line-3"))}
    assert client.post("/voice/", {"keys": "1" * 5_000}, headers=mine).status_code == 413
    assert client.put("/voice/", headers=mine).status_code == 405
    answer = client.get("/voice/?call=answer-zh-0-1--&keys=1", headers=mine)
    assert "这里是查队伍电话" in spoken_in(answer.text)
    for body, kind in ((b"\xff\xfe=1", "application/x-www-form-urlencoded"), (b"{}", "text/xml")):
        answer = client.post("/voice/", body, content_type=kind, headers=mine)
        assert faults_of(answer.text) == []


def test_the_terminal_holds_the_same_call(world: World) -> None:
    code = code_of(world.approved())
    heard = io.StringIO()
    converse(
        Terminal(io.StringIO(f"1\n{code}\n"), heard, is_xml=False),
        caller="terminal",
        clock=lambda: NOW,
    )
    assert "请按工作牌上的8位号码。" in heard.getvalue()
    assert "外拓一队" in heard.getvalue()
    written = io.StringIO()
    converse(
        Terminal(io.StringIO("\n\n\n"), written, is_xml=True), caller="terminal", clock=lambda: NOW
    )
    pages = written.getvalue().split('<?xml version="1.0" encoding="UTF-8"?>\n')[1:]
    assert len(pages) == 4
    assert [faults_of(each) for each in pages] == [[]] * 4
