"""The family sees what each run said of it: day, points, grade and line, and no internal figure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.factories import LENDER, Sample, sample_county, signed_in
from tests.people import People
from tests.sample_rows import BATCH
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.credit.models import Line
from xinnong.profiles.models import Profile
from xinnong.registry.models import Household
from xinnong.scoring.models import Score
from xinnong.scoring.wording import grade_name
from xinnong.web import figures

pytestmark = pytest.mark.slow  # a published county is made first
RIVAL = "BANK-02"
CARD = re.compile(r"历次结果</h2>(.*?)</section>", re.DOTALL)
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
TAGS = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    """The sample county, in which BANK-02 may read more of Li's household than BANK-01 does."""
    with sample_county(django_db_blocker) as (people, sample):
        _lend_elsewhere(sample.home_of("李大山"))
        yield people, sample


def _lend_elsewhere(home: Household) -> None:
    """Give BANK-02 what BANK-01 computed, and close BANK-01's gate, so that it has no line."""
    for model in (Line, Score, Profile):
        for row in model.objects.using(BATCH).filter(household=home, lender=LENDER):
            row.pk, row.lender = None, RIVAL
            row.save(using=BATCH)
    own = Line.objects.using(BATCH).filter(household=home, lender=LENDER)
    own.update(line_minor=0, closed_gates=["gate.consent_ok.closed"])
    scores = Score.objects.using(BATCH).filter(household=home, lender=LENDER)
    scores.update(points=1, grade="C")


def history_shown(people: People, sample: Sample, name: str) -> list[list[str]]:
    """The rows of the card as the person of that name reads them."""
    people.wu.person_ref = sample.people[name].ref
    people.wu.save(update_fields=["person_ref"])
    page = signed_in(people.wu).get("/me/").content.decode()
    (card,) = CARD.findall(page)
    rows = [html.unescape(TAGS.sub("|", row)) for row in ROW.findall(card)[1:]]
    return [[text.strip() for text in row.split("|") if text.strip()] for row in rows]


def as_recorded(home: Household, sample: Sample, basis: str) -> list[list[str]]:
    """What both runs stored on a basis, with the granted line."""
    rows = []
    for run in (sample.run, sample.earlier):
        with scoped(SYSTEM):
            score = Score.objects.get(run=run, household=home, basis=basis)
            line = Line.objects.filter(run=run, household=home, kind="granted").first()
        amount = line.line_minor if line else 0
        text = figures.whole_yuan(amount) if amount else "暂无额度"
        rows.append([run.as_of.isoformat(), str(score.points), grade_name(score.grade), text])
    return rows


def test_each_run_has_a_row_newest_first(people: People, sample: Sample) -> None:
    rows = history_shown(people, sample, "王大山")
    assert rows == as_recorded(sample.home_of("王大山"), sample, "granted")
    assert [row[0] for row in rows] == ["2026-10-31", "2025-10-31"]
    assert rows[0][1] != rows[1][1]


def test_a_family_without_consent_sees_no_internal_figure(people: People, sample: Sample) -> None:
    home = sample.home_of("张大山")
    with scoped(SYSTEM):
        (internal,) = Line.objects.filter(run=sample.run, household=home)
    assert internal.kind == "pre"
    assert internal.line_minor > 0
    rows = history_shown(people, sample, "张大山")
    assert rows == as_recorded(home, sample, "pre")
    assert [row[3] for row in rows] == ["暂无额度", "暂无额度"]


def test_score_and_line_are_of_the_lender_whose_line_is_offered(
    people: People, sample: Sample
) -> None:
    home = sample.home_of("李大山")
    with scoped(SYSTEM):
        score = Score.objects.get(run=sample.run, household=home, lender=RIVAL)
        line = Line.objects.get(run=sample.run, household=home, lender=RIVAL)
    assert line.line_minor > 0
    newest = history_shown(people, sample, "李大山")[0]
    assert newest[1:] == [
        str(score.points),
        grade_name(score.grade),
        figures.whole_yuan(line.line_minor),
    ]
    page = signed_in(people.wu).get("/me/").content.decode()
    assert f"您家是 {score.points} 分" in page
    detail = signed_in(people.wu).get("/me/facts/assets/").content.decode()
    assert "农业银行" in detail
