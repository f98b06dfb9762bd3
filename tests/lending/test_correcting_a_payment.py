"""A payment with the wrong day, amount or loan is put right on the page by two people."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories import signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import (
    Lender,
    loan_of,
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
from xinnong.core.payments import number_of
from xinnong.lending.models import Loan, LoanProposal, Repayment
from xinnong.lending.queries.loans import settlement_quote
from xinnong.lending.services import Excess

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def lin(lender: Lender) -> Client:
    return signed_in(lender.people.lin)


@pytest.fixture
def chen(lender: Lender) -> Client:
    return past_second_factor(lender.people.chen)


def correction(paid: Any, **changes: str) -> dict[str, str]:
    said = {
        "repayment": str(paid.repayment), "counts_from": DUE.isoformat(), "amount": "",
        "to_loan": "", "cause": "wrong_day", "evidence": "流水-9",
    }  # fmt: skip
    return said | changes


def newest(loan: Loan) -> tuple[date, int, str]:
    with scoped(SYSTEM):
        paid = Repayment.objects.filter(loan=loan, state="booked").order_by("-id")[0]
        return paid.on, paid.amount_minor, paid.channel


def test_the_right_day_takes_the_penalty_back(lender: Lender, lin: Client, chen: Client) -> None:
    loan, on = drawn(lender), date(2026, 3, 10)
    amount = first_due(loan)
    lender.end(date(2026, 3, 8))
    paid = lender.repay(loan, amount, date(2026, 3, 9))
    lender.end(date(2026, 3, 9))
    assert owed_now(loan)
    yuan = f"{amount // 100}.{amount % 100:02d}"
    first, second = both(lin, chen, loan, "correct", correction(paid, amount=yuan))
    for page in (first, second):
        assert "这笔钱还到哪里" in page
    assert "流水-9" in second
    assert newest(loan) == (DUE, amount, "suspense")
    assert owed_now(loan) == {}
    as_the_reference(loan, on)
    assert unbalanced() == 0
    assert lender.balance("224190") == 0
    assert told(loan)[-1] == "corrected"
    assert "有一笔还款原来记错了" in lin.get(f"/loans/{loan.ref}/?tab=payments").content.decode()


def test_the_right_amount_mends_the_account_that_it_came_from(
    lender: Lender, lin: Client, chen: Client
) -> None:
    loan = drawn(lender)
    lender.end(date(2026, 3, 5))
    before = lender.balance("101201")
    paid = lender.repay(loan, 3_000_000, DUE, channel="cash")
    lender.end(date(2026, 3, 7))
    both(
        lin, chen, loan, "correct",
        correction(paid, amount="3000", cause="wrong_amount"),
    )  # fmt: skip
    assert lender.balance("101201") == before + 300_000
    assert lender.balance("224190") == 0
    as_the_reference(loan, date(2026, 3, 8))
    assert unbalanced() == 0


def test_the_right_loan_gets_the_money_and_both_borrowers_are_told(
    lender: Lender, lin: Client, chen: Client
) -> None:
    wrong, right = drawn(lender), drawn(lender)
    lender.end(date(2026, 3, 5))
    paid = lender.repay(wrong, first_due(right), DUE)
    lender.end(date(2026, 3, 8))
    number = number_of("L", right.pk)
    amount = first_due(right)
    said = correction(
        paid, amount=f"{amount // 100}.{amount % 100:02d}", to_loan=number, cause="wrong_loan"
    )
    first, second = both(lin, chen, wrong, "correct", said)
    for page in (first, second):
        assert number in page
        assert 'id="effect-2"' in page
    assert owed_now(right) == {}
    assert owed_now(wrong)
    for loan in (wrong, right):
        as_the_reference(loan, date(2026, 3, 9))
        assert told(loan)[-1] == "corrected"
    assert unbalanced() == 0


def test_a_prepayment_stays_one(lender: Lender, lin: Client, chen: Client) -> None:
    loan, on = drawn(lender), date(2026, 3, 10)
    lender.end(date(2026, 3, 7))
    rest = 1_500_000
    paid = lender.repay(
        loan, rest + first_due(loan), date(2026, 3, 8), excess=Excess.REDUCE_COUNT
    )  # fmt: skip
    lender.end(date(2026, 3, 9))
    amount = (rest + first_due(loan)) // 100
    first, _second = both(
        lin, chen, loan, "correct",
        correction(paid, amount=f"{amount}", counts_from="2026-03-07", cause="wrong_day"),
    )  # fmt: skip
    assert "其中提前还的" in first
    with scoped(SYSTEM):
        [kept] = Repayment.objects.filter(loan=loan, state="booked")
        was = Repayment.objects.get(loan=loan, state="reversed").prepaid_minor
    assert (kept.on, kept.held_minor) == (date(2026, 3, 7), 0)
    assert (
        0 < kept.prepaid_minor - was < 2_000
    )  # a day less of penalty, some fen less than whole yuan
    as_the_reference(loan, on)
    assert unbalanced() == 0
    assert lender.balance("224190") == 0
    assert lender.balance("224101") == 0


def test_a_settlement_stays_one_and_is_held_where_it_does_not_reach(
    lender: Lender, lin: Client, chen: Client
) -> None:
    loan = drawn(lender)
    lender.end(date(2026, 3, 5))
    with scoped(SYSTEM):
        total = settlement_quote(loan, on=DUE).total_minor
    settled = lender.repay(loan, total, DUE, channel="cash", settles=True)
    lender.end(date(2026, 3, 7))
    assert loan_of(loan.ref).state == "settled"
    both(lin, chen, loan, "correct", correction(settled, amount="39000", cause="wrong_amount"))
    assert loan_of(loan.ref).state == "active"
    with scoped(SYSTEM):
        [kept] = Repayment.objects.filter(loan=loan, state="booked")
    assert (kept.prepaid_minor, kept.held_minor > 2_000_000) == (0, True)
    again = correction(settled, counts_from="2026-03-07", amount="39000")
    again["repayment"] = str(kept.ref)
    both(lin, chen, loan, "correct", again)
    as_the_reference(loan, date(2026, 3, 8))
    assert unbalanced() == 0


def test_what_is_no_correction_is_refused_in_words(lender: Lender, lin: Client) -> None:
    loan = drawn(lender)
    lender.end(date(2026, 3, 5))
    paid = lender.repay(loan, 100_000, DUE)
    lender.end(DUE)
    same = correction(paid, amount="1000")
    assert "没有什么要更正" in refused(lin, loan, "correct", same)
    wrongs = {
        "to_loan": ("L1", "没有这个编号的贷款"), "amount": ("0", "金额要大于零"),
        "counts_from": ("2026-02-30", "errors"), "cause": ("harvest", "errors"),
        "repayment": (str(uuid4()), "errors"), "evidence": (" ", "errors"),
    }  # fmt: skip
    for field, (value, words) in wrongs.items():
        assert words in refused(lin, loan, "correct", same | {field: value})
    assert "起的日终" in refused(lin, loan, "correct", same | {"counts_from": "2026-03-30"})
    assert "起的日终" in refused(lin, loan, "correct", same | {"counts_from": "2026-02-20"})
    with scoped(SYSTEM):
        assert not LoanProposal.objects.exists()
