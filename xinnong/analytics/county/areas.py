"""The fixed area list and map of the demo county.

The county, its towns and its villages are invented; the county code 339981 is
assigned to no place. A real county imports its own list instead.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, cast

COUNTY_CODE: Final = "339981000000"

Level = Literal["county", "town", "village"]
Terrain = Literal["plain", "coast", "hill", "island", ""]
Ring = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area: a 12-digit code, its parent and, if retired, its successor."""

    code12: str
    level: Level
    parent: str | None
    name_zh: str
    name_en: str
    retired_to: str | None
    terrain: Terrain


@dataclass(frozen=True, slots=True)
class TownShape:
    """One town on the map: closed rings in the view box 0 0 1000 800."""

    code12: str
    label: tuple[int, int]
    rings: tuple[Ring, ...]


@cache
def areas() -> tuple[AreaRow, ...]:
    """Return county, towns and villages in file order, retired villages included."""
    text = _data("areas.csv")
    return tuple(_area(row) for row in csv.DictReader(text.splitlines()))


@cache
def town_shapes() -> tuple[TownShape, ...]:
    """Return the outline of each town; neighbours share their border points."""
    return tuple(_shape(entry) for entry in json.loads(_data("towns.json"))["towns"])


def _data(name: str) -> str:
    return files(__package__).joinpath("data", name).read_text(encoding="utf-8")


def _area(row: dict[str, str]) -> AreaRow:
    return AreaRow(
        code12=row["code"],
        level=cast("Level", row["level"]),
        parent=row["parent"] or None,
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        retired_to=row["retired_to"] or None,
        terrain=cast("Terrain", row["terrain"]),
    )


def _shape(entry: dict[str, Any]) -> TownShape:
    x, y = entry["label"]
    rings = tuple(tuple((int(a), int(b)) for a, b in ring) for ring in entry["polygons"])
    return TownShape(code12=entry["code"], label=(x, y), rings=rings)
