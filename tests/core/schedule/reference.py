"""The slow, obvious way to interest: one day at a time, in fractions."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from xinnong.core.schedule import Row, Terms
from xinnong.core.schedule.terms import (
    DayCount,
    EventKind,
    InterestPeriod,
    InterestRounding,
    Method,
    Unit,
)

ONE_DAY = timedelta(days=1)
MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}
PER_YEAR = {Unit.WEEKS: 52, Unit.MONTHS: 12, Unit.QUARTERS: 4, Unit.YEARS: 1}
YEAR = {DayCount.ACTUAL_365: 365, DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364}
BASIS = {**YEAR, DayCount.ACTUAL_ACTUAL: 365, DayCount.THIRTY_360: 360}


def later_month(day: date, months: int, wanted_day: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(wanted_day, monthrange(year, month)[1]))


def dues(terms: Terms) -> tuple[list[date], int]:
    """Due dates of terms without moves to working days, and the day of the month they mean."""
    wanted, first = terms.disbursed_on.day, terms.first_due_on
    if terms.unit in MONTHS:
        step = terms.every * MONTHS[terms.unit]
        if first is None or first == later_month(terms.disbursed_on, step, wanted):
            dates = [later_month(terms.disbursed_on, step, wanted)]
        else:
            dates, wanted = [first], first.day
        for _ in range(terms.number_of_repayments - 1):
            dates.append(later_month(dates[-1], step, wanted))
    else:
        length = terms.every * (7 if terms.unit is Unit.WEEKS else 1)
        dates = [first or terms.disbursed_on + timedelta(days=length)]
        if first and first != terms.disbursed_on + timedelta(days=length):
            wanted = first.day
        for _ in range(terms.number_of_repayments - 1):
            dates.append(dates[-1] + timedelta(days=length))
    return dates[-1:] if terms.method is Method.AT_MATURITY else dates, wanted


def days(start: date, end: date) -> Iterator[date]:
    while start < end:
        yield start
        start += ONE_DAY


def shares(terms: Terms, start: date, end: date, wanted_day: int) -> dict[date, Fraction]:
    """What part of a year each day of a period counts."""
    if terms.interest_period is InterestPeriod.SAME_AS_REPAYMENT:
        repeat = terms.number_of_repayments if terms.method is Method.AT_MATURITY else 1
        part = Fraction(terms.every * repeat, PER_YEAR.get(terms.unit) or BASIS[terms.day_count])
        return dict.fromkeys(days(start, end), part / (end - start).days)
    if terms.day_count in YEAR:
        return {day: Fraction(1, YEAR[terms.day_count]) for day in days(start, end)}
    if terms.day_count is DayCount.ACTUAL_ACTUAL:
        # the night to 1 January is the new year's: the cut is at 31 December
        return {
            day: Fraction(1, 366 if isleap((day + ONE_DAY).year) else 365)
            for day in days(start, end)
        }
    anchor = wanted_day if later_month(start, 0, wanted_day) == start else start.day
    found: dict[date, Fraction] = {}
    months = 0
    while (at := later_month(start, months, anchor)) < end:
        after = later_month(start, months + 1, anchor)
        found.update({day: Fraction(1, 12 * (after - at).days) for day in days(at, after)})
        months += 1
    return {day: part for day, part in found.items() if day < end}


def rate_on(terms: Terms, day: date) -> Fraction:
    rate = Fraction(terms.annual_rate_percent)
    for event in sorted(terms.events, key=lambda event: event.on):
        if event.rate_percent is not None and event.on <= day:
            rate = Fraction(event.rate_percent)
        if event.kind is EventKind.INTEREST_PAUSE:
            assert isinstance(event.until, date)
            if event.on <= day < event.until:
                return Fraction(0)
    return rate / 100


def owed_on(terms: Terms, rows: tuple[Row, ...], day: date, due: date) -> int:
    """What bears interest on a day of the period that ends on `due`."""
    lent = sum(draw.amount_minor for draw in terms.draws if draw.on <= day)
    if terms.method is Method.FLAT:
        return lent
    held = sum(
        event.amount_minor or 0
        for event in terms.events
        if event.kind in {EventKind.PREPAYMENT, EventKind.REPAYMENT}
        and event.until == "period_end"
        and event.on <= day
        and _period_end(terms, event.on) == due
    )
    return lent - sum(row.principal_minor for row in rows if row.due <= day) + held


def _period_end(terms: Terms, on: date) -> date | None:
    """When the period of a day ends; money paid on a due date is paid at the end already."""
    dates = dues(terms)[0]
    return None if on in dates else next((due for due in dates if due > on), None)


def exact_interest(
    terms: Terms, rows: tuple[Row, ...], start: date, end: date, due: date, wanted_day: int
) -> Fraction:
    """Interest from start to before `end` within the period that falls due on `due`."""
    parts = shares(terms, start, due, wanted_day)
    alike = Counter(
        (owed_on(terms, rows, day, due), rate_on(terms, day), parts[day])
        for day in days(start, end)
    )
    return sum(
        (owed * rate * part * count for (owed, rate, part), count in alike.items()), Fraction(0)
    )


def rounded(terms: Terms, exact: Fraction) -> int:
    unit = terms.rounding.unit_minor
    units = exact / unit
    if terms.rounding.interest is InterestRounding.HALF_UP:
        return int(units + Fraction(1, 2)) * unit
    return round(units) * unit
