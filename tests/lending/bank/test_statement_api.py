"""A program hands bank statements and core codes in; what waits in suspense people settle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.lending.bank.hands import OURS, written
from tests.lending.bank.test_statements import DUE, file_of
from tests.lending.loans import Lender, nothing_moves, owed_now
from tests.people import NOW, client_of
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.models import Entry
from xinnong.core.payments import number_of
from xinnong.ledger.models import CoreCode
from xinnong.lending.models import BankStatement, StatementLine
from xinnong.lending.queries.loans import dues_in_force

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
API = "/api/v1"
Program = Callable[..., Client]


@pytest.fixture
def program(lender: Lender) -> Program:
    def issued(
        institution: str = "BANK-01", verb: Permission = Permission.CARRY_PAYMENTS
    ) -> Client:
        with scoped(lender.people.ou):
            token = issue_token(
                actor=lender.people.ou, client=client_of(institution), scopes=[verb],
                lifetime=timedelta(days=1), now=timezone.now(),
            )  # fmt: skip
        return Client(headers={"Authorization": f"Bearer {token}"})

    return issued


@pytest.fixture
def bank(program: Program) -> Client:
    return program()


def hand_in(client: Client, path: Path, key: object = None, account: str = "") -> tuple[int, Any]:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(
        f"{API}/bank/statements", {"file": file, "account": account},
        headers={"Idempotency-Key": str(key or uuid4())},
    )  # fmt: skip
    return answer.status_code, answer.json()


def get(client: Client, path: str) -> Any:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def put(client: Client, codes: list[dict[str, str]], key: object = None) -> tuple[int, Any]:
    answer = client.put(
        f"{API}/core-codes", {"codes": codes}, content_type="application/json",
        headers={"Idempotency-Key": str(key or uuid4())},
    )  # fmt: skip
    return answer.status_code, answer.json()


def test_a_repayment_finds_its_loan_and_the_rest_waits(
    lender: Lender, bank: Client, tmp_path: Path
) -> None:
    loan = lender.draw(1_000_000)
    lender.end(date(2026, 4, 2))
    with scoped(SYSTEM):
        due = dues_in_force(loan)[0]
    owed = (due.principal_minor + due.interest_minor) / 100
    path = file_of(
        tmp_path, (DUE, "a1", owed, "某人", "6222", f"还款{number_of('L', loan.pk)}"),
        (DUE, "a2", "12.34", "李四", "6222000", "不知道"),
    )  # fmt: skip
    key = uuid4()
    status, report = hand_in(bank, path, key, OURS)
    assert status == 200, report
    assert (report["booked"], report["waiting"], report["difference_yuan"]) == (1, 1, "0.00")
    assert owed_now(loan) == {}
    with nothing_moves():
        assert hand_in(bank, path, key, OURS) == (200, report)
        assert hand_in(bank, path)[1]["repeated"] == 2
        other = written(tmp_path / "b.csv", ("交易日期", "金额", "余额"), (DUE, "1", "9"))
        assert hand_in(bank, other, key, OURS)[1]["code"] == "ledger.command_key_reused"
    [row] = get(bank, "bank/statements")["statements"]
    assert (row["matched"], row["waiting"], row["account"]) == (1, 1, OURS)
    [line] = get(bank, "bank/lines")["lines"]
    assert (line["amount_yuan"], line["state"], "李四" in str(line)) == ("12.34", "waiting", False)
    [booked] = get(bank, "bank/lines?state=booked")["lines"]
    assert (booked["rule"], booked["loan"]) == ("number", str(loan.ref))
    opened = get(bank, f"bank/lines/{line['ref']}")
    assert (opened["payer_name"], opened["words"]) == ("李四", "不知道")
    with scoped(SYSTEM):
        looked = Entry.objects.get(action="lending.open-line")
        assert looked.actor == client_of("BANK-01").ref
        assert BankStatement.objects.get().came_by == looked.actor


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 no table", "bank_file.pdf"),
        (b"\x00\x01\x02" * 99, "bank_file.unreadable"),
        (b"", "bank_file.empty"),
        ("交易日期,收入,支出,余额\n昨天,1,,1\n".encode(), "bank_file.value"),
        ("交易日期,收入,支出,余额\n2026-03-01,,,1\n".encode(), "bank_file.empty"),
    ],
)
def test_what_is_no_statement_is_refused_whole(
    lender: Lender, bank: Client, tmp_path: Path, content: bytes, code: str
) -> None:
    lender.draw(1_000_000)
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with nothing_moves():
        status, told = hand_in(bank, path)
    assert (status, told["code"]) == (422, code)
    assert told["title"]
    with scoped(SYSTEM):
        assert not BankStatement.objects.exists()


def test_neither_a_stranger_nor_another_verb(
    lender: Lender, bank: Client, program: Program, tmp_path: Path
) -> None:
    path = file_of(tmp_path, (NOW.date(), "a", "1.00", "甲", "1", "x"))
    assert hand_in(bank, path)[0] == 200
    with scoped(SYSTEM):
        line = StatementLine.objects.get()
    town = program("BANK-02")
    assert get(town, "bank/statements")["statements"] == []
    assert get(town, "bank/lines")["lines"] == []
    assert town.get(f"{API}/bank/lines/{line.ref}").status_code == 404
    assert hand_in(town, path, account=OURS)[1]["code"] == "payment.own_account_unknown"
    reader = program("BANK-01", Permission.READ_LOANS)
    for path_of in ("bank/statements", "bank/lines", "core-codes"):
        assert reader.get(f"{API}/{path_of}").status_code == 403
    police = program("DEPT-POLICE")
    assert police.get(f"{API}/bank/lines").status_code == 404
    assert police.get(f"{API}/core-codes").status_code == 404
    assert bank.get(f"{API}/bank/lines?state=gone").status_code == 422
    assert bank.post(f"{API}/bank/lines/{line.ref}", {}).status_code == 405


def test_core_codes_are_kept_listed_and_refused_whole(bank: Client, program: Program) -> None:
    said = [{"kind": "130301", "core_code": "13010"}, {"kind": "100201", "core_code": "10020"}]
    key = uuid4()
    assert put(bank, said, key) == (200, {"said": 2, "changed": 2})
    assert put(bank, said, key) == (200, {"said": 2, "changed": 2})
    assert put(bank, said) == (200, {"said": 2, "changed": 0})
    assert put(bank, said[:1], key)[1]["code"] == "ledger.command_key_reused"
    own = get(bank, "core-codes?given=own")["codes"]
    assert [(each["kind"], each["core_code"]) for each in own] == [
        ("100201", "10020"), ("130301", "13010"),
    ]  # fmt: skip
    for bad, code in (
        ([*said, {"kind": "999999", "core_code": "1"}], "ledger.core_kind"),
        ([*said, said[0]], "ledger.core_line_twice"),
        ([{"kind": "130301", "core_code": "汉"}], "ledger.core_field"),
        ([], "request.invalid"),
        ([{"kind": "130301"}], "request.invalid"),
    ):
        status, told = put(bank, bad)
        assert (status, told["code"]) == (422, code)
    assert bank.get(f"{API}/core-codes?given=all").status_code == 422
    assert get(program("BANK-02"), "core-codes?given=own")["codes"] == []
    with scoped(SYSTEM):
        assert CoreCode.objects.count() == 2
        entry = Entry.objects.filter(action="ledger.keep-core-codes").first()
        assert entry is not None
        assert entry.actor == client_of("BANK-01").ref
