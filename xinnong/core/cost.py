"""What a loan costs at most, before there is a schedule: plain interest on all of it, all the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final

YEAR_DAYS: Final[Mapping[str, int]] = {
    "actual/actual": 365,
    "actual/365": 365,
    "actual/360": 360,
    "actual/364": 364,
    "30/360": 360,
}
THOUSAND_YUAN_MINOR: Final = 100_000


def most_interest_minor(
    amount_minor: int, rate_percent: Decimal, *, from_on: date, until_on: date, day_count: str
) -> int:
    """Interest if nothing is repaid before the last day, in fen, rounded up.

    Whoever repays earlier, or draws less, pays less by every method of repayment.
    """
    assert amount_minor >= 0, amount_minor
    days = (until_on - from_on).days
    interest = amount_minor * rate_percent * days / (100 * YEAR_DAYS[day_count])
    return int(interest.to_integral_value(ROUND_CEILING))


def day_interest_minor(rate_percent: Decimal, *, day_count: str) -> Decimal:
    """Interest of 1,000 yuan for one day, in fen with two decimals, rounded up."""
    interest = THOUSAND_YUAN_MINOR * rate_percent / (100 * YEAR_DAYS[day_count])
    return interest.quantize(Decimal("0.01"), ROUND_CEILING)
