"""What a bank answers, read from a file: one row a payment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xinnong.core.money import NotAnAmount, parse_yuan
from xinnong.core.payments import TOTAL, Outcome
from xinnong.lending.bank_files import Layout, read_rows
from xinnong.lending.services.payment_results import Said

LAYOUT: Final = Layout(
    {
        "number": ("支付编号", "参考号", "reference"),
        "outcome": ("处理结果", "结果", "状态", "result"),
        "amount_yuan": ("金额", "交易金额", "amount"),
        "reason": ("原因", "失败原因", "说明"),
    },
    needed=("number", "outcome"),
)
OUTCOMES: Final = {
    "成功": Outcome.DONE,
    "已付": Outcome.DONE,
    "success": Outcome.DONE,
    "失败": Outcome.FAILED,
    "退回": Outcome.RETURNED,
    "退汇": Outcome.RETURNED,
    **{each.value: each for each in Outcome},
}


def results_in(path: Path) -> Iterator[Said]:
    """Every answer of a file in order. Raises what `read_rows` raises."""
    for row, said in read_rows(path, LAYOUT):
        if said.get("number", "") != TOTAL:
            yield said_of(row, said)


def said_of(row: int, said: dict[str, str]) -> Said:
    """One answer; what cannot be read is named, so that the row is put aside and not lost."""
    outcome = OUTCOMES.get(said.get("outcome", "").casefold())
    amount, problem = None, "" if outcome else "payment.outcome_unknown"
    if text := said.get("amount_yuan", ""):
        try:
            amount = parse_yuan(text)
        except NotAnAmount:
            problem = "payment.amount_unreadable"
    return Said(
        row=row,
        number=said.get("number", ""),
        outcome=outcome.value if outcome else said.get("outcome", ""),
        amount_minor=amount,
        reason=said.get("reason", ""),
        problem=problem,
    )
