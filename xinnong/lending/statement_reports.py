"""Bank statements and their lines as programs read them; who paid stands in no list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xinnong.core.money import yuan
from xinnong.core.payments import number_of

if TYPE_CHECKING:
    from xinnong.lending.models import BankStatement, StatementLine
    from xinnong.lending.services.statements import StatementReport


def taken_report(report: StatementReport) -> dict[str, Any]:
    """What became of a file."""
    return {
        "statement": str(report.statement), "read": report.read, "new": report.new,
        "repeated": report.repeated, "booked": report.booked, "payments": report.payments,
        "waiting": report.waiting, "difference_yuan": yuan(report.difference_minor),
    }  # fmt: skip


def statement_row(statement: BankStatement) -> dict[str, Any]:
    """A statement that came."""
    return {
        "ref": str(statement.ref),
        "account": statement.account.number,
        "from_on": statement.from_on.isoformat(),
        "through_on": statement.through_on.isoformat(),
        "opening_yuan": yuan(statement.opening_minor),
        "closing_yuan": yuan(statement.closing_minor),
        "new": statement.lines,
        "repeated": statement.repeated,
        "matched": statement.matched,
        "waiting": statement.waiting,
        "came_at": statement.came_at.isoformat(),
    }


def line_row(line: StatementLine) -> dict[str, Any]:
    """A line: what the account gained by it, and what it was taken for by which rule."""
    return {
        "ref": str(line.ref),
        "on": line.on.isoformat(),
        "amount_yuan": yuan(line.amount_minor),
        "state": line.state,
        "rule": line.rule or None,
        "loan": str(line.loan.ref) if line.loan else None,
        "loan_number": number_of("L", line.loan_id) if line.loan_id else None,
    }
