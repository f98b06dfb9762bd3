"""Dates as departments write them, and the counting of years and months."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core import dates
from xinnong.core.cleaning import Cleaned

DAYS = st.dates(date(1850, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ("2021-09-30", ()),
        ("2021/9/30", ("date.slashes",)),
        ("2021-9-30", ("date.slashes",)),
        ("2021.09.30", ("date.dots",)),
        ("20210930", ("date.compact",)),
        ("2021年9月30日", ("date.chinese",)),
        ("44469", ("date.serial",)),
        ("44469.0", ("date.serial",)),
        ("2021-09-30 00:00:00", ("date.midnight",)),
        ("2021-09-30T00:00", ("date.midnight",)),
        ("２０２１-09-30", ("date.fullwidth",)),
        ("'2021 -09-30", ("date.apostrophe", "date.spaces")),
    ],
)
def test_it_reads_every_form_and_names_it(text: str, repairs: tuple[str, ...]) -> None:
    assert dates.clean_date(text) == Cleaned(date(2021, 9, 30), repairs)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "date.missing"),
        ("", "date.missing"),
        ("2021-06-31", "date.impossible"),
        ("20210230", "date.impossible"),
        ("1849-12-31", "date.range"),
        ("2200-01-01", "date.range"),
        ("99999", "date.range"),
        ("0", "date.range"),
        ("2021-09-30 14:05", "date.shape"),
        ("30/09/2021", "date.shape"),
        ("昨天", "date.shape"),
    ],
)
def test_it_refuses_by_name(text: str | None, problem: str) -> None:
    assert dates.clean_date(text).problem == problem


@given(DAYS)
def test_any_day_reads_back(day: date) -> None:
    assert dates.clean_date(day.isoformat()).value == day
    assert dates.clean_date(f"{day.year}年{day.month}月{day.day}日").value == day


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        (1, date(1900, 1, 1)),
        (59, date(1900, 2, 28)),
        (61, date(1900, 3, 1)),
        (45292, date(2024, 1, 1)),
    ],
)
def test_serial_days_follow_the_spreadsheet(serial: int, day: date) -> None:
    assert dates.from_serial(serial) == day


def test_ages_turn_on_the_birthday() -> None:
    assert dates.age_on(date(1958, 3, 12), date(2026, 3, 11)) == 67
    assert dates.age_on(date(1958, 3, 12), date(2026, 3, 12)) == 68
    assert dates.age_on(date(2004, 2, 29), date(2022, 2, 28)) == 17
    assert dates.age_on(date(2004, 2, 29), date(2022, 3, 1)) == 18


@given(DAYS, DAYS)
def test_months_are_whole_and_turn_with_the_order(start: date, end: date) -> None:
    months = dates.months_between(start, end)
    assert months == -dates.months_between(end, start)
    assert (months > 0) <= (end > start)
    assert dates.years_between(start, end) == -dates.years_between(end, start)


def test_months_count_by_the_day() -> None:
    assert dates.months_between(date(2026, 1, 31), date(2026, 2, 28)) == 0
    assert dates.months_between(date(2026, 1, 28), date(2026, 2, 28)) == 1
    assert dates.years_between(date(2024, 2, 29), date(2026, 2, 28)) == 1


def test_the_business_date_is_that_of_shanghai_and_turns_at_the_cutoff() -> None:
    late = datetime(2026, 1, 31, 16, 30, tzinfo=UTC)
    assert dates.business_date(late, cutoff=time(0)) == date(2026, 2, 1)
    assert dates.business_date(late - timedelta(hours=1), cutoff=time(0)) == date(2026, 1, 31)
    assert dates.business_date(late - timedelta(hours=1), cutoff=time(23)) == date(2026, 2, 1)
