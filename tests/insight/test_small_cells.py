"""No count under ten can be read or worked out from a table whose totals are known."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from xinnong.insight.suppression import LEAST, hidden_cells

Table = dict[str, dict[str, int]]
COUNTS = st.integers(0, 40) | st.integers(0, 12)


@st.composite
def tables(draw: st.DrawFn, most_rows: int = 5, most_columns: int = 4) -> Table:
    rows = draw(st.integers(1, most_rows))
    columns = draw(st.integers(1, most_columns))
    return {f"r{r}": {f"c{c}": draw(COUNTS) for c in range(columns)} for r in range(rows)}


def lines_of(table: Table) -> list[list[tuple[str, str]]]:
    """Rows, and columns where there are several rows."""
    columns = list(next(iter(table.values())))
    across = [[(row, column) for column in columns] for row in table]
    down = [[(row, column) for row in table] for column in columns] if len(table) > 1 else []
    return across + down


@given(tables())
def test_every_small_count_is_hidden(table: Table) -> None:
    hidden = hidden_cells(table)
    for row, cells in table.items():
        for column, number in cells.items():
            assert (row, column) in hidden or not 0 < number < LEAST


@given(tables())
def test_no_hidden_cell_is_left_alone_in_a_row_or_column(table: Table) -> None:
    hidden = hidden_cells(table)
    for line in lines_of(table):
        inside = [cell for cell in line if cell in hidden]
        assert len(inside) != 1 or len(line) == 1


@given(tables())
def test_nothing_is_hidden_where_nothing_is_small(table: Table) -> None:
    if all(number == 0 or number >= LEAST for row in table.values() for number in row.values()):
        assert hidden_cells(table) == frozenset()


@settings(max_examples=60, deadline=None)
@given(tables(most_rows=1, most_columns=4))
def test_another_table_would_look_the_same(table: Table) -> None:
    """For one row with its total known, a hidden small count is never the only one possible."""
    hidden = sorted(hidden_cells(table))
    if len(hidden) < 2:
        return
    total = sum(table[row][column] for row, column in hidden)
    fits = [
        guess for guess in product(range(total + 1), repeat=len(hidden) - 1) if sum(guess) <= total
    ]
    for place, (row, column) in enumerate(hidden[:-1]):
        if 0 < table[row][column] < LEAST:
            assert len({guess[place] for guess in fits}) > 1
