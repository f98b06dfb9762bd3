"""The slow, obvious way to score: what the fast way must equal."""

from __future__ import annotations

from collections.abc import Mapping

from xinnong.core.bins import DIMENSIONS, FeatureBins
from xinnong.core.scorecard import Scorecard


def points_of(feature: FeatureBins, value: int | None, *, first_borrower: bool) -> int:
    if value is None:
        special = feature.first_borrower_points if first_borrower else None
        return feature.unknown_points if special is None else special
    if feature.kind == "category":
        for code, points in zip(feature.codes, feature.points, strict=True):
            if value == code:
                return points
        assert feature.other_points is not None
        return feature.other_points
    reached = 0
    for position, edge in enumerate(feature.edges):
        if value >= edge:
            reached = position + 1
    return feature.points[reached]


def score(
    card: Scorecard, values: Mapping[str, int | None], *, first_borrower: bool
) -> tuple[int, str, tuple[int, ...], dict[str, int], list[tuple[str, int]]]:
    """Points, grade, points by feature, by dimension, and the four worst (feature, lost)."""
    gained = {
        feature: points_of(feature, values[feature.name], first_borrower=first_borrower)
        for feature in card.features
    }
    total = card.base_points + sum(gained.values())
    reached = [grade for grade, least in card.grades if total >= least]
    by_dimension = {
        name: sum(points for feature, points in gained.items() if feature.dimension == name)
        for name in DIMENSIONS
    }
    lost = [
        (points - feature.best_points, values[feature.name] is None, place, feature.name)
        for place, (feature, points) in enumerate(gained.items())
        if points < feature.best_points
    ]
    worst = [(name, -less) for less, _unknown, _place, name in sorted(lost)[:4]]
    grade = reached[0] if reached else "C"
    return total, grade, tuple(gained.values()), by_dimension, worst
