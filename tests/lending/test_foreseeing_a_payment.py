"""What the desk is shown before it takes money is, to the fen, what is booked when it confirms."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import signed_in
from tests.lending.loans import Lender, loan_of, nothing_moves, owed_now
from tests.lending.test_changing_a_loan import EASED, preview
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.schedule.terms import Method
from xinnong.ledger.models import Transfer
from xinnong.lending.models import Loan, Repayment, RepaymentPart
from xinnong.lending.queries.loans import dues_in_force, settlement_quote
from xinnong.lending.services import Excess, repay
from xinnong.lending.services.previewing import foresee
from xinnong.lending.services.repaying import split_of
from xinnong.web.figures import yuan

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ON = date(2026, 5, 21)
"""Two instalments are late: each of 8,519 yuan and some fen, with penalty and compound interest."""


def begin(lender: Lender) -> Loan:
    drawn = lender.draw()
    lender.end(date(2026, 5, 20))
    return drawn


@pytest.fixture
def lin(lender: Lender) -> Client:
    return signed_in(lender.people.lin)


def booked(loan: Loan) -> dict[str, Any]:
    """Everything a payment leaves behind that a preview shows."""
    with scoped(SYSTEM):
        paid = Repayment.objects.filter(loan=loan).order_by("id")
        parts = RepaymentPart.objects.filter(loan=loan, until_on=None).order_by("id")
        moves = Transfer.objects.filter(journal__reference=str(loan.ref)).order_by("id")
        return {
            "paid": [(each.amount_minor, each.prepaid_minor, each.held_minor) for each in paid],
            "parts": [(each.n, each.component, each.amount_minor) for each in parts],
            "moves": [(m.debit.kind, m.credit.kind, m.amount_minor) for m in moves],
            "dues": [(due.n, due.on, due.principal_minor, due.interest_minor)
                     for due in dues_in_force(loan_of(loan.ref))],
            "unpaid": {n: sum(parts) for n, parts in owed_now(loan).items()},
            "state": loan_of(loan.ref).state,
        }  # fmt: skip


PAYMENTS = [
    (1, Excess.HOLD, False),
    (70_000, Excess.HOLD, False),
    (900_000, Excess.HOLD, False),
    (2_500_000, Excess.HOLD, False),
    (2_500_000, Excess.REDUCE_INSTALLMENT, False),
    (3_700_001, Excess.REDUCE_COUNT, False),
    (2_500_000, Excess.APPLY_NEXT, False),
    (20_000_000, Excess.HOLD, True),
]


MOST_OVER_THE_COUNTER = 10_000_000


def test_what_is_foreseen_is_what_is_booked(lender: Lender, loan: Loan) -> None:
    for amount, excess, settles in PAYMENTS:
        with suppress(UndoneError), transaction.atomic():  # each after the same days
            assert_foreseen(lender, loan, amount, excess, settles=settles)
            raise UndoneError


class UndoneError(Exception):
    """What was tried is taken back."""


def assert_foreseen(
    lender: Lender, loan: Loan, amount: int, excess: Excess, *, settles: bool
) -> None:
    """A payment leaves behind what its preview showed."""
    channel = "transfer" if amount > MOST_OVER_THE_COUNTER else "cash"
    before = len(booked(loan)["moves"])

    def pay() -> None:
        repay(
            actor=SYSTEM_ACTOR, institution=lender.bank, loan_ref=loan.ref, amount_minor=amount,
            channel=channel, on=ON, now=NOW, key="one", excess=excess, settles=settles,
        )  # fmt: skip

    with nothing_moves():
        seen = foresee(actor=lender.people.chen, loan=loan, on=ON, act=pay)
    shown = {
        "paid": [(each.amount_minor, each.prepaid_minor, each.held_minor) for each in seen.paid],
        "parts": [(each.n, each.component, each.amount_minor) for each in seen.parts],
        "moves": [(m.debit.kind, m.credit.kind, m.amount_minor) for m in seen.moves],
        "dues": [(due.n, due.on, due.principal_minor, due.interest_minor)
                 for due in seen.after.dues],
        "unpaid": {n: owed for n, owed in seen.after.unpaid.items() if owed},
        "state": seen.after.loan.state,
    }  # fmt: skip
    with scoped(SYSTEM):
        split = split_of(amount, settlement_quote(loan, on=ON), excess, settles=settles)
    assert [(amount, split.prepaid_minor, split.held_minor)] == shown["paid"]
    pay()
    came = booked(loan)
    came["moves"] = came["moves"][before:]
    assert (amount, excess, shown) == (amount, excess, came)


def test_the_page_says_where_the_money_goes_and_what_stays(lin: Client, loan: Loan) -> None:
    with scoped(SYSTEM):
        owed = sum(settlement_quote(loan, on=ON).owed.values())
    form = {"amount": "1000", "excess": "hold", "channel": "cash"}
    with nothing_moves():
        page, confirmed = preview(lin, loan, "repay", form)
    assert "这笔钱还到哪里" in page
    assert f"{yuan(owed)} → {yuan(owed - 100_000)}" in page
    assert "还款计划不变。" in page
    assert lin.post(f"/loans/{loan.ref}/repay/", confirmed).status_code == 302
    for _n, _component, amount in booked(loan)["parts"]:
        assert yuan(amount) in page


def test_money_beyond_what_is_owed_is_named(lin: Client, loan: Loan) -> None:
    page, _confirmed = preview(
        lin, loan, "repay", {"amount": "90000", "excess": "hold", "channel": "transfer"}
    )
    assert "多出来的" in page
    page, _confirmed = preview(
        lin, loan, "repay", {"amount": "90000", "excess": "reduce_count", "channel": "transfer"}
    )
    assert "其中提前还的" in page
    assert "改后的还款计划" in page


def test_a_loan_that_moved_in_between_is_shown_again_before_it_is_confirmed(
    lender: Lender, lin: Client, loan: Loan
) -> None:
    _page, confirmed = preview(
        lin, loan, "repay", {"amount": "1000", "excess": "hold", "channel": "cash"}
    )
    lender.repay(loan, 1, ON)
    with nothing_moves():
        answer = lin.post(f"/loans/{loan.ref}/repay/", confirmed)
    assert (answer.status_code, "确认办理" in answer.content.decode()) == (200, True)


def test_money_that_is_not_held_pays_nothing(lin: Client, loan: Loan) -> None:
    form = {"amount": "1000", "excess": "hold", "channel": "held", "step": "preview"}
    form["key"] = "00000000-0000-0000-0000-000000000001"
    with nothing_moves():
        answer = lin.post(f"/loans/{loan.ref}/repay/", form)
    assert answer.status_code == 422
    assert "暂收" in answer.content.decode()


def test_a_restructuring_is_foreseen_with_the_money_that_is_chosen(
    lender: Lender, lin: Client
) -> None:
    single: dict[str, Any] = {"method": Method.AT_MATURITY, "number_of_repayments": 1}
    loan = lender.draw(on=ON, contract_ref=new_ref(), limit_minor=10**8, **single)
    lender.end(date(2026, 6, 9))
    page, _confirmed = preview(lin, loan, "restructure", EASED | {"channel": "cash"})
    assert "这笔钱还到哪里" in page
    form = EASED | {"channel": "held", "key": "00000000-0000-0000-0000-000000000002"}
    with nothing_moves():
        answer = lin.post(f"/loans/{loan.ref}/restructure/", form | {"step": "preview"})
    assert answer.status_code == 422


def test_the_loan_page_itself_books_nothing(lin: Client, loan: Loan) -> None:
    assert lin.post(f"/loans/{loan.ref}/", {"amount": "5"}).status_code == 405
    page = lin.get(f"/loans/{loan.ref}/").content.decode()
    assert f'action="/loans/{loan.ref}/repay/"' in page
