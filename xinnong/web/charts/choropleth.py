"""The county map: one shape for each town, darker for more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xinnong.web.charts.marks import Amount
    from xinnong.web.tables import Table

SHADES = 5
DARK = ("m3", "m4")
MARGIN = 12
LABEL_MARGIN = 46


@dataclass(frozen=True, slots=True)
class Outline:
    """The border of a town in the map's view box; several rings for islands."""

    code: str
    label: tuple[int, int]
    rings: Sequence[Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Place:
    """One town as drawn."""

    amount: Amount
    css: str
    path: str
    label: tuple[int, int]

    @property
    def short_name(self) -> str:
        """Return the name without its kind where a space divides the two."""
        return self.amount.label.split(" ", maxsplit=1)[0]

    @property
    def is_dark(self) -> bool:
        """Whether the label must be light."""
        return self.css in DARK


@dataclass(frozen=True, slots=True)
class Shade:
    """One entry of the legend."""

    css: str
    label: str


@dataclass(frozen=True, slots=True)
class CountyMap:
    """A finished map with legend and data table."""

    ident: str
    title: str
    description: str
    places: tuple[Place, ...]
    legend: tuple[Shade, ...]
    table: Table
    view_box: str


def county_map(
    outlines: Sequence[Outline],
    amounts: Mapping[str, Amount],
    *,
    ident: str,
    title: str,
    description: str,
    table: Table,
    none_label: str,
    scale: Callable[[int], str],
) -> CountyMap:
    """Shade towns by fifths of their numbers; a town without a number is grey.

    `scale` writes a number for the legend.
    """
    left, top, right, bottom = _frame(outlines)
    numbers = sorted(a.number for a in amounts.values() if a.number is not None)
    places = tuple(
        Place(
            amounts[shape.code],
            _shade(amounts[shape.code].number, numbers),
            _path(shape),
            (max(left + LABEL_MARGIN, min(shape.label[0], right - LABEL_MARGIN)), shape.label[1]),
        )
        for shape in outlines
        if shape.code in amounts
    )
    legend = _legend(places, none_label, scale)
    box = f"{left} {top} {right - left} {bottom - top}"
    return CountyMap(ident, title, description, places, legend, table, box)


def _frame(outlines: Sequence[Outline]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom with a narrow margin, so that the map fills its card."""
    points = [point for shape in outlines for ring in shape.rings for point in ring]
    return (
        min(x for x, _ in points) - MARGIN,
        min(y for _, y in points) - MARGIN,
        max(x for x, _ in points) + MARGIN,
        max(y for _, y in points) + MARGIN,
    )


def _shade(number: int | None, numbers: Sequence[int]) -> str:
    if number is None:
        return "m-none"
    rank = sum(1 for other in numbers if other < number)
    return f"m{min(SHADES - 1, rank * SHADES // max(1, len(numbers)))}"


def _path(shape: Outline) -> str:
    return "".join("M" + "L".join(f"{x},{y}" for x, y in ring) + "Z" for ring in shape.rings)


def _legend(
    places: Sequence[Place], none_label: str, scale: Callable[[int], str]
) -> tuple[Shade, ...]:
    shades = []
    for step in range(SHADES):
        css = f"m{step}"
        inside = sorted(p.amount.number or 0 for p in places if p.css == css)
        if inside:
            low, high = scale(inside[0]), scale(inside[-1])
            shades.append(Shade(css, low if low == high else f"{low} – {high}"))
    if any(place.css == "m-none" for place in places):
        shades.append(Shade("m-none", none_label))
    return tuple(shades)
