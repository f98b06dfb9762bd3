"""From a contract and the layout of a file to the one SELECT that checks its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from xinnong.analytics.checking import fragments as sql
from xinnong.analytics.checking.columns import Columns, Rule
from xinnong.analytics.checking.fragments import lit, name, told
from xinnong.analytics.checking.reference import FORMULA_ERRORS, Layout
from xinnong.analytics.checking.rules import rule
from xinnong.analytics.contracts import Contract, Field
from xinnong.analytics.reading.marks import (
    CELL_END,
    MERGED,
    NESTED,
    NUL,
    ROW_PROBLEM,
    ROW_PROBLEMS,
    UNDECODABLE,
)

AREA_KINDS: Final = ("area12", "area9", "area6")


@dataclass(frozen=True, slots=True)
class Check:
    """What the statement depends on beside the contract.

    `areas`, `counties` and `recipients` say whether the tables of that name exist:
    areas(code, successor), counties(code), recipients(code).
    """

    contract: Contract
    layout: Layout
    areas: bool
    counties: bool
    recipients: bool = False

    def columns(self, *, easy: bool = False) -> list[tuple[Columns, Rule]]:
        """Return the fields that the file carries, with their rules."""
        present = [f for f in self.contract.fields if f.name in self.layout.positions]
        named = [Columns(field, place, easy) for place, field in enumerate(present)]
        return [(each, rule(each, counties=self.counties)) for each in named]


def splitting_select(check: Check, *, lines: str) -> str:
    """Return the SELECT over `lines` (a relation with `row` and `line`) that tells rows apart.

    Its columns: row, one raw text `r<place>` per field that the file carries, and `easy`: whether
    every cell stands as it should. Most rows of most files do.
    """
    built = check.columns()
    marks = " OR ".join(
        [f"starts_with(line, {lit(ROW_PROBLEM)})", "contains(line, '#')"]
        + [f"contains(line, {lit(mark)})" for mark in (NUL, UNDECODABLE, MERGED, NESTED)]
    )
    cells = [(c.r, f"c[{check.layout.positions[c.field.name] + 1}]") for c, _ in built]
    canonical = " AND ".join(f"({c.r} = '' OR {r.quick})" for c, r in built)
    texts = "".join(f", {c.r}" for c, _ in built)
    split = f"SELECT row, line, string_split(line, {lit(CELL_END)}) AS c FROM {lines}"
    return (
        f"SELECT row{texts}, whole AND {canonical} AS easy FROM ("
        f"{_wrapped(split, [*cells, ('whole', f'len(c) = {check.layout.width} AND NOT ({marks})')])})"
    )


def easy_select(check: Check, *, split: str, as_of: str) -> str:
    """Return what `checking_select` returns, for the easy rows of `splitting_select`."""
    built = check.columns(easy=True)
    query = f"SELECT *, DATE {lit(as_of)} AS as_of_day FROM {split} WHERE easy"
    for layer in _judging_layers(check, built):
        query = _wrapped(query, layer)
    return _last(check, built, query)


def checking_select(check: Check, *, lines: str, as_of: str) -> str:
    """Return the SELECT over `lines` (a relation with `row` and `line`) that judges any row.

    Its columns: row, reasons, repairs, remarks (texts of `field=code` joined by semicolons, NULL
    when there is nothing to say) and one `v_<field>` per field of the contract.
    """
    built = check.columns()
    layers: list[list[tuple[str, str]]] = [
        _raw(check, built),
        [(c.q, f"{c.r} = '' OR {r.quick}") for c, r in built],
        *_mending_layers(built),
        [(c.t, f"CASE WHEN q{c.place} THEN {c.r} ELSE {r.text} END") for c, r in built],
        [(c.w, f"CASE WHEN q{c.place} THEN {c.t} ELSE {r.code} END") for c, r in built],
        *_judging_layers(check, built),
    ]
    query = _cells(check, lines, as_of)
    for layer in layers:
        query = _wrapped(query, layer)
    return _last(check, built, query)


def _mending_layers(built: list[tuple[Columns, Rule]]) -> list[list[tuple[str, str]]]:
    """Steps of all fields at once, first the first of each."""
    listed = [
        [(name_, f"CASE WHEN {c.q} THEN '' ELSE {step} END") for name_, step in r.steps]
        for c, r in built
    ]
    return [[item for item in layer if item] for layer in zip_longest(*listed)]


def _judging_layers(check: Check, built: list[tuple[Columns, Rule]]) -> list[list[tuple[str, str]]]:
    """Working columns of mended text: what is parsed from it, problem, value, and its bounds."""
    return [
        [item for _, r in built for item in r.parsed.items()],
        [(f"p{c.place}", _problem(c, r)) for c, r in built],
        [(f"v{c.place}", _value(c, r)) for c, r in built],
        [(f"b{c.place}", bounds) for c, _ in built if (bounds := _bounds(check, c))],
    ]


def _wrapped(query: str, layer: Sequence[tuple[str, str]]) -> str:
    if not layer:
        return query
    added = ", ".join(f"{expression} AS {column}" for column, expression in layer)
    return f"SELECT *, {added} FROM ({query})"


def _cells(check: Check, lines: str, as_of: str) -> str:
    width = check.layout.width
    surplus = f"len(c) > {width} AND array_to_string(c[{width + 1}:], '') = ''"
    broken = f"starts_with(line, {lit(ROW_PROBLEM)})"
    letters = "".join(f" WHEN {lit(key)} THEN {lit(code)}" for key, code in ROW_PROBLEMS.items())
    fault = (
        f"CASE WHEN {broken} THEN CASE substr(line, 2, 1){letters} END "
        f"WHEN len(c) = {width} OR ({surplus}) THEN NULL ELSE 'row.ragged' END"
    )
    damage = (
        f"CASE WHEN contains(line, {lit(NUL)}) THEN 'row.nul' END AS nul, "
        f"CASE WHEN contains(line, {lit(UNDECODABLE)}) THEN 'row.encoding' END AS undecoded"
    )
    return (
        f"SELECT *, fault IS NOT NULL OR has_merged OR has_marks AS special FROM ("
        f"SELECT *, {fault} AS fault, {damage}, contains(line, {lit(MERGED)}) AS has_merged, "
        f"contains(line, {lit(NESTED)}) OR contains(line, '#') AS has_marks, "
        f"DATE {lit(as_of)} AS as_of_day "
        f"FROM (SELECT row, line, string_split(line, {lit(CELL_END)}) AS c FROM {lines}))"
    )


def _raw(check: Check, built: list[tuple[Columns, Rule]]) -> list[tuple[str, str]]:
    layer = []
    for columns, _ in built:
        cell = f"c[{check.layout.positions[columns.field.name] + 1}]"
        plain = sql.sub(cell, f"^{MERGED}", "")
        own = f"CASE WHEN fault IS NULL THEN {plain} ELSE '' END"
        layer.append((columns.r, f"CASE WHEN special THEN {own} ELSE {cell} END"))
        errors = ", ".join(map(lit, FORMULA_ERRORS))
        mark = (
            f"CASE WHEN starts_with({plain}, {lit(NESTED)}) THEN 'cell.nested' "
            f"WHEN {sql.strip(plain)} IN ({errors}) THEN 'cell.error' END"
        )
        layer.append((f"e{columns.place}", f"CASE WHEN special AND fault IS NULL THEN {mark} END"))
    return layer


def _problem(columns: Columns, built: Rule) -> str:
    if columns.easy:
        return built.problem
    return f"CASE WHEN e{columns.place} IS NOT NULL THEN e{columns.place} ELSE {built.problem} END"


def _value(columns: Columns, built: Rule) -> str:
    return f"CASE WHEN p{columns.place} IS NULL AND {columns.w} <> '' THEN {built.value} END"


def _bounds(check: Check, columns: Columns) -> str:
    """What is wrong with a value that is sound by itself; empty where the field has no bounds."""
    field, value = columns.field, f"v{columns.place}"
    factor = 1 if field.kind != "money" else 1_000_000 if field.scale else 100
    parts = []
    if field.minimum is not None:
        parts.append(f"WHEN {value} < {field.minimum * factor} THEN 'number.low'")
    if field.maximum is not None:
        parts.append(f"WHEN {value} > {field.maximum * factor} THEN 'number.high'")
    if field.register and check.recipients:
        parts.append(f"WHEN {value} NOT IN (SELECT code FROM recipients) THEN 'recipient.unknown'")
    return f"CASE {' '.join(parts)} END" if parts else ""


def _last(check: Check, built: list[tuple[Columns, Rule]], query: str) -> str:
    selected = [
        "row", f"{_reasons(check, built)} AS reasons", f"{_repairs(check, built)} AS repairs",
        f"{_remarks(check, built)} AS remarks", *_values(check, built),
    ]  # fmt: skip
    joins = "".join(
        f" LEFT JOIN areas a{c.place} ON a{c.place}.code = v{c.place}"
        for c, _ in built
        if check.areas and c.field.kind in AREA_KINDS
    )
    return f"SELECT {', '.join(selected)} FROM ({query}){joins}"


def _reasons(check: Check, built: list[tuple[Columns, Rule]]) -> str:
    own = [
        f"CASE WHEN p{c.place} IS NOT NULL THEN {lit(c.field.name + '=')} || p{c.place} END"
        for c, _ in built
    ]
    own += [
        f"CASE WHEN b{c.place} IS NOT NULL THEN {lit(c.field.name + '=')} || b{c.place} END"
        for c, _ in built
        if _bounds(check, c)
    ]
    places = {c.field.name: c.place for c, _ in built}
    for group in check.contract.one_of:
        empty = [f"v{places[n]} IS NULL AND p{places[n]} IS NULL" for n in group if n in places]
        own.append(told(" AND ".join(empty) or "true", "", "one_of.missing"))
    if all(c.easy for c, _ in built):
        return sql.seldom_joined(own)
    found = sql.seldom_joined(["'=' || nul", "'=' || undecoded", *own])
    return f"CASE WHEN fault IS NOT NULL THEN '=' || fault ELSE {found} END"


def _repairs(check: Check, built: list[tuple[Columns, Rule]]) -> str:
    parts, retired = [], []
    for columns, made in built:
        cell = f"c[{check.layout.positions[columns.field.name] + 1}]"
        merged = f"special AND starts_with({cell}, {lit(MERGED)})"
        parts.append(told(merged, columns.field.name, "cell.merged"))
        parts.append(
            f"CASE WHEN NOT {columns.q} AND e{columns.place} IS NULL "
            f"THEN {sql.joined(made.repairs)} END"
        )
        if check.areas and columns.field.kind in AREA_KINDS:
            old = f"a{columns.place}.successor IS NOT NULL"
            retired.append(told(old, columns.field.name, "area.retired"))
            parts.append(retired[-1])
    if all(c.easy for c, _ in built):
        return sql.seldom_joined(retired)
    return f"CASE WHEN fault IS NULL THEN {sql.joined(parts)} END"


def _remarks(check: Check, built: list[tuple[Columns, Rule]]) -> str:
    parts = []
    places = {c.field.name: c.place for c, _ in built}
    for columns, made in built:
        value = f"v{columns.place}"
        parts += [f"CASE WHEN {value} IS NOT NULL THEN {remark} END" for remark in made.remarks]
        if check.areas and columns.field.kind in AREA_KINDS:
            unknown = f"{value} IS NOT NULL AND a{columns.place}.code IS NULL"
            parts.append(told(unknown, columns.field.name, "area.unknown"))
    if "rid" in places and "birth" in places:
        rid = places["rid"]
        born = f"v{rid} IS NOT NULL AND d{rid} <> v{places['birth']}"
        parts.append(told(born, "birth", "birth.differs"))
    if "rid" in places and "sex" in places:
        sex = f"{sql.rid_sex('v' + str(places['rid']))} <> v{places['sex']}"
        parts.append(told(f"v{places['rid']} IS NOT NULL AND {sex}", "sex", "sex.differs"))
    return sql.seldom_joined(parts)


def _values(check: Check, built: list[tuple[Columns, Rule]]) -> list[str]:
    places = {c.field.name: c.place for c, _ in built}
    return [
        f"{_stored(check, field, places.get(field.name))} AS {name('v_' + field.name)}"
        for field in check.contract.fields
    ]


def _stored(check: Check, field: Field, place: int | None) -> str:
    kept = field.lake_type if field.kind != "rid" else "VARCHAR"
    if place is None:
        return f"NULL::{kept}"
    value = f"v{place}"
    if check.areas and field.kind in AREA_KINDS:
        value = f"coalesce(a{place}.successor, {value})"
    if _bounds(check, Columns(field, place)):
        value = f"CASE WHEN b{place} IS NULL THEN {value} END"
    return f"CAST({value} AS {kept})" if field.kind in ("decimal", "mu") else value
