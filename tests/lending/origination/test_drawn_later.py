"""A loan drawn some days after the signing lasts as long as its contract."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xinnong.core.money import percent
from xinnong.core.schedule import build_schedule
from xinnong.core.schedule.terms import InterestPeriod, Method, Terms, Unit
from xinnong.lending.services.contract_draws import payments_until

SIGNED, ENDS = date(2026, 3, 10), date(2027, 3, 10)
QUARTERLY = {"unit": "months", "every": 3}
MONTHLY = {"unit": "months", "every": 1}


@pytest.mark.parametrize(
    ("said", "on", "count", "first"),
    [
        (QUARTERLY, SIGNED, 4, None),
        (QUARTERLY, date(2026, 3, 15), 4, date(2026, 6, 10)),
        (QUARTERLY, date(2026, 5, 20), 3, date(2026, 9, 10)),  # three weeks are no quarter
        (MONTHLY, date(2026, 3, 12), 12, date(2026, 4, 10)),
        (MONTHLY, date(2026, 4, 2), 11, date(2026, 5, 10)),
        (MONTHLY, date(2027, 3, 1), 1, ENDS),
        ({"unit": "weeks", "every": 2}, date(2026, 3, 12), 26, date(2026, 3, 25)),
    ],
)
def test_it_ends_with_the_contract(
    said: dict[str, Any], on: date, count: int, first: date | None
) -> None:
    assert payments_until(said, on, ENDS) == (count, first)


@pytest.mark.parametrize("method", [each for each in Method if each != Method.SEASONAL])
@pytest.mark.parametrize("period", list(InterestPeriod))
def test_any_method_can_be_drawn_on_any_day(method: Method, period: InterestPeriod) -> None:
    for days in range(1, 29):
        on = date(2026, 3, 10 + days if days <= 21 else days - 21).replace(
            month=3 if days <= 21 else 4
        )
        count, first = payments_until(QUARTERLY, on, ENDS)
        at_once = method in {Method.AT_MATURITY, Method.REVOLVING}
        terms = Terms(
            method=method, principal_minor=9_000_000, annual_rate_percent=percent("4.1"),
            number_of_repayments=count, disbursed_on=on, every=3, unit=Unit.MONTHS,
            first_due_on=first, interest_period=period,
        )  # fmt: skip
        rows = build_schedule(terms).rows
        assert sum(row.principal_minor for row in rows) == 9_000_000
        assert rows[-1].due == ENDS or at_once
