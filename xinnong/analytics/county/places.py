"""Where the households of one generated county live, and how it is cut into parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xinnong.analytics.county.areas import AreaRow, areas
from xinnong.analytics.county.randomness import Floats, Ints, skewed, stream

HOUSEHOLDS_PER_VILLAGE: Final = 40  # while the county is small; later villages grow
HOUSEHOLDS_PER_PART: Final = 20_000
VILLAGE_SPREAD: Final = 0.45
STREET_SHARE: Final = 0.8  # villages of street offices hold fewer farm households
TERRAINS: Final = ("plain", "coast", "hill", "island")


@dataclass(frozen=True, slots=True)
class Places:
    """The villages in use: code, terrain, households, and successors of retired codes."""

    codes: Ints  # 12 digits as a number
    terrain: Ints  # index into TERRAINS
    street: Ints  # 1 for a village of a street office
    households: Ints
    retired: dict[int, tuple[int, ...]]  # living code -> its retired codes


@dataclass(frozen=True, slots=True)
class Part:
    """A run of villages made in one go, so that memory stays bounded."""

    number: int
    count: int
    villages: Ints  # positions in Places
    first_household: int  # number of the first household, from 1


def lay_out(households: int, seed: int) -> Places:
    """Choose villages in every town and share the households out among them."""
    chosen = _choose(_living(), households)
    rng = stream(seed, "places")
    street = np.array([int(row.code12[6] == "0") for row in chosen])
    weights = skewed(rng, 1.0, VILLAGE_SPREAD, len(chosen)) * np.where(street, STREET_SHARE, 1.1)
    return Places(
        codes=np.array([int(row.code12) for row in chosen]),
        terrain=np.array([TERRAINS.index(row.terrain) for row in chosen]),
        street=street,
        households=_share_out(households, weights),
        retired=_retired(),
    )


def parts(places: Places) -> tuple[Part, ...]:
    """Cut the county into runs of villages of at most HOUSEHOLDS_PER_PART or so."""
    before = np.cumsum(places.households) - places.households
    total = int(places.households.sum())
    count = max(1, -(-total // HOUSEHOLDS_PER_PART))
    number = np.minimum(before * count // total, count - 1)
    return tuple(
        Part(part, count, rows, int(before[rows[0]]) + 1)
        for part in range(count)
        if len(rows := np.flatnonzero(number == part))
    )


def _living() -> list[AreaRow]:
    return [row for row in areas() if row.level == "village" and row.retired_to is None]


def _retired() -> dict[int, tuple[int, ...]]:
    successors: dict[int, tuple[int, ...]] = {}
    for row in areas():
        if row.retired_to:
            key = int(row.retired_to)
            successors[key] = (*successors.get(key, ()), int(row.code12))
    return successors


def _choose(living: list[AreaRow], households: int) -> list[AreaRow]:
    """Take villages town by town in turns, so that a small county has every town."""
    turn: dict[str, int] = {}
    order = []
    for row in living:
        turn[row.parent or ""] = turn.get(row.parent or "", -1) + 1
        order.append((turn[row.parent or ""], row.code12, row))
    wanted = min(len(living), max(1, households // HOUSEHOLDS_PER_VILLAGE))
    return sorted((row for _, _, row in sorted(order)[:wanted]), key=lambda row: row.code12)


def _share_out(total: int, weights: Floats) -> Ints:
    """Split `total` by largest remainder, at least one household per village."""
    spare = total - len(weights)
    exact = weights / weights.sum() * spare
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: spare - int(whole.sum())]] += 1
    return np.asarray(whole + 1, dtype=np.int64)
