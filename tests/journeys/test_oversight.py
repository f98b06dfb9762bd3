"""Shen sees who opened whom, who searched for what and who did what; looking is recorded too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

import xinnong
from tests.factories import Sample, signed_in
from tests.journeys.test_open_a_household import page_of
from tests.people import People
from xinnong.accounts.adapters import ON_RECORD
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_user
from xinnong.audit.models import Entry
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.journeys.wording import ACTIONS
from xinnong.privacy.models import Read
from xinnong.privacy.services import record_read

pytestmark = pytest.mark.slow  # a published county is made first
READS = "/oversight/reads/"


@pytest.fixture
def shen(people: People) -> Client:
    return signed_in(people.shen)


@pytest.fixture
def xu_looked(people: People, sample: Sample) -> Client:
    """Xu, who has opened two households of the own village."""
    client = signed_in(people.xu)
    for name in ("李大山", "王大山"):
        page_of(client, sample.home_of(name).ref, "campaign")
    return client


def rows_of(page: str) -> int:
    return len(re.findall(r'<th scope="row"', page))


def test_the_overseer_sees_who_opened_whom_and_why(
    shen: Client, xu_looked: Client, sample: Sample
) -> None:
    page = shen.get(READS).content.decode()
    for text in ("徐书记", "整村授信建档", sample.home_of("李大山").ref, "看得最多的人"):
        assert text in page


def test_the_overseer_reads_no_file(shen: Client, xu_looked: Client, sample: Sample) -> None:
    page = shen.get(READS).content.decode()
    assert "李大山" not in page
    assert shen.get(f"/households/{sample.home_of('李大山').ref}/").status_code == 403


def test_the_county_s_overseer_does_not_see_a_bank_s_readings(
    shen: Client, lin: Client, sample: Sample
) -> None:
    page_of(lin, sample.home_of("李大山").ref)
    assert "林客户经理" not in shen.get(READS).content.decode()


def test_a_bank_s_overseer_sees_the_own_bank_s_readings_alone(
    people: People, lin: Client, xu_looked: Client, sample: Sample
) -> None:
    page_of(lin, sample.home_of("李大山").ref)
    page_of(signed_in(people.zhao), sample.home_of("李大山").ref)
    people.shen.institution = people.lin.institution
    people.shen.save(update_fields=["institution"])
    page = signed_in(people.shen).get(READS).content.decode()
    assert "林客户经理" in page
    assert "赵客户经理" not in page
    assert "徐书记" not in page


def test_it_narrows_by_person_purpose_and_household(
    shen: Client, xu_looked: Client, people: People, sample: Sample
) -> None:
    ref = sample.home_of("王大山").ref
    both = shen.get(f"{READS}?actor={people.xu.ref}&purpose=campaign").content.decode()
    one = shen.get(f"{READS}?household={ref.lower()}").content.decode()
    none = shen.get(f"{READS}?kind=unmasked").content.decode()
    assert (rows_of(both), rows_of(one), rows_of(none)) == (2, 1, 0)
    assert "没有这样的查看记录" in none


@pytest.mark.parametrize("query", ["household=张三", "household=H1", "actor=x", "after=%00"])
def test_a_made_up_filter_fails_nothing(shen: Client, xu_looked: Client, query: str) -> None:
    assert shen.get(f"{READS}?{query}").status_code == 200


def test_it_pages_through_many_readings(shen: Client, people: People, sample: Sample) -> None:
    with scoped(people.xu):
        for at in range(45):
            record_read(
                actor=people.xu,
                at=sample.run.known_at,
                purpose="campaign",
                fields=["household"],
                household_id=1 + at % 14,
                area12=people.xu.area_prefixes[0],
            )
    seen, address = [], READS
    while address:
        page = shen.get(address).content.decode()
        seen.append(rows_of(page.rpartition("<caption")[2]))
        following = re.search(r'href="(\?[^"]*)" rel="next"', page)
        address = READS + following.group(1) if following else ""
    assert seen == [20, 20, 5]


def test_the_busiest_reader_stands_first(shen: Client, xu_looked: Client, people: People) -> None:
    page = shen.get(READS).content.decode()
    first = re.search(r"看得最多的人.*?<tbody>(.*?)</tr>", page, re.DOTALL)
    assert first
    assert f"actor={people.xu.ref}" in first.group(1)
    assert re.findall(r'class="figure">\s*(\d+)', first.group(1))[:2] == ["2", "2"]


def test_searches_say_the_kind_of_question_only(
    shen: Client, people: People, sample: Sample
) -> None:
    client = signed_in(people.xu)
    sent = client.post("/workbench/", {"text": sample.rids["李大山"]})
    client.get(sent["Location"])
    page = shen.get("/oversight/searches/").content.decode()
    assert "身份证号" in page
    assert sample.home_of("李大山").ref in page
    assert sample.rids["李大山"] not in page


def test_the_review_is_recorded(shen: Client, people: People, sample: Sample) -> None:
    shen.get(READS)
    shen.get("/oversight/searches/")
    with scoped(SYSTEM):
        done = list(Entry.objects.filter(actor=people.shen.ref).values_list("action", flat=True))
    assert done == ["journeys.review-reads", "journeys.review-searches"]
    page = shen.get("/oversight/audit/").content.decode()
    for text in ("检查查看记录", "检查查找记录", "沈负责人"):
        assert text in page


ACTION = re.compile(r'action="([a-z]+[.][a-z-]+)"')


def test_every_deed_that_is_recorded_has_words() -> None:
    source = Path(xinnong.__file__).parent
    written = {deed for path in source.rglob("*.py") for deed in ACTION.findall(path.read_text())}
    assert len(written) == 74
    assert (written | set(ON_RECORD.values())) - set(ACTIONS) == set()


def test_an_account_that_was_set_is_told_in_words(shen: Client, people: People) -> None:
    set_user(
        username="new",
        name="新人",
        roles=["cadre"],
        institution=people.xu.institution,
        areas=people.xu.areas.all(),
        password=None,
        now=people.xu.created_at,
    )
    page = shen.get("/oversight/audit/").content.decode()
    assert "管辖范围 1，可登录 1，村干部 1" in page
    shen.cookies["django_language"] = "en"
    page = shen.get("/oversight/audit/").content.decode()
    assert "areas 1, can sign in 1, Village cadre 1" in page
    assert "role.cadre" not in page


def test_a_page_of_the_audit_log_is_short_enough_for_a_phone(shen: Client, people: People) -> None:
    with scoped(SYSTEM):
        for _each in range(25):
            record(
                actor=SYSTEM_ACTOR, action="pipelines.refresh", at=people.xu.created_at,
                counts={"households": 1},
            )  # fmt: skip
    page = shen.get("/oversight/audit/").content.decode()
    assert page.count('<th scope="row"') == 20
    assert "after=" in page


def test_everybody_sees_the_own_readings(xu_looked: Client, sample: Sample) -> None:
    page = xu_looked.get("/my-record/").content.decode()
    assert sample.home_of("李大山").ref in page
    with scoped(SYSTEM):
        assert Read.objects.count() == 2


def test_the_county_s_overseer_sees_what_the_installation_does(
    shen: Client, people: People, sample: Sample
) -> None:
    counts = {"households": 30, "persons": 90, "batches": 38}
    with scoped(SYSTEM):
        record(
            actor=SYSTEM_ACTOR,
            action="pipelines.refresh",
            at=sample.run.known_at,
            run_id=sample.run.pk,
            counts=counts,
        )
    page = shen.get("/oversight/audit/").content.decode()
    for text in ("全县计算并发布", "系统", f"第 {sample.run.pk} 次计算", "户 30", "人 90", "批 38"):
        assert text in page
    with scoped(people.lin):
        assert not Entry.objects.filter(run_id=sample.run.pk).exists()
