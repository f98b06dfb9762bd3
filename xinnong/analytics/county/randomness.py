"""Independent, repeatable streams of random numbers, and draws used everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Decimals = NDArray[np.floating]
Objects = NDArray[np.object_]
Random = np.random.Generator


def stream(seed: int, *path: int | str) -> Random:
    """Return the generator of one named purpose; other purposes never disturb it."""
    words = [part if isinstance(part, int) else crc32(part.encode()) for part in path]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def chance(rng: Random, share: float | Decimals, count: int) -> Flags:
    """Return `count` independent flags, each true with probability `share`."""
    return rng.random(count) < share


def pick(rng: Random, weights: Sequence[float] | Decimals, count: int) -> Ints:
    """Return `count` indices drawn with the given weights (they need not sum to 1)."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
    return np.asarray(np.minimum(drawn, len(edges) - 1), dtype=np.int64)


def pick_rows(rng: Random, weights: Decimals) -> Ints:
    """Return one column index per row, drawn with that row's weights."""
    edges = np.cumsum(weights, axis=1)
    point = rng.random(len(weights))[:, None] * edges[:, -1:]
    passed = (edges <= point).sum(axis=1)
    return np.asarray(np.minimum(passed, weights.shape[1] - 1), dtype=np.int64)


def bell(rng: Random, mean: float | Floats | Ints, spread: float, count: int) -> Floats:
    """Return normal draws around `mean`."""
    return np.asarray(mean + spread * rng.standard_normal(count), dtype=np.float64)


def skewed(rng: Random, median: float | Floats, spread: float, count: int) -> Floats:
    """Return log-normal draws with the given median; `spread` is sigma of the logarithm."""
    return np.asarray(median * np.exp(spread * rng.standard_normal(count)), dtype=np.float64)


def rank_within(keys: Ints) -> Ints:
    """Return for each element how many equal elements stand before it."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]] if len(keys) else np.zeros(0, bool)
    starts = np.flatnonzero(first)
    within = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = within
    return ranks
