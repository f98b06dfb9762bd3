"""How good inferred households are: pairs of people put together, against the truth.

Only for synthetic counties, where the truth is known. Counting pairs needs no matching of
household numbers: a pair is right when both sides put the two people together.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from xinnong.analytics.engine import quoted

PAIRS = "CAST(SUM(n * (n - 1) // 2) AS BIGINT)"


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs of people in one household: put together, truly together, and both."""

    found: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the pairs put together that truly live together."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs that truly live together that were put together."""
        return self.right / self.true if self.true else 1.0


def membership_quality(*, membership: Path, persons: Path, truth: Path) -> Quality:
    """Compare a refresh's membership with `truth`/persons.parquet (rid, household_no).

    `persons` carries the resident ids of the person keys.
    """
    with duckdb.connect() as con:
        con.execute(
            f"""CREATE TABLE joined AS SELECT t.household_no, m.household_no AS mine
            FROM (SELECT p.rid, m.household_no FROM read_parquet({quoted(membership)}) AS m
                  JOIN read_parquet({quoted(persons)}) AS p USING (person_key)) AS m
            FULL JOIN read_parquet({quoted(truth / "persons.parquet")}) AS t USING (rid)"""
        )
        found = _pairs(con, "mine")
        true = _pairs(con, "household_no")
        right = _pairs(con, "mine, household_no")
    return Quality(found, true, right)


def _pairs(con: duckdb.DuckDBPyConnection, columns: str) -> int:
    present = " AND ".join(f"{column.strip()} IS NOT NULL" for column in columns.split(","))
    row = con.execute(
        f"""SELECT COALESCE({PAIRS}, 0) FROM (SELECT COUNT(*) AS n FROM joined
        WHERE {present} GROUP BY {columns})"""
    ).fetchone()
    assert row is not None
    return int(row[0])
