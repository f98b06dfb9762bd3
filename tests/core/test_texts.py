"""Every code of the rules has a sentence in Chinese and in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from tests.core.cards import XINNONG, expert, policy, texts
from xinnong.core import policy as rules
from xinnong.core.bins import UNKNOWN
from xinnong.core.reasons import reason_code

CODE = re.compile(r"[a-z][a-z_]*\.[a-z0-9][a-z0-9_]*")
TIDIED = ("rid", "uscc", "phone", "area", "money", "date", "household_ref")
REASON_FIELDS = {"value", "lost", "edge", "gain"}
STEP_FIELDS = {"amount", "grade", "of", "percent", "area", "elsewhere", "cap"}
FIELD_NAMES = {
    "gates.granted",
    "gates.pre",
    "rates.floor_percent",
    "rates.spread_percent",
    "scale.base_odds",
    "scale.points_to_double_odds",
}


def literals(path: Path) -> Iterator[str]:
    """Answer the text constants of a module that look like codes, docstrings apart."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and CODE.fullmatch(value):
            yield value


def spoken() -> set[str]:
    """Answer every code that the rules can speak."""
    codes = {code for path in (XINNONG / "core").glob("*.py") for code in literals(path)}
    codes |= {
        f"{kind}.{repair}" for kind in TIDIED for repair in ("fullwidth", "apostrophe", "spaces")
    }
    codes |= {f"gate.{gate}.{state}" for gate in rules.GATES for state in ("closed", "unknown")}
    codes |= {rules.CAP_PRODUCT, rules.CAP_HOUSEHOLD, *rules.STEPS, "refused"}
    for feature in expert().features:
        codes |= {reason_code(feature.name, 0), reason_code(feature.name, UNKNOWN)}
    return codes - FIELD_NAMES


def test_every_code_has_its_sentences_and_no_sentence_is_left_over() -> None:
    assert set(texts()) == spoken()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_is_there_and_ends_as_one(language: str) -> None:
    for code, sentences in texts().items():
        assert set(sentences) == {"zh", "en"}, code
        assert sentences[language].endswith("。" if language == "zh" else "."), code


def test_both_languages_fill_in_the_same_things() -> None:
    for code, sentences in texts().items():
        assert fields(sentences["zh"]) == fields(sentences["en"]), code


def test_reasons_and_steps_ask_only_for_what_they_are_given() -> None:
    for code, sentences in texts().items():
        allowed = {"reason": REASON_FIELDS, "step": STEP_FIELDS}.get(code.partition(".")[0])
        if allowed is not None:
            assert fields(sentences["zh"]) <= allowed, code


def test_reasons_of_unknown_values_show_no_value() -> None:
    for code, sentences in texts().items():
        if code.startswith("reason.") and code.endswith(".unknown"):
            assert fields(sentences["zh"]) <= {"lost", "gain"}, code


def test_chinese_sentences_are_short_enough_to_be_read_aloud() -> None:
    for code, sentences in texts().items():
        assert len(sentences["zh"]) <= 100, code


def test_no_sentence_speaks_of_what_may_never_count() -> None:
    for sentences in texts().values():
        for never in ("婚", "病", "残疾", "低保", "光棍", "前科"):
            assert never not in sentences["zh"]


def test_every_gate_of_the_policy_is_one_the_rules_know() -> None:
    assert {gate for gates in policy().gates.values() for gate in gates} <= set(rules.GATES)


def fields(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}
