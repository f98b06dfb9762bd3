"""Where a loan stands while its schedule is worked out, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from xinnong.core.schedule.due_dates import Period, share_until, split_year
from xinnong.core.schedule.exact import RATE_UNIT, divide
from xinnong.core.schedule.moves import Move
from xinnong.core.schedule.schedule import Row
from xinnong.core.schedule.terms import Method, Terms


class Stretch(NamedTuple):
    """Days of one period with one balance and one rate: from `start` to before `end`."""

    start: date
    end: date
    base_minor: int
    rate_micro: int


class Accrual(NamedTuple):
    """How the interest of one row came about, for those who book it day by day.

    `base_minor` × `rate_micro` × share of each stretch, over `year` × RATE_UNIT, is the exact
    interest; `interest_minor` is what the row asks for of this period, rounded.
    """

    period: Period
    end: date
    stretches: tuple[Stretch, ...]
    interest_minor: int


@dataclass(slots=True)
class Standing:
    """The state of a loan between two days; `balance_minor` is the principal owed."""

    terms: Terms
    periods: list[Period]
    count: int
    moves: list[Move]
    rate_micro: int
    planned: list[int] | None = None  # principal by instalment, where it was worked out before
    next_move: int = 0
    balance_minor: int = 0
    lent_minor: int = 0
    held_minor: int = 0  # paid back, but bearing interest to the end of the period
    level_minor: int | None = None
    principal_minor: int | None = None  # of one instalment, where it is the same in all
    season: tuple[int, int] | None = None  # amount and weights that a season is shared out by
    later_weights: list[int] = field(default_factory=list)  # of a season, from each period on
    credit_minor: int = 0  # paid ahead of the next instalments
    deferred_minor: int = 0
    pauses: int = 0
    flat_exact: Fraction = Fraction(0)
    flat_asked_minor: int = 0
    stretches: list[Stretch] = field(default_factory=list)
    mark: date = date.min
    settled: bool = False
    rows: list[Row] = field(default_factory=list)
    principals: list[int] = field(default_factory=list)
    accruals: list[Accrual] = field(default_factory=list)

    @property
    def base_minor(self) -> int:
        """What bears interest today."""
        if self.pauses:
            return 0
        if self.terms.method is Method.FLAT:
            return self.lent_minor
        return self.balance_minor + self.held_minor

    @property
    def plan_minor(self) -> int:
        """What the instalments to come are shared out of: as if nothing had been paid ahead."""
        return self.balance_minor + self.credit_minor

    def has_moves_until(self, day: date) -> bool:
        """Whether anything happens up to and on a day."""
        return self.next_move < len(self.moves) and self.moves[self.next_move].on <= day

    def pay(self, on: date, days: int, principal: int, interest: int = 0, penalty: int = 0) -> None:
        """Write a row; what is paid beside the days of an instalment joins the row of its day."""
        self.balance_minor -= principal
        last = self.rows[-1] if self.rows else None
        total = principal + interest + penalty
        if last is not None and last.due == on and not days:
            self.rows[-1] = Row(
                last.n,
                on,
                last.days,
                last.principal_minor + principal,
                last.interest_minor + interest,
                0,
                last.penalty_minor + penalty,
                last.total_minor + total,
                self.balance_minor,
            )
            return
        number = len(self.rows) + 1
        self.rows.append(
            Row(number, on, days, principal, interest, 0, penalty, total, self.balance_minor)
        )


def close_stretch(loan: Standing, day: date) -> None:
    """End the stretch that ran until a day, before something changes on it."""
    if day > loan.mark:
        loan.stretches.append(Stretch(loan.mark, day, loan.base_minor, loan.rate_micro))
        loan.mark = day


def accrued(loan: Standing, period: Period) -> tuple[int, int]:
    """Exact interest of the closed stretches of a period, as numerator and denominator."""
    return exact_interest(loan.terms, period, loan.stretches)


def exact_interest(
    terms: Terms, period: Period, stretches: list[Stretch] | tuple[Stretch, ...]
) -> tuple[int, int]:
    """Exact interest of stretches that lie within a period, as numerator and denominator."""
    if not period.share:
        return 0, period.year * RATE_UNIT
    if len(stretches) == 1 and (stretches[0][0], stretches[0][1]) == (period.start, period.due):
        only = stretches[0]
        return only.base_minor * only.rate_micro * period.share, period.year * RATE_UNIT
    total = sum(
        part.base_minor
        * part.rate_micro
        * (share_until(terms, period, part.end) - share_until(terms, period, part.start))
        for part in stretches
    )
    return total, split_year(terms, period) * RATE_UNIT


def rounded(loan: Standing, exact: tuple[int, int]) -> int:
    """Interest as it is asked for: rounded once, to the unit of the currency."""
    rounding = loan.terms.rounding
    return divide(*exact, rounding.interest, rounding.unit_minor)
