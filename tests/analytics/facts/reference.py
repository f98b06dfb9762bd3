"""What lost out, in plain Python: every statement of two sources about one thing, weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinnong.analytics.features.windows import months_before

Row = Mapping[str, Any]
REGISTER, OWN_RECORD, FIELD_FORM = range(3)


@dataclass(frozen=True, slots=True)
class Statement:
    """One source on one field: the sum, or the largest figure, over its rows."""

    field: str
    source: str
    value: object
    as_of: date
    batch: int
    row: int
    rank: int


def statements(rows: Mapping[str, Sequence[Row]], today: date) -> list[Statement]:
    """Everything two sources may both say about a household, in the published order of turns."""
    vehicles = [r for r in rows.get("vehicle", ()) if r["state"] in ("正常", "抵押")]
    machines = rows.get("farm_machine", ())
    since = months_before(today, 12)
    grown = [r for r in rows.get("production", ()) if r["recorded_on"] > since]
    assets = rows.get("field_form.asset", ())
    told = [
        r for r in rows.get("field_form.income_expense", ())
        if r["kind"] in ("种植", "养殖") and r["last_year_minor"] is not None
    ]  # fmt: skip
    found = [
        _sum("vehicle_value", "vehicle", REGISTER, vehicles, lambda r: r["price_minor"] or 0),
        _sum("vehicle_value", "field_form.asset", FIELD_FORM, _of_kind(assets, "交通工具"), _worth),
        _sum("machine_value", "farm_machine", REGISTER, machines, lambda r: r["price_minor"]),
        _sum("machine_value", "field_form.asset", FIELD_FORM, _of_kind(assets, "农机具"), _worth),
        _sum("farm_net_income", "production", OWN_RECORD, grown, _net),
        _sum("farm_net_income", "field_form.income_expense", FIELD_FORM, told,
             lambda r: r["last_year_minor"]),
    ]  # fmt: skip
    return [s for s in found if s is not None] + _dwellings(rows)


def _of_kind(rows: Iterable[Row], kind: str) -> list[Row]:
    return [row for row in rows if row["kind"] == kind]


def _worth(row: Row) -> int:
    return int(row["value_minor"])


def _net(row: Row) -> int:
    return (row["expected_output_minor"] or 0) - (row["input_cost_minor"] or 0)


def _sum(field: str, source: str, rank: int, rows: Sequence[Row], value: Any) -> Statement | None:
    return _statement(field, source, rank, rows, sum(map(value, rows))) if rows else None


def _statement(field: str, source: str, rank: int, rows: Sequence[Row], value: object) -> Statement:
    return Statement(
        field, source, value, max(r["as_of"] for r in rows), max(r["batch"] for r in rows),
        min(r["row"] for r in rows), rank,
    )  # fmt: skip


def _dwellings(rows: Mapping[str, Sequence[Row]]) -> list[Statement]:
    """The floor space of each dwelling: the title register, then the flat register."""
    found = []
    for source in ("real_estate", "urban_flat"):
        units: dict[str, list[Row]] = {}
        for row in rows.get(source, ()):
            units.setdefault(row["unit_no"], []).append(row)
        for unit, same in units.items():
            homes = [r for r in same if source == "urban_flat" or "住宅" in (r["use"] or "")]
            areas = [r["area_m2"] for r in homes if r["area_m2"] is not None]
            if areas:
                found.append(_statement(f"area_m2:{unit}", source, REGISTER, same, max(areas)))
    return found


def contested(said: Sequence[Statement]) -> list[tuple[Statement, bool, str]]:
    """Statements about fields on which sources differ, with who won and by which rule."""
    fields: dict[str, list[Statement]] = {}
    for statement in said:
        fields.setdefault(statement.field, []).append(statement)
    found = []
    for both in fields.values():
        if len({statement.value for statement in both}) > 1:
            best, rule = _winner(*both)
            found += [(statement, statement is best, rule) for statement in both]
    return found


def _winner(first: Statement, second: Statement) -> tuple[Statement, str]:
    """Registers before own records before forms; then the newer; then who is named first."""
    if first.rank != second.rank:
        return (first if first.rank < second.rank else second), "rank"
    if first.as_of != second.as_of:
        return (first if first.as_of > second.as_of else second), "newer"
    return first, "order"
