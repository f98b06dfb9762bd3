"""Everybody starts where their work starts, with figures that are true and no dead end."""

from __future__ import annotations

import re

import pytest

from tests.factories import LENDER, Sample, signed_in
from tests.people import LOTUS_VILLAGE, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.credit.models import Line
from xinnong.registry.models import Household

pytestmark = pytest.mark.slow  # a published county is made first
FIGURE = re.compile(
    r'class="stat-value">(?:<a href="([^"]*)">)?([^<]+)(?:</a>)?</p><p>([^<]+)</p>', re.DOTALL
)
STARTS = {
    "lin": "",
    "chen": "",
    "zhou": "/data/",
    "xu": "",
    "wu": "/me/",
    "zheng": "/county/",
    "xue": "",
    "shen": "/oversight/reads/",
    "han": "",
    "qin": "",
    "ou": "",
    "mo": "",
}


def home_of(people: People, name: str) -> str:
    return signed_in(getattr(people, name)).get("/").content.decode()


def figures_on(page: str) -> dict[str, tuple[str, str]]:
    """Figures of the panels by label: the number and the list it opens."""
    return {label: (value, url.replace("&amp;", "&")) for url, value, label in FIGURE.findall(page)}


@pytest.mark.parametrize("name", STARTS)
def test_it_sends_whose_work_is_one_page_there(people: People, sample: Sample, name: str) -> None:
    answer = signed_in(getattr(people, name)).get("/")
    assert answer.headers.get("Location", "") == STARTS[name]
    if answer.status_code == 302:
        assert signed_in(getattr(people, name)).get(answer["Location"]).status_code == 200


def test_an_officer_sees_the_own_bank_s_figures(people: People, sample: Sample) -> None:
    with scoped(SYSTEM):
        households = Household.objects.filter(state="active").count()
        lines = Line.objects.filter(run=sample.run, line_minor__gt=0)
        pre = lines.filter(kind="pre").count()
        granted = lines.filter(kind="granted", lender=LENDER).count()
    shown = figures_on(home_of(people, "lin"))
    assert [shown[label][0] for label in ("建档农户", "有预授信额度", "有授信额度")] == [
        str(households),
        str(pre),
        str(granted),
    ]
    rival = figures_on(home_of(people, "zhao"))
    assert rival["有授信额度"][0] == "0"


def test_every_figure_opens_the_list_it_counts(people: People, sample: Sample) -> None:
    client = signed_in(people.xu)
    for value, url in figures_on(home_of(people, "xu")).values():
        page = client.get(url).content.decode()
        assert len(re.findall(r'<th scope="row"', page)) == int(value)


def test_a_cadre_sees_the_own_village_and_no_lenders_book(people: People, sample: Sample) -> None:
    shown = figures_on(home_of(people, "xu"))
    homes = [home for home in sample.households if home.area12 == LOTUS_VILLAGE]
    assert shown["建档农户"][0] == str(len(homes))
    assert "有授信额度" not in shown


def test_a_reach_is_named(people: People, sample: Sample) -> None:
    assert "莲花村" in home_of(people, "xu")
    assert "测试县" in home_of(people, "lin")


@pytest.mark.parametrize("name", ["xue", "ou"])
def test_who_looks_after_runs_sees_the_latest(people: People, sample: Sample, name: str) -> None:
    shown = figures_on(home_of(people, name))
    assert shown["农户"][0] == str(sample.run.households)
    assert "/runs/" in home_of(people, name)


@pytest.mark.parametrize(("name", "says"), [("han", "授权、期限、停用"), ("qin", "预警变成的案件")])
def test_bureau_and_police_see_what_is_theirs(
    people: People, sample: Sample, name: str, says: str
) -> None:
    page = home_of(people, name)
    assert says in page
    assert "还没有可办的事项" not in page


def test_a_stranger_is_told_whom_to_ask(people: People, sample: Sample) -> None:
    assert "还没有可办的事项" in home_of(people, "mo")


def test_runs_name_what_they_were_computed_from(people: People, sample: Sample) -> None:
    client = signed_in(people.ou)
    listed = client.get("/runs/").content.decode()
    assert f"/runs/{sample.run.ref}/" in listed
    page = client.get(f"/runs/{sample.run.ref}/").content.decode()
    for text in ("数据截至", "评分卡", "授信政策", "没有各步的记录"):
        assert text in page


def test_published_rules_are_open_to_whom_they_judge(people: People, sample: Sample) -> None:
    client = signed_in(people.wu)
    listed = client.get("/rules/").content.decode()
    addresses = re.findall(r'href="(/rules/[a-z]+/[0-9a-f]{64}/)"', listed)
    assert len(addresses) == 2
    card, policy = (client.get(address).content.decode() for address in addresses)
    assert "合作社社员" in card
    assert "否 0；是 3" in card
    for text in ("100,000 元", "3.8%", "已取得全部需要的授权"):
        assert text in policy
