"""Reading and writing scorecards as published documents.

`load_card` refuses with every problem it finds, each by field and code, so that an author mends a
card in one go. `card_document` is its exact inverse.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from xinnong.core.bins import DIMENSIONS, FeatureBins
from xinnong.core.documents import Document, canonical_bytes, read_document, sha256_hex
from xinnong.core.errors import InvalidDocument
from xinnong.core.scorecard import Grade, Scale, Scorecard
from xinnong.core.scorecard_checks import SCHEMA, card_problems

Fields = Mapping[str, Any]


class InvalidScorecard(InvalidDocument):
    """The document is no scorecard; `problems` says everything that is wrong with it."""

    code = "scorecard.invalid"


def load_card(
    data: bytes, *, sha256: str | None = None, known_features: Collection[str] | None = None
) -> Scorecard:
    """Read a published scorecard from its canonical bytes.

    `sha256` is the checksum it was signed with; `known_features` the features that an engine can
    compute, where the caller wants that checked. Raises InvalidScorecard.
    """
    document, problems = read_document(data, sha256=sha256)
    if document is not None:
        problems += card_problems(document, known_features=known_features)
    if document is None or problems:
        raise InvalidScorecard(problems=tuple(problems))
    return _card(document, sha256_hex(data))


def card_document(card: Scorecard) -> bytes:
    """Write a scorecard as canonical bytes; loading them gives the same card."""
    document = {
        "schema": SCHEMA,
        "id": card.id,
        "version": card.version,
        "effective_on": card.effective_on.isoformat(),
        "origin": card.origin,
        "title_zh": card.title_zh,
        "title_en": card.title_en,
        "base_points": card.base_points,
        "max_points": card.max_points,
        "scale": card.scale and {**card.scale._asdict(), "base_odds": str(card.scale.base_odds)},
        "weights": dict(card.weights),
        "features": [_feature_fields(feature) for feature in card.features],
        "grades": [grade._asdict() for grade in card.grades],
    }
    return canonical_bytes(document)


def _feature_fields(feature: FeatureBins) -> Document:
    return {
        "name": feature.name,
        "dimension": feature.dimension,
        "unit": feature.unit,
        "kind": feature.kind,
        "trend": feature.trend,
        "edges": list(feature.edges),
        "codes": list(feature.codes),
        "points": list(feature.points),
        "other": feature.other_points,
        "unknown": feature.unknown_points,
        "first_borrower": feature.first_borrower_points,
    }


def _card(document: Fields, checksum: str) -> Scorecard:
    scale = document["scale"]
    return Scorecard(
        id=document["id"],
        version=document["version"],
        effective_on=date.fromisoformat(document["effective_on"]),
        origin=document["origin"],
        title_zh=document["title_zh"],
        title_en=document["title_en"],
        base_points=document["base_points"],
        max_points=document["max_points"],
        scale=scale and Scale(**{**scale, "base_odds": Decimal(scale["base_odds"])}),
        weights={name: document["weights"][name] for name in DIMENSIONS},
        features=tuple(_feature(feature) for feature in document["features"]),
        grades=tuple(Grade(**grade) for grade in document["grades"]),
        sha256=checksum,
    )


def _feature(fields: Fields) -> FeatureBins:
    return FeatureBins(
        name=fields["name"],
        dimension=fields["dimension"],
        unit=fields["unit"],
        kind=fields["kind"],
        trend=fields["trend"],
        edges=tuple(fields["edges"]),
        codes=tuple(fields["codes"]),
        points=tuple(fields["points"]),
        other_points=fields["other"],
        unknown_points=fields["unknown"],
        first_borrower_points=fields["first_borrower"],
    )
