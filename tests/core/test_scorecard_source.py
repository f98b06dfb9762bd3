"""What people write becomes what is signed, without rounding."""

from __future__ import annotations

import pytest

from xinnong.core.scorecard_file import InvalidScorecard, load_card
from xinnong.core.scorecard_source import compile_source

SOURCE = """
id = "small"
version = "1"
effective_on = 2026-01-01
origin = "expert"
title_zh = "小卡"
title_en = "Small"
max_points = 4
weights = { assets = 4, liabilities = 0, income = 0, family = 0, standing = 0, character = 0 }
grades = { B = 1, A = 3 }

[[features]]
name = "house_value"
dimension = "assets"
unit = "yuan"
edges = [0.01, 100_000]
points = [0, 2, 4]
unknown = 2
first = 3
trend = "rising"
"""


def test_yuan_become_fen_and_grades_fall() -> None:
    card = load_card(compile_source(SOURCE))
    (feature,) = card.features
    assert (feature.unit, feature.edges) == ("fen", (1, 10_000_000))
    assert feature.first_borrower_points == 3
    assert card.grades == (("A", 3), ("B", 1))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("0.01", "0.001", ("features[0].edges", "edges.too_fine")),
        ('unit = "yuan"', 'unit = "dollar"', ("features[0].unit", "unit.unknown")),
        ('unit = "yuan"', "", ("features[0].unit", "unit.unknown")),
        ("max_points = 4", "max_points = 5", ("max_points", "max_points.sum")),
        ("effective_on = 2026-01-01", "", ("effective_on", "field.missing")),
        ('id = "small"', "id =", ("", "source.toml")),
        ("grades = { B = 1, A = 3 }", "grades = { A = 'x' }", ("grades", "field.type")),
        ("edges = [0.01, 100_000]", "edges = ['x', 1]", ("features[0].edges", "field.type")),
        ("edges = [0.01, 100_000]", "edges = 1", ("features[0].edges", "field.type")),
        ("points = [0, 2, 4]", "points = [0, 2.5, 4]", ("features[0].points", "field.type")),
        ("[[features]]", "[features]", ("features", "field.type")),
    ],
)
def test_it_refuses_by_name(old: str, new: str, expected: tuple[str, str]) -> None:
    with pytest.raises(InvalidScorecard) as refused:
        compile_source(SOURCE.replace(old, new))
    assert [(each.field, each.code) for each in refused.value.problems] == [expected]


def test_a_trained_source_carries_its_scale() -> None:
    trained = SOURCE.replace('origin = "expert"', 'origin = "trained"').replace(
        "max_points = 4",
        "max_points = 504\nbase_points = 500\n"
        'scale = { base_score = 600, base_odds = "50", points_to_double_odds = 20 }',
    )
    card = load_card(compile_source(trained))
    assert card.scale is not None
    assert (card.scale.base_score, str(card.scale.base_odds), card.base_points) == (600, "50", 500)
