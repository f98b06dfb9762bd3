"""An accountant carries payments and statements on the pages; a program does by the API."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.bank.hands import CARD, OURS, card, order_of
from tests.lending.loans import Lender, loan_of
from tests.lending.test_changing_a_loan import preview
from tests.people import client_of
from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.models import Entry
from xinnong.core.payments import number_of
from xinnong.lending.models import PaymentFile, PaymentResult, StatementLine

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def fangs(lender: Lender) -> Client:
    return past_second_factor(lender.people.fang)


def upload(text: str, name: str = "bank.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode("gb18030"))


def post(client: Client, name: str, *args: object, **form: Any) -> tuple[int, str]:
    answer = client.post(reverse(f"lending:{name}", args=args), form)
    return answer.status_code, answer.content.decode()


def test_she_sends_fetches_and_enters_what_the_bank_says(lender: Lender, fangs: Client) -> None:
    loan = lender.draw(payee=card(lender))
    number = order_of(loan).number
    page = fangs.get(reverse("lending:payments")).content.decode()
    assert number in page
    assert CARD not in page
    form = {"account": OURS, "form": "csv", "encoding": "gb18030", "key": str(uuid4())}
    assert post(fangs, "send_payments", **form)[0] == 302
    assert post(fangs, "send_payments", **form)[0] == 302
    status, text = post(fangs, "send_payments", **form | {"key": str(uuid4())})
    assert (status, "没有可以送行的付款" in text) == (422, True)
    with scoped(SYSTEM):
        made = PaymentFile.objects.get()
    data = fangs.get(reverse("lending:payment_file", args=[made.ref])).content
    assert CARD in data.decode("gb18030")
    status, text = post(fangs, "payment_results", file=upload("没有,表头\n1,2\n"))
    assert (status, "支付编号" in text) == (422, True)
    good = f"支付编号,处理结果,金额\n{number},失败,100000.00\nP1,成功,1\n"
    assert post(fangs, "payment_results", file=upload(good))[0] == 302
    assert loan_of(loan.ref).state == "unpaid"
    with scoped(SYSTEM):
        aside = PaymentResult.objects.get(state="aside")
    assert "没有这个编号的付款" in fangs.get(reverse("lending:payments")).content.decode()
    assert post(fangs, "settle_payment_result", result=aside.ref, note="")[0] == 422
    assert post(fangs, "settle_payment_result", result=aside.ref, note="别家的")[0] == 302
    assert post(fangs, "settle_payment_result", result=aside.ref, note="别家的")[0] == 422
    assert post(fangs, "enter_own_account", bank="甲行", number="不对")[0] == 422
    assert post(fangs, "enter_own_account", bank="甲行", number="1234 5678")[0] == 302
    unknown = fangs.get(reverse("lending:payments"), {"state": "nonsense"})
    assert number not in unknown.content.decode()


def test_without_a_second_factor_nothing_is_sent(lender: Lender) -> None:
    fang = signed_in(lender.people.fang)
    assert fang.get(reverse("lending:payments")).status_code == 200
    for name in ("send_payments", "payment_results", "enter_own_account"):
        assert post(fang, name)[0] == 403


def test_she_takes_a_statement_in_and_says_what_a_line_was(lender: Lender, fangs: Client) -> None:
    loan = lender.draw(1_000_000)
    rows = "交易日期,收入,余额,对方户名,对方账号,附言\n20260301,50.00,50.00,路人,6222,不清楚\n"
    status, text = post(fangs, "statements", account=OURS, file=upload(rows + "20260301,1,9\n"))
    assert (status, "第 3 行" in text) == (422, True)
    assert post(fangs, "statements", account=OURS, file=upload(rows))[0] == 302
    with scoped(SYSTEM):
        line = StatementLine.objects.get()
    listed = fangs.get(reverse("lending:statements")).content.decode()
    assert "待认领" in listed
    assert "路人" not in listed
    shown = fangs.get(reverse("lending:statement_line", args=[line.ref])).content.decode()
    assert "路人" in shown
    where: tuple[Any, ...] = ("statement_line", line.ref)
    assert post(fangs, *where, step="assign", loan_number="")[0] == 422
    assert post(fangs, *where, step="assign", loan_number="L1")[0] == 422
    assert post(fangs, *where, step="anything")[0] == 404
    number = number_of("L", loan.pk)
    assert post(fangs, *where, step="assign", loan_number=number)[0] == 302
    assert post(fangs, *where, step="back")[0] == 422
    assert post(fangs, *where, step="unbook")[0] == 302
    assert "等行长在贷款页面上确认" in post(fangs, *where, step="back")[1]
    assert post(fangs, *where, step="keep")[0] == 302
    kept = fangs.get(reverse("lending:statement_line", args=[line.ref])).content.decode()
    assert "提议从这笔贷款上冲下来" in kept
    assert post(fangs, *where, step="keep")[0] == 422
    with scoped(SYSTEM):
        taken = Entry.objects.get(action="lending.withdraw-proposal")
        assert StatementLine.objects.get().state == "booked"
    assert (taken.actor, taken.subject) == (lender.people.fang.ref, loan.ref)
    assert post(fangs, *where, step="unbook")[0] == 302
    chen = past_second_factor(lender.people.chen)
    _page, confirmed = preview(chen, loan, "confirm", {})
    assert chen.post(f"/loans/{loan.ref}/confirm/", confirmed).status_code == 302
    assert post(fangs, *where, step="back")[0] == 302


def test_what_she_said_of_a_large_line_or_of_a_wrong_one_only_she_takes_back(
    lender: Lender, fangs: Client
) -> None:
    loan = lender.draw(1_000_000)
    rows = "交易日期,收入,余额,对方户名,对方账号,附言\n20260301,60000,60000,路人,6222,不清楚\n"
    assert post(fangs, "statements", account=OURS, file=upload(rows))[0] == 302
    with scoped(SYSTEM):
        line = StatementLine.objects.get()
        other = User.objects.get(pk=lender.people.fang.pk)
        other.pk, other.ref, other.username = None, uuid4(), "fang.two"
        other.save()
    others = past_second_factor(other)
    where: tuple[Any, ...] = ("statement_line", line.ref)
    number = number_of("L", loan.pk)
    assert post(fangs, *where, step="assign", loan_number=number)[0] == 302
    page = reverse("lending:statement_line", args=[line.ref])
    assert "撤回，放回待认领" in fangs.get(page).content.decode()
    assert "撤回，放回待认领" not in others.get(page).content.decode()
    assert post(fangs, *where, step="reject")[0] == 422
    status, text = post(others, *where, step="withdraw")
    assert (status, "只有提出的人能撤回" in text) == (422, True)
    assert post(fangs, *where, step="withdraw")[0] == 302
    with scoped(SYSTEM):
        assert StatementLine.objects.get().state == "waiting"
        assert Entry.objects.get(action="lending.withdraw-line").actor == lender.people.fang.ref
    assert post(fangs, *where, step="assign", loan_number=number)[0] == 302
    assert post(others, *where, step="confirm")[0] == 302
    assert post(others, *where, step="unbook")[0] == 302
    assert "撤回提议" not in fangs.get(page).content.decode()
    status, text = post(fangs, *where, step="keep")
    assert (status, "只有提出的人能撤回" in text) == (422, True)
    assert "撤回提议" in others.get(page).content.decode()


def test_an_officer_pays_back_what_is_held(lender: Lender) -> None:
    lin = signed_in(lender.people.lin)
    loan = lender.draw(1_000_000, household_id=1, payee=card(lender))
    where: tuple[Any, ...] = ("pay_back", loan.ref)
    lender.repay(loan, 5_000, loan.disbursed_on)
    assert "50.00" in lin.get(reverse("lending:pay_back", args=[loan.ref])).content.decode()
    assert post(lin, *where, amount="50.01", key=uuid4())[0] == 422
    form: dict[str, Any] = {"amount": "50", "key": uuid4()}
    assert post(lin, *where, **form)[0] == 302
    assert post(lin, *where, **form)[0] == 302
    assert lender.balance("224101") == 0


def test_a_program_fetches_acknowledges_and_answers(lender: Lender, client: Client) -> None:
    with scoped(lender.people.ou):
        token = issue_token(
            actor=lender.people.ou, client=client_of("BANK-01"),
            scopes=[Permission.CARRY_PAYMENTS], lifetime=timedelta(days=1),
            now=timezone.now(),
        )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    loan = lender.draw(payee=card(lender))

    def ask(path: str, body: object = None) -> Any:
        where = f"/api/v1/{path}"
        if body is None:
            return client.get(where, headers=headers)
        return client.post(where, json.dumps(body), "application/json", headers=headers)

    [order] = ask("payments?state=to_send").json()["payments"]
    assert (order["amount_yuan"], order["state"]) == ("100000.00", "to_send")
    made = ask("payments/files", {"key": str(uuid4())}).json()
    assert (made["count"], made["sum_yuan"], made["taken_at"]) == (1, "100000.00", None)
    assert ask("payments/files", {"key": str(uuid4())}).status_code == 422
    assert ask("payments/files", {"key": str(uuid4()), "x": 1}).status_code == 422
    assert CARD in ask(f"payments/files/{made['ref']}").content.decode()
    assert ask(f"payments/files/{made['ref']}/taken", {}).json()["taken_at"]
    said = {"results": [{"number": order["number"], "outcome": "done", "amount_yuan": "100000"}]}
    report = ask("payments/results", said).json()
    assert report == {"read": 1, "applied": 1, "repeated": 0, "aside": 0, "reasons": {}}
    said["results"][0] |= {"outcome": "failed"}
    assert ask("payments/results", said).json()["reasons"] == {"payment.contradicts": 1}
    assert loan_of(loan.ref).state == "active"


def test_a_neighbour_sees_nothing_of_it(lender: Lender, fangs: Client, tmp_path: Path) -> None:
    lender.draw(payee=card(lender))
    form = {"account": OURS, "form": "csv", "encoding": "utf-8", "key": str(uuid4())}
    post(fangs, "send_payments", **form)
    with scoped(SYSTEM):
        made = PaymentFile.objects.get()
    with scoped(lender.people.zhao):
        assert not PaymentFile.objects.exists()
    with scoped(lender.people.wu):
        assert not PaymentFile.objects.exists()
    assert signed_in(lender.people.zhao).get(
        reverse("lending:payment_file", args=[made.ref])
    ).status_code == 403  # fmt: skip
