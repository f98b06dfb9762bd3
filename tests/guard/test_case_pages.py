"""An officer works a case on its page: sees, opens a number, says what it is; strangers see nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import signed_in
from tests.guard.conftest import Send, gang_day, registration
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.people import LOTUS_VILLAGE, REED_VILLAGE, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.guard.marks import mark_of
from xinnong.guard.models import Case, CaseNumber, Feed, NumberReveal
from xinnong.guard.services import cases, detecting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NUMBER = "13900000003"


@pytest.fixture
def case(send: Send, rules: None) -> Case:
    send(gang_day(timezone.now() - timedelta(minutes=30), victims=6))
    detecting.detect(now=timezone.now() + timedelta(minutes=3))
    with scoped(SYSTEM):
        return Case.objects.get()


def in_days(days: int) -> str:
    """What a browser sends for a day and a time."""
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def test_it_shows_the_case_and_opens_a_number_for_a_reason(
    people: People, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    qin = signed_in(people.qin)
    listed = qin.get("/guard/cases/").content.decode()
    assert "莲花村" in listed
    address = f"/guard/cases/{case.ref}/"
    page = qin.get(address).content.decode()
    assert "<svg" in page
    assert NUMBER not in page
    form = {"step": "reveal", "mark": str(mark_of("phone", NUMBER)), "reason": ""}
    refused = qin.post(address, form)
    assert (refused.status_code, NUMBER in refused.content.decode()) == (422, False)
    opened = qin.post(address, form | {"reason": "通知本人"})
    assert (opened.status_code, NUMBER in opened.content.decode()) == (200, True)
    assert NUMBER not in qin.get(address).content.decode()
    monkeypatch.setattr(cases, "REVEALS_A_DAY", 1)
    other = form | {"mark": str(mark_of("phone", "13900000004")), "reason": "通知本人"}
    assert qin.post(address, other).status_code == 422
    assert qin.post(address, form | {"mark": "0" * 32, "reason": "x"}).status_code == 422
    with scoped(SYSTEM):
        assert NumberReveal.objects.get().reason == "通知本人"
        assert Entry.objects.filter(action="guard.reveal-number").count() == 1


def test_it_says_what_a_case_is_and_counts_the_precision_of_rules(
    people: People, case: Case
) -> None:
    qin, address = signed_in(people.qin), f"/guard/cases/{case.ref}/"
    with scoped(SYSTEM):
        task = case.tasks.first()
        assert task is not None
    for form in (
        {"step": "finish", "task": str(task.ref), "result": "到村看过"},
        {"step": "task", "desk": "bureau", "what": "查介绍信", "due_at": in_days(2)},
        {"step": "release", "mark": str(mark_of("phone", NUMBER)), "reason": "本人自己办的"},
        {"step": "label", "verdict": "gang", "reason": "抓到三人"},
    ):
        answer = qin.post(address, form)
        assert answer.status_code == 302, answer.content.decode()[:2000]
    assert qin.post(address, {"step": "label", "verdict": "gang", "reason": " "}).status_code == 422
    assert qin.post(address, {"step": "nothing"}).status_code == 404
    with scoped(SYSTEM):
        assert CaseNumber.objects.filter(holds=True).count() == 6  # a gang's numbers wait again
    answer = qin.post(address, {"step": "label", "verdict": "not", "reason": "义诊", "close": "on"})
    assert answer.status_code == 302
    assert qin.post(address, {"step": "label", "verdict": "gang", "reason": "x"}).status_code == 422
    with scoped(SYSTEM):
        assert not CaseNumber.objects.filter(holds=True).exists()
        assert Case.objects.get().state == "closed"


def test_filters_that_are_none_select_nobody(people: People, case: Case) -> None:
    qin = signed_in(people.qin)
    for query, status, rows in (
        ("", 200, 1), ("state=open", 200, 1), ("state=closed", 200, 0), ("state=x", 422, 0),
        ("severity=urgent&village=33", 422, 0), (f"village={LOTUS_VILLAGE[:9]}", 200, 1),
        (f"village={REED_VILLAGE}", 200, 0), ("after=abc", 200, 1),
    ):  # fmt: skip
        answer = qin.get(f"/guard/cases/?{query}")
        found = answer.content.decode().count(f"/guard/cases/{case.ref}/")
        assert (answer.status_code, found) == (status, rows), query


def test_strangers_find_no_case(people: People, case: Case) -> None:
    for user in (people.chen, people.han, people.xu, people.ou):
        assert signed_in(user).get(f"/guard/cases/{case.ref}/").status_code == 403


def test_police_register_a_source_and_a_platform_on_pages(people: People, case: Case) -> None:
    qin: Client = past_second_factor(people.qin)
    for address in ("/guard/feeds/", "/guard/rulebooks/", "/guard/orders/", "/guard/targets/"):
        assert qin.get(address).status_code == 200
    answer = qin.post("/guard/feeds/", {"code": "X"})
    assert answer.status_code == 422
    assert qin.get(f"/guard/cases/{case.ref}/order/").status_code == 200
    paper = qin.get(f"/guard/cases/{case.ref}/victim/")
    assert paper.content[:5] == b"%PDF-"


@pytest.mark.parametrize(
    "due_at", ["9999-12-31T23:59", "0001-01-01T00:00", in_days(-1), in_days(91)]
)
def test_a_task_that_nobody_could_finish_in_time_is_not_given(
    people: People, case: Case, due_at: str
) -> None:
    qin, address = signed_in(people.qin), f"/guard/cases/{case.ref}/"
    form = {"step": "task", "desk": "bureau", "what": "查介绍信", "due_at": due_at}
    answer = qin.post(address, form)
    assert answer.status_code == 422
    assert "时限要在现在以后" in answer.content.decode()
    with scoped(SYSTEM):
        assert not case.tasks.filter(what="查介绍信").exists()
    page = qin.get(address)
    assert page.status_code == 200
    assert "为什么放行" in page.content.decode()


def test_it_tells_what_was_done_and_the_first_page_counts_what_is_open(
    people: People, case: Case
) -> None:
    qin, address = signed_in(people.qin), f"/guard/cases/{case.ref}/"
    assert "?state=open&amp;severity=urgent" in qin.get("/").content.decode()
    form = {"step": "task", "desk": "bureau", "what": "查介绍信", "due_at": in_days(2)}
    told = qin.post(address, form, follow=True).content.decode()
    assert "交办了" in told
    assert f"第 {case.pk} 号案件" in told
    assert "个号码" in told
    assert "莲花村" in qin.get("/guard/cases/").content.decode()
    stranger = signed_in(people.lin).get("/").content.decode()
    assert "个案件在办" not in stranger


def test_the_page_of_a_source_says_in_words_why_rows_came_back(
    people: People, feed: Feed, send: Send
) -> None:
    early = registration(1, timezone.now() + timedelta(hours=2))
    wrong = registration(2, timezone.now(), village="x")
    send([early, wrong, registration(3, timezone.now())])
    page = signed_in(people.qin).get(f"/guard/feeds/{feed.ref}/").content.decode()
    assert "村代码不对 × 1" in page
    assert "时间比现在晚了 … 分钟以上 × 1" in page
    assert "event.village" not in page
