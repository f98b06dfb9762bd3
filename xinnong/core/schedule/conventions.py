"""Which conventions made the figures of a schedule, by stable names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Final

from xinnong.core.schedule.day_counts import add_days
from xinnong.core.schedule.terms import DayCount, InterestPeriod, Level, Method, Terms

LEVEL_FROM_PERIOD_FACTORS: Final = "level.period_factors"
LEVEL_FROM_ANNUAL_RATE: Final = "level.annual_over_n"
GAP_SPREAD_ONCE: Final = "level.gap_spread_once"
LAST_ABSORBS: Final = "last_installment.absorbs_rest"
MULTIPLE_FIRST: Final = "level.multiple_first"
ROUNDED_ONCE: Final = "interest.rounded_once"
THIRTY_360_MONTHS: Final = "day_count.30_360_whole_months"
CUT_AT_31_DECEMBER: Final = "day_count.actual_actual_cut_31_december"
DRAW_BEFORE_INSTALLMENT: Final = "draw.before_installment"
TERMS_KEPT: Final = "terms.dated_version"
FIRST_DAY_COUNTS: Final = "days.first_counts_last_not"
PERIOD_WHATEVER_DAYS: Final = "interest.whole_period"
NEXT_WORKING_DAY: Final = "due.next_working_day"
MONTH_END_CLAMP: Final = "due.month_end_clamp"
FLAT_ONE_SUM: Final = "interest.flat_one_sum"

SHORTEST_MONTH: Final = 28
LEVEL_METHODS: Final = frozenset({Method.EQUAL_INSTALLMENT, Method.BALLOON})


def conventions_of(terms: Terms, *, is_clamped: bool, draws_on_due_date: bool) -> tuple[str, ...]:
    """The names of the conventions that bear on a schedule, in a fixed order.

    `is_clamped` says that a due date was moved to the end of a shorter month, `draws_on_due_date`
    that money was drawn on one.
    """
    return _names(
        terms.method,
        terms.level,
        terms.interest_period,
        terms.day_count,
        terms.rounding.installment_multiple_minor is not None,
        terms.calendar.moves_dates,
        is_clamped,
        draws_on_due_date,
    )


@cache
def _names(
    method: Method,
    level: Level,
    interest_period: InterestPeriod,
    day_count: DayCount,
    *flags: bool,
) -> tuple[str, ...]:
    in_multiples, moves_dates, is_clamped, draws_on_due_date = flags
    is_level, annual = method in LEVEL_METHODS, level is Level.ANNUAL_OVER_N
    daily = interest_period is InterestPeriod.DAILY
    held = (
        (LEVEL_FROM_PERIOD_FACTORS, is_level and not annual),
        (LEVEL_FROM_ANNUAL_RATE, is_level and annual),
        (GAP_SPREAD_ONCE, is_level),
        (LAST_ABSORBS, True),
        (MULTIPLE_FIRST, in_multiples),
        (ROUNDED_ONCE, True),
        (THIRTY_360_MONTHS, daily and day_count is DayCount.THIRTY_360),
        (CUT_AT_31_DECEMBER, daily and day_count is DayCount.ACTUAL_ACTUAL),
        (DRAW_BEFORE_INSTALLMENT, draws_on_due_date),
        (TERMS_KEPT, True),
        (FIRST_DAY_COUNTS, daily),
        (PERIOD_WHATEVER_DAYS, not daily),
        (MONTH_END_CLAMP, is_clamped),
        (NEXT_WORKING_DAY, moves_dates),
        (FLAT_ONE_SUM, method is Method.FLAT),
    )
    return tuple(name for name, holds in held if holds)


def is_clamped(dates: Iterable[date], anchor_day: int) -> bool:
    """Whether a month was too short for the day of the month that was meant."""
    if anchor_day <= SHORTEST_MONTH:
        return False
    return any(day.day < anchor_day and add_days(day, 1).day == 1 for day in dates)
