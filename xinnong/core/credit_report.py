"""The answer of the central bank's credit reference centre, as a bank's own gateway files it.

One JSON object: `query` (the reference of the asking it answers), `reported_on`, `open_loans`,
`overdue_loans`, `lines_yuan`, `owed_yuan`. A file with anything more or less is refused, so that no
detail of the report that nobody needs for the decision is taken in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from xinnong.core.documents import (
    Check,
    is_iso_date,
    is_natural,
    is_text,
    shape_problems,
)
from xinnong.core.errors import Refused
from xinnong.core.money import NotAnAmount, parse_yuan

LONGEST_BYTES: Final = 10_000
SHAPE: Final[Mapping[str, Check]] = {
    "query": is_text,
    "reported_on": is_iso_date,
    "open_loans": is_natural,
    "overdue_loans": is_natural,
    "lines_yuan": is_text,
    "owed_yuan": is_text,
}


class InvalidReport(Refused):
    """The file does not have the one shape that is taken in."""

    code: ClassVar[str] = "report.invalid_file"


@dataclass(frozen=True, slots=True)
class Report:
    """What a lender keeps of a credit report; amounts are fen."""

    query: str
    reported_on: date
    open_loans: int
    overdue_loans: int
    lines_minor: int
    owed_minor: int


def read_report(data: bytes) -> Report:
    """Read an answer. Raises InvalidReport."""
    if len(data) > LONGEST_BYTES:
        raise InvalidReport
    try:
        found = json.loads(data)
        if any(shape_problems(found, SHAPE, "")):
            raise InvalidReport
        report = Report(
            query=found["query"],
            reported_on=date.fromisoformat(found["reported_on"]),
            open_loans=found["open_loans"],
            overdue_loans=found["overdue_loans"],
            lines_minor=parse_yuan(found["lines_yuan"]),
            owed_minor=parse_yuan(found["owed_yuan"]),
        )
    except (ValueError, RecursionError, NotAnAmount) as fault:
        raise InvalidReport from fault
    if report.overdue_loans > report.open_loans or min(report.lines_minor, report.owed_minor) < 0:
        raise InvalidReport
    return report
