"""Small cells: counts under ten are hidden, and nothing shown beside them lets one be worked out.

A hidden cell in a row or column whose total is known could be found by subtraction, so a second
cell of the same row and column is hidden with it, the smallest that is left. How many households
an area has is published by every county and is not hidden; what they are is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST = 10


def hidden_cells(
    counts: Mapping[str, Mapping[str, int]], *, least: int = LEAST
) -> frozenset[tuple[str, str]]:
    """Return the (row, column) pairs to hide in a table whose row and column totals are known.

    Every row must name the same columns. A zero is shown as zero: nobody is in it. Cells of one
    row or column are hidden in twos until no single one is left; a row or column that has nothing
    else to hide loses its zero cells as well.
    """
    hidden = {
        (row, column)
        for row, cells in counts.items()
        for column, number in cells.items()
        if 0 < number < least
    }
    while partner := _next_partner(counts, hidden):
        hidden.add(partner)
    return frozenset(hidden)


def _next_partner(
    counts: Mapping[str, Mapping[str, int]], hidden: set[tuple[str, str]]
) -> tuple[str, str] | None:
    for line in _lines(counts):
        inside = [cell for cell in line if cell in hidden]
        open_cells = [cell for cell in line if cell not in hidden]
        if len(inside) == 1 and open_cells:
            return min(open_cells, key=lambda cell: _cost(counts, cell))
    return None


def _cost(counts: Mapping[str, Mapping[str, int]], cell: tuple[str, str]) -> tuple[bool, int]:
    """Prefer the smallest count that is not zero."""
    number = counts[cell[0]][cell[1]]
    return (number == 0, number)


def _lines(counts: Mapping[str, Mapping[str, int]]) -> list[Sequence[tuple[str, str]]]:
    """Return every row and every column as a list of its cells."""
    rows = list(counts)
    columns = list(next(iter(counts.values()), {}))
    across: list[Sequence[tuple[str, str]]] = [[(r, c) for c in columns] for r in rows]
    down: list[Sequence[tuple[str, str]]] = [[(r, c) for r in rows] for c in columns]
    return across + (down if len(rows) > 1 else [])
