"""Pictures of a case as plain geometry: numbers tied to devices and people, and villages side by side.

Templates draw them as SVG; every picture has the same facts in a table beside it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xinnong.guard.models import FeedEvent

STEP: Final = 22
TOP: Final = 20
LEFT: Final = 90
RIGHT: Final = 410
WIDTH: Final = 500
MOST_NODES: Final = 40
SHORT: Final = 6
TILE: Final = 120
TILES_A_ROW: Final = 4
LARGEST: Final = 40
SMALLEST: Final = 6
MOST_VILLAGES: Final = 16


@dataclass(frozen=True, slots=True)
class Node:
    """A number on the left, a device or a person on the right."""

    label: str
    x: int
    y: int
    css: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Seen together in so many events."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Graph:
    """Which numbers were seen with which devices and people."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int
    height: int
    hidden: int


@dataclass(frozen=True, slots=True)
class VillageDot:
    """A village with its share of the numbers, as a circle."""

    label: str
    count: int
    x: int
    y: int
    radius: int

    @property
    def label_y(self) -> int:
        """Where the name stands, below the largest circle."""
        return self.y + LARGEST + 14


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """Villages side by side; the order is that of their codes, so neighbours of a town stand together."""

    dots: tuple[VillageDot, ...]
    width: int
    height: int


def short(mark: str | None) -> str:
    """The first letters of a mark, enough to tell it from its neighbours."""
    return mark[:SHORT] if mark else "—"


def case_graph(events: Iterable[FeedEvent]) -> Graph:
    """The ties between numbers and what they were seen with, the busiest first."""
    ties: Counter[tuple[str, str, str]] = Counter()
    for event in events:
        for css, mark in (("device", event.device_mark), ("agent", event.agent_mark)):
            if event.phone_mark and mark:
                ties[event.phone_mark, css, mark] += 1
    phones = [mark for (mark,) in _busiest(((phone,), n) for (phone, _c, _m), n in ties.items())]
    others = _busiest(((css, mark), n) for (_p, css, mark), n in ties.items())
    left = {mark: TOP + place * STEP for place, mark in enumerate(phones[:MOST_NODES])}
    right = {key: TOP + place * STEP for place, key in enumerate(others[:MOST_NODES])}
    nodes = [Node(short(mark), LEFT, y, "phone") for mark, y in left.items()]
    nodes += [Node(short(key[1]), RIGHT, y, key[0]) for key, y in right.items()]
    edges = [
        Edge(LEFT, left[phone], RIGHT, right[css, mark])
        for phone, css, mark in ties
        if phone in left and (css, mark) in right
    ]
    height = TOP * 2 + STEP * max(len(left), len(right), 1)
    hidden = len(phones) + len(others) - len(left) - len(right)
    return Graph(tuple(nodes), tuple(edges), WIDTH, height, hidden)


def village_plan(counts: Sequence[tuple[str, int]]) -> VillagePlan:
    """Circles whose areas follow the counts; `counts` are names in the order of their codes."""
    shown = list(counts[:MOST_VILLAGES])
    most = max((count for _name, count in shown), default=1)
    left = (TILES_A_ROW - min(len(shown), TILES_A_ROW)) * TILE // 2 + TILE // 2
    dots = tuple(
        VillageDot(
            name, count, left + place % TILES_A_ROW * TILE,
            TILE // 2 + place // TILES_A_ROW * (TILE + 10), _radius(count, most),
        )
        for place, (name, count) in enumerate(shown)
    )  # fmt: skip
    rows = max(1, -(-len(shown) // TILES_A_ROW))
    return VillagePlan(dots, TILES_A_ROW * TILE, rows * (TILE + 10))


def _radius(count: int, most: int) -> int:
    """The square root of the share, in whole steps."""
    radius = SMALLEST
    while radius < LARGEST and (radius + 1) ** 2 * most <= LARGEST**2 * count:
        radius += 1
    return radius


def _busiest(pairs: Iterable[tuple[tuple[str, ...], int]]) -> list[tuple[str, ...]]:
    counter: Counter[tuple[str, ...]] = Counter()
    for key, count in pairs:
        counter[key] += count
    return [key for key, _count in sorted(counter.items(), key=lambda each: (-each[1], each[0]))]
