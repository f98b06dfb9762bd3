"""What a loan costs at most, beside a reference that adds day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.cost import day_interest_minor, most_interest_minor
from xinnong.core.money import percent


def test_a_year_of_100_000_at_4_1_percent() -> None:
    """actual/360: 100,000 times 4.1 % times 365 / 360 is 4,156.94 yuan and a bit."""
    days = {"from_on": date(2026, 3, 1), "until_on": date(2027, 3, 1)}
    assert (
        most_interest_minor(10_000_000, percent("4.1"), day_count="actual/360", **days) == 415_695
    )
    assert (
        most_interest_minor(10_000_000, percent("4.1"), day_count="actual/365", **days) == 410_000
    )


def test_a_day_of_1_000() -> None:
    assert day_interest_minor(percent("4.1"), day_count="actual/360") == Decimal("11.39")


@given(st.integers(0, 30_000_000), st.decimals(0, 24, places=6), st.integers(0, 400))
def test_no_way_of_repaying_costs_more(amount: int, rate: Decimal, days: int) -> None:
    """Day by day on a balance that falls in equal steps, every day rounded down."""
    start = date(2026, 1, 1)
    most = most_interest_minor(
        amount, rate, from_on=start, until_on=start + timedelta(days), day_count="actual/360"
    )
    paid = sum(
        int((amount - amount * day // max(days, 1)) * rate / Decimal(36_000)) for day in range(days)
    )
    assert paid <= most
