"""The family sees what each run said of it: day, points, grade and line, and no internal figure."""

from __future__ import annotations

import html
import re

import pytest

from tests.factories import Sample, signed_in
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.credit.models import Line
from xinnong.registry.models import Household
from xinnong.scoring.models import Score
from xinnong.scoring.wording import grade_name
from xinnong.web import figures

pytestmark = pytest.mark.slow  # a published county is made first
CARD = re.compile(r"历次结果</h2>(.*?)</section>", re.DOTALL)
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
TAGS = re.compile(r"<[^>]+>")


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
