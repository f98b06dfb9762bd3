"""Each dimension opens to its facts, what lost out and why; each line to its rule and gates."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories import LENDER, Sample, signed_in
from tests.journeys import lake
from tests.journeys.test_open_a_household import page_of, reads
from tests.people import People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.credit.models import Line
from xinnong.credit.queries import worked_line
from xinnong.credit.wording import step_text
from xinnong.profiles.models import DimensionMedian, Profile
from xinnong.profiles.queries import facts_folder
from xinnong.registry.models import Household
from xinnong.scoring.models import Score
from xinnong.web import figures

pytestmark = pytest.mark.slow  # a published county is made first
ROWS = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
TAGS = re.compile(r"<[^>]+>")


@pytest.fixture
def home(sample: Sample, tmp_path: Path, settings: Any) -> Household:
    """Wang's household with a small lake: a car, an older word on it, a form that disagrees."""
    settings.XINNONG_DATA = tmp_path
    home, person = sample.home_of("王大山"), sample.people["王大山"]
    rows = {
        "vehicle": [
            lake.vehicle("浙C00001", 8_000_000, lake.LATER, 17),
            lake.vehicle("浙C00002", 1_000_000, lake.LONG_AGO, 18),
        ],
        "old_vehicle": [lake.vehicle("浙C00001", 9_900_000, lake.WHEN, 11)],
        "field_form.asset": [lake.form_asset(12_300_000)],
        "loan_history": [lake.loan(LENDER, 5_000_000), lake.loan("BANK-02", 7_700_000)],
        "contested": [lake.contested("vehicle", "field_form.asset", "rank")],
    }
    lake.lay(facts_folder(sample.run.pk), home.id, person.key, rows)
    return home


def rows_with(page: str, text: str) -> list[str]:
    """Rows of tables that hold a text, without tags."""
    rows = [" ".join(TAGS.sub(" ", row).split()) for row in ROWS.findall(page)]
    return [html.unescape(row) for row in rows if text in row]


def dimension(client: Client, home: Household, name: str, basis: str = "") -> str:
    page_of(client, home.ref)
    answer = client.get(f"/households/{home.ref}/facts/{name}/", {"basis": basis} if basis else {})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_fact_says_where_when_how_sure_and_whose(lin: Client, home: Household) -> None:
    page = dimension(lin, home, "assets")
    (row,) = rows_with(page, "80,000 元")
    for text in ("王大山", "机动车", "第 4 批第 17 行", "2026-10-31", "95%", "采用"):
        assert text in row


def test_every_record_can_be_listed(
    lin: Client, sample: Sample, tmp_path: Path, settings: Any
) -> None:
    settings.XINNONG_DATA = tmp_path
    home, person = sample.home_of("王大山"), sample.people["王大山"]
    cars = [lake.vehicle(f"浙C{n:05}", 1_000_000 + 100 * n, lake.LATER, n) for n in range(70)]
    lake.lay(facts_folder(sample.run.pk), home.id, person.key, {"vehicle": cars})
    page = dimension(lin, home, "assets")
    assert len(rows_with(page, "第 4 批第")) == 60
    assert "还有 10 条没有列出" in page
    (onward,) = re.findall(r'href="([^"]+[?]all=1[^"]*)"', page)
    everything = lin.get(html.unescape(onward)).content.decode()
    assert len(rows_with(everything, "第 4 批第")) == 70
    assert "没有列出" not in everything


def test_points_without_a_record_are_marked_and_explained(lin: Client, home: Household) -> None:
    page = dimension(lin, home, "income", basis="pre")
    (row,) = rows_with(page, "种养净收入")
    assert row == "种养净收入 没有记录 2 暂定 4"
    (known,) = rows_with(page, "有工资收入的人数")
    assert "暂定" not in known
    assert page.count("没有记录的项目不算零分") == 1
    everything_known = dimension(lin, home, "family", basis="pre")
    assert "暂定" not in everything_known
    assert "没有记录的项目" not in everything_known


def test_what_lost_out_stands_beside_the_rule(lin: Client, home: Household) -> None:
    page = dimension(lin, home, "assets")
    (older,) = rows_with(page, "99,000 元")
    assert "已被「机动车」更新的报送代替" in older
    (form,) = rows_with(page, "123,000 元")
    assert "与「机动车」不一致：部门登记优先于经营记录，经营记录优先于入户采集" in form
    (stale,) = rows_with(page, "10,000 元")
    assert "已过期" in stale


def test_a_sum_in_yuan_stands_under_no_other_unit(lin: Client, home: Household) -> None:
    (form,) = rows_with(dimension(lin, home, "assets"), "123,000 元")
    assert "价值 123,000 元" in form
    lin.cookies["django_language"] = "en"
    page = dimension(lin, home, "assets")
    (value,), (rest,) = rows_with(page, "Value ¥123,000"), rows_with(page, "Kind of asset")
    assert "Line within the form 1; Kind of asset 交通工具; Quantity 1" in rest
    assert "ten thousand" not in value


def test_what_needs_consent_is_left_out_where_the_result_may_not_read_it(
    lin: Client, home: Household
) -> None:
    page = dimension(lin, home, "assets", basis="pre")
    assert rows_with(page, "123,000 元") == []
    assert "需要授权后才能看到" in page


def test_another_lender_s_loans_never_appear(lin: Client, people: People, home: Household) -> None:
    own = dimension(lin, home, "liabilities", basis=f"granted:{LENDER}")
    assert rows_with(own, "50,000 元")
    assert not rows_with(own, "77,000 元")


def test_opening_a_dimension_is_a_reading_of_its_own(lin: Client, home: Household) -> None:
    dimension(lin, home, "assets")
    assert [read.fields for read in reads()][-1] == ["facts.assets"]


def test_a_lake_that_is_away_is_said(
    lin: Client, sample: Sample, tmp_path: Path, settings: Any
) -> None:
    settings.XINNONG_DATA = tmp_path
    page = dimension(lin, sample.home_of("王大山"), "assets")
    assert "记录库暂时打不开" in page


def test_the_rule_of_a_line_is_spelled_out_and_adds_up(lin: Client, sample: Sample) -> None:
    home = sample.home_of("王大山")
    with scoped(SYSTEM):
        line = Line.objects.get(run=sample.run, household=home, kind="granted")
    page = page_of(lin, home.ref)
    rule = re.search(r"<h2>授信 · 穗浦农村商业银行</h2>.*?<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert rule
    *steps, total = [
        int(text.replace(",", "").replace("−", "-").replace("+", ""))
        for text in re.findall(r'class="figure">([+−]?[\d,]+) 元', rule.group(1))
    ]
    assert sum(steps) == total == line.line_minor // 100


def test_what_is_entrusted_is_an_addend_of_its_own(sample: Sample) -> None:
    with scoped(SYSTEM):
        lines = Line.objects.filter(run=sample.run, kind="granted", line_minor__gt=0)
        line = lines.select_related("policy").order_by("line_minor")[0]
        profile = Profile.objects.get(
            run=sample.run, household=line.household_id, basis="granted", lender=line.lender
        )
        score = Score.objects.get(
            run=sample.run, household=line.household_id, basis="granted", lender=line.lender
        )
    assert line.custody_minor == 0
    line.custody_minor = 5_000_050
    worked = worked_line(line, first_borrower=score.first_borrower, features=vars(profile))
    assert sum(step.amount_minor for step in worked.steps) == worked.line_minor
    assert worked.line_minor == min(line.line_minor + 5_000_000, 30_000_000)
    said = [step_text(step) for step in worked.steps if step.code == "step.custody"]
    assert [(step.says, step.amount) for step in said] == [("加受托代管资产", "+50,000.50 元")]


def test_gates_are_told_open_and_closed(lin: Client, sample: Sample) -> None:
    with scoped(SYSTEM):
        lines = Line.objects.filter(run=sample.run, kind="pre").select_related("household")
        shut = next(line for line in lines if "gate.court_list.closed" in line.closed_gates)
    page = page_of(lin, shut.household.ref)
    for text in (
        "还差这些条件",
        "家里有人在失信被执行名单上",
        "履行判决后",
        "已满足的条件",
        "在本县居住",
    ):
        assert text in page


def test_a_file_leads_to_the_rules_it_was_judged_by(lin: Client, sample: Sample) -> None:
    page = page_of(lin, sample.home_of("王大山").ref)
    for address in re.findall(r'href="(/rules/[a-z]+/[0-9a-f]{64}/)"', page):
        assert lin.get(address).status_code == 200


def farmer_of(people: People, sample: Sample, name: str) -> Client:
    """Wu signs in as the person of that name."""
    people.wu.person_ref = sample.people[name].ref
    people.wu.save(update_fields=["person_ref"])
    return signed_in(User.objects.get(pk=people.wu.pk))


def test_a_family_reads_its_own_file_in_plain_words(people: People, sample: Sample) -> None:
    with scoped(SYSTEM):
        line = Line.objects.filter(run=sample.run, kind="granted", line_minor__gt=0).first()
    assert line is not None
    name = next(n for n, p in sample.people.items() if p.household_id == line.household_id)
    page = farmer_of(people, sample, name).get("/me/").content.decode()
    for text in (
        "您家现在可以借",
        figures.whole_yuan(line.line_minor),
        "农村商业银行",
        "额度怎么算出来的",
    ):
        assert text in page
    assert "预授信" not in page
    assert "异议" in page
    assert [read.purpose for read in reads()] == ["own-file"]


def test_a_family_stands_beside_its_village_and_town(people: People, sample: Sample) -> None:
    name = next(p for p, person in sample.people.items() if person.household_id == 3)
    page = farmer_of(people, sample, name).get("/me/").content.decode()
    legend = page.split('class="legend"', 1)[1].split("</ul>", 1)[0]
    assert [name for name in ("本户", "本村中位数", "本乡镇中位数") if name in legend] == [
        "本户",
        "本村中位数",
        "本乡镇中位数",
    ]


def test_a_family_sees_no_other_place_s_medians(people: People, sample: Sample) -> None:
    home = sample.home_of("王大山")
    farmer_of(people, sample, "王大山")
    with scoped(User.objects.get(pk=people.wu.pk)):
        areas = set(DimensionMedian.objects.values_list("area", flat=True))
    assert areas == {home.area12, home.area12[:9]}


def test_a_family_that_gets_no_line_is_told_why_and_what_to_do(
    people: People, sample: Sample
) -> None:
    with scoped(SYSTEM):
        line = Line.objects.filter(run=sample.run, kind="granted", line_minor=0).first()
    assert line is not None
    name = next(n for n, p in sample.people.items() if p.household_id == line.household_id)
    page = farmer_of(people, sample, name).get("/me/").content.decode()
    for text in ("还没有可以使用的额度", "还差这些条件", "可以要求人工复核", "5 个工作日"):
        assert text in page


def test_a_family_without_consent_is_told_how_to_begin(people: People, sample: Sample) -> None:
    name = next(p for p, person in sample.people.items() if person.household_id == 3)
    page = farmer_of(people, sample, name).get("/me/").content.decode()
    assert "还没有银行取得您家的授权" in page


def test_a_family_sees_who_looked(lin: Client, people: People, sample: Sample) -> None:
    page_of(lin, sample.home_of("王大山").ref)
    client = farmer_of(people, sample, "王大山")
    for address in ("/me/", "/me/who-looked/"):
        page = client.get(address).content.decode()
        for text in ("林客户经理", "办理贷款申请"):
            assert text in page


def test_own_readings_never_push_away_who_looked(
    lin: Client, people: People, sample: Sample
) -> None:
    for _time in range(2):
        page_of(lin, sample.home_of("王大山").ref)
    client = farmer_of(people, sample, "王大山")
    for _time in range(25):
        own = client.get("/me/").content.decode()
    everybody = client.get("/me/who-looked/").content.decode()
    for page in (own, everybody):
        assert len(rows_with(page, "林客户经理")) == 2
        assert not rows_with(page, "本人查看")
        assert "您自己的账号看过 25 次" in page


def test_a_family_pages_through_everybody_who_looked(
    lin: Client, people: People, sample: Sample
) -> None:
    for _time in range(21):
        page_of(lin, sample.home_of("王大山").ref)
    client = farmer_of(people, sample, "王大山")
    own = client.get("/me/").content.decode()
    assert len(rows_with(own, "林客户经理")) == 3
    assert 'href="/me/who-looked/">看全部' in own
    first = client.get("/me/who-looked/").content.decode()
    assert len(rows_with(first, "林客户经理")) == 20
    (onward,) = re.findall(r'href="([?]after=[0-9]+)"', first)
    last = client.get(f"/me/who-looked/{onward}").content.decode()
    assert len(rows_with(last, "林客户经理")) == 1


def test_a_family_opens_its_own_facts(people: People, home: Household, sample: Sample) -> None:
    page = farmer_of(people, sample, "王大山").get("/me/facts/assets/").content.decode()
    assert rows_with(page, "80,000 元")
    assert [read.fields for read in reads()] == [["facts.assets"]]


def test_a_person_sees_the_own_loans_whoever_lent(
    people: People, home: Household, sample: Sample
) -> None:
    page = farmer_of(people, sample, "王大山").get("/me/facts/liabilities/").content.decode()
    assert rows_with(page, "50,000 元")
    assert rows_with(page, "77,000 元")


def test_of_others_in_the_family_a_person_sees_what_they_consented_to(
    people: People, home: Household, sample: Sample
) -> None:
    page = farmer_of(people, sample, "何王云").get("/me/facts/liabilities/").content.decode()
    assert not rows_with(page, "50,000 元")
    assert not rows_with(page, "77,000 元")
