"""xinnong guard-activities: what was approved comes back as the file that a replay reads."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

import pytest

from tests.outreach.conftest import world as world  # noqa: PLC0414 - a fixture used by name
from tests.outreach.world import NOW, World
from xinnong.analytics.gangs.files import read_activities
from xinnong.cli import guard_activities
from xinnong.guard.activities import approved_activities

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = timedelta(days=1)


def asked(out: Path, begins: timedelta, ends: timedelta) -> argparse.Namespace:
    return argparse.Namespace(out=out, begins=NOW + begins, ends=NOW + ends)


def test_it_writes_what_was_approved_and_a_replay_reads_it(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "activities.parquet"
    assert guard_activities.run(asked(out, -DAY, DAY)) == 0
    assert read_activities(out) == []
    world.approved()
    assert guard_activities.run(asked(out, -DAY, DAY)) == 0
    written = read_activities(out)
    assert len(written) == 1
    assert written == approved_activities(NOW - DAY, NOW + DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["activities.parquet"]
    told = capsys.readouterr()
    assert told.out.splitlines() == [str(out)] * 2
    assert told.err.splitlines() == ["0 activities", "1 activities"]


def test_a_span_that_ends_before_it_begins_writes_nothing(world: World, tmp_path: Path) -> None:
    out = tmp_path / "activities.parquet"
    assert guard_activities.run(asked(out, DAY, -DAY)) == 2
    assert not out.exists()
