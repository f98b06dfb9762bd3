"""Many at the same moment on one line, one loan, one key, one night: exact, every refusal explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.factories import empty_tables
from tests.lending.loans import (
    DRAWN,
    HUNDRED_THOUSAND,
    Lender,
    loan_of,
    open_lender,
    unbalanced,
    vouched,
)
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.core.schedule.terms import Method
from xinnong.ledger.models import Journal
from xinnong.ledger.queries import trial_balance
from xinnong.lending.models import EodAccrual, EodRun, Loan, Repayment
from xinnong.lending.queries.loans import available_minor
from xinnong.lending.services import Excess, end_day

pytestmark = pytest.mark.slow
THREADS = 64
REVOLVING: dict[str, Any] = {"method": Method.REVOLVING, "revolving": True}


@pytest.fixture
def lender(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Lender]:
    """Committed, so that every thread sees it."""
    with django_db_blocker.unblock(), vouched():
        try:
            yield open_lender()
        finally:
            empty_tables()


def at_once(act: Callable[[int], object], threads: int = THREADS) -> list[object]:
    """What each of so many threads is answered when all begin together."""
    together = Barrier(threads)

    def one(number: int) -> object:
        together.wait()
        try:
            return act(number)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def balances(lender: Lender) -> bool:
    with scoped(SYSTEM):
        trial = trial_balance(lender.bank, on=date.max)
    return unbalanced() == 0 and trial.difference_minor == 0


def test_sixty_four_draw_on_one_line_and_never_more_than_it(lender: Lender) -> None:
    line = 3_000_000
    answers = at_once(
        lambda n: lender.draw(100_000, key=f"d-{n}", limit_minor=line, **REVOLVING).pk
    )
    refused = Counter(answer for answer in answers if isinstance(answer, str))
    assert refused == {"loan.line_exceeded": THREADS - 30}
    with scoped(SYSTEM):
        left = available_minor(lender.terms.contract_ref, limit_minor=line, revolving=True)
        assert (Loan.objects.count(), left) == (30, 0)
    assert lender.balance("130301") == line
    assert balances(lender)


def test_sixty_four_pay_one_loan_and_every_fen_is_somewhere(lender: Lender) -> None:
    loan = lender.draw(3_000_000, number_of_repayments=1)
    lender.end(date(2026, 3, 31))
    on = date(2026, 4, 1)
    answers = at_once(lambda n: lender.repay(loan, 100_000, on, key=f"p-{n}").held_minor)
    refused = Counter(answer for answer in answers if isinstance(answer, str))
    due = 3_000_000 + 3_000_000 * 31 * 41 // (360 * 1000)
    taken = -(-due // 100_000)
    assert refused == {"loan.not_active": THREADS - taken}
    assert loan_of(loan.ref).state == "settled"
    with scoped(SYSTEM):
        assert Repayment.objects.count() == taken
    paid = lender.balance("601101") + 3_000_000
    assert lender.balance("224101", loan) == taken * 100_000 - paid
    assert (lender.balance("130301"), lender.balance("113211")) == (0, 0)
    assert balances(lender)


def test_one_key_sixty_four_times_draws_once_and_pays_once(lender: Lender) -> None:
    drawn = at_once(lambda _n: lender.draw(500_000, key="once", **REVOLVING).ref)
    assert {type(ref) for ref in drawn} == {UUID}
    assert len(set(drawn)) == 1
    with scoped(SYSTEM):
        loan = Loan.objects.select_related("product").get()
    lender.end(DRAWN)
    on = date(2026, 3, 2)
    paid = at_once(
        lambda _n: (
            lender.repay(loan, 200_000, on, key="once", excess=Excess.REDUCE_INSTALLMENT).repayment
        )
    )
    assert {type(ref) for ref in paid} == {UUID}
    assert len(set(paid)) == 1
    assert lender.balance("130301", loan) == 300_000
    assert balances(lender)


def test_a_day_that_eight_end_at_once_ends_once(lender: Lender) -> None:
    lender.draw(HUNDRED_THOUSAND)

    def end(_number: int) -> str:
        return end_day(
            institution=lender.bank.code, on=DRAWN, today=DRAWN, clock=lambda: NOW
        ).status

    answers = Counter(at_once(end, 8))
    assert answers["done"] == 1
    assert sum(answers[each] for each in ("done", "resumed", "already")) == 8
    with scoped(SYSTEM):
        assert (EodAccrual.objects.count(), EodRun.objects.count()) == (1, 1)
        assert Journal.objects.filter(reason="eod").count() == 1
    assert balances(lender)


def test_money_that_moves_while_the_day_ends_is_booked_before_or_refused(lender: Lender) -> None:
    loan = lender.draw(3_000_000, **REVOLVING)

    def act(number: int) -> object:
        if number == 5:
            return end_day(
                institution=lender.bank.code, on=DRAWN, today=DRAWN, clock=lambda: NOW
            ).status
        return lender.repay(
            loan, 10_000, DRAWN, key=f"r-{number}", excess=Excess.REDUCE_INSTALLMENT
        ).prepaid_minor

    answers = at_once(act, 24)
    booked = answers.count(10_000)
    told = {answer for answer in answers if isinstance(answer, str)} - {"done"}
    assert told <= {"loan.day_closing", "loan.day_closed"}
    assert lender.balance("130301", loan) == 3_000_000 - booked * 10_000
    earned = (3_000_000 - booked * 10_000) * 41 / 360_000
    assert lender.balance("601101") == round(earned)
    assert balances(lender)
