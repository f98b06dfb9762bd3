"""Everything a household page shows, read inside one scoped transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from xinnong.core.bins import DIMENSIONS
from xinnong.core.scorecard import Scorecard
from xinnong.core.scorecard_file import load_card
from xinnong.credit.models import Line, LineKind
from xinnong.profiles.models import Basis, DimensionMedian, Profile
from xinnong.registry.models import Household, Person, Run
from xinnong.scoring.models import Score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from xinnong.core.reasons import Reason

HOUSEHOLD_REF = re.compile(r"H[0-9]{13}")
BASIS_ORDER = (Basis.GRANTED, Basis.BASE, Basis.PRE)
RUNS_SHOWN = 12
TOWN_DIGITS = 9
LEAST_HOUSEHOLDS = 10
CARDS_KEPT = 8


@dataclass(frozen=True)
class Result:
    """Score and profile of a household on one basis, with the card that scored it."""

    score: Score
    profile: Profile
    card: Scorecard

    @property
    def basis(self) -> str:
        """Return pre, base or granted."""
        return self.score.basis

    @property
    def lender(self) -> str:
        """Return the lender's code of a granted result."""
        return self.score.lender

    def points_of(self, dimension: str) -> int:
        """Return the points of a dimension."""
        points: int = getattr(self.score, f"{dimension}_points")
        return points

    def value_of(self, feature: str) -> int | None:
        """Return a feature's value, None where unknown."""
        value: int | None = getattr(self.profile, feature)
        return value

    def reasons(self) -> tuple[Reason, ...]:
        """Return what cost most, best reason first, as the card's own scorer says."""
        values = {name: self.value_of(name) for name in self.card.names}
        return self.card.scorer(values, first_borrower=self.score.first_borrower).reasons


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One feature of a dimension: its value and what it gave of what it can give."""

    feature: str
    value: int | None
    points: int
    best_points: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in a household's history."""

    run: Run
    basis: str
    lender: str
    points: int
    grade: str
    line_minor: int | None


def household_by_ref(ref: str) -> Household | None:
    """Return a household the reader may know of; None for a text that cannot name one."""
    if not HOUSEHOLD_REF.fullmatch(ref):
        return None
    return Household.objects.filter(ref=ref).first()


def households_by_refs(refs: Sequence[str]) -> list[Household]:
    """Return the households of these numbers that the reader may know of, in the order given."""
    found = Household.objects.in_bulk(refs, field_name="ref")
    return [found[ref] for ref in refs if ref in found]


def members_of(household: Household) -> QuerySet[Person]:
    """Return the people of a household, head first, then the eldest."""
    people = Person.objects.filter(household=household).select_related("identity")
    return people.order_by("-is_head", "birth", "id")


def results_of(household: Household, run: Run) -> list[Result]:
    """Return every result the reader may see, the fullest first."""
    scores = Score.objects.filter(run=run, household=household).select_related("scorecard")
    profiles = {
        (p.basis, p.lender): p for p in Profile.objects.filter(run=run, household=household)
    }
    found = [
        Result(score, profiles[score.basis, score.lender], _card(score))
        for score in scores
        if (score.basis, score.lender) in profiles
    ]
    return sorted(found, key=lambda r: (BASIS_ORDER.index(Basis(r.basis)), r.lender))


def lines_of(household: Household, run: Run) -> list[Line]:
    """Return pre and granted lines the reader may see, granted first."""
    lines = Line.objects.filter(run=run, household=household).select_related("policy")
    return sorted(lines, key=lambda line: (line.kind != LineKind.GRANTED, line.lender))


def features_of(result: Result, dimension: str) -> list[FeatureRow]:
    """Return the features of a dimension in card order with their points."""
    return [
        FeatureRow(bins.name, result.value_of(bins.name), points, bins.best_points)
        for bins, points in zip(result.card.features, result.score.points_by_feature, strict=True)
        if bins.dimension == dimension
    ]


def medians_of(household: Household, run: Run, basis: str) -> dict[str, Mapping[str, int]]:
    """Return median points by dimension for `village` and `town`, without small groups.

    Medians are kept for the county's own bases only, so that no lender's book can be read from
    them: a granted result is compared with the base ones.
    """
    compared = Basis.PRE if basis == Basis.PRE else Basis.BASE
    areas = {household.area12: "village", household.area12[:TOWN_DIGITS]: "town"}
    rows = DimensionMedian.objects.filter(
        run=run, area__in=list(areas), basis=compared, households__gte=LEAST_HOUSEHOLDS
    )
    found: dict[str, dict[str, int]] = {"village": {}, "town": {}}
    for row in rows:
        found[areas[row.area]][row.dimension] = row.median_points
    return dict(found)


def history_of(household: Household) -> list[RunRow]:
    """Return what earlier runs said, newest first."""
    scores = (
        Score.objects.filter(household=household)
        .select_related("run")
        .order_by("-run__known_at", "-run_id", "basis", "lender")
    )
    kinds = {Basis.PRE: LineKind.PRE, Basis.GRANTED: LineKind.GRANTED, Basis.BASE: ""}
    amounts = {
        (line.run_id, line.kind, line.lender): line.line_minor
        for line in Line.objects.filter(household=household)
    }
    return [
        RunRow(
            score.run,
            score.basis,
            score.lender,
            score.points,
            score.grade,
            amounts.get((score.run_id, str(kinds[Basis(score.basis)]), score.lender)),
        )
        for score in scores[: RUNS_SHOWN * len(DIMENSIONS)]
    ][:RUNS_SHOWN]


def own_history_of(household: Household) -> list[RunRow]:
    """Return one row a run as the family reads it, newest first.

    Of several results it is the one with the largest granted line, without one the fullest, and
    among lenders the one that may know most. A pre-approved figure is internal and no promise, so
    it is not among the lines; None stands for no granted line.
    """
    granted = Line.objects.filter(household=household, kind=LineKind.GRANTED)
    lines = {(line.run_id, line.lender): line.line_minor for line in granted}
    profiles = Profile.objects.filter(household=household)
    known = {
        tuple(key): features
        for *key, features in profiles.values_list("run_id", "basis", "lender", "known_features")
    }

    def rank(score: Score) -> tuple[int, int, int, str]:
        line = lines.get((score.run_id, score.lender), 0)  # only a granted result has a lender
        order = BASIS_ORDER.index(Basis(score.basis))
        return -line, order, -known.get((score.run_id, score.basis, score.lender), 0), score.lender

    best: dict[int, Score] = {}
    for score in sorted(Score.objects.filter(household=household).select_related("run"), key=rank):
        best.setdefault(score.run_id, score)
    rows = [
        RunRow(s.run, s.basis, s.lender, s.points, s.grade, lines.get((s.run_id, s.lender)))
        for s in best.values()
    ]
    return sorted(rows, key=lambda row: (row.run.known_at, row.run.pk), reverse=True)[:RUNS_SHOWN]


def _card(score: Score) -> Scorecard:
    return _parsed(bytes(score.scorecard.document), score.scorecard.sha256)


@lru_cache(maxsize=CARDS_KEPT)
def _parsed(document: bytes, sha256: str) -> Scorecard:
    return load_card(document, sha256=sha256)


def own_household(person_ref: UUID | None) -> Household | None:
    """Return the household of the person behind a farmer's sign-in."""
    person = own_person(person_ref)
    return person.household if person else None


def own_person(person_ref: UUID | None) -> Person | None:
    """Return the person behind a farmer's sign-in."""
    if person_ref is None:
        return None
    return Person.objects.filter(ref=person_ref).select_related("household").first()
