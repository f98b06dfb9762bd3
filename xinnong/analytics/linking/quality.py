"""How good inferred households are: who was put together, against the truth.

Only for synthetic counties, where the truth is known. Neither count needs household numbers to be
matched. Pairs: a pair is right when both sides put the two people together. Persons: for each
person, the share of the household found that is truly theirs (precision), and the share of the
true household that was found (recall), themselves included; averaged over persons, so that a large
household counts no more than its members. A person placed who belongs nowhere (dead, moved away)
scores nothing in precision; a person who was not placed scores nothing in recall.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from xinnong.analytics.engine import quoted

PAIRS = "CAST(SUM(n * (n - 1) // 2) AS BIGINT)"


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs of people in one household: put together, truly together, and both; and per person."""

    found: int
    true: int
    right: int
    person_precision: float
    person_recall: float

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
        precision = _per_person(con, "mine")
        recall = _per_person(con, "household_no")
    return Quality(found, true, right, precision, recall)


def _per_person(con: duckdb.DuckDBPyConnection, side: str) -> float:
    """Average over the persons of one side: shared people ÷ people of their household there."""
    row = con.execute(
        f"""SELECT COALESCE(AVG(CASE WHEN mine IS NULL OR household_no IS NULL THEN 0
            ELSE together / people END), 1)
        FROM (SELECT *, COUNT(*) OVER (PARTITION BY mine, household_no) AS together,
            COUNT(*) OVER (PARTITION BY {side}) AS people FROM joined) AS counted
        WHERE {side} IS NOT NULL"""
    ).fetchone()
    assert row is not None
    return float(row[0])


def _pairs(con: duckdb.DuckDBPyConnection, columns: str) -> int:
    present = " AND ".join(f"{column.strip()} IS NOT NULL" for column in columns.split(","))
    row = con.execute(
        f"""SELECT COALESCE({PAIRS}, 0) FROM (SELECT COUNT(*) AS n FROM joined
        WHERE {present} GROUP BY {columns})"""
    ).fetchone()
    assert row is not None
    return int(row[0])
