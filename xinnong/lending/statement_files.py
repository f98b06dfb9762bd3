"""A bank statement read from a file: lines in the order of the account, whose balances run on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Final

from xinnong.core.errors import Refused
from xinnong.core.money import NotAnAmount, parse_yuan, yuan
from xinnong.lending.bank_files import (
    BankFileEmpty,
    BankFileHeading,
    BankFileValue,
    Layout,
    read_rows,
)

LAYOUT: Final = Layout(
    {
        "on": ("交易日期", "记账日期", "入账日期", "日期", "date", "交易时间"),
        "id": ("流水号", "交易流水号", "核心流水号", "transactionid"),
        "credit": ("贷方发生额", "收入", "收入金额", "贷方金额", "转入金额", "deposit"),
        "debit": ("借方发生额", "支出", "支出金额", "借方金额", "转出金额", "withdrawal"),
        "amount": ("金额", "发生额", "交易金额"),
        "side": ("借贷标志", "借贷", "收支", "dc"),
        "balance": ("余额", "账户余额", "本次余额"),
        "name": ("对方户名", "对方名称", "付款人", "payer"),
        "account": ("对方账号", "对方账户", "payeraccount"),
        "bank": ("对方开户行", "对方行名", "payerbank"),
        "virtual": ("虚拟账号", "子账号", "收款子账号", "virtualaccount"),
        "words": ("附言", "用途", "备注", "remark"),
        "summary": ("摘要", "description"),
    },
    needed=("on", "balance"),
)
MOST_LINES: Final = 100_000
NUMBER_LENGTH: Final = 64
IN: Final = frozenset({"贷", "收", "收入", "c", "cr", "credit"})
OUT: Final = frozenset({"借", "支", "支出", "d", "dr", "debit"})
FORMATS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")


class StatementBalance(Refused):
    """The balance of `row` is not the one before it and its amount: lines are missing or changed."""

    code: ClassVar[str] = "statement.balance"


class StatementTooLong(Refused):
    """More lines than one file may have."""

    code: ClassVar[str] = "statement.too_long"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `amount_minor` is what the account gained; `mark` tells it from every other."""

    row: int
    on: date
    amount_minor: int
    balance_minor: int
    id: str
    name: str
    account: str
    bank: str
    virtual: str
    words: str
    mark: str = ""

    @property
    def sum_of_words(self) -> str:
        """A sum of everything the line says."""
        said = [
            self.on.isoformat(), self.amount_minor, self.balance_minor, self.name, self.account,
            self.virtual, self.words,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole file: lines in order, the balances before the first and after the last."""

    sha256: str
    lines: Sequence[Line]
    opening_minor: int
    closing_minor: int


def statement_in(path: Path) -> Statement:
    """The statement in a file, newest or oldest line first.

    Raises BankFileValue and StatementBalance naming the row, StatementTooLong, BankFileEmpty where no
    line moves anything, and what `read_rows` raises: a statement is taken whole or not at all.
    """
    lines: list[Line] = []
    for row, said in read_rows(path, LAYOUT):
        if len(lines) == MOST_LINES:
            raise StatementTooLong(limit=MOST_LINES)
        line = _line(row, said)
        if line is not None:
            lines.append(line)
    if not lines:
        raise BankFileEmpty
    lines = _in_order(lines)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    opening = lines[0].balance_minor - lines[0].amount_minor
    return Statement(sha256, _marked(lines), opening, lines[-1].balance_minor)


def _line(row: int, said: dict[str, str]) -> Line | None:
    """One line; None for one that moves nothing."""
    amount = _amount(row, said)
    if amount == 0:
        return None
    words = " ".join(filter(None, (said.get("summary", ""), said.get("words", ""))))
    return Line(
        row=row,
        on=_day(row, said["on"]),
        amount_minor=amount,
        balance_minor=_money(row, "balance", said["balance"]),
        id=said.get("id", "")[:NUMBER_LENGTH],
        name=said.get("name", ""),
        account=said.get("account", ""),
        bank=said.get("bank", ""),
        virtual=said.get("virtual", ""),
        words=words,
    )


def _amount(row: int, said: dict[str, str]) -> int:
    """What the account gained by a line, from two columns, or one with or without a side."""
    if "credit" in said or "debit" in said:
        came, went = (
            _money(row, name, said[name]) if said.get(name) else 0 for name in ("credit", "debit")
        )
        return came - went
    if "amount" not in said:
        raise BankFileHeading(field=LAYOUT.shown("credit"))
    amount = _money(row, "amount", said["amount"])
    if "side" not in said:
        return amount
    side = said["side"].casefold()
    if side not in IN | OUT:
        raise BankFileValue(row=row, field=LAYOUT.shown("side"))
    return amount if side in IN else -amount


def _money(row: int, field: str, text: str) -> int:
    try:
        return parse_yuan(text)
    except NotAnAmount:
        raise BankFileValue(row=row, field=LAYOUT.shown(field)) from None


def _day(row: int, text: str) -> date:
    found = day_in(text)
    if found is None:
        raise BankFileValue(row=row, field=LAYOUT.shown("on"))
    return found


def day_in(text: str) -> date | None:
    """The day that a text begins with, as banks write days; None where it is none."""
    plain = text.split(maxsplit=1)[0] if text.split() else ""
    for form in FORMATS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _in_order(lines: list[Line]) -> list[Line]:
    """Oldest first. Raises StatementBalance where the balances run on neither way."""
    broken = _break_in(lines)
    if broken is None:
        return lines
    backwards = lines[::-1]
    if _break_in(backwards) is None:
        return backwards
    line, expected = broken
    raise StatementBalance(
        row=line.row, expected_yuan=yuan(expected), found_yuan=yuan(line.balance_minor)
    )


def _break_in(lines: Sequence[Line]) -> tuple[Line, int] | None:
    for before, line in pairwise(lines):
        expected = before.balance_minor + line.amount_minor
        if expected != line.balance_minor or line.on < before.on:
            return line, expected
    return None


def _marked(lines: Sequence[Line]) -> list[Line]:
    """Lines with their marks: the bank's own id, or a sum of the words and which of its like it is."""
    seen: Counter[str] = Counter()
    marked = []
    for line in lines:
        words = line.id or line.sum_of_words
        seen[words] += 1
        mark = words if seen[words] == 1 else f"{words[:56]}#{seen[words]}"
        marked.append(replace(line, mark=mark))
    return marked
