"""Scorecards: what a card says, and the points of one household in microseconds.

A card gives whole points to bins of whole-numbered features. Bins of a numeric feature are
half-open [a, b); a value nobody knows has a bin of its own, which for a household that never
borrowed may be another one. Results name what cost most and what would change it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from typing import Any, ClassVar, Final, Literal, NamedTuple, Protocol

from xinnong.core.bins import DIMENSIONS, UNKNOWN, FeatureBins
from xinnong.core.errors import Refused
from xinnong.core.reasons import REASONS_SHOWN, Cell, Reason, cells_of

BELOW_GRADES: Final = "C"


class FeatureMissing(Refused):
    """The values to score leave out features of the card; `features` names all of them."""

    code: ClassVar[str] = "score.feature_missing"


class Grade(NamedTuple):
    """A grade and the points from which it is reached."""

    grade: str
    min_points: int


class Scale(NamedTuple):
    """How a trained card turns log-odds into points: score at the base odds, points to double."""

    base_score: int
    base_odds: Decimal
    points_to_double_odds: int


class ScoreResult(NamedTuple):
    """Points of one household: total, per feature in card order, per dimension, with reasons."""

    points: int
    grade: str
    by_feature: tuple[int, ...]
    by_dimension: dict[str, int]
    reasons: tuple[Reason, ...]


class Scorer(Protocol):
    """A compiled card; see `score_one`."""

    def __call__(
        self, values: Mapping[str, int | None], *, first_borrower: bool = False
    ) -> ScoreResult:
        """Score one household."""


@dataclass(frozen=True)
class Scorecard:
    """A published scorecard as its document says it; made by `scorecard_file.load_card`.

    `weights` are the most points of each dimension; features stand in the order of DIMENSIONS.
    """

    id: str
    version: str
    effective_on: date
    origin: Literal["expert", "trained"]
    title_zh: str
    title_en: str
    base_points: int
    max_points: int
    scale: Scale | None
    weights: Mapping[str, int]
    features: tuple[FeatureBins, ...]
    grades: tuple[Grade, ...]
    sha256: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Feature names in card order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every bin of every feature, for engines that score in another language."""
        return cells_of(self.features)

    @cached_property
    def scorer(self) -> Scorer:
        """The compiled form; built on first use and kept."""
        return compile_card(self)


def grade_of(grades: tuple[Grade, ...], points: int) -> str:
    """Answer the grade reached with some points, or C (no line for now)."""
    for grade, min_points in grades:
        if points >= min_points:
            return grade
    return BELOW_GRADES


def score_one(
    card: Scorecard, values: Mapping[str, int | None], *, first_borrower: bool = False
) -> ScoreResult:
    """Score one household.

    `values` holds every feature of the card as a whole number in the feature's unit, or None for
    unknown; other keys are ignored. Raises FeatureMissing when a feature is not named at all,
    because an absent name is a mistake and unknown must be said.
    """
    return card.scorer(values, first_borrower=first_borrower)


def compile_card(card: Scorecard) -> Scorer:
    """Turn a card into tuples and one closure: a bisect per feature, reasons made beforehand.

    All bins stand in one row. A feature's bins start at its own place, so that the place found by
    bisect picks points and ranks of every feature in one go.
    """
    take = itemgetter if len(card.features) > 1 else _take_one
    pick, rows = take(*card.names), [_bins_in_order(feature) for feature in card.features]
    edges = tuple(_edges(feature) for feature in card.features)
    starts = tuple(accumulate((len(row) for row in rows[:-1]), initial=0))
    unknowns = tuple(start + len(row) - 1 for start, row in zip(starts, rows, strict=True))
    tables = _table(card, rows, first_borrower=False), _table(card, rows, first_borrower=True)
    reason_of = {cell.rank: cell.reason for cell in card.cells if cell.reason is not None}
    spans, grades, base, shown = _spans(card), card.grades, card.base_points, -REASONS_SHOWN

    def score(values: Mapping[str, int | None], *, first_borrower: bool = False) -> ScoreResult:
        try:
            given = zip(edges, starts, unknowns, pick(values), strict=True)
        except KeyError:
            raise FeatureMissing(features=_missing(card, values)) from None
        taken = take(
            *[
                unknown if value is None else bisect_right(cuts, value) + start
                for cuts, start, unknown, value in given
            ]
        )
        points_at, ranks_at = tables[first_borrower]
        points = taken(points_at)
        total = base + sum(points)
        worst = sorted(taken(ranks_at))[shown:]
        reasons = tuple([reason_of[rank] for rank in reversed(worst) if rank])
        by_dimension = {name: sum(points[span]) for name, span in spans}
        return ScoreResult(total, grade_of(grades, total), points, by_dimension, reasons)

    return score


def _take_one(place: Any) -> Callable[[Any], tuple[Any]]:
    """Do for a card of one feature what itemgetter does for several: answer a tuple."""
    return lambda table: (table[place],)


def _missing(card: Scorecard, values: Mapping[str, int | None]) -> tuple[str, ...]:
    return tuple(name for name in card.names if name not in values)


Table = tuple[tuple[int, ...], tuple[int, ...]]


def _table(card: Scorecard, rows: list[tuple[int, ...]], *, first_borrower: bool) -> Table:
    """Lay out points and ranks of all bins in one row."""
    cells = {
        (cell.feature_index, cell.bin_index): cell
        for cell in card.cells
        if cell.first_borrower <= first_borrower
    }
    laid = [cells[index, bin_index] for index, row in enumerate(rows) for bin_index in row]
    return tuple(cell.points for cell in laid), tuple(cell.rank for cell in laid)


def _edges(feature: FeatureBins) -> tuple[int, ...]:
    """Answer the edges; a category's code c is the interval [c, c + 1)."""
    if feature.kind == "numeric":
        return feature.edges
    return tuple(sorted({edge for code in feature.codes for edge in (code, code + 1)}))


def _bins_in_order(feature: FeatureBins) -> tuple[int, ...]:
    """Answer the bin that each interval between the edges belongs to, and unknown last."""
    edges = _edges(feature)
    starts = (edges[0] - 1, *edges) if edges else (0,)
    return (*(feature.bin_of(start) for start in starts), UNKNOWN)


def _spans(card: Scorecard) -> tuple[tuple[str, slice], ...]:
    """Answer where each dimension's features stand in the card."""
    ranks = [DIMENSIONS.index(feature.dimension) for feature in card.features]
    return tuple(
        (name, slice(bisect_left(ranks, rank), bisect_right(ranks, rank)))
        for rank, name in enumerate(DIMENSIONS)
    )
