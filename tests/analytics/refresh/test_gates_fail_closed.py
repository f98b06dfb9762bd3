"""A gate whose source is missing, or has grown too old, is closed; nobody slips through."""

from __future__ import annotations

from pathlib import Path
from random import Random

import duckdb
import pytest

from benchmarks.truth import published_card, published_policy
from tests.analytics.features.generated import draw_households, plan_for, run_batch
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.linking.rows import linked_classes
from xinnong.analytics.scoring_sql import lines_sql, scores_sql

pytestmark = pytest.mark.slow

CLASSES = ["consent", *(contract.name for contract in linked_classes(load_contracts().values()))]
HOUSEHOLDS = 40
Line = tuple[str, int, list[str], object]


def lines_of(folder: Path, missing: str) -> list[Line]:
    """Kind, amount, closed gates and rate of every line where one class was not delivered."""
    delivered = [name for name in CLASSES if name != missing]
    households = draw_households(Random(7), HOUSEHOLDS, delivered)
    run_batch(folder, households, plan_for(households, delivered))
    with duckdb.connect() as con:
        con.execute(f"CREATE VIEW features AS FROM '{folder}/steps/features.parquet'")
        con.execute(f"CREATE TABLE scores AS {scores_sql(published_card(), 'features')}")
        found = con.execute(
            f"SELECT kind, line_minor, closed_gates, rate_percent "
            f"FROM ({lines_sql(published_policy(), 'scores')})"
        ).fetchall()
    return [(kind, minor, closed, rate) for kind, minor, closed, rate in found]


@pytest.mark.parametrize(
    ("missing", "gate", "kinds"),
    [
        ("dishonest", "court_list", {"pre", "granted"}),
        ("consent", "consent", {"granted"}),
        ("loan_history", "own_overdue", {"granted"}),
        ("residence", "", set()),
    ],
)
def test_a_missing_source_closes_its_gate(
    tmp_path: Path, missing: str, gate: str, kinds: set[str]
) -> None:
    lines = lines_of(tmp_path, missing)
    assert {kind for kind, *_ in lines} == {"pre", "granted"}
    for kind, minor, closed, rate in lines:
        unknown = [name for name in closed if name.endswith(".unknown")]
        if kind in kinds:
            assert f"gate.{gate}.unknown" in unknown
            assert (minor, rate) == (0, None)
        else:
            assert f"gate.{gate}.unknown" not in unknown


def test_an_open_gate_is_never_said_to_be_closed(tmp_path: Path) -> None:
    for _, minor, closed, rate in lines_of(tmp_path, ""):
        assert not closed or (minor, rate) == (0, None)
        assert (rate is None) == (minor == 0)
