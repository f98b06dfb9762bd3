"""A borrower sees what a repayment will do, in plain words, before any money moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from tests.factories import signed_in
from tests.lending.loans import WU, Lender, loan_of, nothing_moves, open_lender, owed_now, vouched
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.schedule.terms import Unit
from xinnong.lending.models import Loan, Repayment
from xinnong.lending.queries.loans import dues_in_force, settlement_quote
from xinnong.web.figures import yuan

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def lender() -> Iterator[Lender]:
    with vouched():
        made = open_lender()
        made.people.wu.person_ref = WU
        made.people.wu.save(update_fields=["person_ref"])
        yield made


@pytest.fixture
def loan(lender: Lender) -> Loan:
    """Six instalments, five days apart; the first is two days late."""
    today = timezone.localdate()
    drawn = lender.draw(
        4_000_000, on=today - timedelta(7), number_of_repayments=6, every=5, unit=Unit.DAYS
    )
    lender.end(today - timedelta(1))
    return drawn


@pytest.fixture
def phone(lender: Lender) -> Client:
    return signed_in(lender.people.wu)


def look(phone: Client, loan: Loan, **said: str) -> tuple[str, dict[str, str]]:
    """The page that says what it would do, and the form that confirms it; nothing moves."""
    form = {"step": "repay", "amount": "", "excess": "hold", "key": str(uuid4())} | said
    with nothing_moves():
        answer = phone.post(f"/borrow/loans/{loan.ref}/", form)
    page = answer.content.decode()
    assert answer.status_code == 200, page
    [confirmation] = re.findall(r'id="confirm">(.*?)</section>', page, re.DOTALL)
    hidden = re.findall(r'name="(\w+)" value="([^"]*)"', confirmation)
    return page, {name: value for name, value in hidden if name != "csrfmiddlewaretoken"}


def confirm(phone: Client, loan: Loan, form: dict[str, str], **changes: str) -> Any:
    return phone.post(f"/borrow/loans/{loan.ref}/", form | {"step": "confirm"} | changes)


def paid(loan: Loan) -> list[tuple[int, int, int]]:
    with scoped(SYSTEM):
        rows = Repayment.objects.filter(loan=loan).order_by("id")
        return [(each.amount_minor, each.prepaid_minor, each.held_minor) for each in rows]


def interest(loan: Loan) -> int:
    with scoped(SYSTEM):
        return sum(due.interest_minor for due in dues_in_force(loan_of(loan.ref)))


def test_some_of_what_is_late_says_what_is_still_missing(phone: Client, loan: Loan) -> None:
    owed = sum(map(sum, owed_now(loan).values()))
    page, form = look(phone, loan, amount="1000")
    assert "钱还没有扣" in page
    for words in ("利息", "罚息", "复利", "本金", "到期的还差", yuan(owed - 100_000), "下一次还款"):
        assert words in page
    assert "提前还，一共少付利息" not in page
    assert paid(loan) == []
    for _pressed_twice in range(2):
        assert confirm(phone, loan, form).status_code == 302
    assert paid(loan) == [(100_000, 0, 0)]
    assert sum(map(sum, owed_now(loan).values())) == owed - 100_000


def test_paying_early_says_what_it_saves_and_saves_it(phone: Client, loan: Loan) -> None:
    owed, before = sum(map(sum, owed_now(loan).values())), interest(loan)
    late = sum(
        penalty + compound for _fee, _interest, penalty, compound, _p in owed_now(loan).values()
    )
    page, form = look(phone, loan, amount="20000", excess="reduce_count")
    [changed] = re.findall(r"以后这样还(.*?)</table>", page, re.DOTALL)
    with scoped(SYSTEM):
        days = [due.on for due in dues_in_force(loan_of(loan.ref))]
    told = [day for day in days if date_format(day, "SHORT_DATE_FORMAT") in changed]
    assert days[0] < timezone.localdate()
    assert told == [day for day in days if timezone.localdate() < day <= told[-1]]
    assert yuan(2_000_000 - owed) in page
    confirm(phone, loan, form)
    assert paid(loan) == [(2_000_000, 2_000_000 - owed, 0)]
    assert before - interest(loan) > 0
    assert f"{yuan(before - interest(loan))}" in page
    kept, form = look(phone, loan, amount="50.01")
    assert "先替您放着" in kept
    confirm(phone, loan, form)
    assert paid(loan)[1] == (5_001, 0, 5_001)
    page, form = look(phone, loan, step="settle")  # on the day of the prepayment
    confirm(phone, loan, form)
    assert loan_of(loan.ref).state == "settled"
    spent = sum(amount - held for amount, _ahead, held in paid(loan))
    assert spent == 4_000_000 + interest(loan) + late


def test_settling_says_that_nothing_is_owed_any_more(phone: Client, loan: Loan) -> None:
    with scoped(SYSTEM):
        total = settlement_quote(loan, on=timezone.localdate()).total_minor
    page, form = look(phone, loan, step="settle")
    assert "这笔贷款就还清了" in page
    assert yuan(total) in page
    for _pressed_twice in range(2):
        assert confirm(phone, loan, form).status_code == 302
    assert (loan_of(loan.ref).state, paid(loan)[0][0]) == ("settled", total)


def test_what_was_not_seen_is_shown_again_and_takes_nothing(
    lender: Lender, phone: Client, loan: Loan
) -> None:
    _page, form = look(phone, loan, amount="1000")
    with nothing_moves():
        for changes in ({"amount": "2000"}, {"seen": "0" * 64}, {"excess": "reduce_count"}):
            answer = confirm(phone, loan, form, **changes)
            assert "确认还款" in answer.content.decode()
    lender.repay(loan, 5, timezone.localdate())
    with nothing_moves():
        assert "确认还款" in confirm(phone, loan, form).content.decode()
        for amount, words in (
            ("很多", "最多两位小数"),
            ("0", "金额要大于零"),
            ("99999999", "结清只要"),
        ):
            answer = phone.post(
                f"/borrow/loans/{loan.ref}/",
                {"step": "repay", "amount": amount, "excess": "hold", "key": str(uuid4())},
            )
            assert (answer.status_code, words in answer.content.decode()) == (422, True)
        assert signed_in(lender.people.lin).post(f"/borrow/loans/{loan.ref}/", form).status_code in {
            403, 404,
        }  # fmt: skip
