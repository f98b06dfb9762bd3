"""The staff page of a loan: one question a tab, the summary above it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from tests.factories import signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import Lender
from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.core.schedule.terms import Method
from xinnong.ledger.models import Account
from xinnong.lending.models import Loan
from xinnong.lending.queries.loans import dues_in_force

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def begin(lender: Lender) -> Loan:
    drawn = lender.draw(method=Method.AT_MATURITY, number_of_repayments=1)
    lender.end(date(2026, 3, 20))
    lender.repay(drawn, 100_000, date(2026, 3, 21))
    return drawn


def shown(desk: Client, loan: Loan, tab: str) -> str:
    answer = desk.get(f"/loans/{loan.ref}/", {"tab": tab})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "今天结清要" in page
    assert page.count('aria-current="true"') == 1
    return page


def test_each_tab_answers_its_question(lender: Lender, loan: Loan) -> None:
    lin = signed_in(lender.people.lin)
    assert "还款计划" in lin.get(f"/loans/{loan.ref}/").content.decode()
    assert "最初的还款计划" in shown(lin, loan, "original")
    assert "1,000.00" in shown(lin, loan, "payments")
    assert f"/loans/{loan.ref}/statement/" in shown(lin, loan, "payments")
    assert "五级分类" in shown(lin, loan, "classes")
    assert "还没有保证人" in shown(lin, loan, "security")
    assert f"/loans/{loan.ref}/file.pdf" in shown(lin, loan, "files")
    assert "还没有备注" in shown(lin, loan, "notes")
    steps = shown(lin, loan, "steps")
    assert f"/loans/{loan.ref}/renew/" in steps
    assert "还没有备注" not in steps


def test_the_schedule_says_of_each_instalment_whether_it_was_paid(lender: Lender) -> None:
    drawn = lender.draw(on=date(2026, 3, 21), contract_ref=new_ref())
    with scoped(SYSTEM):
        [first, second] = dues_in_force(drawn)[:2]
    lender.end(first.on - timedelta(1))
    lender.repay(drawn, first.principal_minor + first.interest_minor, first.on)
    lender.end(second.on + timedelta(3))
    page = shown(signed_in(lender.people.lin), drawn, "schedule")
    found = [page.count(f">{mark}</span>") for mark in ("已还", "到期没还")]
    assert found == [1, 1]
    assert page.count("还没到期") == 10


def test_the_books_name_what_was_booked(lender: Lender, loan: Loan) -> None:
    page = shown(past_second_factor(lender.people.chen), loan, "ledger")
    assert "贷款发放入账" in page
    assert "loan.draw" not in page


def test_the_books_are_not_for_whoever_may_not_read_them(
    lender: Lender, loan: Loan, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = User.can
    monkeypatch.setattr(
        User, "can", lambda user, verb: verb != Permission.READ_LEDGER and may(user, verb)
    )
    lin = signed_in(lender.people.lin)
    assert "?tab=ledger" not in shown(lin, loan, "notes")
    assert lin.get(f"/loans/{loan.ref}/", {"tab": "ledger"}).status_code == 404


def test_the_books_lead_to_the_own_accounts(lender: Lender, loan: Loan) -> None:
    chen = past_second_factor(lender.people.chen)
    page = shown(chen, loan, "ledger")
    with scoped(SYSTEM):
        own = Account.objects.get(object_ref=loan.ref, kind="130301")
    assert f"/books/accounts/{own.ref}/" in page
    assert chen.get(f"/books/accounts/{own.ref}/").status_code == 200
    assert "/books/journals/" in page


@pytest.mark.parametrize("tab", ["", "x", "SCHEDULE", "schedule "])
def test_an_unknown_tab_is_not_found(lender: Lender, loan: Loan, tab: str) -> None:
    lin = signed_in(lender.people.lin)
    assert lin.get(f"/loans/{loan.ref}/", {"tab": tab}).status_code == 404
