"""A draw is ordered from the bank, sent once, and what the bank answers decides what becomes of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.lending.bank.hands import CARD, NAME, OURS, answer, card, order_of, send
from tests.lending.loans import (
    HUNDRED_THOUSAND,
    Lender,
    loan_of,
    nothing_moves,
    unbalanced,
)
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.payments import (
    Encoding,
    Form,
    Outcome,
    Standing,
    judge_result,
    number_of,
    rows_in,
)
from xinnong.lending.models import Loan, OpenDue, PaymentOrder, PaymentResult
from xinnong.lending.models import Standing as Stands
from xinnong.lending.queries.loans import available_minor, booked_of
from xinnong.lending.services.bank_refusals import (
    FileUnknown,
    NothingToSend,
    OwnAccountNumber,
    OwnAccountUnknown,
)
from xinnong.lending.services.payments import (
    enter_own_account,
    open_payment_file,
    take_payment_file,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_number_names_one_row_and_no_other() -> None:
    number = number_of("P", 4711)
    assert rows_in("P", f"付款 {number} 已付") == (4711,)
    assert rows_in("L", number) == ()
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert rows_in("P", wrong) == ()
    assert rows_in("P", number + "0") == ()
    assert rows_in("P", f"{number}、{number} {number_of('P', 12)}") == (4711, 12)


def test_every_result_on_every_standing_does_one_thing() -> None:
    told = {
        (standing.value, outcome.value): judge_result(
            standing=standing, amount_minor=1, outcome=outcome, said_minor=1
        )
        for standing in Standing
        for outcome in Outcome
    }
    applies = {pair for pair, code in told.items() if not code}
    assert applies == {
        ("sent", "done"), ("sent", "failed"), ("sent", "returned"), ("done", "returned"),
    }  # fmt: skip
    repeated = {pair for pair, code in told.items() if code == "repeated"}
    assert repeated == {("done", "done"), ("failed", "failed"), ("returned", "returned")}
    assert {code for pair, code in told.items() if pair[0] == "to_send"} == {"payment.not_sent"}


def test_a_draw_goes_out_in_one_file_and_never_in_another(lender: Lender) -> None:
    loan = lender.draw(payee=card(lender))
    order = order_of(loan)
    assert (order.state, order.amount_minor) == ("to_send", HUNDRED_THOUSAND)
    made, data = send(lender)
    rows = list(csv.reader(io.StringIO(data.decode())))
    assert rows[1] == [
        order.number, "2026-03-01", "100000.00", NAME, CARD, "测试银行", "贷款发放",
    ]  # fmt: skip
    assert rows[2][:3] == ["合计", "1", "100000.00"]
    assert hashlib.sha256(data).hexdigest() == made.sha256
    again, same = open_payment_file(
        actor=SYSTEM_ACTOR, institution=lender.bank, ref=made.ref, now=NOW
    )
    assert (again.pk, same) == (made.pk, data)
    assert CARD.encode() not in bytes(made.content)
    with pytest.raises(NothingToSend):
        send(lender)
    assert lender.balance("101201") == -HUNDRED_THOUSAND


def test_the_same_key_answers_the_same_file_and_gb18030_reads_back(lender: Lender) -> None:
    lender.draw(1_000_000, payee=card(lender))
    said = {"form": Form.JSONL, "encoding": Encoding.GB18030, "key": "once"}
    first, data = send(lender, **said)
    second, same = send(lender, **said)
    assert (first.ref, data) == (second.ref, same)
    head, line = [json.loads(each) for each in data.decode("gb18030").splitlines()]
    assert head == {
        "format": "xinnong.payments.1", "file": str(first.ref), "payer_account": OURS,
        "count": 1, "sum_yuan": "10000.00",
    }  # fmt: skip
    assert (line["payee_name"], line["payee_account"]) == (NAME, CARD)


def test_a_draw_without_a_payee_is_never_sent_and_never_lost(lender: Lender) -> None:
    loan = lender.draw()
    with pytest.raises(NothingToSend) as refused:
        send(lender)
    assert refused.value.params == {"waiting": 1}
    assert order_of(loan).state == "to_send"


def test_what_cannot_be_is_refused(lender: Lender) -> None:
    with pytest.raises(OwnAccountNumber):
        enter_own_account(
            actor=SYSTEM_ACTOR, institution=lender.bank, bank="x", number="12 开", now=NOW
        )
    with pytest.raises(OwnAccountUnknown):
        send(lender, account="99999999")
    for deed in (open_payment_file, take_payment_file):
        with pytest.raises(FileUnknown):
            deed(actor=SYSTEM_ACTOR, institution=lender.bank, ref=uuid4(), now=NOW)


def test_done_takes_the_money_out_of_the_bank_once(lender: Lender, tmp_path: Path) -> None:
    loan = lender.draw(payee=card(lender))
    made, _ = send(lender)
    take_payment_file(actor=SYSTEM_ACTOR, institution=lender.bank, ref=made.ref, now=NOW)
    number = order_of(loan).number
    report = answer(lender, tmp_path, (number, "成功", "100,000.00", ""))
    assert (report.read, report.applied, report.aside) == (1, 1, 0)
    assert lender.balance("101201") == 0
    assert lender.balance("100201") == -HUNDRED_THOUSAND
    with nothing_moves():
        again = answer(lender, tmp_path, (number, "成功", "100000", "又来一次"))
    assert (again.applied, again.repeated) == (0, 1)
    assert unbalanced() == 0


def test_money_that_never_left_bears_no_interest_and_frees_the_line(
    lender: Lender, tmp_path: Path
) -> None:
    loan = lender.draw(payee=card(lender))
    send(lender)
    lender.end(date(2026, 4, 9))
    assert lender.balance("113211") > 0
    report = answer(lender, tmp_path, (order_of(loan).number, "失败", "100000.00", "户名不符"))
    assert (report.applied, dict(report.reasons)) == (1, {})
    for kind in ("113211", "113212", "113213", "601101", "601102", "130301", "101201"):
        assert lender.balance(kind) == 0, kind
    found = loan_of(loan.ref)
    assert (found.state, found.closed_on) == ("unpaid", date(2026, 4, 10))
    with scoped(SYSTEM):
        assert set(booked_of(found, before=date(2026, 4, 10)).values()) == {0}
        assert not OpenDue.objects.filter(loan=loan).exists()
        assert not Stands.objects.filter(loan=loan).exists()
        for revolving in (True, False):
            left = available_minor(
                loan.contract_ref, limit_minor=HUNDRED_THOUSAND, revolving=revolving
            )
            assert left == HUNDRED_THOUSAND
    assert order_of(loan).reason == "户名不符"
    lender.end(date(2026, 5, 2))
    assert lender.balance("113211") == 0
    assert lender.balance("130401") == 0
    assert unbalanced() == 0
    assert lender.draw(on=date(2026, 5, 3), payee=card_of(loan)).principal_minor > 0


def card_of(loan: Loan) -> UUID | None:
    return loan.payee


def test_what_was_paid_on_a_loan_that_never_was_waits_in_suspense(
    lender: Lender, tmp_path: Path
) -> None:
    loan = lender.draw(payee=card(lender))
    send(lender)
    lender.end(date(2026, 4, 1))
    lender.repay(loan, 900_000, date(2026, 4, 2))
    lender.end(date(2026, 4, 9))
    answer(lender, tmp_path, (order_of(loan).number, "failed", "", ""))
    assert loan_of(loan.ref).state == "unpaid"
    assert lender.balance("224190") == 900_000
    assert lender.balance("224101") == 0
    assert lender.balance("113211") == 0
    assert unbalanced() == 0


def test_a_payment_that_comes_back_later_undoes_the_draw_too(
    lender: Lender, tmp_path: Path
) -> None:
    loan = lender.draw(payee=card(lender))
    send(lender)
    number = order_of(loan).number
    answer(lender, tmp_path, (number, "done", "100000", ""))
    report = answer(lender, tmp_path, (number, "退汇", "100000", "账户已销"))
    assert report.applied == 1
    assert (order_of(loan).state, loan_of(loan.ref).state) == ("returned", "unpaid")
    assert lender.balance("100201") == lender.balance("101201") == 0


def test_what_fits_nothing_is_put_aside_with_its_reason_and_nothing_is_lost(
    lender: Lender, tmp_path: Path
) -> None:
    loan = lender.draw(payee=card(lender))
    waiting = lender.draw(payee=card(lender, number="9999800000000007779"), amount=1,
                          contract_ref=UUID(int=9))  # fmt: skip
    with scoped(SYSTEM):
        PaymentOrder.objects.filter(loan=waiting).update(card=None)
    send(lender)
    number = order_of(loan).number
    with nothing_moves():
        report = answer(
            lender, tmp_path,
            ("P0000000000017", "成功", "1", ""),
            ("=1+1", "成功", "1", ""),
            (number, "成功", "99999.99", ""),
            (number, "成功", "1e5", ""),
            (number, "也许", "100000", ""),
            (order_of(waiting).number, "成功", "0.01", ""),
            ("", "成功", "", ""),
        )  # fmt: skip
    assert report.read == report.aside == 7
    assert dict(report.reasons) == {
        "payment.unknown": 3, "payment.amount_differs": 1, "payment.amount_unreadable": 1,
        "payment.outcome_unknown": 1, "payment.not_sent": 1,
    }  # fmt: skip
    answer(lender, tmp_path, (number, "成功", "100000", ""))
    against = answer(lender, tmp_path, (number, "失败", "100000", "账户不存在"))
    assert dict(against.reasons) == {"payment.contradicts": 1}
    assert loan_of(loan.ref).state == "active"
    with scoped(SYSTEM):
        assert PaymentResult.objects.filter(state="aside").count() == 8
    with nothing_moves():
        repeated = answer(lender, tmp_path, (number, "失败", "100000", "账户不存在"))
    assert (repeated.repeated, repeated.aside) == (1, 0)
