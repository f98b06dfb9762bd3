"""A loan from drawing to the last fen: what it earns, what is paid, and what settles it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.lending.loans import (
    DRAWN,
    HUNDRED_THOUSAND,
    Lender,
    as_booked,
    booked_days,
    lived,
    loan_of,
    nothing_moves,
    owed_now,
    unbalanced,
)
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.schedule.terms import DayCount, Method
from xinnong.ledger.services import CommandKeyReused
from xinnong.lending.may_draw import DrawNotAllowed, register_draw_gate
from xinnong.lending.queries.loans import dues_in_force, settlement_quote
from xinnong.lending.services import Excess
from xinnong.lending.services.loan_refusals import (
    AmountNotPositive,
    DayClosed,
    DaysMissing,
    LineExceeded,
    LoanNotActive,
    TooLittleToSettle,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_it_lends_the_money_and_posts_it_at_once(lender: Lender) -> None:
    loan = lender.draw()
    assert lender.balance("130301", loan) == HUNDRED_THOUSAND
    assert lender.balance("101201") == -HUNDRED_THOUSAND
    with scoped(SYSTEM):
        dues = dues_in_force(loan)
    assert len(dues) == 12
    assert sum(due.principal_minor for due in dues) == HUNDRED_THOUSAND


def test_it_lends_nothing_while_nobody_vouches_for_the_contract(lender: Lender) -> None:
    register_draw_gate(None)
    with nothing_moves(), pytest.raises(DrawNotAllowed):
        lender.draw()


def test_it_lends_no_more_than_the_line(lender: Lender) -> None:
    lender.draw(HUNDRED_THOUSAND - 1)
    with nothing_moves(), pytest.raises(LineExceeded) as refusal:
        lender.draw(2)
    assert refusal.value.params == {"available_yuan": "0.01"}


def test_what_is_paid_back_on_a_revolving_line_is_drawn_again(lender: Lender) -> None:
    revolving: dict[str, Any] = {"method": Method.REVOLVING, "revolving": True}
    loan = lender.draw(6_000_000, **revolving)
    lender.end(DRAWN)
    lender.repay(loan, 2_000_000, date(2026, 3, 2), excess=Excess.REDUCE_INSTALLMENT)
    lender.draw(6_000_000, on=date(2026, 3, 2), **revolving)
    with nothing_moves(), pytest.raises(LineExceeded):
        lender.draw(1, on=date(2026, 3, 2), **revolving)


def test_the_same_key_draws_once(lender: Lender) -> None:
    first = lender.draw(key="one")
    with nothing_moves():
        assert lender.draw(key="one").ref == first.ref
    with nothing_moves(), pytest.raises(CommandKeyReused):
        lender.draw(1, key="one")


def test_it_earns_day_by_day_what_the_reference_says(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(date(2026, 5, 20))
    assert booked_days(loan) == as_booked(lived(loan, date(2026, 5, 20)))
    earned = sum(day.interest + day.penalty + day.compound for day in booked_days(loan).values())
    assert lender.balance("601101") + lender.balance("601102") == earned
    receivable = sum(lender.balance(kind) for kind in ("113211", "113212", "113213"))
    assert receivable == earned


def test_it_pays_instalments_in_time_and_ends_with_nothing(lender: Lender) -> None:
    loan = lender.draw(number_of_repayments=4)
    with scoped(SYSTEM):
        dues = dues_in_force(loan)
    for due in dues:
        lender.end(due.on - timedelta(1))
        receipt = lender.repay(loan, due.principal_minor + due.interest_minor, due.on)
        assert receipt.held_minor == 0
    assert receipt.state == "settled"
    kinds = ("130301", "113211", "113212", "113213", "224101")
    assert [lender.balance(kind) for kind in kinds] == [0, 0, 0, 0, 0]
    assert lender.balance("601101") == sum(due.interest_minor for due in dues)
    assert unbalanced() == 0


def test_a_late_payment_pays_interest_before_principal_and_costs_what_it_must(
    lender: Lender,
) -> None:
    loan = lender.draw()
    lender.end(date(2026, 6, 14))
    on = date(2026, 6, 15)
    lender.repay(loan, 1_000_000, on)
    lender.end(date(2026, 7, 10))
    days = lived(loan, date(2026, 7, 10))
    assert booked_days(loan) == as_booked(days)
    expected = {
        owed.n: (owed.fee, owed.interest, owed.penalty, owed.compound, owed.principal)
        for owed in days[-1].owed
    }
    opened = owed_now(loan)
    opened.pop(max(opened), None) if max(opened) not in expected else None
    assert opened == expected


def test_it_settles_to_the_day_for_what_it_quoted(lender: Lender) -> None:
    loan = lender.draw(method=Method.AT_MATURITY)
    lender.end(date(2026, 6, 9))
    on = date(2026, 6, 10)
    with scoped(SYSTEM):
        quote = settlement_quote(loan, on=on)
    assert (quote.principal_minor, quote.interest_minor) == (HUNDRED_THOUSAND, 115_028)
    with nothing_moves(), pytest.raises(TooLittleToSettle):
        lender.repay(loan, quote.total_minor - 1, on, settles=True)
    receipt = lender.repay(loan, quote.total_minor + 5, on, settles=True)
    assert (receipt.state, receipt.held_minor) == ("settled", 5)
    assert lender.balance("113211") == 0
    assert lender.balance("224101", loan) == 5
    with nothing_moves(), pytest.raises(LoanNotActive):
        lender.repay(loan, 1, on)


@pytest.mark.parametrize("excess", [Excess.REDUCE_INSTALLMENT, Excess.REDUCE_COUNT])
@pytest.mark.parametrize("count", [DayCount.ACTUAL_360, DayCount.THIRTY_360])
def test_a_prepayment_changes_what_falls_due_from_that_day(
    lender: Lender, excess: Excess, count: DayCount
) -> None:
    loan = lender.draw(day_count=count)
    lender.end(date(2026, 3, 31))
    with scoped(SYSTEM):
        first = dues_in_force(loan)[0]
    lender.repay(loan, first.principal_minor + first.interest_minor, first.on)
    lender.end(date(2026, 4, 16))
    receipt = lender.repay(loan, 3_000_000, date(2026, 4, 17), excess=excess)
    assert receipt.prepaid_minor == 3_000_000
    changed = loan_of(loan.ref)
    with scoped(SYSTEM):
        dues = dues_in_force(changed)
    assert sum(due.principal_minor for due in dues) == HUNDRED_THOUSAND
    assert len(dues) == (13 if excess is Excess.REDUCE_INSTALLMENT else 10)
    lender.end(date(2026, 4, 30))
    days = lived(changed, date(2026, 4, 30))
    mended = sum(day.interest_minor for day in days)
    assert lender.balance("601101") == mended


def test_it_refuses_money_on_a_day_that_is_over_or_to_come(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(date(2026, 3, 10))
    for on, refusal in ((date(2026, 3, 10), DayClosed), (date(2026, 3, 12), DaysMissing)):
        with nothing_moves(), pytest.raises(refusal):
            lender.repay(loan, 100, on)
    with nothing_moves(), pytest.raises(AmountNotPositive):
        lender.repay(loan, 0, date(2026, 3, 11))
