"""Figures of an area and of the areas inside it, from summary tables only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xinnong.credit.models import LineKind
from xinnong.insight.models import AreaSummary, GradeCount, LineBand
from xinnong.profiles.models import SourceCompleteness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xinnong.registry.models import Run

GRADES = ("AAA", "AA", "A", "B", "C")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one area shows for one kind of line; money in fen."""

    area: str
    kind: str
    households: int
    lined: int
    line_sum_minor: int
    points_sum: int
    scored: int
    first_borrowers: int

    @property
    def unlined(self) -> int:
        """Return the households without a line."""
        return self.households - self.lined


def figures_of(run: Run, areas: Iterable[str]) -> dict[tuple[str, str], Figures]:
    """Return figures by (area, kind), for the lender rows this reader may see.

    The county service sees every household once (no lender); a lender sees its own lines.
    """
    rows = AreaSummary.objects.filter(run=run, area__in=list(areas)).order_by("lender")
    found: dict[tuple[str, str], Figures] = {}
    for row in rows:
        found.setdefault((row.area, row.kind), _figures(row))
    return found


def grades_of(run: Run, areas: Sequence[str], kind: str) -> Mapping[str, dict[str, int]]:
    """Return households by area and grade, every grade named."""
    counts = {area: dict.fromkeys(GRADES, 0) for area in areas}
    rows = GradeCount.objects.filter(run=run, area__in=list(areas), kind=kind).order_by("lender")
    chosen: dict[str, str] = {}
    for row in rows:
        if chosen.setdefault(row.area, row.lender) == row.lender and row.grade in GRADES:
            counts[row.area][row.grade] += row.households
    return counts


def bands_of(
    run: Run, areas: Sequence[str], kind: str
) -> tuple[list[tuple[int, int | None]], Mapping[str, dict[str, int]]]:
    """Return the bands in order and households by area and band (named by its floor in fen)."""
    rows = list(
        LineBand.objects.filter(run=run, area__in=list(areas), kind=kind).order_by("lender")
    )
    bands = sorted({(row.floor_minor, row.ceiling_minor) for row in rows}, key=lambda b: b[0])
    counts = {area: {str(floor): 0 for floor, _top in bands} for area in areas}
    chosen: dict[str, str] = {}
    for row in rows:
        if chosen.setdefault(row.area, row.lender) == row.lender:
            counts[row.area][str(row.floor_minor)] += row.households
    return bands, counts


def completeness_of(run: Run) -> list[SourceCompleteness]:
    """Return how many households each data class reaches."""
    return list(SourceCompleteness.objects.filter(run=run).order_by("source_class"))


def kinds() -> tuple[str, str]:
    """Return both kinds of line: they are always reported side by side."""
    return (LineKind.PRE.value, LineKind.GRANTED.value)


def _figures(row: AreaSummary) -> Figures:
    return Figures(
        row.area,
        row.kind,
        row.households,
        row.lined_households,
        row.line_sum_minor,
        row.points_sum,
        row.scored_households,
        row.first_borrowers,
    )
