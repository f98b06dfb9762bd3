"""Files that add up when somebody else reads them, and the command that writes them."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.ledger.beancount import read
from tests.ledger.books import DAY, Books
from tests.people import NOW
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.cli import ledger as command
from xinnong.ledger.services import FormUnknown, Move, export_books, post_journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(books: Books) -> Books:
    books.post(books.move("bank", "capital", 1_000_050))
    books.post(books.move("loan", "bank", 600_000), books.move("interest", "income", 12_345))
    books.post(books.move("wallet", "bank", 0 + 1, pending=False), books.move("bank", "wallet", 1))
    books.post(books.move("bank", "wallet", 7_000, pending=True))
    return books


def content(books: Books, what: str, form: str, account: str = "") -> bytes:
    return export_books(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        what=what,
        form=form,
        until=DAY,
        account=books.accounts[account] if account else None,
        now=NOW,
    ).content


def test_it_writes_a_trial_balance_that_adds_up(filled: Books) -> None:
    rows = list(
        csv.DictReader(io.StringIO(content(filled, "trial-balance", "csv").decode("utf-8-sig")))
    )
    *codes, total = rows
    for column in ("debit_balance_yuan", "credit_balance_yuan", "debits_yuan"):
        assert sum(Decimal(row[column]) for row in codes) == Decimal(total[column])
    assert total["debit_balance_yuan"] == total["credit_balance_yuan"] == "10123.95"
    assert [row["core_code"] for row in codes] == ["1002", "1132", "1303", "2241", "4001", "6011"]


def test_it_writes_the_same_figures_to_a_workbook(filled: Books) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content(filled, "trial-balance", "xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[-1][-2:] == [10123.95, 10123.95]


def test_it_writes_a_statement(filled: Books) -> None:
    text = content(filled, "statement", "csv", "bank").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["balance_yuan"] for row in rows] == ["10000.50", "4000.50", "4000.49", "4000.50"]


def test_it_writes_beancount_that_balances(filled: Books) -> None:
    found = read(content(filled, "journals", "beancount").decode())
    assert (found.problems, found.transactions, len(found.opened)) == ([], 3, 6)
    assert sum(found.balances.values()) == 0
    bank = f"Assets:C100201:A{filled.number('bank')}"
    assert found.balances[bank] == Decimal("4000.50")


def test_the_reader_notices_what_does_not_balance(filled: Books) -> None:
    text = content(filled, "journals", "beancount").decode()
    broken = text.replace("-123.45 CNY", "-123.46 CNY", 1)
    assert broken != text
    assert len(read(broken).problems) == 2


def test_it_disarms_formulas_and_quotes(filled: Books) -> None:
    post_journal(
        institution=filled.bank,
        actor=SYSTEM_ACTOR,
        key="bad",
        business_on=DAY,
        now=NOW,
        reason="test",
        reference='=1+1 "x"',
        moves=[Move(filled.number("bank"), filled.number("capital"), 1, "test")],
    )
    assert "'=1+1" in content(filled, "statement", "csv", "bank").decode("utf-8-sig")
    assert read(content(filled, "journals", "beancount").decode()).problems == []


@pytest.mark.parametrize(
    ("what", "form"), [("trial-balance", "pdf"), ("statement", "csv"), ("x", "csv")]
)
def test_it_refuses_files_that_do_not_exist(books: Books, what: str, form: str) -> None:
    with pytest.raises(FormUnknown):
        content(books, what, form)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, object]]]:
    """Exit code and the objects on stdout."""
    import argparse

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    code = command.run(parser.parse_args([*arguments, "--institution", "BANK-01"]))
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_command_reads_the_books(filled: Books, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run(capsys, "trial-balance", "--on", DAY.isoformat())
    assert (code, told[-1]["difference_yuan"]) == (0, "0.00")
    assert told[0]["debit_balance_yuan"] == "4000.50"
    ref = str(filled.accounts["bank"].ref)
    code, told = run(capsys, "statement", "--account", ref, "--on", DAY.isoformat())
    assert (code, [line["balance_yuan"] for line in told][-1]) == (0, "4000.50")
    code, told = run(capsys, "resum")
    assert (code, told) == (0, [{"accounts": 3, "differences": 0, "astray": 0, "holds": True}])


def test_the_command_writes_a_file(
    filled: Books, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "books.beancount"
    given = ["--books", "journals", "--format", "beancount", "--out", str(out)]
    code, [told] = run(capsys, "export", *given, "--on", DAY.isoformat())
    assert (code, told["bytes"]) == (0, out.stat().st_size)
    assert read(out.read_text()).problems == []
    assert run(capsys, "export", "--books", "journals")[0] == 2
    assert run(capsys, "statement")[0] == 2
