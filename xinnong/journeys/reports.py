"""A household's file as data: the one shape the command line and the API give out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xinnong.core.bins import DIMENSIONS
from xinnong.core.ids import household_ref
from xinnong.core.money import yuan
from xinnong.core.reasons import Reason
from xinnong.credit.models import Line
from xinnong.credit.wording import gate_text
from xinnong.journeys.queries.household import Result, lines_of, results_of
from xinnong.profiles.wording import Unit, feature_name, feature_unit, feature_value
from xinnong.registry.models import Household, Run
from xinnong.scoring.wording import reason_text

Report = dict[str, Any]
YUAN = "yuan"
HUNDREDTHS = frozenset({Unit.FEN, Unit.MU, Unit.MU_YEARS, Unit.SHARES})
"""Kept in whole hundredths, so that two decimals say all of it."""


def household_report(household: Household, run: Run) -> Report:
    """Number, village, counts, and every result and line the reader may see; no names or ids.

    `successor` is the household that a merged one went into.
    """
    results = results_of(household, run)
    return {
        "household_id": household.ref,
        "area12": household.area12,
        "state": household.state,
        "successor": household_ref(household.successor_id) if household.successor_id else None,
        "members": household.members_count,
        "workers": household.workers_count,
        "run": run.pk,
        "as_of": run.as_of.isoformat(),
        "profiles": [profile_report(result) for result in results],
        "scores": [score_report(result) for result in results],
        "lines": [line_report(line) for line in lines_of(household, run)],
    }


def profile_report(result: Result) -> Report:
    """Features of one basis as `edge_value` writes them, and their units; null is unknown."""
    return {
        **_on(result),
        "completeness_percent": result.profile.completeness_percent,
        "dimensions": {
            dimension: {
                bins.name: edge_value(bins.name, result.value_of(bins.name))
                for bins in result.card.features
                if bins.dimension == dimension
            }
            for dimension in DIMENSIONS
        },
        "units": {bins.name: edge_unit(bins.name) for bins in result.card.features},
    }


def score_report(result: Result) -> Report:
    """Points, grade and reasons of one basis, with the card that gave them."""
    return {
        **_on(result),
        "points": result.score.points,
        "grade": result.score.grade,
        "dimensions": {dimension: result.points_of(dimension) for dimension in DIMENSIONS},
        "first_borrower": result.score.first_borrower,
        "scorecard": result.card.id,
        "scorecard_version": result.card.version,
        "reason_codes": list(result.score.reason_codes),
    }


def explained_score_report(result: Result) -> Report:
    """A score with points by feature, and reasons in words with what would change them."""
    points = zip(result.card.features, result.score.points_by_feature, strict=True)
    return {
        **score_report(result),
        "features": [
            {
                "feature": bins.name,
                "title": str(feature_name(bins.name)),
                "dimension": bins.dimension,
                "value": edge_value(bins.name, result.value_of(bins.name)),
                "unit": edge_unit(bins.name),
                "says": feature_value(bins.name, result.value_of(bins.name)),
                "points": given,
                "best_points": bins.best_points,
            }
            for bins, given in points
        ],
        "reasons": [_reason(reason, result) for reason in result.reasons()],
    }


def _reason(reason: Reason, result: Result) -> Report:
    text = reason_text(reason, result.value_of(reason.feature))
    return {
        "code": reason.code,
        "feature": reason.feature,
        "lost_points": reason.lost_points,
        "gain_points": reason.gain_points,
        "says": str(text.says),
        "would_change": str(text.would_change),
    }


def edge_value(feature: str, value: int | None) -> int | str | None:
    """A feature's value as it leaves the house, in its unit; what has decimals is text, as money is."""
    return yuan(value) if value is not None and feature_unit(feature) in HUNDREDTHS else value


def edge_unit(feature: str) -> str | None:
    """What a feature's value is counted in; None for a feature without words."""
    unit = feature_unit(feature)
    return YUAN if unit is Unit.FEN else unit


def line_report(line: Line) -> Report:
    """Amount, addends in yuan, and closed gates in words."""
    return {
        "kind": line.kind,
        "lender": line.lender or None,
        "grade": line.grade,
        "line_yuan": yuan(line.line_minor),
        "rate_percent": None if line.rate_percent is None else str(line.rate_percent),
        "addends_yuan": {
            name: _yuan_or_null(getattr(line, f"{name}_minor"))
            for name in ("base", "assets", "income", "area", "elsewhere", "uncapped", "custody")
        },
        "cap_code": line.cap_code or None,
        "closed_gates": [
            {"code": code, "says": str(gate_text(code).says)} for code in line.closed_gates
        ],
        "policy_version": line.policy.version,
    }


def _yuan_or_null(minor: int | None) -> str | None:
    return None if minor is None else yuan(minor)


def _on(result: Result) -> Report:
    return {"basis": result.basis, "lender": result.lender or None}


def result_on(results: Sequence[Result], *, basis: str = "") -> Result | None:
    """The result asked for, or the fullest one."""
    return next((result for result in results if basis in {"", result.basis}), None)
