"""Why a household lost points and what would change it, worked out once per bin of a card."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from xinnong.core.bins import UNKNOWN, FeatureBins

REASONS_SHOWN: Final = 4

Direction = Literal["at_least", "below", "is", "known", "best"]


class Reason(NamedTuple):
    """Why points were lost, and what would change it.

    `lost_points` is the distance to the feature's best bin. `next_edge` with `direction` names
    the nearest better bin (at_least, below, or is for a code) and `gain_points` what it adds. For
    an unknown value (bin -1) the direction is known and the gain the most that knowing could add.
    `best` means that no bin with a value is better.
    """

    feature: str
    lost_points: int
    code: str
    bin_index: int
    direction: Direction
    next_edge: int | None
    gain_points: int


class Cell(NamedTuple):
    """One bin of one feature, ready to score: points, rank among reasons, and the reason.

    A higher rank is a better reason. Where points are lost the rank is positive and belongs to
    this cell alone in the card; where nothing is lost it is 0. So every engine picks the same
    reasons by sorting whole numbers.
    """

    feature_index: int
    bin_index: int
    first_borrower: bool
    points: int
    rank: int
    reason: Reason | None


def reason_code(feature: str, bin_index: int) -> str:
    """Name a reason: reason.<feature>, or reason.<feature>.unknown for the unknown bin."""
    return f"reason.{feature}.unknown" if bin_index == UNKNOWN else f"reason.{feature}"


def cells_of(features: tuple[FeatureBins, ...]) -> tuple[Cell, ...]:
    """List every cell of a card: per feature, per bin, and both kinds of unknown."""
    slots = max(len(feature.points) for feature in features) + 3
    return tuple(
        _cell(features, index, bin_index, first=first_borrower, slots=slots)
        for index, feature in enumerate(features)
        for bin_index, first_borrower in _positions(feature)
    )


def _positions(feature: FeatureBins) -> Iterator[tuple[int, bool]]:
    for bin_index in feature.bin_indexes:
        yield bin_index, False
    yield UNKNOWN, True


def _cell(
    features: tuple[FeatureBins, ...], index: int, bin_index: int, *, first: bool, slots: int
) -> Cell:
    feature = features[index]
    points = feature.points_of(bin_index, first_borrower=first)
    lost = feature.best_points - points
    if lost == 0:
        return Cell(index, bin_index, first, points, 0, None)
    slot = slots - 1 if first else bin_index + 1
    known = bin_index != UNKNOWN
    rank = ((lost * 2 + known) * len(features) + len(features) - 1 - index) * slots + slot
    direction, edge, gain = _improvement(feature, bin_index, points)
    code = reason_code(feature.name, bin_index)
    reason = Reason(feature.name, lost, code, bin_index, direction, edge, gain)
    return Cell(index, bin_index, first, points, rank, reason)


def _improvement(
    feature: FeatureBins, bin_index: int, points: int
) -> tuple[Direction, int | None, int]:
    """Find the nearest better bin: its edge and what it adds."""
    if bin_index == UNKNOWN:
        return "known", None, max(0, max(feature.points) - points)
    better = [other for other, gives in enumerate(feature.points) if gives > points]
    if not better:
        return "best", None, 0
    if feature.kind == "category":
        target = min(better, key=lambda other: (feature.points[other], other))
        return "is", feature.codes[target], feature.points[target] - points
    target = min(better, key=lambda other: (abs(other - bin_index), other))
    gain = feature.points[target] - points
    if target > bin_index:
        return "at_least", feature.edges[target - 1], gain
    return "below", feature.edges[target], gain
