"""The worked example of docs/algorithms/ledger.md comes out of the rules."""

from __future__ import annotations

from datetime import date

from tests.source_tree import REPOSITORY
from xinnong.core.ledger import Account, Books, Draft, Move, Side, post
from xinnong.core.ledger_refusals import LedgerRefused
from xinnong.core.money import parse_yuan, yuan

NUMBERS = {"bank": 1, "loan": 2, "wallet": 3, "capital": 4, "income": 5}
LIMITED = {"loan", "wallet"}
DEBIT = {"bank", "loan"}


def rows() -> list[list[str]]:
    text = (REPOSITORY / "docs/algorithms/ledger.md").read_text(encoding="utf-8")
    table = text.split("<!-- table: worked -->\n")[1].split("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    ]


def test_the_worked_example_holds() -> None:
    books = Books(
        {
            number: Account(
                number,
                Side.DEBIT if name in DEBIT else Side.CREDIT,
                no_negative_balance=name in LIMITED,
            )
            for name, number in NUMBERS.items()
        }
    )
    key = ""
    assert len(rows()) == 11
    for step, debit, credit, amount, how, answer, *balances in rows():
        key = key if how in {"replay", "reused"} else step
        held = next((t.number for t in books.transfers if t.move.pending), None)
        move = Move(
            NUMBERS[debit],
            NUMBERS[credit],
            parse_yuan(amount),
            "",
            pending=how == "pending",
            settles=held if how == "settles" else None,
        )
        try:
            books, [number] = post(books, [Draft(key, date(2026, 11, 20), "", "", (move,))])
            told = str(number)
        except LedgerRefused as refused:
            told = refused.code
        assert (step, told) == (step, answer)
        assert (step, shown(books)) == (step, balances)


def shown(books: Books) -> list[str]:
    balances = {name: books.accounts[number].balance for name, number in NUMBERS.items()}
    free = balances["wallet"] - books.accounts[NUMBERS["wallet"]].pending_debits
    kept = (balances["bank"], balances["loan"], balances["wallet"], free, balances["income"])
    return [yuan(one) for one in kept]
