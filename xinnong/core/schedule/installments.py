"""How much principal an instalment brings back, by method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import accumulate
from typing import Final

from xinnong.core.schedule.due_dates import Period, nominal_share
from xinnong.core.schedule.exact import RATE_UNIT, divide, level_amount
from xinnong.core.schedule.standing import Standing, Stretch, exact_interest, rounded
from xinnong.core.schedule.terms import Level, Method, Terms

PERCENT: Final = 100
Exact = tuple[int, int]


def planned_principal(loan: Standing, index: int, interest: int, exact: Exact) -> int:
    """Principal of an instalment that is not the last, before anything paid ahead is taken off."""
    if loan.planned is not None and index < len(loan.planned):
        return min(loan.planned[index], loan.plan_minor)
    if index < loan.terms.grace.principal:
        return 0
    wanted = _PRINCIPAL[loan.terms.method](loan, index, interest, exact)
    return max(0, min(wanted, loan.plan_minor))


def _nothing(_loan: Standing, _index: int, _interest: int, _exact: Exact) -> int:
    return 0


def _of_level(loan: Standing, index: int, interest: int, exact: Exact) -> int:
    if loan.level_minor is None:
        loan.level_minor = level_from(loan, index, interest, exact)
    return loan.level_minor - interest


def _of_equal_shares(loan: Standing, index: int, _interest: int, _exact: Exact) -> int:
    if loan.principal_minor is None:
        rounding = loan.terms.rounding
        loan.principal_minor = divide(
            loan.plan_minor,
            loan.count - index,
            rounding.interest,
            rounding.installment_unit_minor,
        )
    return loan.principal_minor


def _of_the_season(loan: Standing, index: int, _interest: int, _exact: Exact) -> int:
    """The share of a month of income by its weight; the last such month takes the rest."""
    later = loan.later_weights or _weights_from_each(loan)
    weight = later[index] - later[index + 1]
    if weight == later[index]:
        return loan.plan_minor if weight else 0
    if loan.season is None:
        loan.season = (loan.plan_minor, later[index])
    rounding, (amount, total) = loan.terms.rounding, loan.season
    unit = rounding.installment_unit_minor
    return divide(amount * weight, total, rounding.interest, unit)


def _weights_from_each(loan: Standing) -> list[int]:
    """The weights of each period and all after it, and 0 at the end."""
    weights = [income_weight(loan.terms, period) for period in loan.periods[: loan.count]]
    loan.later_weights = [*accumulate(reversed(weights), initial=0)][::-1]
    return loan.later_weights


def make_plan(loan: Standing, index: int, on: date) -> None:
    """Work out the instalments before money paid on a day changes what is owed, if none are yet.

    `index` is the period in which the day lies; on its due date the instalment is already paid.
    """
    first = max(index + (on == loan.periods[index].due), loan.terms.grace.principal)
    if first >= loan.count - 1 or loan.planned is not None:
        return
    period = loan.periods[first]
    whole = [Stretch(max(on, period.start), period.due, loan.base_minor, loan.rate_micro)]
    past = loan.stretches if period.start < on < period.due else []
    exact = exact_interest(loan.terms, period, [*past, *whole])
    planned_principal(loan, first, rounded(loan, exact), exact)


def shorten(loan: Standing, index: int, on: date) -> None:
    """Let the loan end with the instalment that, staying as it is, pays off what is owed."""
    first = index + (on == loan.periods[index].due)
    balance, rounding = loan.balance_minor, loan.terms.rounding
    for place in range(max(first, loan.terms.grace.principal), loan.count):
        part = loan.principal_minor
        if loan.level_minor is not None:
            period = loan.periods[place]
            exact = (balance * loan.rate_micro * period.share, period.year * RATE_UNIT)
            part = loan.level_minor - divide(*exact, rounding.interest, rounding.unit_minor)
        if part is None:
            return
        balance -= max(0, part)
        if balance <= 0:
            loan.count = place + 1
            return


def income_weight(terms: Terms, period: Period) -> int:
    """How much of a year's income comes in the month in which a period ends."""
    return terms.calendar.income_weights.get(period.income_month, 0)


_PRINCIPAL: Final[Mapping[Method, Callable[[Standing, int, int, Exact], int]]] = {
    Method.EQUAL_INSTALLMENT: _of_level,
    Method.BALLOON: _of_level,
    Method.EQUAL_PRINCIPAL: _of_equal_shares,
    Method.FLAT: _of_equal_shares,
    Method.SEASONAL: _of_the_season,
    Method.INTEREST_FIRST: _nothing,
    Method.AT_MATURITY: _nothing,
    Method.REVOLVING: _nothing,
}


def level_from(loan: Standing, index: int, interest: int, exact: Exact) -> int:
    """The level instalment from this one on, retried once where the last would differ too much."""
    level = _level(loan, index, exact)
    if loan.terms.balloon.amortised_over:
        return level
    count = loan.count - index
    gap = _gap(loan, index, interest, level)
    if abs(gap) * PERCENT <= count * loan.terms.last_installment_gap_pct:
        return level
    rounding = loan.terms.rounding
    spread = max(0, level * count + gap)
    other = divide(spread, count, rounding.interest, rounding.installment_unit_minor)
    if other != level and abs(_gap(loan, index, interest, other)) < abs(gap):
        return other
    return level


def _level(loan: Standing, index: int, exact: Exact) -> int:
    terms, rounding = loan.terms, loan.terms.rounding
    numerator, denominator = exact
    later = loan.periods[index + 1 :]
    if terms.level is Level.ANNUAL_OVER_N:
        share, year = nominal_share(terms)
        later = [p._replace(share=share if p.share else 0, year=year) for p in later]
        share = share if loan.periods[index].share else 0
        numerator = loan.plan_minor * loan.rate_micro * share
        denominator = year * RATE_UNIT
    return level_amount(
        (loan.plan_minor * denominator + numerator, denominator),
        later,
        rate=loan.rate_micro,
        left_minor=min(terms.balloon.amount_minor or 0, loan.plan_minor),
        rounding=rounding.interest,
        unit=rounding.installment_unit_minor,
    )


def _gap(loan: Standing, index: int, interest: int, level: int) -> int:
    """By how much the last instalment would differ from the level one, if nothing happened."""
    rounding, unit = loan.terms.rounding.interest, loan.terms.rounding.unit_minor
    rate, left = loan.rate_micro, loan.terms.balloon.amount_minor or 0
    balance = loan.plan_minor
    for period in loan.periods[index + 1 : loan.count]:
        balance -= max(0, level - interest)
        if balance <= 0:
            return balance - level
        interest = divide(balance * rate * period.share, period.year * RATE_UNIT, rounding, unit)
    return balance - left + interest - level
