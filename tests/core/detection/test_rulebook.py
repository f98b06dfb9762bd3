"""Rulebooks are refused with every problem at once, each by its name."""

from __future__ import annotations

from importlib.resources import files

import pytest

from xinnong.core.detection.expressions import NotUnderstood, read_condition
from xinnong.core.detection.rulebook import MOST_BYTES, InvalidRulebook, load_rulebook

BASE = (files("xinnong.core.detection") / "published" / "base-2026.3.toml").read_text()


def problems(text: str) -> set[tuple[str, str]]:
    """Field and code of everything that is wrong."""
    with pytest.raises(InvalidRulebook) as refused:
        load_rulebook(text.encode())
    return {(problem.field, problem.code) for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("phone ==", "syntax"),
        ("__import__('os')", "call"),
        ("phone.upper() == 'A'", "no_name"),
        ("(lambda: own_handset)()", "call"),
        ("[x for x in phone]", "no_condition"),
        ("own_handset if ok else running", "no_condition"),
        ("seen + 1 > 2", "no_name"),
        ("colour == 'red'", "unknown_name"),
        ("phone", "no_condition"),
        ("seen", "no_condition"),
        ("phone > 'a'", "sign"),
        ("phone == 3", "types"),
        ("own_handset == 'yes'", "types"),
        ("1 < seen < 3", "chained"),
        ("phone in ()", "list"),
        ("phone in device", "list"),
        ("seen in (1, 2)", "list"),
        ("unknown(seen)", "measure_is_known"),
        ("unknown(phone, device)", "call"),
        ("ok == None", "no_value"),
        ("seen >= 1.5", "no_value"),
        ("a" * 601, "too_long"),
        ("not " * 140 + "ok", "too_many_parts"),
        ("(" * 300 + "ok" + ")" * 290, "syntax"),
        ("", "syntax"),
    ],
)
def test_what_is_not_of_the_language_is_named(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_condition(text, frozenset({"seen"}))
    assert refused.value.code == code


def test_every_problem_is_told_at_once() -> None:
    text = (
        BASE.replace('within = "30m"', 'within = "90 minutes"', 1)
        .replace('of = "number-burst"', 'of = "number-bust"', 1)
        .replace('severity = "urgent"', 'severity = "panic"', 1)
        .replace('on = ["activation"]', 'on = ["acivation"]', 1)
        .replace('subject = "agent"', 'subject = "own_handset"', 1)
        .replace("platforms_72h >= 4", "platforms_72hours >= 4", 1)
        .replace('version = "2026.3"', 'version = "2026.3"\ncolour = "red"', 1)
    )
    assert {code for _, code in problems(text)} == {
        "span", "unknown_rule", "choice", "kinds", "unknown_name", "unknown_word", "later_rule",
    }  # fmt: skip


def test_a_rule_may_not_lean_on_one_that_comes_later() -> None:
    first = BASE.index('[[rule]]\nname = "number-burst"')
    second = BASE.index("[[rule]]", first + 1)
    moved = BASE[:first] + BASE[second:] + BASE[first:second]
    assert ("rule village-burst.when", "later_rule") in problems(moved)


def test_two_of_one_name_are_refused() -> None:
    assert ("device-many", "twice") in problems(BASE.replace('"device-farm"', '"device-many"', 1))


@pytest.mark.parametrize(
    "text", ["", "schema = 1", "schema = 2\nrule = 3", "rule = [1]", "\x00", "= ="]
)
def test_what_is_no_rulebook_is_refused(text: str) -> None:
    assert problems(text)


def test_a_file_too_large_is_not_read() -> None:
    assert problems("#" * (MOST_BYTES + 1)) == {("", "too_large")}
