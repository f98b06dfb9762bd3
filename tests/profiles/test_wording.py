"""Whatever the rules can say of a household has one sentence in Chinese and one in English.

The sentences are built from names, units and edges, so a new scorecard needs no new texts; here
every reason of the published card, every gate, step and grade is spoken in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils.translation import override

from tests.core.cards import expert, policy
from xinnong.analytics.features.declared import shown_features
from xinnong.core import policy as rules
from xinnong.core.bins import DIMENSIONS, UNKNOWN
from xinnong.core.policy import Step
from xinnong.core.scorecard import BELOW_GRADES
from xinnong.credit.wording import GATE_NAMES, GATES, gate_name, gate_text, step_text
from xinnong.profiles.models import Profile
from xinnong.profiles.services import feature_columns
from xinnong.profiles.wording import (
    FEATURES,
    dimension_name,
    feature_advice,
    feature_name,
    feature_value,
)
from xinnong.scoring.wording import ReasonText, grade_name, reason_text

CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACE = re.compile(r"%\(|%s|\{")
NEVER = ("婚", "病", "残疾", "低保", "光棍", "前科")
LANGUAGES = ("zh-hans", "en")
LONGEST_READ_ALOUD = 100
PARAMS = {
    "grade": "AA",
    "percent": 10,
    "of_minor": 1_000_000,
    "cap_minor": 20_000_000,
    "area_minor": 300_000,
    "known": True,
}


def every_reason() -> Iterator[ReasonText]:
    """Every bin of the card that costs points, with a value that lies in it."""
    for cell in expert().cells:
        if cell.reason is None:
            continue
        feature = expert().features[cell.feature_index]
        value = None
        if cell.bin_index != UNKNOWN:
            bounds = feature.codes or (feature.edges[0] - 1, *feature.edges)
            value = bounds[min(cell.bin_index, len(bounds) - 1)]
        yield reason_text(cell.reason, value)


def spoken() -> Iterator[str]:
    """Every sentence the rules can speak, in the language that is switched on."""
    for text in every_reason():
        yield from (text.says, text.would_change, text.advice)
    for gate in GATES.values():
        yield from (str(gate.says), str(gate.advice))
    yield from (gate_name(gate) for gate in rules.GATES)
    for code in rules.STEPS:
        step = step_text(Step(code, 1_000_000, PARAMS))
        yield from (step.says, step.made_of)
    yield from (grade_name(grade) for grade, _least in expert().grades)
    yield grade_name(BELOW_GRADES)
    yield from (dimension_name(code) for code in DIMENSIONS)


def test_every_feature_of_the_card_has_a_name_and_advice() -> None:
    for name in expert().names:
        assert feature_name(name) != name
        assert feature_advice(name, is_known=True)
        assert feature_advice(name, is_known=False)


def test_consent_is_asked_for_what_is_unknown_and_not_for_what_is_seen() -> None:
    with override("zh-hans"):
        assert "授权" in feature_advice("farm_net_income", is_known=False)
        assert "授权" not in feature_advice("farm_net_income", is_known=True)


def test_land_is_told_without_a_unit_that_nobody_says() -> None:
    with override("zh-hans"):
        assert feature_value("land_mu_years", 60_00) == "60 亩种一年"
        assert feature_value("land_mu_years", 0) == "没有"
        assert "亩·年" not in "".join(spoken())
    with override("en"):
        assert feature_value("land_mu_years", 3_02) == "3.02 mu for one year"
        assert feature_value("land_mu_years", 0) == "none"


def test_a_ratio_that_was_cut_off_says_so() -> None:
    with override("zh-hans"):
        assert feature_value("assets_vs_town", 999) == "999% 或更多"
        assert feature_value("assets_vs_town", 998) == "998%"
    with override("en"):
        assert feature_value("assets_vs_town", 999) == "999% or more"


def test_every_feature_with_words_is_one_that_profiles_keep() -> None:
    assert set(FEATURES) <= {feature.name for feature in shown_features()}
    assert set(feature_columns()) <= {field.name for field in Profile._meta.concrete_fields}


def test_every_gate_is_worded_closed_and_unknown() -> None:
    assert set(GATE_NAMES) == set(rules.GATES)
    codes = {f"gate.{gate}.{state}" for gate in rules.GATES for state in ("closed", "unknown")}
    assert set(GATES) == codes
    assert {gate for gates in policy().gates.values() for gate in gates} <= set(rules.GATES)


def test_an_unknown_gate_says_its_code_and_what_to_do() -> None:
    assert gate_text("gate.new.closed").code == "gate.new.closed"
    assert gate_text("gate.new.closed").advice


def test_every_step_is_worded() -> None:
    for code in rules.STEPS:
        assert step_text(Step(code, 1_000_000, PARAMS)).says != code


def test_a_reason_says_what_would_change_it_and_how_much_it_gains() -> None:
    for cell in expert().cells:
        if cell.reason is not None and cell.reason.gain_points:
            text = reason_text(cell.reason, None)
            assert str(cell.reason.gain_points) in text.would_change


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_of_words_or_keeps_a_place_open(language: str) -> None:
    with override(language):
        for text in spoken():
            assert not PLACE.search(text), text
            assert len(text) <= LONGEST_READ_ALOUD * (2 if language == "en" else 1), text


def test_english_sentences_are_english() -> None:
    with override("en"):
        assert [text for text in spoken() if CHINESE.search(text)] == []


def test_no_sentence_speaks_of_what_may_never_count() -> None:
    with override("zh-hans"):
        for text in spoken():
            assert not any(never in text for never in NEVER), text
