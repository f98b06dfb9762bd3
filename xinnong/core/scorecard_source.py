"""Scorecards as people write them (TOML, yuan and mu) turned into documents to sign.

The source says only what an author decides. Amounts stand in yuan, areas in mu, shares in shares;
the document has fen and hundredths. Nothing is rounded: an edge finer than that is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from xinnong.core.documents import Document, canonical_bytes, inside, plain
from xinnong.core.errors import Problem
from xinnong.core.scorecard_checks import SCHEMA
from xinnong.core.scorecard_file import InvalidScorecard, load_card

# what an author writes -> (what the document stores, how many of it make one)
UNITS: Final[Mapping[str, tuple[str, int]]] = {
    "yuan": ("fen", 100),
    "mu": ("mu_hundredths", 100),
    "mu_years": ("mu_year_hundredths", 100),
    "shares": ("share_hundredths", 100),
    "score_hundredths": ("score_hundredths", 1),
    "count": ("count", 1),
    "months": ("month", 1),
    "years": ("year", 1),
    "days": ("day", 1),
    "percent": ("percent", 1),
    "code": ("code", 1),
    "yes_no": ("yes_no", 1),
}


def compile_source(text: str) -> bytes:
    """Turn a source into canonical bytes that `load_card` accepts.

    Raises InvalidScorecard with the problems of the source (source.toml, unit.unknown,
    edges.too_fine) or of the card it describes.
    """
    try:
        source = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise InvalidScorecard(
            problems=(Problem("source.toml", "", {"at": str(fault)}),)
        ) from fault
    problems: list[Problem] = []
    features = source.pop("features", [])
    if isinstance(features, list):
        features = [
            _feature(fields, f"features[{index}]", problems) if isinstance(fields, dict) else fields
            for index, fields in enumerate(features)
        ]
    if problems:
        raise InvalidScorecard(problems=tuple(problems))
    data = canonical_bytes(plain(_document(source, features)))
    load_card(data)
    return data


def _document(source: dict[str, Any], features: object) -> Document:
    grades = source.pop("grades", {})
    if _all_whole(grades):
        falling = sorted(grades.items(), key=lambda item: -item[1])
        grades = [{"grade": grade, "min_points": points} for grade, points in falling]
    return {
        "schema": SCHEMA,
        "base_points": 0,
        "scale": None,
        **source,
        "features": features,
        "grades": grades,
    }


def _feature(fields: dict[str, Any], path: str, problems: list[Problem]) -> Document:
    written = fields.pop("unit", None)
    known = UNITS.get(written) if isinstance(written, str) else None
    if known is None:
        problems.append(Problem("unit.unknown", inside(path, "unit"), {"unit": str(written)}))
    unit, per_one = known or ("", 1)
    edges = fields.pop("edges", [])
    if known is not None and isinstance(edges, list):
        edges = [_scaled(edge, per_one) for edge in edges]
        if any(isinstance(edge, Decimal) for edge in edges):
            problems.append(Problem("edges.too_fine", inside(path, "edges")))
    return {
        "kind": "numeric",
        "codes": [],
        "other": None,
        "first_borrower": fields.pop("first", None),
        **fields,
        "unit": unit,
        "edges": edges,
    }


def _scaled(edge: object, per_one: int) -> object:
    """Scale a number to a whole one; what is no number is left for the card to refuse."""
    if isinstance(edge, bool) or not isinstance(edge, int | Decimal):
        return edge
    scaled = Decimal(edge) * per_one
    return scaled if not scaled.is_finite() or scaled % 1 else int(scaled)


def _all_whole(grades: object) -> bool:
    return isinstance(grades, dict) and all(isinstance(each, int) for each in grades.values())
