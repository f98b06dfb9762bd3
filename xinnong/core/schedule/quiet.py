"""The short way for the plainest loan: level instalments, drawn once, and nothing happens to it.

The rows are those of `walk`, which tests hold beside it; only the way there is shorter.
"""

from __future__ import annotations

from itertools import count, pairwise, repeat
from typing import Final

from xinnong.core.schedule.day_counts import DENOMINATORS
from xinnong.core.schedule.due_dates import due_dates, nominal_share, periods_of
from xinnong.core.schedule.exact import RATE_UNIT, divide, level_of_shares, rate_micro
from xinnong.core.schedule.schedule import Row
from xinnong.core.schedule.terms import (
    DayCount,
    InterestPeriod,
    InterestRounding,
    Level,
    Method,
    Terms,
)

PERCENT: Final = 100
BY_DAYS: Final = frozenset({DayCount.ACTUAL_360, DayCount.ACTUAL_364, DayCount.ACTUAL_365})

Split = tuple[list[int], list[int]]


def is_quiet(terms: Terms) -> bool:
    """Whether the short way is open to these terms."""
    draws, grace = terms.disbursements, terms.grace
    return (
        terms.method is Method.EQUAL_INSTALLMENT
        and not terms.events
        and terms.level is Level.PERIOD_FACTORS
        and not (grace.principal or grace.interest_payment or grace.interest_free)
        and (not draws or (len(draws) == 1 and draws[0].on == terms.disbursed_on))
        and not terms.calendar.moves_dates
    )


def quiet_rows(terms: Terms) -> tuple[tuple[Row, ...], int]:
    """The rows of a quiet loan, and the day of the month that its due dates stand for."""
    dues, anchor_day = due_dates(terms, count=terms.number_of_repayments)
    days = [(due - start).days for start, due in pairwise([terms.disbursed_on, *dues])]
    shares, year = _shares(terms, days)
    principals, interests = _split(terms, shares, year)
    totals = [one + other for one, other in zip(principals, interests, strict=True)]
    balances, balance = [], terms.principal_minor
    for principal in principals:
        balance -= principal
        balances.append(balance)
    none = repeat(0)
    columns = zip(
        count(1), dues, days, principals, interests, none, none, totals, balances, strict=False
    )
    return tuple(map(Row._make, columns)), anchor_day


def _shares(terms: Terms, days: list[int]) -> tuple[list[int], int]:
    """Each period as a share of a year, over the year."""
    if terms.interest_period is InterestPeriod.SAME_AS_REPAYMENT:
        share, year = nominal_share(terms)
        return [share] * len(days), year
    year = DENOMINATORS[terms.day_count]
    if terms.day_count in BY_DAYS:
        return days, year
    return [period.share for period in periods_of(terms)], year


def _split(terms: Terms, shares: list[int], year: int) -> Split:
    """Principal and interest of every row, for the level amount or its one retry."""
    rounding, rate = terms.rounding, rate_micro(terms.annual_rate_percent)
    unit = rounding.installment_unit_minor
    level = level_of_shares(
        terms.principal_minor, shares, year, rate=rate, rounding=rounding.interest, unit=unit
    )
    split, gap = _run(terms, shares, year * RATE_UNIT, rate, level)
    length = len(shares)
    if abs(gap) * PERCENT <= length * terms.last_installment_gap_pct:
        return split
    other = divide(max(0, level * length + gap), length, rounding.interest, unit)
    if other != level:
        again, other_gap = _run(terms, shares, year * RATE_UNIT, rate, other)
        if abs(other_gap) < abs(gap):
            return again
    return split


def _run(terms: Terms, shares: list[int], year: int, rate: int, level: int) -> tuple[Split, int]:
    """Principal and interest of every row, and by how much the last differs from the level."""
    rounding, unit = terms.rounding.interest, terms.rounding.unit_minor
    half_up = rounding is InterestRounding.HALF_UP
    whole_year = year * unit
    balance, principals, interests = terms.principal_minor, [], []
    for share in shares[:-1]:
        interest, rest = divmod(balance * rate * share, whole_year)
        rest += rest
        if rest > whole_year or (rest == whole_year and (half_up or interest & 1)):
            interest += 1
        interest *= unit
        principal = level - interest if level > interest else 0
        balance -= principal
        principals.append(principal)
        interests.append(interest)
        if balance <= 0:
            principals[-1] += balance
            return (principals, interests), balance - level
    interest = divide(balance * rate * shares[-1], year, rounding, unit)
    principals.append(balance)
    interests.append(interest)
    return (principals, interests), balance + interest - level
