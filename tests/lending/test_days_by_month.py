"""Days of ended months lie by months: the same days to the fen, whenever and however often it is tried."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.books import undone
from tests.lending.loans import (
    HUNDRED_THOUSAND,
    Lender,
    as_booked,
    booked_days,
    lived,
)
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import AccrualMonth, BusinessDay, EodAccrual, EodRun
from xinnong.lending.queries.portfolio import money_by_month
from xinnong.lending.services.eod_folding import _fold, fold_months

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MAY = date(2026, 5, 1)


def test_a_loans_days_are_what_they_were_after_their_month(lender: Lender) -> None:
    loan = lender.draw(HUNDRED_THOUSAND, number_of_repayments=2)
    lender.end(MAY + timedelta(9))
    assert booked_days(loan) == as_booked(lived(loan, MAY + timedelta(9)))
    with scoped(SYSTEM):
        assert EodAccrual.objects.count() == 10
        months = list(AccrualMonth.objects.order_by("month"))
        penalties = months[1].penalty_days
        assert sum(penalties) == months[1].penalty_minor > 0
        assert [(m.month, m.days, len(m.interest_days), m.penalty_days) for m in months] == [
            (date(2026, 3, 1), list(range(1, 32)), 31, []),
            (date(2026, 4, 1), list(range(1, 31)), 30, penalties),
        ]
        nights = {run.on: run.accrued_minor for run in EodRun.objects.all()}
        assert sums_by_day(lender) == nights


def sums_by_day(lender: Lender) -> dict[date, int]:
    """The re-sum that anybody can do years later: every day's rows against what its night booked."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT "on", sum(interest_minor + penalty_minor + compound_minor)::bigint'
            ' FROM lending_accrualday WHERE institution = %s GROUP BY "on"',
            [lender.bank.code],
        )
        return dict(cursor.fetchall())


def test_what_a_month_earned_is_the_same_wherever_its_days_lie(lender: Lender) -> None:
    lender.draw(number_of_repayments=1)
    lender.end(date(2026, 4, 30) - timedelta(1))
    asked = [(date(2026, 3, 1), date(2026, 4, 20)), (date(2026, 3, 11), date(2026, 3, 20))]

    def earned() -> list[list[int]]:
        with scoped(SYSTEM):
            return [
                [
                    m.earned_minor
                    for m in money_by_month(lender.bank.code, from_on=first, until=last)
                ]
                for first, last in asked
            ]

    before = earned()
    lender.end(date(2026, 4, 30))
    with scoped(SYSTEM):
        assert not EodAccrual.objects.exists()
    assert earned() == before


def test_folding_that_is_broken_off_leaves_every_row(lender: Lender) -> None:
    lender.draw()
    lender.end(date(2026, 3, 30))
    with scoped(SYSTEM):
        rows = list(EodAccrual.objects.order_by("on").values())
        with undone():
            _fold({"institution": lender.bank.code, "before": date(2026, 4, 1)})
            assert not EodAccrual.objects.exists()
        assert list(EodAccrual.objects.order_by("on").values()) == rows
        assert not AccrualMonth.objects.exists()
    for _ in range(2):
        fold_months(lender.bank.code)  # the open month is never folded
    with scoped(SYSTEM):
        assert EodAccrual.objects.count() == 30


fen = st.sampled_from([0, 0, 1, 37, 10**12])
days = st.dictionaries(
    st.tuples(st.integers(1, 3), st.integers(0, 95)), st.tuples(fen, fen, fen), max_size=40
)
Row = tuple[int, date, int, int, int]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=days)
def test_folding_agrees_with_the_plain_reference(lender: Lender, days: dict[Any, Any]) -> None:
    rows = [(loan, date(2026, 2, 10) + timedelta(day), *each) for (loan, day), each in days.items()]
    code = lender.bank.code
    with undone(), scoped(SYSTEM):
        BusinessDay.objects.update_or_create(
            institution=code, defaults={"open_on": date(2026, 4, 7), "folded_before": None}
        )
        EodAccrual.objects.bulk_create(stored(code, row) for row in rows)
        fold_months(code)
        assert everything() == sorted(rows)
        found = {(m.loan_id, m.month): summed(m) for m in AccrualMonth.objects.all()}
        assert found == reference(rows, date(2026, 4, 1))


def stored(code: str, row: Row) -> EodAccrual:
    loan, on, interest, penalty, compound = row
    return EodAccrual(
        loan_id=loan,
        on=on,
        institution=code,
        product_id=1,
        interest_minor=interest,
        penalty_minor=penalty,
        compound_minor=compound,
    )


def everything() -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT loan_id, "on", interest_minor, penalty_minor, compound_minor'
            ' FROM lending_accrualday ORDER BY loan_id, "on"'
        )
        rows: list[Row] = cursor.fetchall()
        return rows


def summed(month: AccrualMonth) -> tuple[list[int], int, int, int]:
    return month.days, month.interest_minor, month.penalty_minor, month.compound_minor


def reference(rows: list[Row], before: date) -> dict[Any, Any]:
    """By loan and month before a date: which days, and three sums."""
    months: dict[tuple[int, date], list[Row]] = defaultdict(list)
    for row in sorted(rows):
        if row[1] < before:
            months[row[0], row[1].replace(day=1)].append(row)
    return {
        key: (
            [row[1].day for row in each],
            sum(row[2] for row in each),
            sum(row[3] for row in each),
            sum(row[4] for row in each),
        )
        for key, each in months.items()
    }
