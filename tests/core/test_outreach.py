"""Codes said aloud, colours, and spellings of numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.outreach import (
    Known,
    check_digit,
    code_in,
    day_code,
    is_well_typed,
    number_in,
    parts_of,
    read_rules,
    standing_of,
    verdict_of,
)
from xinnong.outreach.published_rules import rules, words

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
DIGITS = st.text("0123456789", min_size=7, max_size=7)


@given(DIGITS, st.integers(0, 7), st.integers(1, 9))
def test_every_single_slip_is_noticed(digits: str, place: int, shift: int) -> None:
    code = digits + str(check_digit(digits))
    assert is_well_typed(code)
    wrong = str((int(code[place]) + shift) % 10)
    assert not is_well_typed(code[:place] + wrong + code[place + 1 :])


@given(st.binary(min_size=16, max_size=16), st.integers(0, 400), st.integers(0, 99))
def test_codes_change_with_activity_and_day(activity: bytes, days: int, attempt: int) -> None:
    on = date(2026, 1, 1) + timedelta(days)
    code = day_code(b"k" * 32, activity, on, attempt)
    assert len(code) == 8
    assert is_well_typed(code)
    assert code == day_code(b"k" * 32, activity, on, attempt)
    others = {day_code(b"k" * 32, activity, on + timedelta(n), attempt) for n in range(1, 20)}
    assert len(others) >= 19
    assert code not in others


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("12345678", "12345678"),
        (" 1234-5678 ", "12345678"),
        ("１２３４ ５６７８", "12345678"),
        ("1234567", ""),
        ("123456789", ""),
        ("12345678a", ""),
        ("", ""),
        ("1" * 5000, ""),
        ("12345678" + " " * 100, ""),
    ],
)
def test_it_reads_digits_however_they_are_grouped(typed: str, code: str) -> None:
    assert code_in(typed) == code


@pytest.mark.parametrize(
    "typed",
    [
        "穗医保函〔2026〕12号",
        "穗医保函[2026]12号",
        "穗医保函【2026】 12 号",
        "穗医保函（２０２６）１２号",
    ],
)
def test_a_number_has_one_spelling(typed: str) -> None:
    assert number_in(typed) == "穗医保函[2026]12号"


def test_a_number_that_is_none_is_nothing() -> None:
    assert number_in("x" * 65) == number_in(" \n") == ""


def test_an_answer_is_green_only_when_everything_holds() -> None:
    good: dict[str, Any] = {
        "begins_at": NOW, "ends_at": NOW + timedelta(hours=1), "is_approved": True,
        "stopped": False, "is_licensed": True,
    }  # fmt: skip

    def said(at: datetime = NOW, **changed: bool) -> tuple[str, str]:
        found = standing_of(Known(**(good | changed)), at)
        return found.colour, found.reason

    assert said() == ("green", "now")
    assert said(agent_stopped=True) == ("amber", "agent_stopped")
    assert said(NOW - timedelta(seconds=1)) == ("amber", "later")
    assert said(NOW + timedelta(hours=1)) == ("red", "over")
    assert said(stopped=True) == ("red", "stopped")
    assert said(is_licensed=False) == ("red", "unlicensed")
    assert said(is_approved=False) == ("red", "not_approved")


def test_nobody_activates_credentials_from_christmas_eve_2024_on() -> None:
    last, first = date(2024, 12, 23), date(2024, 12, 24)
    assert verdict_of(rules(), "activate", "firm", last).is_open
    ended = verdict_of(rules(), "activate", "firm", first)
    assert (ended.is_open, ended.ended_on) == (False, first)
    assert verdict_of(rules(), "bank", "bank", first).is_open
    assert not verdict_of(rules(), "bank", "firm", first).is_open
    assert not verdict_of(rules(), "unheard of", "bank", first).is_open
    assert not verdict_of(rules(), "training", "unheard of", first).is_open


def test_rules_without_limits_are_no_rules() -> None:
    with pytest.raises(ValueError, match="limits"):
        read_rules("purpose = []\nlimits = []\n")


def test_words_differ() -> None:
    assert len(set(words())) == len(words()) == 64


@given(st.text("田里有队。，", max_size=300))
def test_parts_of_a_message_lose_nothing(text: str) -> None:
    parts = parts_of(text, 70)
    assert "".join(parts) == text
    assert all(0 < len(part) <= 70 for part in parts)


def test_the_page_s_example_of_a_check_digit_is_right() -> None:
    assert check_digit("1234567") == 2
