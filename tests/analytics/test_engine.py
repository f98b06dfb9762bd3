"""Steps are stored, what they are made of is held in memory, and neither is computed twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from xinnong.analytics.engine import Engine

SALES = "SELECT range AS home, range * 10 AS amount FROM range(4)"
TOTALS = "SELECT home % 2 AS side, SUM(amount) AS total FROM sales GROUP BY home % 2"


class Listening(Engine):
    """An engine that remembers its statements."""

    def query(self, sql: str) -> list[tuple[object, ...]]:
        self.__dict__.setdefault("heard", []).append(sql)
        return super().query(sql)

    def computed(self, name: str) -> int:
        return sum(text.startswith(f"CREATE TABLE {name} ") for text in self.__dict__["heard"])


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Listening]:
    with Listening(tmp_path, memory_limit="200MB", threads=1) as engine:
        yield engine


def halves(engine: Engine) -> list[tuple[object, ...]]:
    """Two steps that read the same held table."""
    with engine.holding({"sales": SALES, "totals": engine.whole_numbers(summed())[0]}):
        engine.step("even", "SELECT total FROM totals WHERE side = 0")
        engine.step("odd", "SELECT total FROM totals WHERE side = 1")
    return engine.query("SELECT e.total, o.total FROM even AS e, odd AS o")


def summed() -> str:
    return TOTALS.replace("sales", f"({SALES})")


def test_it_computes_what_is_held_once_for_all_steps(engine: Listening) -> None:
    assert halves(engine) == [(20, 40)]
    assert engine.computed("totals") == 1


def test_it_never_computes_what_no_step_reads(engine: Listening) -> None:
    halves(engine)
    assert engine.computed("sales") == 0


def test_it_computes_what_a_held_one_is_made_of_first(engine: Listening) -> None:
    with engine.holding({"sales": SALES, "dear": "SELECT home FROM sales WHERE amount > 15"}):
        both = "SELECT d.home FROM dear AS d JOIN sales AS s ON s.home = d.home"
        assert engine.step("dear_ones", both) == 2
    assert engine.computed("sales") == engine.computed("dear") == 1


def test_a_second_run_reads_finished_steps_and_computes_nothing(tmp_path: Path) -> None:
    with Engine(tmp_path, memory_limit="200MB", threads=1) as first:
        found = halves(first)
    with Listening(tmp_path, memory_limit="200MB", threads=1) as second:
        assert halves(second) == found
        assert second.computed("totals") == 0


def test_a_change_of_what_is_held_computes_its_steps_again(engine: Listening) -> None:
    for amount, dear in ((15, 2), (5, 3)):
        with engine.holding({"dear": f"SELECT * FROM ({SALES}) AS s WHERE amount > {amount}"}):
            assert engine.step("dear_ones", "SELECT * FROM dear") == dear


def test_what_is_held_is_gone_afterwards(engine: Listening) -> None:
    halves(engine)
    assert not engine.has("totals")
    names = engine.query("SELECT table_name FROM duckdb_tables()")
    assert names == []


def test_sums_stay_whole_numbers(engine: Listening) -> None:
    halves(engine)
    engine.step("all_of_it", f"SELECT SUM(amount) AS total FROM ({SALES}) AS s")
    assert [engine.columns(name)["total"] for name in ("even", "all_of_it")] == ["BIGINT"] * 2
