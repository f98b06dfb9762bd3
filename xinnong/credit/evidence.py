"""A stored score and line computed again from what is stored beside them.

The values, the card's and the policy's own bytes and the pure rules of `core` are all it takes; the
clock, the sources and today's documents play no part. So the answer for a decision of two years ago
is the same today, or a difference is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.db.models import QuerySet

from xinnong.core.bins import DIMENSIONS
from xinnong.core.scorecard_file import load_card
from xinnong.credit.archive import Archived, archived
from xinnong.credit.models import Line, PublishedPolicy
from xinnong.credit.queries import worked_line
from xinnong.profiles.models import Profile
from xinnong.scoring.models import PublishedScorecard, Score

TERMS = ("base_minor", "assets_minor", "income_minor", "elsewhere_minor", "area_minor")


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One result of a run: what was stored, and every figure that comes out differently now."""

    basis: str
    lender: str
    points: int
    grade: str
    line_minor: int | None
    differences: tuple[str, ...]


def recomputed_results(*, run_id: int, household_id: int) -> list[Recomputed]:
    """Every result of a household in a run, computed again; empty where nothing was stored."""
    scores = _stored(Score, run_id, household_id)
    profiles = {(p.basis, p.lender): p for p in _stored(Profile, run_id, household_id)}
    lines = {(line.kind, line.lender): line for line in _stored(Line, run_id, household_id)}
    return [
        _recomputed(score, profiles[key], lines.get(key))
        for score in scores
        for key in [(score.basis, score.lender)]
    ]


def _stored(model: type[Archived], run_id: int, household_id: int) -> list[Archived]:
    """Rows of the database, or of the archive once they have left it."""
    rows: QuerySet[Archived] = QuerySet(model)
    found = rows.filter(run_id=run_id, household_id=household_id).order_by("id")
    return list(found) or archived(model, run_id=run_id, household_id=household_id)


def _recomputed(score: Score, profile: Profile, line: Line | None) -> Recomputed:
    found = chain(
        score_differences(score, profile),
        line_differences(line, score, profile) if line is not None else (),
    )
    return Recomputed(
        basis=score.basis,
        lender=score.lender,
        points=score.points,
        grade=score.grade,
        line_minor=None if line is None else line.line_minor,
        differences=tuple(found),
    )


def score_differences(score: Score, profile: Profile) -> Iterator[str]:
    """Names of the score's figures that do not come out of its inputs and its card."""
    if not _is_unchanged(score.scorecard):
        yield "scorecard"
        return
    card = load_card(bytes(score.scorecard.document), sha256=score.scorecard.sha256)
    values = {name: getattr(profile, name) for name in card.names}
    again = card.scorer(values, first_borrower=score.first_borrower)
    pairs = {
        "points": (score.points, again.points),
        "grade": (score.grade, again.grade),
        "points_by_feature": (list(score.points_by_feature), list(again.by_feature)),
        "reason_codes": (list(score.reason_codes), [reason.code for reason in again.reasons]),
    }
    pairs |= {
        f"{name}_points": (getattr(score, f"{name}_points"), again.by_dimension[name])
        for name in DIMENSIONS
    }
    yield from (name for name, (stored, now) in pairs.items() if stored != now)


def line_differences(line: Line, score: Score, profile: Profile) -> Iterator[str]:
    """Names of the line's figures that do not come out of its inputs and its policy."""
    if not _is_unchanged(line.policy):
        yield "policy"
        return
    features = {f.attname: getattr(profile, f.attname) for f in profile._meta.fields}
    again = worked_line(line, first_borrower=score.first_borrower, features=features)
    pairs: dict[str, tuple[object, object]] = {
        "line_minor": (line.line_minor, again.line_minor),
        "line.grade": (line.grade, score.grade),
        "line.points": (line.points, score.points),
        "closed_gates": (list(line.closed_gates), [gate.code for gate in again.closed_gates]),
        "rate_percent": (line.rate_percent, again.rate_percent),
    }
    pairs |= {name: (getattr(line, name), getattr(again.terms, name)) for name in TERMS}
    yield from (name for name, (stored, now) in pairs.items() if stored != now)


def _is_unchanged(document: PublishedScorecard | PublishedPolicy) -> bool:
    """Whether the bytes are still those that two people signed."""
    return hashlib.sha256(bytes(document.document)).hexdigest() == document.sha256
