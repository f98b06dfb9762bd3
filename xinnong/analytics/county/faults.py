"""Planted errors: what goes wrong in department files, how often, and what should come of it.

Every planted error is written to truth/ with its file, row, field, outcome and code. A row
carries at most one, so that the expected outcome is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from xinnong.analytics.contracts import Contract, Field
from xinnong.analytics.county.areas import areas
from xinnong.analytics.county.numbers import X_VALUE
from xinnong.analytics.county.randomness import Flags, Ints, Random
from xinnong.analytics.county.tables import NOTHING, Array, Column, Table

Outcome = Literal["accepted", "repaired", "quarantined", "duplicate"]

_FULLWIDTH: Final = "translate({x}, '0123456789', '０１２３４５６７８９')"


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of error in one field: SQL that spoils the clean text {x}, and its outcome."""

    kind: str
    rate: float
    text: str
    outcome: Outcome
    code: str


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault aimed at a field of a class; `field` is empty for a fault of the whole row."""

    field: str
    fault: Fault


def _repaired(kind: str, rate: float, text: str, code: str) -> Fault:
    return Fault(kind, rate, text, "repaired", code)


def _quarantined(kind: str, rate: float, text: str, code: str) -> Fault:
    return Fault(kind, rate, text, "quarantined", code)


RID: Final = (
    _repaired("fullwidth", 0.0015, _FULLWIDTH, "rid.fullwidth"),
    _repaired("apostrophe", 0.003, "chr(39) || {x}", "rid.apostrophe"),
    _repaired(
        "spaces", 0.002, "substr({x}, 1, 6) || ' ' || substr({x}, 7, 8) || ' ' || right({x}, 4)",
        "rid.spaces",
    ),
    _repaired("lowercase", 0.02, "lower({x})", "rid.lowercase"),
    _repaired("15to18", 0.002, "substr({x}, 1, 6) || substr({x}, 9, 9)", "rid.15to18"),
    _quarantined(
        "check", 0.0015,
        "substr({x}, 1, 17) || substr('12345678914', strpos('0123456789X', right({x}, 1)), 1)",
        "rid.check",
    ),
    _quarantined("date", 0.0005, "substr({x}, 1, 10) || '13' || substr({x}, 13)", "rid.date"),
    _quarantined("province", 0.0003, "'99' || substr({x}, 3)", "rid.province"),
    _quarantined("length", 0.0004, "substr({x}, 1, 16)", "rid.length"),
    _quarantined("scientific", 0.0006, "substr({x}, 1, 1) || '.' || substr({x}, 2, 5) || 'E+17'",
                 "rid.scientific"),
)  # fmt: skip
USCC: Final = (
    _repaired("lowercase", 0.002, "lower({x})", "uscc.lowercase"),
    _repaired("spaces", 0.001, "substr({x}, 1, 8) || ' ' || substr({x}, 9)", "uscc.spaces"),
    _quarantined(
        "check", 0.0008,
        "substr({x}, 1, 17) || CASE WHEN right({x}, 1) = '0' THEN '1' ELSE '0' END", "uscc.check",
    ),
    _quarantined("length", 0.0004, "substr({x}, 1, 15)", "uscc.length"),
)  # fmt: skip
PHONE: Final = (
    _repaired("prefix", 0.002, "'+86' || {x}", "phone.prefix"),
    _repaired(
        "hyphens", 0.002, "substr({x}, 1, 3) || '-' || substr({x}, 4, 4) || '-' || substr({x}, 8)",
        "phone.hyphens",
    ),
    _quarantined("length", 0.001, "substr({x}, 1, 10)", "phone.length"),
)  # fmt: skip


def _older_code() -> str:
    """SQL that writes a living village code as the code it had before a merger."""
    merged = {row.retired_to: row.code12 for row in areas() if row.retired_to}
    cases = " ".join(f"WHEN '{living}' THEN '{old}'" for living, old in sorted(merged.items()))
    return f"CASE {{x}} {cases} ELSE {{x}} END"


AREA: Final = (
    _repaired("retired", 0.3, _older_code(), "area.retired"),
    Fault("unknown", 0.0006, "substr({x}, 1, 9) || '399'", "accepted", "area.unknown"),
)
NAME: Final = (
    _repaired("spaces", 0.003, "substr({x}, 1, 1) || '　' || substr({x}, 2)", "text.spaces"),
)
DATE: Final = (
    _quarantined("impossible", 0.0006, "'2022-02-30'", "date.impossible"),
    _quarantined("shape", 0.0003, "'不详'", "date.shape"),
    Fault("chinese", 0.001, "strftime(CAST({x} AS DATE), '%Y年%-m月%-d日')", "accepted", ""),
    Fault(
        "serial", 0.0006,
        "CAST(date_diff('day', DATE '1899-12-30', CAST({x} AS DATE)) AS VARCHAR)", "accepted", "",
    ),
)  # fmt: skip
MONEY: Final = (
    _repaired("fullwidth", 0.0008, _FULLWIDTH, "money.fullwidth"),
    _quarantined("decimals", 0.0004, "{x} || '5'", "money.decimals"),
    _quarantined("shape", 0.0003, "'约' || {x}", "money.shape"),
    _repaired("symbol", 0.0006, "'¥' || {x}", "money.symbol"),
    _repaired(
        "grouping", 0.0006, "format('{{:,}}', CAST(substr({x}, 1, length({x}) - 3) AS BIGINT)) || "
        "right({x}, 3)", "money.grouping",
    ),
)  # fmt: skip
MONEY_NEGATIVE: Final = (_quarantined("negative", 0.0003, "'-' || {x}", "number.low"),)
MU: Final = (
    _repaired("fullwidth", 0.001, _FULLWIDTH, "mu.fullwidth"),
    _quarantined("shape", 0.0005, "'约' || {x}", "mu.shape"),
)
DECIMAL: Final = (
    _repaired("fullwidth", 0.001, _FULLWIDTH, "decimal.fullwidth"),
    _quarantined("shape", 0.0005, "'约' || {x}", "decimal.shape"),
)
ENUM: Final = (_quarantined("unknown", 0.0008, "{x} || '类'", "enum.unknown"),)
BY_KIND: Final[Mapping[str, tuple[Fault, ...]]] = {
    "rid": RID, "uscc": USCC, "phone": PHONE, "area12": AREA, "mu": MU, "decimal": DECIMAL,
    "date": DATE, "money": MONEY, "enum": ENUM,
}  # fmt: skip
MISSING: Final[Mapping[str, tuple[Fault, ...]]] = {
    "rid": (_quarantined("missing", 0.001, "NULL", "rid.missing"),),
    "enum": (_quarantined("missing", 0.0005, "NULL", "enum.missing"),),
    "date": (_quarantined("missing", 0.0004, "NULL", "date.missing"),),
    "text": (_quarantined("missing", 0.0008, "NULL", "text.missing"),),
}

OLD_CENTURY: Final = 19
THOUSAND_YUAN: Final = 100_000  # fen
NOTATIONS: Final = ("chinese", "serial")
DUPLICATE: Final = Fault("duplicate", 0.002, "{x}", "duplicate", "")
CONFLICT: Final = Fault("conflict", 0.0006, "'1' || {x}", "quarantined", "key.conflict")


def planned(contract: Contract, *, iso_dates: bool) -> list[Planted]:
    """Return the faults that may be planted in the rows of a class.

    Other date notations are strewn only over files that write dates as 2021-09-30.
    """
    return [
        Planted(field.name, fault)
        for field in contract.fields
        for fault in _faults(field)
        if iso_dates or fault.kind not in NOTATIONS
    ]


def _faults(field: Field) -> tuple[Fault, ...]:
    if field.scale is not None:
        return ()
    faults = BY_KIND.get(field.kind, ())
    if field.required and not (field.kind == "text" and field.key):
        faults += MISSING.get(field.kind, ())
    if field.kind == "text" and field.required and field.vault:
        faults += NAME
    if field.kind == "money" and field.minimum == 0:
        faults += MONEY_NEGATIVE
    return faults


def plant(
    rng: Random, table: Table, plan: Sequence[Planted], retired: Mapping[int, tuple[int, ...]]
) -> Ints:
    """Choose rows to spoil; return per row 0 or the place in the plan, from 1."""
    edges = np.cumsum([item.fault.rate for item in plan])
    chosen = np.searchsorted(edges, rng.random(table.rows), side="right") + 1
    chosen[(chosen > len(plan)) | table.spared] = 0
    for place, item in enumerate(plan, start=1):
        rows = np.flatnonzero(chosen == place)
        column = table.columns[item.field].take(rows)
        chosen[rows[~eligible(item.fault, column, retired)]] = 0
    return chosen.astype(np.int64)


def eligible(fault: Fault, column: Column, retired: Mapping[int, tuple[int, ...]]) -> Flags:
    """Say which values a fault changes: an X to write small, an old birth, a retired code."""
    first = next(iter(column.arrays.values()))
    if column.kind == "sql":
        return np.ones(len(first), dtype=np.bool_)
    if column.kind == "object":
        return np.array([value is not None for value in first], dtype=np.bool_)
    filled = np.asarray(first != (-1 if column.kind in ("label", "flag") else NOTHING))
    if fault.code == "area.retired":
        return filled & np.isin(first, list(retired))
    special = SPECIAL.get(fault.code)
    return filled & special(column.arrays) if special else filled


def _ends_in_x(arrays: Mapping[str, Array]) -> Flags:
    return np.asarray(arrays["check"] == X_VALUE)


def _born_in_the_1900s(arrays: Mapping[str, Array]) -> Flags:
    century = arrays["body"].astype(np.int64) // 10**9 % 100
    return np.asarray(century == OLD_CENTURY)


def _above_zero(arrays: Mapping[str, Array]) -> Flags:
    return np.asarray(arrays["fen"].astype(np.int64) > 0)


def _thousands(arrays: Mapping[str, Array]) -> Flags:
    return np.asarray(arrays["fen"].astype(np.int64) >= THOUSAND_YUAN)


SPECIAL: Final[Mapping[str, Callable[[Mapping[str, Array]], Flags]]] = {
    "rid.lowercase": _ends_in_x,
    "rid.15to18": _born_in_the_1900s,
    "number.low": _above_zero,
    "money.grouping": _thousands,
}
