"""Rows of one class before they are written: numbers in arrays, turned into text by DuckDB.

A column keeps its clean values as arrays; how they are written (date style, 是 or Y, 万元)
is the habit of the department's file, so it is decided by the renderer, not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from xinnong.analytics.county.randomness import Flags, Ints, Objects

NOTHING: Final = -9_999_999
"""Stands for an empty cell in integer arrays."""

ColumnKind = Literal["rid", "date", "money", "hundredths", "label", "int", "flag", "sql", "object"]
Array = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Column:
    """Clean values of one field. `text` is SQL over the arrays' names for kind `sql`."""

    kind: ColumnKind
    arrays: Mapping[str, Array]
    labels: tuple[str, ...] = ()
    text: str = ""

    def take(self, index: Ints) -> Column:
        """Return the column with its rows picked or repeated."""
        picked = {name: values[index] for name, values in self.arrays.items()}
        return Column(self.kind, picked, self.labels, self.text)


@dataclass(frozen=True, slots=True)
class Table:
    """Clean rows of one class; `columns` follow the contract's field names."""

    class_name: str
    rows: int
    columns: Mapping[str, Column]
    spared: Flags  # rows that must stay clean: those of the three known people

    def take(self, index: Ints) -> Table:
        """Return the table with its rows picked or repeated."""
        columns = {name: column.take(index) for name, column in self.columns.items()}
        return Table(self.class_name, len(index), columns, self.spared[index])

    def arrays(self) -> dict[str, Array]:
        """Return every array under a name that is unique in the table."""
        return {
            f"{field}__{name}": values
            for field, column in self.columns.items()
            for name, values in column.arrays.items()
        }


def table(class_name: str, columns: Mapping[str, Column], *, spared: Flags | None = None) -> Table:
    """Return a table; every array must have the same length."""
    lengths = {len(values) for column in columns.values() for values in column.arrays.values()}
    assert len(lengths) == 1, (
        class_name,
        {name: _lengths(column) for name, column in columns.items()},
    )
    rows = lengths.pop()
    return Table(class_name, rows, columns, np.zeros(rows, np.bool_) if spared is None else spared)


def _lengths(column: Column) -> list[int]:
    return [len(values) for values in column.arrays.values()]


def rid(body: Ints, check: Ints, keep: Flags | None = None) -> Column:
    """Resident ids by leading digits and check value; empty where `keep` is false."""
    shown = body if keep is None else np.where(keep, body, NOTHING)
    return Column("rid", {"body": shown, "check": check.astype(np.int8)})


def date(days: Ints, keep: Flags | None = None) -> Column:
    """Dates in days since 1970; NOTHING, or where `keep` is false, for an empty cell."""
    shown = days if keep is None else np.where(keep, days, NOTHING)
    return Column("date", {"days": shown.astype(np.int32)})


def money(fen: Ints, keep: Flags | None = None) -> Column:
    """Amounts in fen."""
    return Column("money", {"fen": fen if keep is None else np.where(keep, fen, NOTHING)})


def hundredths(parts: Ints) -> Column:
    """Quantities with two decimals, as whole hundredths."""
    return Column("hundredths", {"parts": parts})


def label(labels: Sequence[str], index: Ints | Flags) -> Column:
    """One of a few words, by position; -1 for an empty cell."""
    return Column("label", {"index": index.astype(np.int16)}, tuple(labels))


def whole(values: Ints, keep: Flags | None = None) -> Column:
    """Whole numbers, codes of digits included."""
    return Column("int", {"value": values if keep is None else np.where(keep, values, NOTHING)})


def flag(values: Flags, keep: Flags | None = None) -> Column:
    """Yes or no."""
    shown = values.astype(np.int8)
    return Column("flag", {"value": shown if keep is None else np.where(keep, shown, -1)})


def sql(text: str, **arrays: Array) -> Column:
    """Text built by SQL; the arrays stand in it in braces: `'P' || {number}`."""
    return Column("sql", arrays, text=text)


def words(values: Objects, keep: Flags | None = None) -> Column:
    """Ready texts; empty where `keep` is false."""
    shown = values
    if keep is not None:
        shown = values.copy()
        shown[~keep] = None
    return Column("object", {"text": shown})


def empty(rows: int) -> Column:
    """A column the department leaves empty."""
    return Column("int", {"value": np.full(rows, NOTHING)})
