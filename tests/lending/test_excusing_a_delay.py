"""A delay that a payment system caused costs nothing once two people have found it so."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.factories import signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import (
    Lender,
    owed_now,
    unbalanced,
)
from tests.lending.putting_right import (
    DUE,
    as_the_reference,
    both,
    drawn,
    first_due,
    refused,
    told,
)
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import Standing
from xinnong.lending.queries.loans import booked_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def lin(lender: Lender) -> Client:
    return signed_in(lender.people.lin)


@pytest.fixture
def chen(lender: Lender) -> Client:
    return past_second_factor(lender.people.chen)


SAID = {
    "due_on": DUE.isoformat(), "until_on": "2026-03-09", "cause": "payment_system",
    "evidence": "公告-3",
}  # fmt: skip


def test_the_delay_costs_nothing_and_what_was_paid_for_it_comes_back(
    lender: Lender, lin: Client, chen: Client
) -> None:
    loan = drawn(lender)
    lender.end(date(2026, 3, 8))
    owed = sum(sum(parts) for parts in owed_now(loan).values())
    penalty = owed - first_due(loan)
    assert penalty > 0
    lender.repay(loan, owed, date(2026, 3, 9))
    lender.end(date(2026, 3, 9))
    both(lin, chen, loan, "excuse", SAID)
    as_the_reference(loan, date(2026, 3, 10))
    with scoped(SYSTEM):
        booked = booked_of(loan, before=date(2026, 3, 10))
        assert not Standing.objects.get(loan=loan).technical
    assert (booked["penalty"], booked["compound"]) == (0, 0)
    assert lender.balance("224101", loan) == penalty
    assert unbalanced() == 0
    assert told(loan)[-1] == "excused"
    assert "不算逾期，不收罚息" in lin.get(f"/loans/{loan.ref}/?tab=payments").content.decode()
    lender.end(date(2026, 3, 12))
    as_the_reference(loan, date(2026, 3, 13))


def test_while_the_money_is_not_there_its_class_stays_and_later_days_count(
    lender: Lender, lin: Client, chen: Client
) -> None:
    loan = drawn(lender)
    lender.end(date(2026, 3, 7))
    with scoped(SYSTEM):
        assert Standing.objects.get(loan=loan).asset_class == 2
    both(lin, chen, loan, "excuse", SAID | {"until_on": "2026-03-08"})
    assert sum(owed_now(loan)[1]) == first_due(loan)
    lender.end(date(2026, 3, 8))
    with scoped(SYSTEM):
        standing = Standing.objects.get(loan=loan)
    assert (standing.asset_class, standing.days_past_due, standing.technical) == (1, 2, True)
    as_the_reference(loan, date(2026, 3, 9))
    lender.repay(loan, sum(sum(parts) for parts in owed_now(loan).values()), date(2026, 3, 9))
    lender.end(date(2026, 3, 9))
    with scoped(SYSTEM):
        assert not Standing.objects.get(loan=loan).technical
    as_the_reference(loan, date(2026, 3, 10))


def test_longer_delays_and_other_days_are_refused(lender: Lender, lin: Client) -> None:
    loan = drawn(lender)
    lender.end(date(2026, 3, 14))
    for until in ("2026-03-14", "2026-03-06", "2026-03-30"):
        assert "最多认定 7 天" in refused(lin, loan, "excuse", SAID | {"until_on": until})
    for field, value in (("due_on", "2026-03-07"), ("cause", "wrong_day"), ("evidence", " ")):
        assert "errors" in refused(lin, loan, "excuse", SAID | {field: value})
