"""xinnong payments, statement, core-file and core-codes as typed: what they take, print and refuse."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter

from tests.lending.bank.hands import HEADINGS, OURS, card, order_of, written
from tests.lending.bank.test_statements import COLUMNS, DRAWN_ON, file_of
from tests.lending.loans import Lender, nothing_moves
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.cli import core_codes, core_file, dispatch, payments, statement
from xinnong.ledger.models import CoreCode
from xinnong.lending.models import BankStatement, OwnAccount, PaymentFile, StatementLine

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAMES = {payments: "payments", statement: "statement", core_file: "core-file",
         core_codes: "core-codes"}  # fmt: skip
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n"


@dataclass
class Said:
    """How a command ended, and what it printed where."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> Any:
        return json.loads(self.out)


Typed = Callable[..., Said]


@pytest.fixture
def typed(lender: Lender, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Run a command of Lin's bank as typed, answered for as on a terminal."""

    def run(command: ModuleType, *words: object, institution: str = "BANK-01") -> Said:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        known = dispatch.commands()[NAMES[command]]
        capsys.readouterr()
        try:
            parsed = parser.parse_args([*map(str, words), "--institution", institution])
            code = command.run(parsed)
        except SystemExit as end:
            code = int(end.code or 0)
        except Exception as error:  # noqa: BLE001 - as the dispatcher does
            code = dispatch._answer_for(error, known)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return run


# ------------------------------------------------------------------ payments


def test_an_account_is_entered_once(typed: Typed) -> None:
    new = typed(payments, "account", "--bank", "测试银行", "--number", "33990000999999", "--json")
    assert (new.code, new.told["account"]) == (0, "33990000999999")
    typed(payments, "account", "--bank", "测试银行", "--number", "33990000999999")
    with scoped(SYSTEM):
        assert OwnAccount.objects.filter(number="33990000999999").count() == 1
    wrong = typed(payments, "account", "--bank", "测试银行", "--number", "abc")
    assert (wrong.code, wrong.out) == (1, "")
    assert "payment.own_account_number" in wrong.err


def test_a_file_goes_out_once_and_again_as_it_was(
    lender: Lender, typed: Typed, tmp_path: Path
) -> None:
    lender.draw(payee=card(lender))
    out, again = tmp_path / "out.csv", tmp_path / "again.csv"
    made = typed(payments, "out", "--out", out, "--json")
    assert (made.code, made.told["count"], made.told["sum_yuan"]) == (0, 1, "100000.00")
    assert out.stat().st_mode & 0o777 == 0o600
    nothing = typed(payments, "out", "--out", tmp_path / "none.csv")
    assert (nothing.code, (tmp_path / "none.csv").exists()) == (1, False)
    assert "payment.nothing_to_send" in nothing.err
    same = typed(payments, "again", "--file", made.told["file"], "--out", again, "--json")
    assert (same.code, same.told["sha256"]) == (0, made.told["sha256"])
    assert again.read_bytes() == out.read_bytes()
    with scoped(SYSTEM):
        assert PaymentFile.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("out",), 2, "--out"),
        (("again", "--file", str(uuid4())), 2, "--out"),
        (("again",), 2, "--file"),
        (("results",), 2, "name the file"),
        (("results", "/nowhere/results.csv"), 2, "name the file"),
        (("out", "--out", "/nowhere/out.csv"), 2, "does not exist"),
        (("out", "--form", "pdf"), 2, "invalid choice"),
        (("again", "--file", "x"), 2, "invalid UUID"),
        (("pay",), 2, "invalid choice"),
    ],
)
def test_payments_say_what_is_missing(
    typed: Typed, words: tuple[str, ...], code: int, says: str
) -> None:
    with nothing_moves():
        said = typed(payments, *words)
    assert (said.code, said.out) == (code, "")
    assert says in said.err


def test_a_file_of_nobody_is_not_written(typed: Typed, tmp_path: Path) -> None:
    said = typed(payments, "again", "--file", uuid4(), "--out", tmp_path / "x.csv")
    assert (said.code, (tmp_path / "x.csv").exists()) == (1, False)
    assert "payment.file_unknown" in said.err


def test_results_are_read_once_and_what_fits_nothing_is_put_aside(
    lender: Lender, typed: Typed, tmp_path: Path
) -> None:
    loan = lender.draw(payee=card(lender))
    typed(payments, "out", "--out", tmp_path / "out.csv")
    number = order_of(loan).number
    good = written(tmp_path / "good.csv", HEADINGS, (number, "成功", "100000.00", ""))
    first = typed(payments, "results", good, "--json")
    assert (first.code, first.told["applied"], first.told["aside"]) == (0, 1, 0)
    with nothing_moves():
        again = typed(payments, "results", good, "--json")
        words = typed(payments, "results", good).out
    assert (again.code, again.told["applied"], again.told["repeated"]) == (0, 0, 1)
    assert (first.told["already"], again.told["already"]) == (False, True)
    assert "1 of 1 answers were already known" in words
    bad = written(
        tmp_path / "bad.csv", HEADINGS, ("P0000", "成功", "1", ""), (number, "也许", "1", ""),
        (number, "成功", "一万", ""),
    )  # fmt: skip
    with nothing_moves():
        aside = typed(payments, "results", bad, "--json")
    assert (aside.code, aside.told["read"], aside.told["aside"]) == (1, 3, 3)
    assert sum(aside.told["reasons"].values()) == 3


# ----------------------------------------------------------------- statements


def test_a_statement_comes_in_once(lender: Lender, typed: Typed, tmp_path: Path) -> None:
    lender.draw(1_000_000)
    path = file_of(tmp_path, (DRAWN_ON, "s1", "12.34", "甲", "1", "不知道"))
    first = typed(statement, path, "--json")
    assert first.code == 1  # a line waits for somebody
    assert (first.told["read"], first.told["new"], first.told["waiting"]) == (1, 1, 1)
    with nothing_moves():
        again = typed(statement, path, "--json")
    assert (again.code, again.told["repeated"], again.told["new"]) == (0, 1, 0)
    assert "read 1" in typed(statement, path).out
    with scoped(SYSTEM):
        assert StatementLine.objects.count() == 1


def test_a_statement_may_be_a_workbook(lender: Lender, typed: Typed, tmp_path: Path) -> None:
    lender.draw(1_000_000)
    path = tmp_path / "statement.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["账户明细"])
        sheet.write_row(1, 0, COLUMNS)
        sheet.write_row(2, 0, ["2026-03-01", "x1", 10.5, "", 1010.5, "甲", "6222", "还款"])
        sheet.write_row(3, 0, ["2026-03-01", "x2", "", 0.5, "1,010.00", "", "", "手续费"])
    said = typed(statement, path, "--json")
    assert (said.told["read"], said.told["waiting"], said.told["difference_yuan"]) == (2, 2, "0.00")
    assert lender.balance("100201") == 101_000


def broken(tmp_path: Path, name: str, content: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


HEAD = "交易日期,收入,支出,余额\n"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", PDF, "bank_file.pdf"),
        ("a.csv", PDF, "bank_file.pdf"),
        ("a.xlsx", b"PK\x03\x04 no workbook", "bank_file.unreadable"),
        ("a.csv", b"\x00\x01\x02" * 99, "bank_file.unreadable"),
        ("a.csv", "", "bank_file.empty"),
        ("a.csv", HEAD, "bank_file.empty"),
        ("a.csv", HEAD + "2026-03-01,,,1\n", "bank_file.empty"),
        ("a.csv", HEAD + "昨天,1,,1\n", "bank_file.value"),
        ("a.csv", HEAD + "2026-03-01,1,,1\n2026-03-01,1,,9\n", "statement.balance"),
        ("a.csv", "日子,钱\n1,2\n", "bank_file.heading"),
        ("a.csv", HEAD + "2030-03-01,1,,1\n", "statement.to_come"),
    ],
)
def test_what_is_no_statement_is_refused_whole(
    lender: Lender, typed: Typed, tmp_path: Path, name: str, content: bytes | str, says: str
) -> None:
    lender.draw(1_000_000)
    with nothing_moves():
        said = typed(statement, broken(tmp_path, name, content))
    assert (said.code, said.out) == (1, "")
    assert says in said.err
    assert len(said.err.strip().splitlines()) == 1
    if says in {"bank_file.value", "statement.balance"}:
        assert "row" in said.err
    with scoped(SYSTEM):
        assert not BankStatement.objects.exists()


def test_a_pdf_is_told_what_to_do(typed: Typed, tmp_path: Path) -> None:
    said = typed(statement, broken(tmp_path, "a.pdf", PDF))
    assert "CSV" in said.err
    assert "XLSX" in said.err


def test_a_missing_file_or_lender_is_wrong_usage(typed: Typed, tmp_path: Path) -> None:
    path = broken(tmp_path, "a.csv", HEAD + "2026-03-01,1,,1\n")
    for command, more in ((statement, ()), (core_file, ("--as-of", "2026-03-01"))):
        missing = typed(command, tmp_path / "none.csv", *more)
        assert (missing.code, "there is no file" in missing.err) == (2, True)
        stranger = typed(command, path, *more, institution="NOBODY")
        assert (stranger.code, "there is no institution 'NOBODY'" in stranger.err) == (2, True)
    stranger = typed(payments, "out", "--out", tmp_path / "x.csv", institution="NOBODY")
    assert (stranger.code, "there is no institution" in stranger.err) == (2, True)


def test_another_lenders_account_is_not_ours(typed: Typed, tmp_path: Path) -> None:
    path = broken(tmp_path, "a.csv", HEAD + "2026-03-01,1,,1\n")
    with nothing_moves():
        for words, lender in ((("--account", "123"), "BANK-01"), (("--account", OURS), "BANK-02")):
            said = typed(statement, path, *words, institution=lender)
            assert (said.code, "payment.own_account_unknown" in said.err) == (1, True), said.err


# ------------------------------------------------------------------ core file

CORE = "记录类型,借据号,合同编号,日期,金额,本金余额,应收利息,逾期天数,五级分类\n"


def offered(lender: Lender) -> None:
    from xinnong.lending.models import Offer

    with scoped(SYSTEM):
        Offer.objects.filter(institution=lender.bank.code).update(book_of_record="core")


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (PDF, 1, "bank_file.pdf"),
        ("", 1, "bank_file.empty"),
        (CORE, 1, "bank_file.empty"),
        ("甲,乙\n1,2\n", 1, "bank_file.heading"),
    ],
)
def test_what_is_no_core_file_is_refused_whole(
    lender: Lender, typed: Typed, tmp_path: Path, content: bytes | str, code: int, says: str
) -> None:
    offered(lender)
    with nothing_moves():
        said = typed(core_file, broken(tmp_path, "a.csv", content), "--as-of", "2026-03-01")
    assert (said.code, said.out) == (code, "")
    assert says in said.err


def test_broken_rows_of_a_core_file_are_put_aside_and_counted(
    lender: Lender, typed: Typed, tmp_path: Path
) -> None:
    offered(lender)
    rows = (
        "贷款,J1,不是编号,2026-03-01,1000,1000,0,0,正常\n"
        f"贷款,J2,{uuid4()},2026-03-01,一千,1000,0,0,正常\n"
        f"放款,J3,{uuid4()},2026-03-01,1000,1000,0,0,正常\n"
    )
    path = broken(tmp_path, "a.csv", CORE + rows)
    with nothing_moves():
        said = typed(core_file, path, "--as-of", "2026-03-01", "--json")
    assert (said.code, said.told["read"], said.told["aside"]) == (1, 3, 3)
    again = typed(core_file, path, "--as-of", "2026-03-01", "--json")
    assert again.told["read"] == 3


@pytest.mark.parametrize("day", ["2099-01-01", "yesterday", "2026-02-30"])
def test_the_day_of_a_core_file_has_come(typed: Typed, tmp_path: Path, day: str) -> None:
    said = typed(core_file, broken(tmp_path, "a.csv", CORE), "--as-of", day)
    assert said.code == 2


def test_a_lender_whose_book_is_here_takes_no_core_file(typed: Typed, tmp_path: Path) -> None:
    row = f"贷款,J1,{uuid4()},2026-03-01,1000,1000,0,0,正常\n"
    with nothing_moves():
        said = typed(core_file, broken(tmp_path, "a.csv", CORE + row), "--as-of", "2026-03-01")
    assert (said.code, said.out) == (1, "")


# ----------------------------------------------------------------- core codes


def test_core_codes_are_set_listed_and_uploaded(typed: Typed, tmp_path: Path) -> None:
    one = typed(core_codes, "set", "--kind", "130301", "--code", "13010", "--json")
    assert (one.code, one.told) == (0, {"said": 1, "changed": 1})
    own = typed(core_codes, "list", "--given", "own", "--json")
    assert own.told == {"kind": "130301", "product": "", "core_code": "13010", "given": "own"}
    missing = typed(core_codes, "list", "--given", "missing").out.splitlines()
    assert missing[0].split() == ["kind", "product", "core_code", "given"]
    assert not any(line.startswith("130301 ") for line in missing)
    head = "kind,product,core_code\n"
    path = broken(tmp_path, "codes.csv", head + "130301,,13011\n100201,,10020\n")
    assert typed(core_codes, "upload", path, "--json").told == {"said": 2, "changed": 2}
    assert typed(core_codes, "upload", path, "--json").told == {"said": 2, "changed": 0}
    assert typed(core_codes, "set", "--kind", "130301", "--code", "").code == 0
    bad = broken(tmp_path, "bad.csv", head + "100201,,1\n999999,,2\n")
    said = typed(core_codes, "upload", bad)
    assert (said.code, said.out) == (1, "")
    assert "ledger.core_kind" in said.err
    assert "row 3" in said.err
    with scoped(SYSTEM):
        kept = CoreCode.objects.values_list("kind", "core_code").order_by("kind")
        assert list(kept) == [("100201", "10020"), ("130301", "")]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("set", "--kind", "130301"), 2, "--code"),
        (("set", "--code", "1"), 2, "--kind"),
        (("set", "--kind", "130301", "--code", "有汉字"), 1, "ledger.core_field"),
        (("upload",), 2, "no file"),
        (("upload", "/nowhere.csv"), 2, "no file"),
        (("list", "--given", "all"), 2, "invalid choice"),
    ],
)
def test_core_codes_say_what_is_wrong(
    typed: Typed, words: tuple[str, ...], code: int, says: str
) -> None:
    said = typed(core_codes, *words)
    assert (said.code, said.out) == (code, "")
    assert says in said.err


def test_core_codes_of_a_pdf_and_of_nobody(typed: Typed, tmp_path: Path) -> None:
    said = typed(core_codes, "upload", broken(tmp_path, "a.pdf", PDF))
    assert said.code == 1
    assert typed(core_codes, "list", institution="NOBODY").code == 2
