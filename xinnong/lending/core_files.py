"""A core's nightly file, read as a stream: loans with their figures, and payments since the last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from xinnong.core.money import NotAnAmount, parse_yuan
from xinnong.lending.bank_files import Layout, read_rows
from xinnong.lending.statement_files import day_in

LAYOUT: Final = Layout(
    {
        "record": ("记录", "记录类型"),
        "number": ("借据号", "贷款编号", "loan"),
        "contract": ("合同编号", "合同号"),
        "on": ("日期", "放款日", "交易日期"),
        "amount": ("金额", "放款金额", "交易金额"),
        "principal": ("本金余额", "贷款余额"),
        "interest": ("应收利息", "欠息"),
        "days_past_due": ("逾期天数",),
        "asset_class": ("五级分类", "class"),
    },
    needed=("record", "number", "on", "amount"),
)
CLASSES: Final = {"正常": 1, "关注": 2, "次级": 3, "可疑": 4, "损失": 5} | {
    str(each): each for each in range(1, 6)
}
RECORDS: Final = {"loan": "loan", "贷款": "loan", "payment": "payment", "还款": "payment"}
NUMBER_LENGTH: Final = 64
MOST_DAYS: Final = 5


@dataclass(frozen=True, slots=True)
class CoreLoan:
    """What the core says of one loan."""

    row: int
    number: str
    contract: UUID
    drawn_on: date
    drawn_minor: int
    principal_minor: int
    interest_minor: int
    days_past_due: int
    asset_class: int


@dataclass(frozen=True, slots=True)
class CorePayment:
    """A payment that the core took for a loan."""

    row: int
    number: str
    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CoreBad:
    """A row that cannot be read: which field, and why."""

    row: int
    field: str
    code: str = "core.unreadable"


CoreRow = CoreLoan | CorePayment | CoreBad


class _BadField(Exception):
    """A field that says nothing."""


def core_rows(path: Path) -> Iterator[CoreRow]:
    """Every row of a file in order, one in hand at a time. Raises what `read_rows` raises."""
    for row, said in read_rows(path, LAYOUT):
        try:
            yield _read(row, said)
        except _BadField as bad:
            yield CoreBad(row, str(bad))


def _read(row: int, said: dict[str, str]) -> CoreLoan | CorePayment:
    record = RECORDS.get(said["record"].casefold())
    number = said["number"]
    if record is None:
        raise _BadField("record")
    if not 0 < len(number) <= NUMBER_LENGTH:
        raise _BadField("number")
    amount = _money(said, "amount")
    if amount <= 0:
        raise _BadField("amount")
    if record == "payment":
        return CorePayment(row, number, _day(said), amount)
    return CoreLoan(
        row,
        number,
        _contract(said),
        _day(said),
        amount,
        _money(said, "principal"),
        _money(said, "interest"),
        _days(said),
        _class(said),
    )


def _money(said: dict[str, str], field: str) -> int:
    try:
        return parse_yuan(said.get(field, ""))
    except NotAnAmount:
        raise _BadField(field) from None


def _day(said: dict[str, str]) -> date:
    found = day_in(said["on"])
    if found is None:
        raise _BadField("on")
    return found


def _contract(said: dict[str, str]) -> UUID:
    try:
        return UUID(said.get("contract", ""))
    except ValueError:
        raise _BadField("contract") from None


def _days(said: dict[str, str]) -> int:
    text = said.get("days_past_due", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DAYS):
        raise _BadField("days_past_due")
    return int(text)


def _class(said: dict[str, str]) -> int:
    found = CLASSES.get(said.get("asset_class", "").removesuffix("类"))
    if found is None:
        raise _BadField("asset_class")
    return found
