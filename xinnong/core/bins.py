"""Features of a scorecard: bins over whole numbers and the points of each bin."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, Literal

DIMENSIONS: Final = ("assets", "liabilities", "income", "family", "standing", "character")
UNKNOWN: Final = -1

Kind = Literal["numeric", "category"]
Trend = Literal["rising", "falling", "peak", "valley", "free"]


@dataclass(frozen=True, slots=True)
class FeatureBins:
    """One feature of a card.

    Numeric: `edges` rise and `points` has one more entry than edges; bin i holds
    edges[i-1] <= value < edges[i]. Category: `codes` and `points` go together, `other_points` is
    for any code not listed. `unknown_points` stands for None; `first_borrower_points`, where set,
    takes its place for a household that never borrowed. `unit` says what one stands for: fen,
    mu_hundredths, mu_year_hundredths, share_hundredths, score_hundredths, percent, count, month,
    year, day, code or yes_no.
    """

    name: str
    dimension: str
    unit: str
    kind: Kind
    trend: Trend
    edges: tuple[int, ...]
    codes: tuple[int, ...]
    points: tuple[int, ...]
    other_points: int | None
    unknown_points: int
    first_borrower_points: int | None

    @property
    def all_points(self) -> tuple[int, ...]:
        """The points of every bin: the ordered ones, other, unknown, first borrower."""
        special = (self.other_points, self.unknown_points, self.first_borrower_points)
        return self.points + tuple(points for points in special if points is not None)

    @property
    def best_points(self) -> int:
        """The most this feature can give."""
        return max(self.all_points)

    @property
    def bin_indexes(self) -> range:
        """Every bin: -1 unknown, then the ordered ones, then other (for categories)."""
        return range(UNKNOWN, len(self.points) + (self.kind == "category"))

    def bin_of(self, value: int | None) -> int:
        """Answer the bin of a value: UNKNOWN (-1) for None, len(codes) for a code not listed."""
        if value is None:
            return UNKNOWN
        if self.kind == "numeric":
            return bisect_right(self.edges, value)
        return self.codes.index(value) if value in self.codes else len(self.codes)

    def points_of(self, bin_index: int, *, first_borrower: bool = False) -> int:
        """Answer the points of a bin; `first_borrower` matters for the unknown bin alone."""
        if bin_index == UNKNOWN:
            first = self.first_borrower_points
            return first if first_borrower and first is not None else self.unknown_points
        if bin_index == len(self.points):
            assert self.other_points is not None, self.name
            return self.other_points
        return self.points[bin_index]
