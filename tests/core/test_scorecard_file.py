"""A card document is taken whole or refused with everything that is wrong."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.cards import EXPERT, card_document, cards, expert, feature_document
from xinnong.core.bins import DIMENSIONS
from xinnong.core.documents import canonical_bytes, sha256_hex
from xinnong.core.scorecard import Scorecard
from xinnong.core.scorecard_file import InvalidScorecard, load_card
from xinnong.core.scorecard_file import card_document as written
from xinnong.core.scorecard_source import compile_source

WEIGHTS = dict.fromkeys(DIMENSIONS, 0) | {"family": 10}


def problems(data: bytes, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidScorecard) as refused:
        load_card(data, **options)
    assert refused.value.params == {"count": len(refused.value.problems)}
    return [(problem.field, problem.code) for problem in refused.value.problems]


def refused(**changes: object) -> list[tuple[str, str]]:
    return problems(canonical_bytes(card_document(**changes)))


def refused_feature(**changes: object) -> list[tuple[str, str]]:
    return refused(features=[feature_document(**changes)])


def test_a_sound_card_is_taken() -> None:
    card = load_card(canonical_bytes(card_document()))
    assert (card.id, card.max_points, card.names) == ("small", 10, ("members",))


@given(cards())
def test_a_written_card_loads_as_itself(card: Scorecard) -> None:
    data = written(card)
    assert load_card(data, sha256=card.sha256) == card
    assert sha256_hex(data) == card.sha256


def test_the_published_card_is_what_its_source_says() -> None:
    source = EXPERT.with_suffix(".toml").read_text("utf-8")
    assert EXPERT.read_bytes() == compile_source(source), "run: python -m tests.core.publish"


def test_the_published_card_has_the_declared_weights() -> None:
    card = expert()
    assert (card.id, card.version, card.origin, card.max_points) == (
        "expert",
        "2026.1",
        "expert",
        100,
    )
    assert card.weights == {
        "assets": 20,
        "liabilities": 15,
        "income": 25,
        "family": 10,
        "standing": 20,
        "character": 10,
    }
    assert card.grades == (("AAA", 90), ("AA", 80), ("A", 70), ("B", 60))
    assert len(card.features) == 48


def test_the_published_card_scores_no_forbidden_fact() -> None:
    words = {word for name in expert().names for word in name.split("_")}
    assert words.isdisjoint({"marriage", "spouse", "sex", "illness", "disability", "assistance"})


def test_every_unknown_lies_between_the_worst_and_the_best_bin() -> None:
    for feature in expert().features:
        assert min(feature.points) <= feature.unknown_points <= max(feature.points), feature.name


def test_it_names_all_problems_at_once() -> None:
    document = card_document(
        schema=2,
        origin="guessed",
        effective_on="2026-02-30",
        features=[feature_document(edges=[5, 2], points=[0, 3], kind="numeric", trend="rising")],
        grades=[{"grade": "A", "min_points": 3}, {"grade": "A", "min_points": 7}],
        surplus=1,
    )
    del document["title_en"]
    assert problems(canonical_bytes(document)) == [
        ("title_en", "field.missing"),
        ("surplus", "field.extra"),
        ("effective_on", "field.type"),
        ("schema", "schema.unsupported"),
        ("origin", "origin.unknown"),
        ("features[0].edges", "edges.not_rising"),
        ("features[0].points", "points.count"),
        ("grades", "grades.not_falling"),
        ("grades", "grades.names"),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "shape"}, [("features[0].kind", "kind.unknown")]),
        ({"trend": "up"}, [("features[0].trend", "trend.unknown")]),
        ({"trend": "falling"}, [("features[0].points", "points.against_trend")]),
        (
            {"trend": "valley", "points": [0, 10, 3]},
            [("features[0].points", "points.against_trend")],
        ),
        ({"trend": "peak", "points": [10, 0, 3]}, [("features[0].points", "points.against_trend")]),
        ({"dimension": "luck"}, [("features[0].dimension", "dimension.unknown")]),
        ({"codes": [1]}, [("features[0].codes", "codes.not_for_numeric")]),
        ({"points": [0, True, 10]}, [("features[0].points", "field.type")]),
        ({"edges": [2, "5"]}, [("features[0].edges", "field.type")]),
        ({"unknown": None}, [("features[0].unknown", "field.type")]),
        ({"name": "x" * 40}, [("features[0].name", "text.too_long")]),
        ({"points": [0, 3, 9]}, [("weights.family", "weight.not_reached")]),
        ({"points": [-1, 3, 10]}, [("features", "points.negative")]),
        (
            {"edges": list(range(64)), "points": [0] * 64 + [10]},
            [("features[0].points", "points.too_many")],
        ),
        (
            {"kind": "category", "edges": [1], "codes": [1, 1], "points": [1], "trend": "free"},
            [
                ("features[0].codes", "codes.not_distinct"),
                ("features[0].points", "points.count"),
                ("features[0].edges", "edges.not_for_category"),
                ("features[0].other", "other.missing"),
            ],
        ),
    ],
)
def test_it_refuses_a_feature_by_name(
    changes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert refused_feature(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"features": []}, [("features", "features.count")]),
        ({"features": [feature_document()] * 2}, [("features", "feature.twice")]),
        ({"grades": []}, [("grades", "grades.none")]),
        ({"grades": [{"grade": "C", "min_points": 1}]}, [("grades", "grades.names")]),
        ({"grades": [{"grade": "A"}]}, [("grades[0].min_points", "field.missing")]),
        (
            {"grades": [{"grade": "A", "min_points": 11}]},
            [("grades[0].min_points", "grades.out_of_reach")],
        ),
        ({"weights": {**WEIGHTS, "luck": 0}}, [("weights.luck", "dimension.unknown")]),
        (
            {"weights": {"family": 10}},
            [
                (f"weights.{name}", "dimension.missing")
                for name in sorted(set(DIMENSIONS) - {"family"})
            ],
        ),
        ({"max_points": 11}, [("max_points", "max_points.sum")]),
        ({"id": "x" * 49}, [("id", "text.too_long")]),
        ({"origin": "trained"}, [("scale", "scale.missing")]),
        (
            {"scale": {"base_score": 1, "base_odds": "1", "points_to_double_odds": 1}},
            [("scale", "scale.not_for_expert")],
        ),
        (
            {
                "origin": "trained",
                "scale": {"base_score": 600, "base_odds": "nan", "points_to_double_odds": 0},
            },
            [("scale.base_odds", "scale.odds"), ("scale.points_to_double_odds", "scale.pdo")],
        ),
    ],
)
def test_it_refuses_a_card_by_name(
    changes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert refused(**changes) == expected


def test_it_refuses_features_out_of_order() -> None:
    income = feature_document(name="income", dimension="income", points=[0, 0, 0], unknown=0)
    assert refused(features=[feature_document(), income]) == [("features", "features.order")]


def test_it_refuses_a_feature_the_engine_cannot_compute() -> None:
    data = canonical_bytes(card_document())
    assert problems(data, known_features={"workers"}) == [("features[0].name", "feature.unknown")]
    assert load_card(data, known_features={"members"}).names == ("members",)


def test_it_refuses_bytes_that_were_not_signed() -> None:
    data = canonical_bytes(card_document())
    assert problems(data, sha256="0" * 64) == [("", "document.checksum")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "document.not_json"),
        (b"\xff\xfe", "document.not_json"),
        (b"[" * 100_000, "document.not_json"),
        (b"[]", "document.not_object"),
        (b"NaN", "document.not_object"),
        (b" " * 1_000_001, "document.too_large"),
    ],
)
def test_it_refuses_what_is_no_document(data: bytes, expected: str) -> None:
    assert problems(data) == [("", expected)]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\n",
        lambda data: data.replace(b'"schema":1', b'"schema":1,"schema":1'),
        lambda data: data.replace(b'"schema":1', b'"schema": 1'),
        lambda data: data.replace("小卡".encode(), b"\\u5c0f\\u5361"),
    ],
)
def test_it_refuses_any_other_writing_of_the_same_card(change: Any) -> None:
    changed = change(canonical_bytes(card_document()))
    assert problems(changed) == [("", "document.not_canonical")]


def test_it_refuses_floats() -> None:
    changed = canonical_bytes(card_document()).replace(b'"max_points":10', b'"max_points":10.0')
    assert problems(changed) == [("max_points", "field.type")]


LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JUNK = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(JUNK)
def test_it_refuses_any_junk_without_failing(junk: object) -> None:
    for document in (
        {"features": junk},
        card_document(features=[junk]),
        card_document(grades=junk),
    ):
        assert problems(canonical_bytes(document))


@given(st.sampled_from(sorted(card_document())), JUNK)
def test_any_one_field_of_junk_is_refused_or_read(name: str, junk: object) -> None:
    with suppress(InvalidScorecard):
        load_card(canonical_bytes(card_document(**{name: junk})))
