"""Lin sees a household as it was known on an earlier day: score, line, median and facts of then."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import Sample, signed_in
from tests.journeys import lake
from tests.journeys.test_open_a_household import page_of, reads
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.profiles.queries import facts_folder
from xinnong.registry.models import Household, Run
from xinnong.scoring.models import Score

pytestmark = pytest.mark.slow  # a published county is made first

BANNER = "当时知道的情况（数据截至"
SHOWN_POINTS = re.compile(r"<dd>(\d+) <small>")


@pytest.fixture
def home(sample: Sample) -> Household:
    return sample.home_of("王大山")


def opened(lin: Client, home: Household, asked: dict[str, str], status: int = 200) -> str:
    page_of(lin, home.ref)
    answer = lin.get(f"/households/{home.ref}/", asked)
    assert answer.status_code == status
    return answer.content.decode()


def points_in(run_id: int, home: Household) -> int:
    with scoped(SYSTEM):
        return Score.objects.get(run=run_id, household=home, basis="granted").points


def day_of(run: Run) -> str:
    return timezone.localtime(run.known_at).date().isoformat()


def test_a_day_shows_what_was_known_then(lin: Client, home: Household, sample: Sample) -> None:
    then, now = points_in(sample.earlier.pk, home), points_in(sample.run.pk, home)
    assert then != now
    page = opened(lin, home, {"known_on": day_of(sample.earlier)})
    assert BANNER in page
    assert SHOWN_POINTS.findall(page) == [str(then)]
    assert SHOWN_POINTS.findall(opened(lin, home, {})) == [str(now)]


def test_the_newest_day_is_the_file_of_now(lin: Client, home: Household, sample: Sample) -> None:
    page = opened(lin, home, {"known_on": day_of(sample.run)})
    assert BANNER not in page


def test_history_opens_each_earlier_result(lin: Client, home: Household, sample: Sample) -> None:
    page = opened(lin, home, {})
    linked = f"?basis=granted%3ABANK-01&amp;run={sample.earlier.ref}"
    assert page.count(linked) == 1
    then = opened(lin, home, {"basis": "granted:BANK-01", "run": str(sample.earlier.ref)})
    assert BANNER in then
    assert f"/facts/assets/?basis=granted%3ABANK-01&amp;run={sample.earlier.ref}" in then


def test_looking_back_is_a_reading_like_any_other(
    lin: Client, home: Household, sample: Sample
) -> None:
    opened(lin, home, {"known_on": day_of(sample.earlier)})
    assert len(reads()) == 2


def test_a_day_before_the_first_run_is_refused(
    lin: Client, home: Household, sample: Sample
) -> None:
    early = timezone.localtime(sample.earlier.known_at) - timedelta(days=1)
    page = opened(lin, home, {"known_on": early.date().isoformat()}, status=422)
    assert "那一天还没有计算结果" in page
    assert BANNER not in page


@pytest.mark.parametrize("asked", [{"known_on": "soon"}, {"run": "x"}, {"run": f"{1:032x}"}])
def test_what_names_no_run_is_refused(lin: Client, home: Household, asked: dict[str, str]) -> None:
    assert BANNER not in opened(lin, home, asked, status=422)


def test_the_facts_of_then_are_shown_while_they_are_kept(
    lin: Client, home: Household, sample: Sample, tmp_path: Path, settings: Any
) -> None:
    settings.XINNONG_DATA = tmp_path
    address = f"/households/{home.ref}/facts/assets/?run={sample.earlier.ref}"
    page_of(lin, home.ref)
    assert "当时的原始记录已经归档" in lin.get(address).content.decode()
    rows = {"vehicle": [lake.vehicle("浙C00001", 8_000_000, lake.WHEN, 17)]}
    person = sample.people["王大山"]
    lake.lay(facts_folder(sample.earlier.pk), home.id, person.key, rows)
    page = lin.get(address).content.decode()
    assert "80,000 元" in page
    assert "当时知道的" in page


def test_another_lenders_past_stays_hidden(people: People, home: Household, sample: Sample) -> None:
    page = opened(signed_in(people.zhao), home, {"run": str(sample.earlier.ref)})
    assert BANNER in page
    assert "BANK-01" not in page
