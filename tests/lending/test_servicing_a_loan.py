"""What happens to a loan on the way: corrections, other rates, extensions, renewals, losses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.lending.loans import (
    HUNDRED_THOUSAND,
    Lender,
    lived,
    loan_of,
    nothing_moves,
    owed_now,
    rate,
    unbalanced,
)
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.schedule.terms import Method
from xinnong.lending.models import BusinessDay, Loan, Standing
from xinnong.lending.queries.loans import booked_of, dues_in_force, original_dues
from xinnong.lending.services import (
    Excess,
    change_rate,
    extend,
    judge,
    pause_interest,
    recover,
    renew,
    repay_by_value_date,
    write_off,
)
from xinnong.lending.services.correcting import reverse_repayment
from xinnong.lending.services.loan_refusals import (
    ExtensionTooLong,
    LoanNotActive,
    LoanUnknown,
    NotALoss,
    NotExtended,
    OwesSomething,
    RateOutOfBounds,
    RecoversTooMuch,
    ReversedAlready,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST_DUE = date(2026, 4, 1)


def booked(loan: Loan, before: date) -> dict[str, int]:
    with scoped(SYSTEM):
        return booked_of(loan, before=before)


def by_reference(loan: Loan, before: date) -> dict[str, int]:
    days = lived(loan_of(loan.ref), before - timedelta(1))
    names = ("interest", "penalty", "compound")
    return {name: sum(getattr(day, f"{name}_minor") for day in days) for name in names}


def receivables(lender: Lender) -> int:
    return sum(lender.balance(kind) for kind in ("113211", "113212", "113213"))


def test_a_payment_on_the_wrong_loan_is_undone_and_counts_on_the_right_one_from_its_day(
    lender: Lender,
) -> None:
    rights = lender.draw(5_000_000)
    wrong = lender.draw(5_000_000)
    lender.end(date(2026, 3, 31))
    before = owed_now(wrong)
    with scoped(SYSTEM):
        due = dues_in_force(rights)[0]
    amount = due.principal_minor + due.interest_minor
    receipt = lender.repay(wrong, amount, FIRST_DUE)
    lender.end(date(2026, 4, 20))
    on = date(2026, 4, 21)
    undone: dict[str, Any] = {"repayment_ref": receipt.repayment}
    mended = reverse_repayment(**lender.asked(on), **undone)
    assert mended["freed"] == amount
    assert mended["penalty"] > 0
    assert lender.balance("224190") == amount
    assert owed_now(wrong)[1][:2] == before[1][:2]
    moved = repay_by_value_date(
        **lender.asked(on), loan_ref=rights.ref, amount_minor=amount, counts_from=FIRST_DUE
    )
    assert moved["penalty"] < 0
    assert lender.balance("224190") == 0
    assert owed_now(rights) == {}
    for loan in (rights, wrong):
        assert booked(loan, on) == by_reference(loan, on)
    assert unbalanced() == 0
    with nothing_moves(), pytest.raises(ReversedAlready):
        reverse_repayment(**lender.asked(on), **undone)
    lender.end(date(2026, 4, 25))
    for loan in (rights, wrong):
        assert booked(loan, date(2026, 4, 26)) == by_reference(loan, date(2026, 4, 26))


def test_undoing_a_prepayment_brings_the_old_schedule_back(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(date(2026, 3, 14))
    with scoped(SYSTEM):
        agreed = [(due.on, due.principal_minor, due.interest_minor) for due in dues_in_force(loan)]
    receipt = lender.repay(loan, 2_000_000, date(2026, 3, 15), excess=Excess.REDUCE_COUNT)
    lender.end(date(2026, 3, 20))
    on = date(2026, 3, 21)
    reverse_repayment(**lender.asked(on), repayment_ref=receipt.repayment)
    with scoped(SYSTEM):
        again = [(due.on, due.principal_minor, due.interest_minor) for due in dues_in_force(loan)]
        first = [(due.on, due.principal_minor, due.interest_minor) for due in original_dues(loan)]
    assert again == first == agreed
    assert lender.balance("130301", loan) == HUNDRED_THOUSAND
    assert booked(loan, on) == by_reference(loan, on)


def test_a_settlement_that_did_not_hold_opens_the_loan_again(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(date(2026, 3, 14))
    receipt = lender.repay(
        loan, 2 * HUNDRED_THOUSAND, date(2026, 3, 15), excess=Excess.REDUCE_COUNT
    )
    assert receipt.state == "settled"
    lender.end(date(2026, 3, 16))
    on = date(2026, 3, 17)
    reverse_repayment(**lender.asked(on), repayment_ref=receipt.repayment)
    assert loan_of(loan.ref).state == "active"
    assert booked(loan, on) == by_reference(loan, on)
    assert receivables(lender) == sum(booked(loan, on).values())
    assert lender.balance("130301", loan) == HUNDRED_THOUSAND


def test_another_rate_counts_from_its_day_and_stays_within_the_product(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(date(2026, 3, 14))
    on = date(2026, 3, 15)
    with nothing_moves(), pytest.raises(RateOutOfBounds):
        change_rate(**lender.asked(on), loan_ref=loan.ref, rate_percent=rate("99"))
    change_rate(**lender.asked(on), loan_ref=loan.ref, rate_percent=rate("3.9"))
    lender.end(date(2026, 4, 10))
    assert booked(loan, date(2026, 4, 11)) == by_reference(loan, date(2026, 4, 11))
    with scoped(SYSTEM):
        assert sum(due.principal_minor for due in dues_in_force(loan)) == HUNDRED_THOUSAND


def test_nothing_is_earned_during_a_pause(lender: Lender) -> None:
    loan = lender.draw(method=Method.AT_MATURITY)
    lender.end(date(2026, 3, 5))
    before = booked(loan, date(2026, 3, 6))
    until: dict[str, Any] = {"until_on": date(2026, 3, 16)}
    pause_interest(**lender.asked(date(2026, 3, 6)), loan_ref=loan.ref, **until)
    lender.end(date(2026, 3, 15))
    assert booked(loan, date(2026, 3, 16)) == before
    lender.end(date(2026, 3, 16))
    assert booked(loan, date(2026, 3, 17))["interest"] > before["interest"]


def test_it_extends_as_far_as_the_law_lets_and_no_further(lender: Lender) -> None:
    loan = lender.draw(method=Method.AT_MATURITY, number_of_repayments=6)
    assert loan.matures_on == date(2026, 9, 1)
    lender.end(date(2026, 3, 5))
    on = date(2026, 3, 6)
    with nothing_moves(), pytest.raises(ExtensionTooLong) as refusal:
        extend(**lender.asked(on), loan_ref=loan.ref, until_on=date(2027, 3, 5))
    assert refusal.value.params == {"until_on": date(2027, 3, 4)}
    with nothing_moves(), pytest.raises(NotExtended):
        extend(**lender.asked(on), loan_ref=loan.ref, until_on=date(2026, 8, 1))
    extend(**lender.asked(on), loan_ref=loan.ref, until_on=date(2026, 12, 1))
    changed = loan_of(loan.ref)
    assert changed.matures_on == date(2026, 12, 1)
    with scoped(SYSTEM):
        assert [due.on for due in dues_in_force(changed)] == [date(2026, 12, 1)]
        assert [due.on for due in original_dues(changed)] == [date(2026, 9, 1)]


def test_a_new_loan_pays_the_old_one_once_its_interest_is_paid(lender: Lender) -> None:
    loan = lender.draw(method=Method.AT_MATURITY, number_of_repayments=1)
    lender.end(date(2026, 3, 31))
    fresh = lender.contract(
        contract_ref=UUID(int=0xC1), method=Method.AT_MATURITY, number_of_repayments=1
    )
    with nothing_moves(), pytest.raises(OwesSomething):
        renew(**lender.asked(FIRST_DUE), loan_ref=loan.ref, terms=fresh)
    [owed] = owed_now(loan).values()
    lender.repay(loan, owed[1], FIRST_DUE)
    ref = renew(**lender.asked(FIRST_DUE), loan_ref=loan.ref, terms=fresh)
    new = loan_of(ref)
    assert (new.renews, new.principal_minor) == (loan.ref, HUNDRED_THOUSAND)
    assert loan_of(loan.ref).state == "settled"
    assert lender.balance("130301", loan) == 0
    assert lender.balance("130301", new) == HUNDRED_THOUSAND
    assert lender.balance("101201") == owed[1] - HUNDRED_THOUSAND


def test_a_lost_loan_leaves_the_balance_and_what_comes_back_is_income(lender: Lender) -> None:
    loan = lender.draw(method=Method.AT_MATURITY, number_of_repayments=1)
    lender.end(date(2026, 4, 20))
    on = date(2026, 4, 21)
    with nothing_moves(), pytest.raises(NotALoss):
        write_off(**lender.asked(on), loan_ref=loan.ref)
    judge(**lender.asked(on), loan_ref=loan.ref, expected_loss_percent=90)
    lender.end(on)
    with scoped(SYSTEM):
        assert Standing.objects.get(loan=loan).asset_class == 5
    assert lender.balance("130401") == HUNDRED_THOUSAND * 150 // 100
    on = date(2026, 4, 22)
    whole = write_off(**lender.asked(on), loan_ref=loan.ref)
    assert whole == HUNDRED_THOUSAND + sum(booked(loan, on).values())
    assert lender.balance("130301", loan) == 0
    assert receivables(lender) == 0
    with nothing_moves(), pytest.raises(LoanNotActive):
        lender.repay(loan, 1, on)
    paid: dict[str, Any] = {"loan_ref": loan.ref, "channel": "cash"}
    assert recover(**lender.asked(on), **paid, amount_minor=1_000_000) == whole - 1_000_000
    with nothing_moves(), pytest.raises(RecoversTooMuch):
        recover(**lender.asked(on), **paid, amount_minor=whole)
    assert lender.balance("630101") == 1_000_000
    lender.end(on)
    assert lender.balance("130401") == 0
    assert unbalanced() == 0


def test_a_loan_of_another_lender_is_unknown(lender: Lender) -> None:
    loan = lender.draw()
    rival = lender.people.zhao.institution
    assert rival is not None
    lender.end(date(2026, 3, 1))
    on = date(2026, 3, 2)
    receipt = lender.repay(loan, 100, on)
    with scoped(SYSTEM):
        BusinessDay.objects.create(institution=rival.code, open_on=on)
    asked = lender.asked(on) | {"institution": rival}
    with nothing_moves(), pytest.raises(LoanUnknown):
        pause_interest(**asked, loan_ref=loan.ref, until_on=date(2026, 3, 9))
    with nothing_moves(), pytest.raises(LoanUnknown):
        reverse_repayment(**asked, repayment_ref=receipt.repayment)
