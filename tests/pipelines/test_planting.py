"""A planted household lives through refreshes, and no figure of a refresh knows of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as live_settings
from pytest_django import DjangoDbBlocker

from tests.factories import empty_tables
from tests.guard.test_insiders import overseer
from tests.people import LOTUS_VILLAGE, NOW, settle
from tests.pipelines import county
from tests.pipelines.test_refreshing import BATCH, PERSON_KEY, _deliver
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.credit.evidence import recomputed_results
from xinnong.insight.models import AreaSummary, GradeCount, LineBand
from xinnong.pipelines.services import Refreshed, plant_waiting, refresh_county
from xinnong.privacy.models import Canary
from xinnong.privacy.services.canaries import decide_canary, propose_canary
from xinnong.profiles.models import DimensionMedian, SourceCompleteness
from xinnong.registry.models import Household, Person, Run
from xinnong.scoring.models import Score

pytestmark = pytest.mark.slow
FIGURES = (AreaSummary, GradeCount, LineBand, DimensionMedian, SourceCompleteness)


@dataclass
class Told:
    """A refresh without, one with a planted household, and one on later deliveries."""

    before: Refreshed
    after: Refreshed
    october: Refreshed
    figures: list[list[dict[str, Any]]]
    number: int
    states: list[str]
    scored: list[bool]
    people: list[int]
    newer: set[int]
    redone: int
    differences: int


@pytest.fixture(scope="module")
def told(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Told]:
    data = tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        # who keeps the number when two and two part is decided by the keyed hash
        patch.setattr(live_settings, "XINNONG_PERSON_KEY", PERSON_KEY)
        for name, path in (("DATA", data), ("LAKE", data / "lake"), ("WORK", data / "work")):
            patch.setattr(live_settings, f"XINNONG_{name}", path)
        try:
            settle()
            yield _tell(data)
        finally:
            empty_tables()


def _tell(data: Any) -> Told:
    _deliver(data / "august", county.write_august)
    before, without = _refreshed(), _figures()
    first, second = overseer("peng"), overseer("tong")
    with scoped(first):
        asked = propose_canary(actor=first, area12=LOTUS_VILLAGE, head_name="陆听荷", now=NOW)
    with scoped(second):
        decide_canary(actor=second, canary=asked, approve=True, now=NOW)
    assert plant_waiting() == 1
    with scoped(SYSTEM):
        number = Canary.objects.get().household_id
    assert number is not None
    states, scored, people = [], [], []

    def look() -> None:
        with scoped(SYSTEM):
            home = Household.objects.using(BATCH).get(pk=number)
            run = Run.objects.using(BATCH).get(state="current")
            states.append(home.state)
            scored.append(Score.objects.using(BATCH).filter(household=home, run=run).exists())
            people.append(Person.objects.using(BATCH).filter(household=home).count())

    look()
    after, with_it = _refreshed(), _figures()
    look()
    _deliver(data / "october", county.write_october)
    october = _refreshed()
    look()
    with scoped(SYSTEM):
        homes = Household.objects.using(BATCH).filter(pk__gt=number)
        newer = set(homes.values_list("pk", flat=True))
        run = Run.objects.using(BATCH).get(state="current")
        redone = recomputed_results(run_id=run.pk, household_id=number)
    return Told(
        before, after, october, [without, with_it], number, states, scored, people, newer, len(redone),
        sum(bool(each.differences) for each in redone),
    )  # fmt: skip


def _refreshed() -> Refreshed:
    return refresh_county(
        actor=SYSTEM_ACTOR, clock=lambda: NOW, as_of=county.AS_OF, on_stage=lambda *_told: None
    )


def _figures() -> list[dict[str, Any]]:
    with scoped(SYSTEM):
        run = Run.objects.using(BATCH).get(state="current")
        rows = [
            {"of": model.__name__} | {k: v for k, v in row.items() if k not in {"id", "run_id"}}
            for model in FIGURES
            for row in model.objects.using(BATCH).filter(run=run).values()
        ]
    return sorted(rows, key=str)


def test_it_stays_with_results_in_every_run(told: Told) -> None:
    assert told.states == ["active"] * 3
    assert told.scored == [True] * 3
    assert told.people == [told.people[0]] * 3
    assert told.people[0] > 0


def test_no_figure_of_a_refresh_counts_it(told: Told) -> None:
    without, with_it = told.figures
    assert without
    assert with_it == without
    assert (told.after.households, told.after.persons) == (
        told.before.households,
        told.before.persons,
    )


def test_households_that_come_later_have_other_numbers(told: Told) -> None:
    assert told.newer
    assert told.number not in told.newer


def test_its_points_and_line_are_computed_again_without_a_difference(told: Told) -> None:
    assert told.redone > 0
    assert told.differences == 0
