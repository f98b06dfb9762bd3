"""Interest of single days, as an end of day books it.

Booked for a day is the rounded interest through that day less the rounded interest through the day
before, so that the days of a period sum exactly to the interest its row asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from xinnong.core.schedule.build import stand
from xinnong.core.schedule.exact import divide
from xinnong.core.schedule.standing import Accrual, exact_interest
from xinnong.core.schedule.terms import Terms

ONE_DAY = timedelta(days=1)


def accruals_of(terms: Terms) -> tuple[Accrual, ...]:
    """The interest periods of a loan, with what bore interest on which days. Raises InvalidTerms.

    A period ends on the day on which its interest is asked for or put off, which does not count.
    """
    return tuple(stand(terms).accruals)


def accrued_minor(terms: Terms, accrual: Accrual, through: date) -> int:
    """Interest of a period from its first day through a day, that day included, in fen.

    Rounded as the row's interest is; through the last day it is exactly what the row asks for of
    this period. 0 before the first day.
    """
    if through < accrual.period.start:
        return 0
    day = through + ONE_DAY
    if day >= accrual.end:
        return accrual.interest_minor
    past = [part._replace(end=min(part.end, day)) for part in accrual.stretches if part.start < day]
    rounding = terms.rounding
    exact = exact_interest(terms, accrual.period, past)
    return divide(*exact, rounding.interest, rounding.unit_minor)


def booked_minor(terms: Terms, accrual: Accrual, on: date) -> int:
    """What is booked for one day of a period, in fen; 0 outside it.

    Below 0 only where flat interest rounded up day by day exceeds the agreed sum at the end.
    """
    return accrued_minor(terms, accrual, on) - accrued_minor(terms, accrual, on - ONE_DAY)


def booked_days(terms: Terms) -> Iterator[tuple[date, int]]:
    """Every day of the loan on which something is booked, with the amount, in order."""
    for accrual in accruals_of(terms):
        last = max(accrual.end - ONE_DAY, accrual.period.start)
        for ahead in range((last - accrual.period.start).days + 1):
            day = accrual.period.start + timedelta(days=ahead)
            if amount := booked_minor(terms, accrual, day):
                yield day, amount
