"""When instalments fall due, and what share of a year each period is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from xinnong.core.schedule.day_counts import DENOMINATORS, add_days, add_months, elapsed
from xinnong.core.schedule.terms import (
    UNIT_DAYS,
    UNIT_MONTHS,
    Calendar,
    DayCount,
    InterestPeriod,
    Method,
    Terms,
    Unit,
)

SHORTEST_MONTH: Final = 28
MONTHS: Final = 12
# periods in a year, for interest that does not look at days; days go by the day count's year
IN_A_YEAR: Final[Mapping[Unit, int]] = {
    Unit.WEEKS: 52,
    Unit.MONTHS: 12,
    Unit.QUARTERS: 4,
    Unit.YEARS: 1,
}
YEAR_OF: Final[Mapping[DayCount, int]] = {
    DayCount.ACTUAL_ACTUAL: 365,
    DayCount.ACTUAL_365: 365,
    DayCount.ACTUAL_360: 360,
    DayCount.ACTUAL_364: 364,
    DayCount.THIRTY_360: 360,
}


class Period(NamedTuple):
    """From one due date to the next; `share` over `year` is its part of a year."""

    start: date
    due: date
    share: int
    year: int
    anchor_day: int
    income_month: int


def periods_of(terms: Terms) -> list[Period]:
    """All periods of the terms as agreed, on working days where the calendar says so.

    A balloon worked out over more instalments than are paid has periods for all of them.
    """
    count = terms.balloon.amortised_over or terms.number_of_repayments
    dates, anchor_day = due_dates(terms, count=count)
    if terms.method is Method.AT_MATURITY:
        dates = dates[-1:]
    return periods_between(terms, terms.disbursed_on, dates, anchor_day, first=0)


def due_dates(terms: Terms, *, count: int) -> tuple[list[date], int]:
    """The due dates before any moves to a working day, and the day of the month they stand for."""
    natural = _step(terms, terms.disbursed_on, 1, terms.disbursed_on.day)
    first = terms.first_due_on or natural
    anchor_day = terms.disbursed_on.day if first == natural else first.day
    return dates_from(terms, first, count, anchor_day), anchor_day


def dates_from(terms: Terms, first: date, count: int, anchor_day: int) -> list[date]:
    """The first date and those that follow it at the agreed distance."""
    months = UNIT_MONTHS.get(terms.unit)
    if months is None or anchor_day > SHORTEST_MONTH:
        return [first, *(_step(terms, first, steps, anchor_day) for steps in range(1, count))]
    step, begin = terms.every * months, first.year * MONTHS + first.month - 1
    later = range(begin + step, begin + step * count, step)
    return [first, *(date(at // MONTHS, at % MONTHS + 1, anchor_day) for at in later)]


def _step(terms: Terms, start: date, steps: int, day: int) -> date:
    months = UNIT_MONTHS.get(terms.unit)
    if months is None:
        return add_days(start, steps * terms.every * UNIT_DAYS[terms.unit])
    return add_months(start, steps * terms.every * months, day)


def periods_between(
    terms: Terms, start: date, dates: list[date], anchor_day: int, *, first: int
) -> list[Period]:
    """The periods that end on the dates; `first` is the index of the first among all periods."""
    periods, free = [], terms.grace.interest_free
    repeat = terms.number_of_repayments if terms.method is Method.AT_MATURITY else 1
    fixed = _fixed_share(terms, repeat)
    year = fixed[1] if fixed else DENOMINATORS[terms.day_count]
    moves = terms.calendar.moves_dates
    for index, date_ in enumerate(dates, first):
        due = working_day(terms.calendar, date_) if moves else date_
        anchor = anchor_day if add_months(start, 0, anchor_day) == start else start.day
        share = fixed[0] if fixed else elapsed(terms.day_count, start, due, anchor)
        share = 0 if index < free else share
        periods.append(Period(start, due, share, year, anchor, date_.month))
        start = due
    return periods


def _fixed_share(terms: Terms, repeat: int) -> tuple[int, int] | None:
    """Share and year of every period where interest does not look at days; else None."""
    if terms.interest_period is InterestPeriod.DAILY:
        return None
    return nominal_share(terms, repeat)


def nominal_share(terms: Terms, repeat: int = 1) -> tuple[int, int]:
    """`every` units as a part of a year: 1/12 a month, 1/52 a week, whatever the days."""
    year = IN_A_YEAR.get(terms.unit) or YEAR_OF[terms.day_count]
    return terms.every * repeat, year


def working_day(calendar: Calendar, day: date) -> date:
    """The day itself, or the next one on which business is done."""
    while _is_closed(calendar, day):
        day += timedelta(days=1)
    return day


def _is_closed(calendar: Calendar, day: date) -> bool:
    if day in calendar.holidays:
        return True
    return day.isoweekday() in calendar.weekend_days and day not in calendar.workdays


def share_until(terms: Terms, period: Period, day: date) -> int:
    """The part of a period's interest share up to a day, over `split_year`."""
    if terms.interest_period is InterestPeriod.DAILY:
        if not period.share:
            return 0
        return elapsed(terms.day_count, period.start, day, period.anchor_day)
    return period.share * (day - period.start).days


def split_year(terms: Terms, period: Period) -> int:
    """The denominator of `share_until`."""
    if terms.interest_period is InterestPeriod.DAILY:
        return period.year
    return period.year * max((period.due - period.start).days, 1)
