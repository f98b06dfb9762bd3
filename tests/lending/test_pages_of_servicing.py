"""The worked loan of the page about the end of a day, lived through by the statements and by core."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.core.pages import table
from tests.lending.loans import (
    Booked,
    Lender,
    as_booked,
    booked_days,
    lived,
    owed_now,
)
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.money import yuan
from xinnong.core.schedule.terms import Method
from xinnong.lending.models import Loan, Standing
from xinnong.lending.queries.loans import dues_in_force

SHOWN = [
    date(2026, 3, 1),
    date(2026, 3, 2),
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2026, 5, 1),
    date(2026, 5, 2),
    date(2026, 5, 10),
    date(2026, 5, 11),
    date(2026, 5, 12),
]


@pytest.mark.slow
def test_the_worked_loan_comes_out_as_on_the_page(lender: Lender) -> None:
    loan = lender.draw(
        9_000_000, limit_minor=9_000_000, method=Method.EQUAL_PRINCIPAL, number_of_repayments=3
    )
    rows = []
    for on in SHOWN:
        lender.end(on - timedelta(1))
        if on == date(2026, 4, 1):
            with scoped(SYSTEM):
                first = dues_in_force(loan)[0]
            lender.repay(loan, first.principal_minor + first.interest_minor, on)
        if on == date(2026, 5, 11):
            paid = lender.repay(loan, 1_000_000, on).paid
            parts = [paid[name] for name in ("interest", "penalty", "compound", "principal")]
            assert parts == [20_500, 5_125, 23, 974_352]
        owed = owed_on(lender, loan, on)
        booked = booked_days(loan).get(on, Booked())
        rows.append(
            {
                "night of": on.isoformat(),
                "interest": yuan(booked.interest),
                "penalty": yuan(booked.penalty),
                "compound": yuan(booked.compound),
                **owed,
            }
        )
    assert table("end-of-day", "days") == rows
    assert booked_days(loan) == as_booked(lived(loan, SHOWN[-1]))


def owed_on(lender: Lender, loan: Loan, on: date) -> dict[str, str]:
    """End the day, and what it leaves."""
    lender.end(on)
    with scoped(SYSTEM):
        standing = Standing.objects.get(loan=loan)
    owed = sum(sum(parts) for parts in owed_now(loan).values())
    return {
        "owed after": yuan(owed),
        "days past due": str(standing.days_past_due),
        "class": str(standing.asset_class),
    }
