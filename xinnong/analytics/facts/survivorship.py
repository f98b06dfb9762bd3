"""Where sources disagree about one thing: who wins, and what lost out.

Published order: department registers before own records before field forms; inside one rank the
newer date wins, then the class named first here. Losers are kept and shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from xinnong.analytics.contracts.declarations import load_contracts
from xinnong.analytics.engine import Engine
from xinnong.analytics.facts.sources import RANK_NAMES, source_of
from xinnong.analytics.linking.live import table_name


@dataclass(frozen=True, slots=True)
class Claim:
    """What one class says about a field of a household: a sum over its rows."""

    field: str
    class_name: str
    value: str
    where: str = "TRUE"


CLAIMS = (
    Claim("vehicle_value", "vehicle", "COALESCE(price_minor, 0)", "state IN ('正常', '抵押')"),
    Claim("vehicle_value", "field_form.asset", "value_minor", "kind = '交通工具'"),
    Claim("machine_value", "farm_machine", "price_minor"),
    Claim("machine_value", "field_form.asset", "value_minor", "kind = '农机具'"),
    Claim(
        "farm_net_income", "production",
        "COALESCE(expected_output_minor, 0) - COALESCE(input_cost_minor, 0)",
        "recorded_on > {m12}",
    ),
    Claim(
        "farm_net_income", "field_form.income_expense", "last_year_minor",
        "kind IN ('种植', '养殖') AND last_year_minor IS NOT NULL",
    ),
)  # fmt: skip

CLAIM = """SELECT household_no, '{field}' AS field, CAST(SUM({value}) AS VARCHAR) AS value,
  '{class_name}' AS source_class, MAX(batch) AS batch, MIN("row") AS "row", MAX(as_of) AS as_of,
  {rank} AS rank, {turn} AS turn
FROM linked_{table} WHERE {where} GROUP BY household_no"""

UNIT = """SELECT household_no, CONCAT('area_m2:', unit_no) AS field,
  CAST(MAX({area}) AS VARCHAR) AS value, '{class_name}' AS source_class, MAX(batch) AS batch,
  MIN("row") AS "row", MAX(as_of) AS as_of, 0 AS rank, {turn} AS turn
FROM linked_{class_name} GROUP BY household_no, unit_no HAVING MAX({area}) IS NOT NULL"""
DWELLING_AREA = {
    "real_estate": "CASE WHEN \"use\" LIKE '%住宅%' THEN area_m2 END",
    "urban_flat": "area_m2",
}
"""What each register says about the floor space of a dwelling, as the value of houses reads it."""

CONTESTED = """SELECT household_no, field, value, source_class, batch, "row", as_of,
  place = 1 AS won,
  CASE WHEN lowest < highest THEN 'rank' WHEN newest > oldest THEN 'newer' ELSE 'order' END AS rule
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY household_no, field
        ORDER BY rank, as_of DESC, turn) AS place,
    MIN(rank) OVER (PARTITION BY household_no, field) AS lowest,
    MAX(rank) OVER (PARTITION BY household_no, field) AS highest,
    MIN(as_of) OVER (PARTITION BY household_no, field) AS oldest,
    MAX(as_of) OVER (PARTITION BY household_no, field) AS newest,
    MIN(value) OVER (PARTITION BY household_no, field) AS one,
    MAX(value) OVER (PARTITION BY household_no, field) AS other
  FROM claims) AS weighed WHERE one <> other
ORDER BY household_no"""


def settle_facts(engine: Engine, *, literals: dict[str, str]) -> None:
    """Make `contested`: every statement about a field on which sources disagree."""
    engine.step("claims", "\nUNION ALL\n".join([*_sums(literals), *_units()]))
    engine.step("contested", CONTESTED, sorted_pieces=True)


def _sums(literals: dict[str, str]) -> list[str]:
    contracts = load_contracts()
    return [
        CLAIM.format(
            field=claim.field,
            value=claim.value,
            class_name=claim.class_name,
            table=table_name(claim.class_name),
            where=claim.where.format(**literals),
            rank=source_of(contracts[claim.class_name]).rank,
            turn=turn,
        )
        for turn, claim in enumerate(CLAIMS)
    ]


def _units() -> list[str]:
    """Two registers measure one dwelling; the title register is named first."""
    return [
        UNIT.format(class_name=name, turn=turn, area=area)
        for turn, (name, area) in enumerate(DWELLING_AREA.items())
    ]


def winner(statements: list[tuple[int, str, int]]) -> int:
    """Answer the place of the winner among (rank, ISO date, turn): the rule in plain words."""
    order = sorted(range(len(statements)), key=lambda i: statements[i][2])
    newest_first = sorted(order, key=lambda i: statements[i][1], reverse=True)
    return min(newest_first, key=lambda i: statements[i][0])


__all__ = ["CLAIMS", "RANK_NAMES", "Claim", "settle_facts", "winner"]
