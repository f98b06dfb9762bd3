"""Bars, columns and shares: the marks; the words and figures stay HTML beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.web.tables import Table

FULL = 1000
COLUMN_HEIGHT = 200
LEAST_WIDTH = 560
LEAST_PITCH = 84
SHARE_CLASSES = ("k0", "k1", "k2", "k3", "k4", "k5")


@dataclass(frozen=True, slots=True)
class Amount:
    """A label, its number (None where suppressed) and the number as people read it."""

    label: str
    number: int | None
    text: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart; width out of 1,000."""

    amount: Amount
    width: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars; the chart is its own data table."""

    ident: str
    title: str
    description: str
    label_heading: str
    figure_heading: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Vertical columns over bands, with the data table."""

    ident: str
    title: str
    description: str
    columns: tuple[Column, ...]
    table: Table
    view_box: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column; x, y, width, height in view box units."""

    amount: Amount
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """Return the x of the column's labels."""
        return self.x + self.width // 2

    @property
    def text_y(self) -> int:
        """Return the height of the figure above the column."""
        return self.y - 7


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole; x and width out of 1,000."""

    amount: Amount
    css: str
    x: int
    width: int
    percent: str


@dataclass(frozen=True, slots=True)
class Share:
    """One stacked bar of a whole with its legend."""

    ident: str
    title: str
    description: str
    label_heading: str
    figure_heading: str
    parts: tuple[Part, ...]


def bars(
    amounts: Sequence[Amount],
    *,
    ident: str,
    title: str,
    description: str,
    headings: tuple[str, str],
    ceiling: int | None = None,
) -> Bars:
    """Draw bars against `ceiling`, or against the largest amount."""
    top = ceiling or max((amount.number or 0 for amount in amounts), default=0) or 1
    drawn = tuple(Bar(amount, min(FULL, (amount.number or 0) * FULL // top)) for amount in amounts)
    return Bars(ident, title, description, headings[0], headings[1], drawn)


def histogram(
    amounts: Sequence[Amount],
    *,
    ident: str,
    title: str,
    description: str,
    table: Table,
) -> Histogram:
    """Draw one column for each band, with even spacing whatever the width of the band."""
    top = max((amount.number or 0 for amount in amounts), default=0) or 1
    pitch = max(LEAST_PITCH, LEAST_WIDTH // max(1, len(amounts)))
    columns = tuple(_column(at, amount, top, pitch) for at, amount in enumerate(amounts))
    box = f"0 0 {pitch * len(amounts)} {COLUMN_HEIGHT + 60}"
    return Histogram(ident, title, description, columns, table, box)


def _column(at: int, amount: Amount, top: int, pitch: int) -> Column:
    number = amount.number or 0
    height = number * COLUMN_HEIGHT // top
    height = max(height, 2) if number else 0
    return Column(
        amount, at * pitch + pitch // 8, COLUMN_HEIGHT - height + 26, pitch - pitch // 4, height
    )


def share(
    amounts: Sequence[Amount],
    *,
    ident: str,
    title: str,
    description: str,
    headings: tuple[str, str],
    percents: Sequence[str],
    shades: Sequence[str] = SHARE_CLASSES,
) -> Share:
    """Draw the parts in the order given; suppressed parts have no width."""
    whole = sum(amount.number or 0 for amount in amounts) or 1
    parts: list[Part] = []
    before = 0
    for at, (amount, percent) in enumerate(zip(amounts, percents, strict=True)):
        start = before * FULL // whole
        before += amount.number or 0
        css = shades[at % len(shades)]
        parts.append(Part(amount, css, start, before * FULL // whole - start, percent))
    return Share(ident, title, description, headings[0], headings[1], tuple(parts))
