"""Which conventions made the figures of a schedule, by stable names."""

from __future__ import annotations

from typing import Final

from xinnong.core.schedule.day_counts import add_days
from xinnong.core.schedule.moves import Rank
from xinnong.core.schedule.standing import Standing
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

LEVEL_METHODS: Final = frozenset({Method.EQUAL_INSTALLMENT, Method.BALLOON})


def conventions_of(terms: Terms, loan: Standing) -> tuple[str, ...]:
    """The names of the conventions that bear on a schedule, in a fixed order."""
    is_level = terms.method in LEVEL_METHODS
    annual = terms.level is Level.ANNUAL_OVER_N
    daily = terms.interest_period is InterestPeriod.DAILY
    held = (
        (LEVEL_FROM_PERIOD_FACTORS, is_level and not annual),
        (LEVEL_FROM_ANNUAL_RATE, is_level and annual),
        (GAP_SPREAD_ONCE, is_level),
        (LAST_ABSORBS, True),
        (MULTIPLE_FIRST, terms.rounding.installment_multiple_minor is not None),
        (ROUNDED_ONCE, True),
        (THIRTY_360_MONTHS, daily and terms.day_count is DayCount.THIRTY_360),
        (CUT_AT_31_DECEMBER, daily and terms.day_count is DayCount.ACTUAL_ACTUAL),
        (DRAW_BEFORE_INSTALLMENT, _draws_on_due_date(loan)),
        (TERMS_KEPT, True),
        (FIRST_DAY_COUNTS, daily),
        (PERIOD_WHATEVER_DAYS, not daily),
        (MONTH_END_CLAMP, any(_is_clamped(loan, k) for k in range(loan.count))),
        (NEXT_WORKING_DAY, terms.calendar.moves_dates),
        (FLAT_ONE_SUM, terms.method is Method.FLAT),
    )
    return tuple(name for name, holds in held if holds)


def _draws_on_due_date(loan: Standing) -> bool:
    draws = {move.on for move in loan.moves if move.rank is Rank.DRAW}
    return any(period.due in draws for period in loan.periods[: loan.count])


def _is_clamped(loan: Standing, index: int) -> bool:
    if loan.terms.calendar.moves_dates:
        return False
    period = loan.periods[index]
    return period.due.day < period.anchor_day and add_days(period.due, 1).day == 1
