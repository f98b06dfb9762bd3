"""From a schedule to what end of day lives by: stretches that earn, and what falls due when.

The schedule rounds interest once per instalment even where a rate or a balance changed within it;
here each part of such a period gets its share of that one amount, so that the days still sum to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from xinnong.core.loan_book import Due, Stretch
from xinnong.core.schedule.build import stand
from xinnong.core.schedule.day_counts import elapsed
from xinnong.core.schedule.standing import Accrual, exact_interest, rounded
from xinnong.core.schedule.standing import Standing as Walked
from xinnong.core.schedule.terms import DayCount, InterestPeriod, Method, Terms

RATE_DECIMALS: Final = 6
EPOCH: Final = date(1970, 1, 1)
"""Where the clocks start; no loan is older."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule as end of day uses it."""

    stretches: tuple[Stretch, ...]
    dues: tuple[Due, ...]

    @property
    def ends_on(self) -> date:
        """The last day on which something falls due."""
        return self.dues[-1].on

    def stretch_on(self, day: date) -> Stretch | None:
        """The stretch a day belongs to; None where nothing is earned any more."""
        return next((s for s in self.stretches if s.from_on <= day < s.until_on), None)


def plan_of(terms: Terms) -> Plan:
    """Work out stretches and dues. Raises InvalidTerms for an event that cannot happen."""
    loan = stand(terms)
    stretches = tuple(
        stretch for accrual in loan.accruals for stretch in _stretches_of(loan, terms, accrual)
    )
    dues = tuple(
        Due(row.n, row.due, row.principal_minor, row.interest_minor, row.fee_minor)
        for row in loan.rows
    )
    return Plan(stretches, dues)


def _stretches_of(loan: Walked, terms: Terms, accrual: Accrual) -> Iterator[Stretch]:
    """The parts of a period; the last one brings the period's interest to what the row asks."""
    parts, before = accrual.stretches, 0
    is_even = _is_even(terms, accrual)
    for index, part in enumerate(parts, 1):
        exact = exact_interest(terms, accrual.period, parts[:index])
        until = accrual.interest_minor if index == len(parts) else rounded(loan, exact)
        until = min(until, accrual.interest_minor)
        yield Stretch(
            from_on=part.start,
            until_on=part.end,
            balance_minor=part.base_minor,
            rate_percent=Decimal(part.rate_micro).scaleb(-RATE_DECIMALS),
            earned_minor=until - before,
            is_even=is_even,
        )
        before = until


def _is_even(terms: Terms, accrual: Accrual) -> bool:
    """Whether interest does not go by real days: 30/360, a period whatever its days, or none."""
    whole = terms.interest_period is InterestPeriod.SAME_AS_REPAYMENT
    thirty = terms.day_count is DayCount.THIRTY_360
    free = not accrual.period.share or terms.rounding.unit_minor > 1
    return whole or thirty or free or terms.method is Method.FLAT


def clock(count: DayCount, day: date) -> int:
    """Share of a year since EPOCH, over the denominator of the day count; counts real days only.

    `elapsed(count, a, b)` is `clock(count, b) - clock(count, a)`, so that a statement over many
    loans needs one number per day count and a stretch only its own start.
    """
    real = DayCount.ACTUAL_360 if count is DayCount.THIRTY_360 else count
    return elapsed(real, EPOCH, day, EPOCH.day)
