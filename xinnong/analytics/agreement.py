"""Compare batch scores and lines with `core` for one household, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from xinnong.analytics.scoring_sql import LINE_INPUTS, REASON_COLUMNS, points_columns
from xinnong.core.bins import DIMENSIONS
from xinnong.core.policy import Policy, decide_line, inputs_from_features
from xinnong.core.scorecard import Scorecard, score_one

CHUNK_ROWS = 20_000
TERMS = (
    "lender", "grade", "points", "line_minor", "base_minor", "assets_minor", "income_minor",
    "area_minor", "elsewhere_minor", "uncapped_minor", "custody_minor", "cap_code", "closed_gates", "rate_percent",
)  # fmt: skip

TOGETHER = """SELECT f AS features, s AS scores, l AS lines
FROM features AS f JOIN scores AS s
  ON s.household_no = f.household_no AND s.basis = f.basis AND s.lender IS NOT DISTINCT FROM f.lender
LEFT JOIN lines AS l
  ON l.household_no = f.household_no AND l.kind = f.basis AND l.lender IS NOT DISTINCT FROM f.lender"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A result on which batch and single disagree."""

    household_no: int
    basis: str
    lender: str | None
    batch: object
    single: object


def compare(
    con: duckdb.DuckDBPyConnection, card: Scorecard, policy: Policy
) -> Iterator[Difference | None]:
    """Yield once per row of `features`: None where `scores` and `lines` agree with `core`.

    The connection must name the three tables of a refresh.
    """
    cursor = con.cursor().execute(TOGETHER)
    while chunk := cursor.fetchmany(CHUNK_ROWS):
        for features, score, line in chunk:
            yield _compare_one(card, policy, features, score, line)


def _compare_one(
    card: Scorecard,
    policy: Policy,
    features: Mapping[str, Any],
    score: Mapping[str, Any],
    line: Mapping[str, Any] | None,
) -> Difference | None:
    pairs: list[tuple[object, object]] = [
        (_batch_score(card, score), _single_score(card, features))
    ]
    if features["basis"] != "base":
        assert line is not None, features["household_no"]
        decided = _single_line(policy, features, score, line["custody_minor"])
        pairs.append(([line[name] for name in TERMS], decided))
    for batch, single in pairs:
        if batch != single:
            return Difference(
                features["household_no"], features["basis"], features["lender"], batch, single
            )
    return None


def _batch_score(card: Scorecard, row: Mapping[str, Any]) -> Sequence[object]:
    by_feature = tuple(row[column] for column in points_columns(card))
    dimensions = {name: row[f"d_{name}"] for name in DIMENSIONS}
    reasons = tuple(row[column] for column in REASON_COLUMNS if row[column] is not None)
    return row["points"], row["grade"], by_feature, dimensions, reasons


def _single_score(card: Scorecard, row: Mapping[str, Any]) -> Sequence[object]:
    result = score_one(card, row, first_borrower=row["first_borrower"])
    return (
        result.points, result.grade, result.by_feature, result.by_dimension,
        tuple(reason.code for reason in result.reasons),
    )  # fmt: skip


def _single_line(
    policy: Policy, row: Mapping[str, Any], score: Mapping[str, Any], custody_minor: int | None
) -> list[object]:
    result = decide_line(
        policy,
        inputs_from_features(
            kind=row["basis"],
            grade=score["grade"],
            first_borrower=row["first_borrower"],
            features={name: row[name] for name in LINE_INPUTS} | {"custody_value": custody_minor},
        ),
    )
    terms = result.terms
    return [
        row["lender"], result.grade, score["points"], result.line_minor, terms.base_minor,
        terms.assets_minor, terms.income_minor, terms.area_minor, terms.elsewhere_minor,
        terms.uncapped_minor, terms.custody_minor, terms.cap_code, [gate.code for gate in result.closed_gates],
        result.rate_percent,
    ]  # fmt: skip
