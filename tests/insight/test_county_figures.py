"""What the county, town and village pages say is what a slow count over the database says."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county, signed_in
from tests.people import FAR_VILLAGE, People
from tests.sample_rows import BATCH
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.loading import Loader
from xinnong.credit.models import Line
from xinnong.insight.models import AreaSummary, GradeCount, LineBand
from xinnong.insight.services import BAND_EDGES_YUAN, publish_summaries
from xinnong.insight.suppression import LEAST
from xinnong.profiles.models import SourceCompleteness
from xinnong.registry.models import Household
from xinnong.scoring.models import Score
from xinnong.web import figures

pytestmark = [pytest.mark.slow, pytest.mark.django_db]  # a published county is made first
RIVAL = "BANK-02"
Key = tuple[str, str, str]
TEXT = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def county(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[People, Sample]]:
    """The sample county, a rival bank with lines of its own, and the summaries a refresh writes."""
    with sample_county(django_db_blocker) as (people, sample):
        _rival_lines(sample)
        _summarise(sample, tmp_path_factory.mktemp("publish"))
        yield people, sample


def _rival_lines(sample: Sample) -> None:
    """Every fifth granted line once more from another bank, half as large."""
    lines = Line.objects.using(BATCH).filter(run=sample.run, kind="granted")
    for line in lines.order_by("household_id")[::5]:
        line.pk, line.lender = None, RIVAL
        line.line_minor = line.line_minor // 20_000 * 10_000
        line.save(using=BATCH)


def _summarise(sample: Sample, folder: Path) -> None:
    for model in (AreaSummary, GradeCount, LineBand):
        model.objects.using(BATCH).filter(run=sample.run).delete()
    with (
        transaction.atomic(using=BATCH),
        connections[BATCH].cursor() as cursor,
        duckdb.connect() as duck,
    ):
        publish_summaries(Loader(duck, cursor, folder), run_id=sample.run.pk)  # type: ignore[arg-type]  # as the publisher does


def slow_lines(sample: Sample) -> dict[Key, list[Line]]:
    """Lines by (area, kind, lender), household by household; no lender is each one's best line."""
    groups: defaultdict[Key, list[Line]] = defaultdict(list)
    with scoped(SYSTEM):
        lines = list(Line.objects.filter(run=sample.run))
    best: dict[int, Line] = {}
    for line in lines:
        for area in areas_of(line.area12):
            groups[area, line.kind, line.lender].append(line)
        known = best.get(line.household_id)
        if line.kind == "granted" and (known is None or line.line_minor > known.line_minor):
            best[line.household_id] = line
    for line in best.values():
        for area in areas_of(line.area12):
            groups[area, "granted", ""].append(line)
    return dict(groups)


def areas_of(area12: str) -> tuple[str, str, str]:
    return area12[:6], area12[:9], area12


def population(area: str) -> int:
    with scoped(SYSTEM):
        homes = Household.objects.filter(state="active").values_list("area12", flat=True)
        return sum(1 for area12 in homes if area12.startswith(area))


def test_area_summaries_are_what_a_slow_count_finds(county: tuple[People, Sample]) -> None:
    _people, sample = county
    with scoped(SYSTEM):
        firsts = set(
            Score.objects.filter(run=sample.run, first_borrower=True).values_list(
                "household_id", flat=True
            )
        )
        found = {
            (row.area, row.kind, row.lender): (
                row.households,
                row.lined_households,
                row.line_sum_minor,
                row.points_sum,
                row.scored_households,
                row.first_borrowers,
            )
            for row in AreaSummary.objects.filter(run=sample.run)
        }
    slow = {
        key: (
            population(key[0]),
            sum(1 for line in lines if line.line_minor > 0),
            sum(line.line_minor for line in lines),
            sum(line.points for line in lines),
            len(lines),
            sum(1 for line in lines if line.household_id in firsts),
        )
        for key, lines in slow_lines(sample).items()
    }
    assert found == slow


def test_grades_and_bands_are_what_a_slow_count_finds(county: tuple[People, Sample]) -> None:
    _people, sample = county
    edges = [yuan * 100 for yuan in BAND_EDGES_YUAN]
    with scoped(SYSTEM):
        grades = {
            ((row.area, row.kind, row.lender), row.grade): row.households
            for row in GradeCount.objects.filter(run=sample.run)
        }
        bands = {
            ((row.area, row.kind, row.lender), row.floor_minor): row.households
            for row in LineBand.objects.filter(run=sample.run)
        }
    slow = slow_lines(sample)
    assert grades == Counter((key, line.grade) for key, lines in slow.items() for line in lines)
    assert bands == Counter(
        (key, max(edge for edge in edges if edge <= line.line_minor))
        for key, lines in slow.items()
        for line in lines
    )


def words(people: People, address: str, name: str = "zheng") -> str:
    answer = signed_in(getattr(people, name)).get(address)
    assert answer.status_code == 200
    return html.unescape(" ".join(TEXT.sub(" ", answer.content.decode()).split()))


@pytest.mark.parametrize("kind", ["pre", "granted"])
def test_the_county_page_says_what_the_slow_count_says(
    county: tuple[People, Sample], kind: str
) -> None:
    people, sample = county
    lines = slow_lines(sample)["339981", kind, ""]
    lined = sum(1 for line in lines if line.line_minor)
    whole = population("339981")
    page = words(people, f"/county/?kind={kind}")
    assert f"{whole} 建档农户" in page
    label = {"pre": "预授信", "granted": "授信"}[kind]
    if min(lined, whole - lined) < LEAST:
        bound = figures.percent(whole - LEAST, whole)
        assert f"{bound}以上 {label}覆盖率 户数太少，不显示细数" in page
        return
    assert f"{figures.percent(lined, whole)} {label}覆盖率 {lined} 户有额度" in page
    assert f"{figures.large_yuan(sum(line.line_minor for line in lines))} {label}总额" in page


def test_averages_and_the_legend_read_plainly(county: tuple[People, Sample]) -> None:
    client = signed_in(county[0].zheng)
    for address in ("/county/?kind=pre", "/county/?kind=granted"):
        page = client.get(address, headers={"accept-language": "en"}).content.decode()
        averages = re.findall(r"average ¥([^<]+)<", page)
        assert averages
        assert not [text for text in averages if "." in text and "million" not in text]
        (legend,) = re.findall(r'<ul class="legend">(.*?)</ul>', page, re.DOTALL)
        shades = [text.strip() for text in TEXT.sub("|", legend).split("|") if text.strip()]
        assert shades
        for text in shades:
            assert re.fullmatch(r"[0-9.]+%( – [0-9.]+%)?|No figures or too few households", text)


def test_a_bank_sees_the_own_lines_only(county: tuple[People, Sample]) -> None:
    people, sample = county
    own = slow_lines(sample)["339981", "granted", "BANK-01"]
    page = words(people, "/county/?kind=granted", "chen")
    assert f"{sum(1 for line in own if line.line_minor)} 户有额度" in page
    assert figures.large_yuan(sum(line.line_minor for line in own)) in page


def test_it_leads_from_the_county_to_a_town_to_a_village_and_back(
    county: tuple[People, Sample],
) -> None:
    people, _sample = county
    client = signed_in(people.zheng)
    top = client.get("/county/").content.decode()
    assert 'href="/county/339981101/"' in top
    town = client.get("/county/339981101/").content.decode()
    assert 'href="/county/339981101201/"' in town
    village = client.get("/county/339981101201/").content.decode()
    assert "莲花村" in village
    assert "/county/339981101" in village


def test_small_groups_show_no_figure(county: tuple[People, Sample]) -> None:
    people, sample = county
    village = words(people, f"/county/{FAR_VILLAGE}/")
    for line in slow_lines(sample)[FAR_VILLAGE, "pre", ""]:
        assert figures.large_yuan(line.line_minor) not in village
    assert "户数太少，不显示细数" in village
    assert "户有额度" not in village


def test_no_table_of_the_county_holds_a_small_count(county: tuple[People, Sample]) -> None:
    people, _sample = county
    for kind in ("pre", "granted"):
        for address in ("/county/", "/county/339981101/"):
            page = signed_in(people.zheng).get(f"{address}?kind={kind}").content.decode()
            charts = page.partition('id="grades')[2].partition("<h2>")[0]
            assert "</td>" in charts
            cells = re.findall(r'class="figure"[^>]*>\s*(\d)\s*</td>', charts)
            assert [cell for cell in cells if cell != "0"] == []


def test_a_class_that_reaches_very_few_is_shown_as_a_bound(
    county: tuple[People, Sample],
) -> None:
    people, sample = county
    page = words(people, "/county/")
    with scoped(SYSTEM):
        rows = list(SourceCompleteness.objects.filter(run=sample.run))
    close = [row for row in rows if 0 < row.households - row.households_with_fact < 10]
    assert close
    for row in close:
        assert figures.percent(row.households_with_fact, row.households) not in page


def test_reach_is_grouped_by_who_delivers(county: tuple[People, Sample]) -> None:
    people, sample = county
    page = signed_in(people.zheng).get("/county/").content.decode()
    groups = dict(re.findall(r"<details><summary>([^·<]+) · ([^<]+)</summary>(?=<div)", page))
    with scoped(SYSTEM):
        rows = list(SourceCompleteness.objects.filter(run=sample.run))
    contracts = load_contracts()
    slow: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        slow[contracts[row.source_class].deliverer].append(row.households_with_fact)
    assert list(groups) == list(
        dict.fromkeys(c.deliverer for c in contracts.values() if c.deliverer in slow)
    )
    assert {name: int(text.split(" 类")[0]) for name, text in groups.items()} == {
        name: len(reached) for name, reached in slow.items()
    }
    assert page.count('class="barline"') == len(rows)


def test_an_unknown_area_is_not_there(county: tuple[People, Sample]) -> None:
    people, _sample = county
    client = signed_in(people.zheng)
    for code in ("339981999", "0", "x", "339981101²", "9" * 400):
        assert client.get(f"/county/{code}/").status_code == 404


def test_a_county_without_a_run_says_what_to_do(people_without_run: People) -> None:
    page = words(people_without_run, "/county/")
    assert "还没有全县结果" in page


@pytest.fixture
def people_without_run(county: tuple[People, Sample], monkeypatch: pytest.MonkeyPatch) -> People:
    monkeypatch.setattr("xinnong.insight.views.current_run", lambda: None)
    return county[0]
