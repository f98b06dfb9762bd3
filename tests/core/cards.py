"""Cards for tests: the published one, and generated ones of every kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from xinnong.core.bins import DIMENSIONS
from xinnong.core.documents import canonical_bytes
from xinnong.core.policy import Policy
from xinnong.core.policy_file import load_policy
from xinnong.core.scorecard import Scorecard
from xinnong.core.scorecard_file import load_card

XINNONG = Path(__file__).parents[2] / "xinnong"
EXPERT = XINNONG / "scoring" / "published" / "expert-2026.1.json"
DEFAULT_POLICY = XINNONG / "credit" / "published" / "default-2026.1.json"


@cache
def expert() -> Scorecard:
    return load_card(EXPERT.read_bytes())


@cache
def policy() -> Policy:
    return load_policy(DEFAULT_POLICY.read_bytes())


def feature_document(**changes: object) -> dict[str, Any]:
    """A sound numeric feature, changed where asked."""
    return {
        "name": "members",
        "dimension": "family",
        "unit": "count",
        "kind": "numeric",
        "trend": "rising",
        "edges": [2, 5],
        "codes": [],
        "points": [0, 3, 10],
        "other": None,
        "unknown": 3,
        "first_borrower": None,
    } | changes


def card_document(**changes: object) -> dict[str, Any]:
    """A sound card of one feature, changed where asked."""
    weights = dict.fromkeys(DIMENSIONS, 0) | {"family": 10}
    return {
        "schema": 1,
        "id": "small",
        "version": "1",
        "effective_on": "2026-01-01",
        "origin": "expert",
        "title_zh": "小卡",
        "title_en": "Small card",
        "base_points": 0,
        "max_points": 10,
        "scale": None,
        "weights": weights,
        "features": [feature_document()],
        "grades": [{"grade": "A", "min_points": 7}, {"grade": "B", "min_points": 3}],
    } | changes


NUMBERS = st.integers(-(10**12), 10**12)
POINTS = st.integers(-30, 30)


@st.composite
def numeric_features(draw: st.DrawFn) -> dict[str, Any]:
    edges = sorted(draw(st.sets(NUMBERS, max_size=6)))
    count = len(edges) + 1
    points = draw(st.lists(POINTS, min_size=count, max_size=count))
    return {"kind": "numeric", "edges": edges, "codes": [], "points": points, "other": None}


@st.composite
def category_features(draw: st.DrawFn) -> dict[str, Any]:
    codes = sorted(draw(st.sets(st.integers(-3, 9), min_size=1, max_size=6)))
    points = draw(st.lists(POINTS, min_size=len(codes), max_size=len(codes)))
    return {
        "kind": "category", "edges": [], "codes": codes, "points": points, "other": draw(POINTS),
    }  # fmt: skip


@st.composite
def features(draw: st.DrawFn) -> dict[str, Any]:
    body = draw(numeric_features() | category_features())
    return body | {
        "dimension": draw(st.sampled_from(DIMENSIONS)),
        "unit": "count",
        "trend": "free",
        "unknown": draw(POINTS),
        "first_borrower": draw(st.none() | POINTS),
    }


def best(feature: dict[str, Any]) -> int:
    special = (feature["other"], feature["unknown"], feature["first_borrower"])
    points: list[int] = [*feature["points"], *(each for each in special if each is not None)]
    return max(points)


@st.composite
def cards(draw: st.DrawFn) -> Scorecard:
    """Any trained card: free trends, negative points, categories, base points."""
    drawn = draw(st.lists(features(), min_size=1, max_size=12))
    drawn.sort(key=lambda feature: DIMENSIONS.index(feature["dimension"]))
    weights = {
        name: sum(best(each) for each in drawn if each["dimension"] == name) for name in DIMENSIONS
    }
    for name, weight in weights.items():
        if weight < 0:  # weights are from zero: lift the first feature of the dimension
            first = next(each for each in drawn if each["dimension"] == name)
            first["unknown"] = best(first) - weight
            weights[name] = 0
    base = draw(st.integers(-100, 600))
    total = base + sum(weights.values())
    document = card_document(
        origin="trained",
        scale={"base_score": 600, "base_odds": "50", "points_to_double_odds": 20},
        base_points=base,
        max_points=total,
        weights=weights,
        features=[{**each, "name": f"f{index}"} for index, each in enumerate(drawn)],
        grades=[{"grade": "A", "min_points": total - 10}, {"grade": "B", "min_points": total - 40}],
    )
    return load_card(canonical_bytes(document))


@st.composite
def households(draw: st.DrawFn, card: Scorecard) -> dict[str, int | None]:
    """Values of every feature: unknown, on an edge, beside one, or anywhere."""
    values: dict[str, int | None] = {}
    for feature in card.features:
        marks = (*feature.edges, *feature.codes, 0)
        near = st.sampled_from([mark + step for mark in marks for step in (-1, 0, 1)])
        values[feature.name] = draw(st.none() | near | NUMBERS)
    return values
