"""What must hold in a scorecard document: small functions that answer problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Final

from xinnong.core.bins import DIMENSIONS
from xinnong.core.documents import (
    Check,
    Document,
    inside,
    is_amounts,
    is_integer,
    is_integer_or_null,
    is_integers,
    is_iso_date,
    is_list,
    is_object_or_null,
    is_text,
    shape_problems,
)
from xinnong.core.errors import Problem
from xinnong.core.scorecard import BELOW_GRADES

SCHEMA: Final = 1
MAX_FEATURES: Final = 200
MAX_BINS: Final = 64
MAX_CODE: Final = 48

Fields = Mapping[str, Any]

CARD_SHAPE: Final[Mapping[str, Check]] = {
    "schema": is_integer,
    "id": is_text,
    "version": is_text,
    "effective_on": is_iso_date,
    "origin": is_text,
    "title_zh": is_text,
    "title_en": is_text,
    "base_points": is_integer,
    "max_points": is_integer,
    "scale": is_object_or_null,
    "weights": is_amounts,
    "features": is_list,
    "grades": is_list,
}
FEATURE_SHAPE: Final[Mapping[str, Check]] = {
    "name": is_text,
    "dimension": is_text,
    "unit": is_text,
    "kind": is_text,
    "trend": is_text,
    "edges": is_integers,
    "codes": is_integers,
    "points": is_integers,
    "other": is_integer_or_null,
    "unknown": is_integer,
    "first_borrower": is_integer_or_null,
}
GRADE_SHAPE: Final[Mapping[str, Check]] = {"grade": is_text, "min_points": is_integer}
SCALE_SHAPE: Final[Mapping[str, Check]] = {
    "base_score": is_integer,
    "base_odds": is_text,
    "points_to_double_odds": is_integer,
}
TRENDS: Final[Mapping[str, Callable[[list[int]], bool]]] = {
    "rising": lambda points: points == sorted(points),
    "falling": lambda points: points == sorted(points, reverse=True),
    "peak": lambda points: _turns_once(points, top=True),
    "valley": lambda points: _turns_once(points, top=False),
    "free": lambda points: True,  # noqa: ARG005 - one signature for all trends
}


def card_problems(
    document: Document, *, known_features: Collection[str] | None = None
) -> list[Problem]:
    """Answer everything wrong with a parsed scorecard document."""
    problems = list(shape_problems(document, CARD_SHAPE, ""))
    for name, check in _PARTS.items():
        if not any(problem.field == name for problem in problems):
            problems += check(document)
    if known_features is not None:
        problems += _unknown_features(document, known_features)
    return problems or [*_total_problems(document)]


def _unknown_features(document: Document, known: Collection[str]) -> Iterator[Problem]:
    for index, feature in enumerate(_items(document, "features")):
        if isinstance(feature, dict) and feature.get("name") not in known:
            yield Problem(
                "feature.unknown",
                inside(f"features[{index}]", "name"),
                {"name": str(feature.get("name"))},
            )


def _items(document: Document, name: str) -> list[Any]:
    found = document.get(name)
    return found if isinstance(found, list) else []


def _schema_problems(document: Fields) -> Iterator[Problem]:
    if document["schema"] != SCHEMA:
        yield Problem("schema.unsupported", "schema", {"supported": SCHEMA})


def _id_problems(document: Fields) -> Iterator[Problem]:
    if len(document["id"]) > MAX_CODE:
        yield Problem("text.too_long", "id", {"limit": MAX_CODE})


def _origin_problems(document: Fields) -> Iterator[Problem]:
    origin = document["origin"]
    if origin not in ("expert", "trained"):
        yield Problem("origin.unknown", "origin", {"origin": origin})
    if origin == "trained" and document.get("scale") is None:
        yield Problem("scale.missing", "scale")
    if origin == "expert" and document.get("scale") is not None:
        yield Problem("scale.not_for_expert", "scale")


def _scale_problems(document: Fields) -> Iterator[Problem]:
    scale = document["scale"]
    if scale is None:
        return
    problems = list(shape_problems(scale, SCALE_SHAPE, "scale"))
    yield from problems
    if problems:
        return
    try:
        odds = Decimal(scale["base_odds"])
    except InvalidOperation:
        odds = Decimal(0)
    if not odds.is_finite() or odds <= 0:
        yield Problem("scale.odds", "scale.base_odds")
    if scale["points_to_double_odds"] <= 0:
        yield Problem("scale.pdo", "scale.points_to_double_odds")


def _weight_problems(document: Fields) -> Iterator[Problem]:
    for name in sorted(set(DIMENSIONS) ^ set(document["weights"])):
        code = "dimension.missing" if name in DIMENSIONS else "dimension.unknown"
        yield Problem(code, inside("weights", name))


def _features_problems(document: Fields) -> Iterator[Problem]:
    features = document["features"]
    if not 1 <= len(features) <= MAX_FEATURES:
        yield Problem("features.count", "features", {"limit": MAX_FEATURES})
    sound = []
    for index, feature in enumerate(features):
        path = f"features[{index}]"
        shape = list(shape_problems(feature, FEATURE_SHAPE, path))
        yield from shape
        if not shape:
            sound.append(feature)
            for check in _FEATURE_CHECKS:
                yield from check(feature, path)
    yield from _order_problems(sound)


def _order_problems(features: list[Fields]) -> Iterator[Problem]:
    for name, times in Counter(feature["name"] for feature in features).items():
        if times > 1:
            yield Problem("feature.twice", "features", {"name": name})
    known = [feature for feature in features if feature["dimension"] in DIMENSIONS]
    places = [DIMENSIONS.index(feature["dimension"]) for feature in known]
    if places != sorted(places):
        yield Problem("features.order", "features", {"order": DIMENSIONS})


def _word_problems(feature: Fields, path: str) -> Iterator[Problem]:
    if feature["dimension"] not in DIMENSIONS:
        yield Problem("dimension.unknown", inside(path, "dimension"))
    if feature["kind"] not in ("numeric", "category"):
        yield Problem("kind.unknown", inside(path, "kind"))
    if feature["trend"] not in TRENDS:
        yield Problem("trend.unknown", inside(path, "trend"))
    if len(f"reason.{feature['name']}.unknown") > MAX_CODE:
        yield Problem("text.too_long", inside(path, "name"), {"limit": MAX_CODE})


def _numeric_problems(feature: Fields, path: str) -> Iterator[Problem]:
    if feature["kind"] != "numeric":
        return
    edges, points = feature["edges"], feature["points"]
    if any(left >= right for left, right in pairwise(edges)):
        yield Problem("edges.not_rising", inside(path, "edges"))
    if len(points) != len(edges) + 1:
        yield Problem("points.count", inside(path, "points"), {"expected": len(edges) + 1})
    if feature["codes"] or feature["other"] is not None:
        yield Problem("codes.not_for_numeric", inside(path, "codes"))


def _category_problems(feature: Fields, path: str) -> Iterator[Problem]:
    if feature["kind"] != "category":
        return
    codes, points = feature["codes"], feature["points"]
    if not codes or len(set(codes)) != len(codes):
        yield Problem("codes.not_distinct", inside(path, "codes"))
    if len(points) != len(codes):
        yield Problem("points.count", inside(path, "points"), {"expected": len(codes)})
    if feature["edges"]:
        yield Problem("edges.not_for_category", inside(path, "edges"))
    if feature["other"] is None:
        yield Problem("other.missing", inside(path, "other"))


def _bins_problems(feature: Fields, path: str) -> Iterator[Problem]:
    if len(feature["points"]) > MAX_BINS:
        yield Problem("points.too_many", inside(path, "points"), {"limit": MAX_BINS})


def _trend_problems(feature: Fields, path: str) -> Iterator[Problem]:
    keeps = TRENDS.get(feature["trend"])
    if keeps is not None and not keeps(feature["points"]):
        yield Problem("points.against_trend", inside(path, "points"), {"trend": feature["trend"]})


def _turns_once(points: list[int], *, top: bool) -> bool:
    """Hold when points rise to one top and fall from it, or the other way round."""
    heights = points if top else [-each for each in points]
    turn = heights.index(max(heights)) if heights else 0
    rise, fall = heights[: turn + 1], heights[turn:]
    return rise == sorted(rise) and fall == sorted(fall, reverse=True)


def _grades_problems(document: Fields) -> Iterator[Problem]:
    grades = document["grades"]
    shape = [
        problem
        for index, grade in enumerate(grades)
        for problem in shape_problems(grade, GRADE_SHAPE, f"grades[{index}]")
    ]
    yield from shape
    if not grades:
        yield Problem("grades.none", "grades")
    if shape:
        return
    if any(upper["min_points"] <= lower["min_points"] for upper, lower in pairwise(grades)):
        yield Problem("grades.not_falling", "grades")
    names = [grade["grade"] for grade in grades]
    if len(set(names)) != len(names) or BELOW_GRADES in names:
        yield Problem("grades.names", "grades", {"reserved": BELOW_GRADES})


def _total_problems(document: Fields) -> Iterator[Problem]:
    """Compare sums; only for a document whose parts are sound."""
    best: Counter[str] = Counter()
    least = [document["base_points"]]
    for feature in document["features"]:
        points = _all_points(feature)
        best[feature["dimension"]] += max(points)
        least.append(min(points))
    for name, weight in document["weights"].items():
        if best[name] != weight:
            yield Problem("weight.not_reached", inside("weights", name), {"best": best[name]})
    total = document["base_points"] + sum(document["weights"].values())
    if total != document["max_points"]:
        yield Problem("max_points.sum", "max_points", {"sum": total})
    if document["grades"][0]["min_points"] > document["max_points"]:
        yield Problem("grades.out_of_reach", "grades[0].min_points")
    if document["origin"] == "expert" and min(least) < 0:
        yield Problem("points.negative", "features")


def _all_points(feature: Fields) -> list[int]:
    special = (feature["other"], feature["unknown"], feature["first_borrower"])
    return [*feature["points"], *(points for points in special if points is not None)]


_PARTS: Final[Mapping[str, Callable[[Fields], Iterator[Problem]]]] = {
    "schema": _schema_problems,
    "id": _id_problems,
    "origin": _origin_problems,
    "scale": _scale_problems,
    "weights": _weight_problems,
    "features": _features_problems,
    "grades": _grades_problems,
}
_FEATURE_CHECKS: Final = (
    _word_problems,
    _numeric_problems,
    _category_problems,
    _bins_problems,
    _trend_problems,
)
