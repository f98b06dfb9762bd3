"""A schedule as others read it: one JSON object, or a table a banker reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from xinnong.core.money import yuan
from xinnong.core.schedule.schedule import Row, Schedule, Totals
from xinnong.core.schedule.terms_file import terms_document

AMOUNTS: Final = ("principal", "interest", "fee", "penalty", "total")
HEADS: Final = ("n", "due", "days", *AMOUNTS, "balance after")


def schedule_document(schedule: Schedule) -> dict[str, object]:
    """Rows, totals, normalised terms and conventions; money as yuan text, days as ISO dates."""
    return {
        "rows": [_row(row) for row in schedule.rows],
        "totals": _amounts(schedule.totals),
        "terms": terms_document(schedule.terms),
        "conventions": list(schedule.conventions),
    }


def _row(row: Row) -> dict[str, object]:
    return {
        "n": row.n,
        "due": row.due.isoformat(),
        "days": row.days,
        **_amounts(row),
        "balance_after": yuan(row.balance_after_minor),
    }


def _amounts(of: Row | Totals) -> dict[str, str]:
    return {name: yuan(getattr(of, f"{name}_minor")) for name in AMOUNTS}


def schedule_table(schedule: Schedule) -> str:
    """The rows as aligned columns with a line of totals under them."""
    cells = [HEADS, *(_cells(row) for row in schedule.rows), _totals(schedule.totals)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rule = "  ".join("-" * width for width in widths)
    lines = [_line(row, widths) for row in cells]
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]]) + "\n"


def _cells(row: Row) -> Sequence[str]:
    amounts = (grouped(amount) for amount in _amounts(row).values())
    balance = grouped(yuan(row.balance_after_minor))
    return (str(row.n), row.due.isoformat(), str(row.days), *amounts, balance)


def _totals(totals: Totals) -> Sequence[str]:
    amounts = (grouped(amount) for amount in _amounts(totals).values())
    return ("", "total", str(totals.days), *amounts, "")


def grouped(amount: str) -> str:
    """An amount in yuan with its thousands set apart."""
    whole, fen = amount.split(".")
    return f"{int(whole):,}.{fen}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(_aligned(row, widths)).rstrip()


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    return (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
