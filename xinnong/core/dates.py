"""Dates as departments write them, ages, months and the business date of Shanghai."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from xinnong.core.cleaning import Cleaned, tidy

SHANGHAI_OFFSET: Final = timedelta(hours=8)  # no summer time since 1991
FIRST_SERIAL: Final = 1
LAST_SERIAL: Final = 73_050  # 2099-12-31
FALSE_LEAP_DAY: Final = 60
FIRST_YEAR: Final = 1850
LAST_YEAR: Final = 2199
OF_AGE: Final = 18
"""Whoever is younger contracts through a guardian (民法典 17, 18)."""

_SHAPES = (
    ("", re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")),
    ("date.slashes", re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})")),
    ("date.slashes", re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")),
    ("date.dots", re.compile(r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})")),
    ("date.compact", re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")),
    ("date.chinese", re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?")),
)
_MIDNIGHT = re.compile(r"(?<=[0-9])[T ]?00:00(?::00(?:\.0+)?)?$")
_SERIAL = re.compile(r"([0-9]{1,5})(?:\.0+)?")


def clean_date(text: str | None) -> Cleaned[date]:
    """Read 2021-09-30, 2021/9/30, 2021.9.30, 20210930, 2021年9月30日 or a spreadsheet's serial day.

    Repairs name the form: date.slashes, date.dots, date.compact, date.chinese, date.serial,
    date.midnight (a time of 00:00 dropped), and date.fullwidth, date.apostrophe, date.spaces.
    Problems: date.missing, date.shape, date.impossible (31 June), date.range.
    """
    raw = (text or "").strip()
    short = _MIDNIGHT.sub("", raw)
    code, repairs = tidy(short, kind="date")
    if short != raw:
        repairs = ("date.midnight", *repairs)
    if not code:
        return Cleaned(None, repairs, "date.missing")
    for repair, shape in _SHAPES:
        match = shape.fullmatch(code)
        if match:
            return _dated(match, (*repairs, repair) if repair else repairs)
    return _from_serial(code, repairs)


def _dated(match: re.Match[str], repairs: tuple[str, ...]) -> Cleaned[date]:
    try:
        value = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return Cleaned(None, repairs, "date.impossible")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        return Cleaned(None, repairs, "date.range")
    return Cleaned(value, repairs)


def _from_serial(code: str, repairs: tuple[str, ...]) -> Cleaned[date]:
    match = _SERIAL.fullmatch(code)
    if match is None:
        return Cleaned(None, repairs, "date.shape")
    serial = int(match[1])
    if not FIRST_SERIAL <= serial <= LAST_SERIAL:
        return Cleaned(None, repairs, "date.range")
    return Cleaned(from_serial(serial), (*repairs, "date.serial"))


def from_serial(serial: int) -> date:
    """Read a day of the 1900 spreadsheet system, which believes in 29 February 1900 (day 60)."""
    return date(1899, 12, 31 if serial < FALSE_LEAP_DAY else 30) + timedelta(days=serial)


def age_on(birth: date, on: date) -> int:
    """Whole years lived on a day; someone born on 29 February turns a year older on 1 March."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def months_between(start: date, end: date) -> int:
    """Whole months from start to end (negative when end comes first), by day of the month."""
    if end < start:
        return -months_between(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def years_between(start: date, end: date) -> int:
    """Whole years from start to end, as months_between counts."""
    months = months_between(start, end)
    return months // 12 if months >= 0 else -(-months // 12)


def business_date(instant: datetime, *, cutoff: time) -> date:
    """Answer the Shanghai date an institution books an instant on; at the cut-off the next begins.

    `instant` must be aware. A cut-off of 00:00 is the plain calendar day.
    """
    assert instant.tzinfo is not None, "naive instant"
    local = instant.astimezone(UTC).replace(tzinfo=None) + SHANGHAI_OFFSET
    passed = cutoff != time(0) and local.time() >= cutoff
    return local.date() + timedelta(days=int(passed))
