"""Exact rounding and the level instalment, in whole numbers.

Rates are millionths of a percent (`rate_micro`), so that interest is
balance × rate_micro × share / (year × RATE_UNIT), with nothing lost before the one rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from xinnong.core.schedule.due_dates import Period
from xinnong.core.schedule.terms import InterestRounding

MICRO: Final = 10**6  # a rate has six decimals
RATE_UNIT: Final = 100 * MICRO  # and is a percentage
SCALE_BITS: Final = 112
ONE: Final = 1 << SCALE_BITS


def rate_micro(percent: Decimal) -> int:
    """A rate in percent with six decimals as a whole number."""
    return int(percent.scaleb(6))


def divide(numerator: int, denominator: int, rounding: InterestRounding, unit: int = 1) -> int:
    """A quotient that is not negative, rounded to a whole number of units."""
    whole, rest = divmod(numerator, denominator * unit)
    twice, step = 2 * rest, denominator * unit
    if twice > step or (twice == step and (rounding is InterestRounding.HALF_UP or whole & 1)):
        whole += 1
    return whole * unit


def annuity_bounds(periods: Sequence[Period], rate: int) -> tuple[int, int, int]:
    """What 1 paid at the end of each period is worth at the start of the first, over ONE.

    Answers a lower and an upper bound, and the worth of 1 at the end of the last period (lower
    bound; its upper bound is that and the number of periods).
    """
    worth, discount = 0, ONE
    for period in reversed(periods):
        base = period.year * RATE_UNIT
        grown = base + rate * period.share
        worth = (worth + ONE) * base // grown
        discount = discount * base // grown
    return worth, worth + len(periods), discount


def annuity(periods: Sequence[Period], rate: int) -> tuple[Fraction, Fraction]:
    """The same without any rounding, slow: worth of 1 each period, worth of 1 at the end."""
    worth, discount = Fraction(0), Fraction(1)
    for period in reversed(periods):
        factor = Fraction(period.year * RATE_UNIT, period.year * RATE_UNIT + rate * period.share)
        worth, discount = (worth + 1) * factor, discount * factor
    return worth, discount


def level_amount(
    owed: tuple[int, int],
    later: Sequence[Period],
    *,
    rate: int,
    left_minor: int,
    rounding: InterestRounding,
    unit: int,
) -> int:
    """The instalment, due now and after each later period, that leaves `left_minor` to the last.

    `owed` is what is owed today with its interest, as numerator and denominator. The bounds of a
    fast computation decide unless a rounding lies between them; then exact fractions do.
    """
    numerator, denominator = owed
    low, high, discount = annuity_bounds(later, rate)
    most = numerator * ONE - left_minor * denominator * discount
    least = most - left_minor * denominator * len(later)
    if least > 0:
        upper = divide(most, denominator * (ONE + low), rounding, unit)
        if upper == divide(least, denominator * (ONE + high), rounding, unit):
            return upper
    worth, end = annuity(later, rate)
    exact = (Fraction(numerator, denominator) - left_minor * end) / (1 + worth)
    if exact <= 0:
        return 0
    return divide(exact.numerator, exact.denominator, rounding, unit)


def level_of_shares(
    owed_minor: int,
    shares: Sequence[int],
    year: int,
    *,
    rate: int,
    rounding: InterestRounding,
    unit: int,
) -> int:
    """The same for an amount drawn today and periods of one denominator, with nothing left.

    Equal periods have a closed form, exact in whole numbers.
    """
    base, first = year * RATE_UNIT, shares[0]
    if rate and shares.count(first) == len(shares) and first:
        grown = base + rate * first
        grown_all = grown ** len(shares)
        return divide(
            owed_minor * rate * first * grown_all,
            base * (grown_all - base ** len(shares)),
            rounding,
            unit,
        )
    worth = 0
    for share in reversed(shares):
        worth = (worth + ONE) * base // (base + rate * share)
    level = divide(owed_minor << SCALE_BITS, worth, rounding, unit)
    if level == divide(owed_minor << SCALE_BITS, worth + len(shares), rounding, unit):
        return level
    exact = Fraction(0)
    for share in reversed(shares):
        exact = (exact + 1) * Fraction(base, base + rate * share)
    due = owed_minor / exact
    return divide(due.numerator, due.denominator, rounding, unit)
