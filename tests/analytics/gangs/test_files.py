"""Event files: what is written comes back the same, and what is none is refused by its column."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from xinnong.analytics.gangs.files import (
    BrokenFile,
    EventFile,
    read_activities,
    read_truth,
    write_simulation,
)
from xinnong.analytics.gangs.simulate import (
    FEEDS,
    Simulation,
    UnknownScenario,
    lived,
    seen,
    simulate,
)

pytestmark = pytest.mark.slow


def small(scenario: str = "piggyback", seed: int = 1) -> Simulation:
    """A few villages for a few days."""
    return simulate(scenario, seed, villages=6, people=80, days=5)


def test_what_is_written_comes_back_the_same(tmp_path: Path) -> None:
    simulation = small()
    events, activities, truth = write_simulation(simulation, tmp_path / "new")
    file = EventFile(events)
    assert tuple(file) == simulation.events
    assert (file.rows, file.broken) == (len(simulation.events), 0)
    assert sorted(read_activities(activities), key=lambda one: one.activity) == sorted(
        simulation.activities, key=lambda one: one.activity
    )
    assert read_truth(truth) == simulation.truth


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    assert small() == small()
    assert small(seed=2) != small()


def test_one_world_is_seen_by_every_coverage_as_if_it_were_its_own() -> None:
    world = lived("piggyback", 1, villages=6, people=80, days=5)
    for feeds in FEEDS:
        alone = simulate("piggyback", 1, feeds=feeds, villages=6, people=80, days=5)
        assert seen(world, feeds) == alone
    sources = {each.source for each in seen(world, "county").events}
    assert sources <= {"cadre", "county"}


@pytest.mark.parametrize(("scenario", "feeds"), [("nobody", "full"), ("none", "all")])
def test_an_unknown_scenario_or_coverage_is_refused(scenario: str, feeds: str) -> None:
    with pytest.raises(UnknownScenario):
        simulate(scenario, 1, feeds=feeds)


def written(path: Path, sql: str) -> Path:
    """A Parquet file of a query."""
    duckdb.sql(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return path


GOOD = """SELECT 'e1' AS event_id, TIMESTAMP '2026-03-01 08:00:00' AS at, 'code' AS kind, 'carrier' AS source,
'P1' AS platform, 'p1' AS phone, NULL::TEXT AS device, NULL::TEXT AS ip, NULL::TEXT AS address,
NULL::TEXT AS agent, 'v1' AS village, NULL::BOOLEAN AS own_handset, NULL::TEXT AS activity, true AS ok"""


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (GOOD.replace("'code' AS kind", "'code' AS sort"), "kind is missing"),
        (GOOD.replace("TIMESTAMP '2026-03-01 08:00:00'", "'yesterday'"), "at must be a timestamp"),
        (GOOD.replace("true AS ok", "'perhaps' AS ok"), "ok must be true or false"),
    ],
)
def test_a_wrong_column_is_named(tmp_path: Path, changed: str, named: str) -> None:
    path = written(tmp_path / "events.parquet", changed)
    with pytest.raises(BrokenFile, match=named):
        EventFile(path)


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"event_id,at\n1,2\n", b"PAR1" + bytes(5000) + b"PAR1"]
)
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(content)
    with pytest.raises(BrokenFile, match=r"events\.parquet"):
        EventFile(path)
    with pytest.raises(BrokenFile, match="no such file"):
        EventFile(tmp_path / "nothing.parquet")


def test_a_file_cut_in_the_middle_is_refused_not_half_read(tmp_path: Path) -> None:
    events, _, _ = write_simulation(small(), tmp_path / "new")
    events.write_bytes(events.read_bytes()[:-200])
    with pytest.raises(BrokenFile):
        list(EventFile(events))


def test_rows_without_number_instant_or_kind_are_counted(tmp_path: Path) -> None:
    rows = [GOOD, GOOD.replace("'e1'", "NULL"), GOOD.replace("'code'", "NULL"),
            GOOD.replace("'e1'", "repeat('e', 201)")]  # fmt: skip
    file = EventFile(written(tmp_path / "events.parquet", " UNION ALL ".join(rows)))
    assert ([event.event_id for event in file], file.broken, file.rows) == (["e1"], 3, 4)


def test_an_activity_that_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    sql = """SELECT 'a' AS activity, 'v' AS village, TIMESTAMP '2026-03-02' AS "from",
             TIMESTAMP '2026-03-01' AS "to", ['x'] AS agents"""
    with pytest.raises(BrokenFile, match="end after its start"):
        read_activities(written(tmp_path / "activities.parquet", sql))
