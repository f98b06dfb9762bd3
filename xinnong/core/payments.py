"""Orders to a bank and its answers: the numbers both know them by, the file, and what a result does.

A number is a letter, twelve digits of a row and their check digit (ISO 7064 MOD 11,10): P names a
payment, L a loan that somebody pays back to. Files are text; amounts in them are yuan.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from xinnong.core.ids import HOUSEHOLD_DIGITS, household_check
from xinnong.core.money import yuan

FORMAT: Final = "xinnong.payments.1"
COLUMNS: Final = ("number", "on", "amount_yuan", "payee_name", "payee_account", "payee_bank", "use")
HEADINGS: Final = ("支付编号", "业务日期", "金额", "收款人", "收款账号", "收款行", "用途")
TOTAL: Final = "合计"
_NUMBER: Final = re.compile(r"(?<![0-9A-Z])([PL])([0-9]{12})([0-9])(?![0-9])")


class Form(StrEnum):
    """How a file of payments is written."""

    CSV = "csv"
    JSONL = "jsonl"


class Encoding(StrEnum):
    """The character set of a text file."""

    UTF8 = "utf-8"
    GB18030 = "gb18030"


class Outcome(StrEnum):
    """What a bank says became of a payment. `returned`: it was made, and came back."""

    DONE = "done"
    FAILED = "failed"
    RETURNED = "returned"


class Standing(StrEnum):
    """Where a payment stands."""

    TO_SEND = "to_send"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    RETURNED = "returned"


REPEATED: Final = "repeated"
APPLIES: Final = ""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment as the bank needs it."""

    number: str
    on: date
    amount_minor: int
    payee_name: str
    payee_account: str
    payee_bank: str
    use: str

    def cells(self) -> tuple[str, ...]:
        """The line in the order of COLUMNS."""
        return (
            self.number,
            self.on.isoformat(),
            yuan(self.amount_minor),
            self.payee_name,
            self.payee_account,
            self.payee_bank,
            self.use,
        )


def number_of(letter: str, row: int) -> str:
    """The number of a row: P for a payment, L for a loan."""
    assert letter in {"P", "L"}, letter
    assert 0 < row < 10**HOUSEHOLD_DIGITS, row
    digits = f"{row:0{HOUSEHOLD_DIGITS}d}"
    return f"{letter}{digits}{household_check(digits)}"


def rows_in(letter: str, text: str) -> tuple[int, ...]:
    """Rows of every number of a letter that a text names with the right check digit, in order."""
    found = (
        int(digits)
        for kind, digits, check in _NUMBER.findall(text.upper())
        if kind == letter and household_check(digits) == check
    )
    return tuple(dict.fromkeys(found))


def payment_file(
    lines: Sequence[PaymentLine], *, payer: str, file: str, form: Form, encoding: Encoding
) -> bytes:
    """A file of payments with its count and control sum; the same lines give the same bytes."""
    text = _csv(lines) if form is Form.CSV else _json_lines(lines, payer, file)
    return text.encode(encoding.value)


def control_sum(lines: Sequence[PaymentLine]) -> int:
    """The sum of all amounts in fen."""
    return sum(line.amount_minor for line in lines)


def _csv(lines: Sequence[PaymentLine]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows(line.cells() for line in lines)
    writer.writerow([TOTAL, len(lines), yuan(control_sum(lines)), "", "", "", ""])
    return out.getvalue()


def _json_lines(lines: Sequence[PaymentLine], payer: str, file: str) -> str:
    head = {
        "format": FORMAT, "file": file, "payer_account": payer, "count": len(lines),
        "sum_yuan": yuan(control_sum(lines)),
    }  # fmt: skip
    bodies: Iterator[dict[str, object]] = (
        dict(zip(COLUMNS, line.cells(), strict=True)) for line in lines
    )
    told = [json.dumps(each, ensure_ascii=False) for each in (head, *bodies)]
    return "\n".join(told) + "\n"


def judge_result(
    *, standing: str | None, amount_minor: int, outcome: str, said_minor: int | None
) -> str:
    """What a result does: APPLIES, REPEATED, or the code of the reason why it is put aside.

    `standing` is None where no payment has the number; `said_minor` None where the bank named no
    amount.
    """
    if standing is None:
        return "payment.unknown"
    if said_minor is not None and said_minor != amount_minor:
        return "payment.amount_differs"
    if standing == Standing.TO_SEND:
        return "payment.not_sent"
    if standing == outcome:
        return REPEATED
    may_follow = standing == Standing.SENT or (
        standing == Standing.DONE and outcome == Outcome.RETURNED
    )
    return APPLIES if may_follow else "payment.contradicts"
