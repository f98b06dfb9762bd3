"""SQL that writes clean columns as a department writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from xinnong.analytics.contracts import Field
from xinnong.analytics.county.tables import NOTHING, Column

DateStyle = Literal["iso", "slashes", "compact", "chinese", "serial"]
FlagStyle = Literal["是否", "YN", "10"]

FEN_DIGITS: Final = 2
WAN_DIGITS: Final = 6
_DATE: Final = {
    "iso": "strftime({day}, '%Y-%m-%d')",
    "slashes": "strftime({day}, '%Y/%-m/%-d')",
    "compact": "strftime({day}, '%Y%m%d')",
    "chinese": "strftime({day}, '%Y年%-m月%-d日')",
    "serial": "CAST({days} + 25569 AS VARCHAR)",
}
_FLAG: Final = {"是否": ("否", "是"), "YN": ("N", "Y"), "10": ("0", "1")}
_DAY: Final = "(DATE '1970-01-01' + CAST({days} AS INTEGER))"


@dataclass(frozen=True, slots=True)
class Style:
    """How one file writes dates and truth values."""

    dates: DateStyle = "iso"
    flags: FlagStyle = "是否"


def clean_sql(field: Field, column: Column, style: Style) -> str:
    """Return the SQL text of a clean column; NULL for an empty cell."""
    names = {name: f'"{field.name}__{name}"' for name in column.arrays}
    if column.kind == "sql":
        return column.text.format(**names)
    first = next(iter(names.values()))
    if column.kind in ("label", "flag"):
        labels = column.labels or _FLAG[style.flags]
        return f"{list_sql(labels)}[{first} + 1]"
    if column.kind == "object":
        return first
    return f"CASE WHEN {first} = {NOTHING} THEN NULL ELSE {_filled(field, column, style)} END"


def _filled(field: Field, column: Column, style: Style) -> str:
    names = {name: f'"{field.name}__{name}"' for name in column.arrays}
    first = next(iter(names.values()))
    if column.kind == "rid":
        return f"CAST({first} AS VARCHAR) || substr('0123456789X', {names['check']} + 1, 1)"
    if column.kind == "date":
        return date_sql(first, style.dates)
    if column.kind == "int":
        return f"CAST({first} AS VARCHAR)"
    wan = field.scale == "wan"
    return fixed_sql(first, WAN_DIGITS if wan else FEN_DIGITS, trim=wan)


def date_sql(days: str, style: DateStyle) -> str:
    """Return SQL that writes `days` since 1970 in a style."""
    return _DATE[style].format(days=days, day=_DAY.format(days=days))


def fixed_sql(parts: str, digits: int, *, trim: bool) -> str:
    """Return SQL that writes whole parts with a decimal point; `trim` drops zeros at the end."""
    unit = 10**digits
    text = f"({parts} // {unit}) || '.' || lpad(CAST({parts} % {unit} AS VARCHAR), {digits}, '0')"
    return f"rtrim(rtrim({text}, '0'), '.')" if trim else f"({text})"


def list_sql(values: tuple[str, ...]) -> str:
    """Return a constant list of texts."""
    return "[" + ", ".join(text_sql(value) for value in values) + "]"


def text_sql(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
