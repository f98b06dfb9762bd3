"""Interest that is late too long leaves the balance; what is owed stays what it was."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest

from tests.core.pages import table
from tests.lending.loans import (
    HUNDRED_THOUSAND,
    Lender,
    as_booked,
    booked_days,
    lived,
    loan_of,
    nights,
    owed_now,
    unbalanced,
)
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core import off_balance
from xinnong.core.money import percent, yuan
from xinnong.core.off_balance import Kept, OffBalanceRule, is_off_after, kept, rule_on
from xinnong.core.schedule.terms import Method
from xinnong.ledger.queries import trial_balance
from xinnong.lending.models import Loan, LoanState, OffBalanceChange, Standing
from xinnong.lending.queries.loans import booked_of, open_day_of, settlement_quote
from xinnong.lending.services import (
    Excess,
    change_rate,
    judge,
    recover,
    repay_by_value_date,
    write_off,
)
from xinnong.lending.services.correcting import paid_by_component, reverse_repayment
from xinnong.lending.services.loan_refusals import HeldWasUsed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RECEIVABLE, MEMORANDUM = ("113211", "113212", "113213"), ("712111", "712112", "712113")
INCOME = ("601101", "601102")
FIRST_DUE = date(2026, 4, 1)
NIGHT_OF_TURNING = FIRST_DUE + timedelta(11)
"""Where ten days late is late enough."""


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten days late is late enough."""
    rule = OffBalanceRule(date(2001, 1, 1), leaves_after_days=10, back_at_days=0)
    monkeypatch.setattr(off_balance, "RULES", (rule,))


def found(lender: Lender) -> Kept:
    """Interest of all loans as the ledger has it."""
    return Kept(*(sum(map(lender.balance, kinds)) for kinds in (RECEIVABLE, MEMORANDUM, INCOME)))


def rightly(lender: Lender) -> Kept:
    """The same from what each loan earned and paid, and on which side it stands."""
    with scoped(SYSTEM):
        on = open_day_of(lender.bank.code)
        assert on is not None
        sides = [_side(loan, on) for loan in Loan.objects.filter(institution=lender.bank.code)]
    return Kept(*(sum(figures) for figures in zip(*sides, strict=True)))


def _side(loan: Loan, on: date) -> tuple[int, int, int]:
    booked, paid = booked_of(loan, before=on), paid_by_component(loan)
    earned, got = sum(booked.values()), sum(paid[name] for name in booked)
    if loan.state == LoanState.WRITTEN_OFF:
        return 0, 0, got
    is_off = Standing.objects.filter(loan=loan, off_balance=True).exists()
    side = kept(earned, got, is_off=is_off)
    return side.receivable, side.off_balance, side.income


def holds(lender: Lender) -> None:
    """Ledger and loans agree, the books are even, contra mirrors what stands off the balance."""
    assert found(lender) == rightly(lender)
    assert lender.balance("719901") == sum(map(lender.balance, (*MEMORANDUM, "713101")))
    assert unbalanced() == 0
    with scoped(SYSTEM):
        trial = trial_balance(lender.bank, on=date(2030, 1, 1))
    assert trial.difference_minor == 0


def test_the_rule_has_a_date_and_counts_more_than_ninety_days() -> None:
    assert rule_on(date(2001, 6, 1)).leaves_after_days == 180
    assert rule_on(date(2026, 1, 1)).leaves_after_days == 90
    on = date(2026, 7, 1)
    assert [is_off_after(days, was_off=False, on=on) for days in (0, 90, 91)] == [
        False,
        False,
        True,
    ]
    assert [is_off_after(days, was_off=True, on=on) for days in (91, 1, 0)] == [True, True, False]
    assert kept(10, 3, is_off=False) == Kept(receivable=7, off_balance=0, income=10)
    assert kept(10, 3, is_off=True) == Kept(receivable=0, off_balance=7, income=3)


def test_it_leaves_on_the_night_it_is_ninety_one_days_late_and_owes_the_same(
    lender: Lender,
) -> None:
    loan = lender.draw()
    turning = FIRST_DUE + timedelta(91)
    shown = []
    lender.end(turning - timedelta(1))
    shown.append(as_shown(lender, loan, turning - timedelta(1)))
    before = found(lender)
    assert before.receivable == before.income > 0
    assert before.off_balance == 0
    [report] = lender.end(turning)
    assert report.ledger_difference_minor == 0
    shown.append(as_shown(lender, loan, turning))
    after = found(lender)
    assert (after.receivable, after.income) == (0, 0)
    assert after.off_balance == before.receivable + report.accrued_minor
    with scoped(SYSTEM):
        [change] = OffBalanceChange.objects.all()
    assert (change.on, change.is_off) == (turning, True)
    turned = change.interest_minor + change.penalty_minor + change.compound_minor
    assert turned == before.receivable
    holds(lender)
    days = lived(loan, turning)
    assert booked_days(loan) == as_booked(days)
    owed = {each.n: (each.fee, each.interest, each.penalty, each.compound, each.principal)
            for each in days[-1].owed}  # fmt: skip
    assert {n: each for n, each in owed_now(loan).items() if n in owed} == owed
    for ahead, money in ((1, 100_000), (2, None)):
        on = turning + timedelta(ahead)
        with scoped(SYSTEM):
            owed_then = sum(settlement_quote(loan, on=on).owed.values())
        lender.repay(loan, money or owed_then, on)
        [night] = lender.end(on)
        assert night.ledger_difference_minor == 0
        shown.append(as_shown(lender, loan, on))
        holds(lender)
    assert table("end-of-day", "off-balance") == shown


def as_shown(lender: Lender, loan: Loan, on: date) -> dict[str, str]:
    """A row of the page."""
    stands = found(lender)
    with scoped(SYSTEM):
        late = Standing.objects.get(loan=loan).days_past_due
    return {
        "night of": on.isoformat(),
        "days past due": str(late),
        "receivable": yuan(stands.receivable),
        "off balance": yuan(stands.off_balance),
        "income": yuan(stands.income),
    }


@pytest.mark.usefixtures("soon")
def test_what_is_paid_then_is_income_then_and_the_loan_comes_back_when_nothing_is_late(
    lender: Lender,
) -> None:
    loan = lender.draw()
    lender.end(NIGHT_OF_TURNING)
    on = NIGHT_OF_TURNING + timedelta(1)
    paid = lender.repay(loan, 30_000, on).paid
    assert paid["interest"] == 30_000
    assert found(lender).income == 30_000
    holds(lender)
    lender.end(on)
    assert found(lender).income == 30_000, "part of it is paid: still off the balance"
    on += timedelta(1)
    with scoped(SYSTEM):
        owed = settlement_quote(loan, on=on).owed
    lender.repay(loan, sum(owed.values()), on)
    holds(lender)
    lender.end(on)
    with scoped(SYSTEM):
        assert [row.is_off for row in OffBalanceChange.objects.order_by("on")] == [True, False]
    assert found(lender).off_balance == 0
    assert found(lender).receivable > 0, "what it earned since the last instalment"
    holds(lender)


@pytest.mark.usefixtures("soon")
def test_it_settles_from_off_the_balance(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(NIGHT_OF_TURNING)
    on = NIGHT_OF_TURNING + timedelta(1)
    with scoped(SYSTEM):
        quote = settlement_quote(loan, on=on)
    receipt = lender.repay(loan, quote.total_minor, on, settles=True)
    assert receipt.state == "settled"
    assert found(lender) == Kept(
        0, 0, sum(receipt.paid[name] for name in ("interest", "penalty", "compound"))
    )
    assert lender.balance("130301", loan) == 0
    holds(lender)
    lender.end(on)
    holds(lender)


@pytest.mark.usefixtures("soon")
def test_a_payment_of_before_is_undone_while_it_stands_off(lender: Lender) -> None:
    loan, other = lender.draw(5_000_000), lender.draw(5_000_000)
    lender.end(date(2026, 4, 2))
    receipt = lender.repay(loan, 10_000, date(2026, 4, 3))
    assert receipt.paid["interest"] == 10_000
    lender.end(NIGHT_OF_TURNING)
    on = NIGHT_OF_TURNING + timedelta(1)
    holds(lender)
    reverse_repayment(**lender.asked(on), repayment_ref=receipt.repayment)
    holds(lender)
    repay_by_value_date(
        **lender.asked(on), loan_ref=other.ref, amount_minor=10_000, counts_from=date(2026, 4, 3)
    )
    holds(lender)
    assert lender.balance("224190") == 0
    lender.end(on)
    holds(lender)


@pytest.mark.usefixtures("soon")
def test_money_found_by_value_date_brings_it_back_on_the_night(lender: Lender) -> None:
    loan = lender.draw(method=Method.AT_MATURITY, number_of_repayments=1)
    lender.end(NIGHT_OF_TURNING)
    on = NIGHT_OF_TURNING + timedelta(1)
    repay_by_value_date(
        **lender.asked(on), loan_ref=loan.ref, amount_minor=500_000, counts_from=FIRST_DUE,
        channel="cash",
    )  # fmt: skip
    holds(lender)
    lender.end(on)
    holds(lender)


@pytest.mark.usefixtures("soon")
def test_another_rate_mends_what_stands_off(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(NIGHT_OF_TURNING)
    on = NIGHT_OF_TURNING + timedelta(1)
    change_rate(**lender.asked(on), loan_ref=loan.ref, rate_percent=percent("3.9"))
    holds(lender)
    lender.end(on)
    holds(lender)


@pytest.mark.usefixtures("soon")
def test_a_lost_loan_leaves_the_memorandum_accounts_of_interest_too(lender: Lender) -> None:
    loan = lender.draw(method=Method.AT_MATURITY, number_of_repayments=1)
    lender.end(NIGHT_OF_TURNING)
    on = NIGHT_OF_TURNING + timedelta(1)
    judge(
        actor=SYSTEM_ACTOR, institution=lender.bank, loan_ref=loan.ref, on=on, now=NOW,
        key=lender.key(), expected_loss_percent=95,
    )  # fmt: skip
    lender.end(on)
    on += timedelta(1)
    whole = write_off(**lender.asked(on), loan_ref=loan.ref)
    with scoped(SYSTEM):
        assert whole == HUNDRED_THOUSAND + sum(booked_of(loan_of(loan.ref), before=on).values())
    assert found(lender) == Kept(0, 0, 0)
    assert lender.balance("713101", loan) == whole
    holds(lender)
    recover(**lender.asked(on), loan_ref=loan.ref, amount_minor=100, channel="cash")
    holds(lender)
    lender.end(on)
    holds(lender)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("seed", range(nights(1)))
def test_whatever_happens_ledger_and_loans_agree_every_evening(lender: Lender, seed: int) -> None:
    dice = random.Random(seed)
    loans = [lender.draw(dice.choice([100_000, 3_000_000]), limit_minor=10**8,
                         method=dice.choice([Method.EQUAL_INSTALLMENT, Method.EQUAL_PRINCIPAL]),
                         number_of_repayments=dice.choice([3, 12]),
                         principal_first_after_days=dice.choice([None, 5]))
             for _ in range(3)]  # fmt: skip
    receipts = []
    on = date(2026, 3, 25)
    lender.end(on - timedelta(1))
    for _ in range(14):
        for loan in loans:
            if loan_of(loan.ref).state != LoanState.ACTIVE or dice.random() < 0.4:
                continue
            amount = dice.choice([1_000, 20_000, 500_000])
            excess = dice.choice([Excess.HOLD, Excess.REDUCE_COUNT])
            receipts.append(lender.repay(loan, amount, on, excess=excess))
        if receipts and dice.random() < 0.4:
            place = dice.randrange(len(receipts))
            with suppress(HeldWasUsed):  # what it left over has paid since; nothing moves then
                reverse_repayment(**lender.asked(on), repayment_ref=receipts.pop(place).repayment)
        holds(lender)
        step = dice.choice([1, 6, 13])
        reports = lender.end(on + timedelta(step - 1))
        assert {report.ledger_difference_minor for report in reports} == {0}
        on += timedelta(step)
        holds(lender)
