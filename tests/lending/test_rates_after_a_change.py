"""What lateness costs after the rate of a running loan has changed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.lending.loans import Lender, as_booked, booked_days, lived, loan_of, rate
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import Loan, Standing
from xinnong.lending.services import change_rate

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def late_rate(loan: Loan) -> int:
    with scoped(SYSTEM):
        return Standing.objects.get(loan=loan).late_rate_micro


def test_lateness_costs_the_rate_in_force_from_the_change_on(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(date(2026, 4, 10))
    on = date(2026, 4, 11)
    change_rate(**lender.asked(on), loan_ref=loan.ref, rate_percent=rate("3.9"))
    assert late_rate(loan) == 5_850_000
    lender.end(date(2026, 4, 20))
    assert booked_days(loan) == as_booked(lived(loan_of(loan.ref), date(2026, 4, 20)))
    [day_before, day_after] = [booked_days(loan)[date(2026, 4, d)].penalty for d in (10, 11)]
    assert day_before > day_after > 0


def test_a_contract_that_names_its_own_late_rate_keeps_it(lender: Lender) -> None:
    loan = lender.draw(late_rate_percent=rate("5"))
    lender.end(date(2026, 4, 10))
    change_rate(**lender.asked(date(2026, 4, 11)), loan_ref=loan.ref, rate_percent=rate("3.9"))
    assert late_rate(loan) == 5_000_000
