"""Six axes: the household against its village and its town."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.web.tables import Table

WIDTH = 460
HEIGHT = 350
CENTRE = (WIDTH // 2, HEIGHT // 2)
RADIUS = 122
LABEL_RADIUS = 140
RINGS = (25, 50, 75, 100)
SIDEWAYS = 20
LINE_HEIGHT = 19


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension; `village` and `town` are medians, None where too few households."""

    label: str
    maximum: int
    own: int
    village: int | None
    town: int | None


@dataclass(frozen=True, slots=True)
class Label:
    """A dimension's name with the points below it."""

    x: int
    y: int
    anchor: str
    name: str
    points: str


@dataclass(frozen=True, slots=True)
class Series:
    """One closed outline; the class decides its line, so that it prints in grey too."""

    css: str
    label: str
    points: str


@dataclass(frozen=True, slots=True)
class Radar:
    """A finished radar chart."""

    ident: str
    title: str
    description: str
    rings: tuple[str, ...]
    spokes: tuple[tuple[int, int], ...]
    labels: tuple[Label, ...]
    series: tuple[Series, ...]
    dots: tuple[tuple[int, int], ...]
    table: Table
    view_box: str = f"0 0 {WIDTH} {HEIGHT}"
    centre: tuple[int, int] = CENTRE


def radar(
    axes: Sequence[Axis],
    *,
    ident: str,
    title: str,
    description: str,
    names: tuple[str, str, str],
    table: Table,
) -> Radar:
    """Draw the axes clockwise from the top; `names` are the household, the village, the town."""
    shares = {
        "own": [_share(axis.own, axis) for axis in axes],
        "village": [_share(axis.village, axis) for axis in axes],
        "town": [_share(axis.town, axis) for axis in axes],
    }
    series = tuple(
        Series(css, name, _outline(shares[css]))
        for css, name in zip(shares, names, strict=True)
        if None not in shares[css]
    )
    return Radar(
        ident=ident,
        title=title,
        description=description,
        rings=tuple(_outline([ring] * len(axes)) for ring in RINGS),
        spokes=tuple(_point(at, len(axes), RADIUS) for at in range(len(axes))),
        labels=tuple(_label(at, len(axes), axis) for at, axis in enumerate(axes)),
        series=series,
        dots=tuple(_places(shares["own"])),
        table=table,
    )


def _share(points: int | None, axis: Axis) -> int | None:
    if points is None:
        return None
    return max(0, min(100, points * 100 // axis.maximum))


def _outline(shares: Sequence[int | None]) -> str:
    return " ".join(f"{x},{y}" for x, y in _places(shares))


def _places(shares: Sequence[int | None]) -> list[tuple[int, int]]:
    return [
        _point(at, len(shares), RADIUS * (share or 0) // 100) for at, share in enumerate(shares)
    ]


def _point(at: int, of: int, radius: int) -> tuple[int, int]:
    angle = 2 * math.pi * at / of - math.pi / 2
    return (
        CENTRE[0] + round(radius * math.cos(angle)),
        CENTRE[1] + round(radius * math.sin(angle)),
    )


def _label(at: int, of: int, axis: Axis) -> Label:
    x, y = _point(at, of, LABEL_RADIUS)
    anchor = "middle" if abs(x - CENTRE[0]) < SIDEWAYS else "start" if x > CENTRE[0] else "end"
    return Label(x, y + _drop(y), anchor, axis.label, f"{axis.own}/{axis.maximum}")


def _drop(y: int) -> int:
    """Two lines of text stand above the top axis, below the bottom one, beside the others."""
    if y < CENTRE[1] - RADIUS:
        return -LINE_HEIGHT
    return LINE_HEIGHT // 2 if y > CENTRE[1] + RADIUS else 0
