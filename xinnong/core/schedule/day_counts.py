"""Days as shares of a year, in whole numbers over one denominator.

`elapsed(start, day)` counts from the first day of a period, which counts, to a day, which does not.
It only grows, and it is 0 on the first day, so that interest between two days of a period is a
difference, and all differences sum to the whole.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from xinnong.core.schedule.terms import DayCount

YEAR: Final = 365
LEAP_YEAR: Final = 366
MONTHS: Final = 12
MONTH_LENGTHS: Final = 28 * 29 * 15 * 31  # the least that 28, 29, 30 and 31 divide
THIRTY_360: Final = MONTHS * MONTH_LENGTHS

DENOMINATORS: Final[Mapping[DayCount, int]] = {
    DayCount.ACTUAL_ACTUAL: YEAR * LEAP_YEAR,
    DayCount.ACTUAL_365: YEAR,
    DayCount.ACTUAL_360: 360,
    DayCount.ACTUAL_364: 364,
    DayCount.THIRTY_360: THIRTY_360,
}


def elapsed(count: DayCount, start: date, day: date, anchor_day: int) -> int:
    """Share of a year from start to day, over DENOMINATORS[count].

    `anchor_day` is the day of the month on which whole months of 30/360 end, before clamping.
    """
    if count is DayCount.ACTUAL_ACTUAL:
        return _cut_at_year_ends(start, day)
    if count is DayCount.THIRTY_360:
        return _months_and_days(start, day, anchor_day)
    return (day - start).days


def _cut_at_year_ends(start: date, day: date) -> int:
    """Days to each 31 December over the length of that year, the rest over that of the last year.

    The night from 31 December to 1 January thus belongs to the new year.
    """
    total, mark = 0, start
    for year in range(start.year, day.year):
        end = date(year, 12, 31)
        total += (end - mark).days * _weight(year)
        mark = end
    return total + (day - mark).days * _weight(day.year)


def _weight(year: int) -> int:
    """What one day of a year counts over 365 × 366."""
    return YEAR if isleap(year) else LEAP_YEAR


def _months_and_days(start: date, day: date, anchor_day: int) -> int:
    """Whole months as twelfths, then days over the length of the month they belong to."""
    months = (day.year - start.year) * MONTHS + day.month - start.month
    reached = add_months(start, months, anchor_day)
    if reached > day:
        months -= 1
        reached = add_months(start, months, anchor_day)
    length = (add_months(start, months + 1, anchor_day) - reached).days
    return months * MONTH_LENGTHS + (day - reached).days * MONTH_LENGTHS // length


def add_months(start: date, months: int, day: int) -> date:
    """The given day of the month that comes `months` later, or the last day of a shorter month."""
    year, month = divmod(start.year * MONTHS + start.month - 1 + months, MONTHS)
    try:
        return date(year, month + 1, day)
    except ValueError:
        return date(year, month + 1, monthrange(year, month + 1)[1])


def add_days(start: date, days: int) -> date:
    """The date that comes some days later."""
    return start + timedelta(days=days)
