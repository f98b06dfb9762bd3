"""Days end by themselves: the worker ends what has gone by, for every lender, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.lending.loans import DRAWN, Lender, nothing_moves
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.ledger.models import Resum
from xinnong.lending.models import EodRun
from xinnong.lending.tasks import end_through

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_worker_ends_the_days_that_have_gone_by(lender: Lender) -> None:
    lender.draw()
    assert end_through(DRAWN + timedelta(2)) == 3
    with scoped(SYSTEM):
        assert EodRun.objects.filter(institution=lender.bank.code, state="done").count() == 3
    with nothing_moves():
        assert end_through(DRAWN + timedelta(2)) == 0
    with scoped(SYSTEM):
        [summed] = Resum.objects.filter(institution=lender.bank)
    assert summed.holds, "balances are summed again once the days have ended, and only then"
    assert summed.accounts > 0
