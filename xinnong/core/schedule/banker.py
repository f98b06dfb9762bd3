"""A schedule in the fourteen columns of a banker's sheet, each row checkable from what stands in it.

Opening + lent - principal = closing; interest is for the days of the row at its rate. What happened
up to a row's due date stands at its end, with its day.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from xinnong.core.money import yuan
from xinnong.core.schedule.output import grouped
from xinnong.core.schedule.schedule import Row, Schedule
from xinnong.core.schedule.terms import Effect, Event, EventKind, Terms
from xinnong.core.schedule.walk import WITHOUT_INSTALLMENTS

COLUMNS: Final = (
    "期次",
    "起息日",
    "到期日",
    "天数",
    "年利率%",
    "期初本金",
    "放款",
    "应还本金",
    "应还利息",
    "费用",
    "罚息",
    "应还合计",
    "期末本金",
    "事项",
)
EFFECTS: Final = {
    Effect.REDUCE_INSTALLMENT: "以后每期少还",
    Effect.REDUCE_COUNT: "减少期数",
    Effect.APPLY_NEXT: "抵以后各期本金",
}
PAYING: Final = (EventKind.REPAYMENT, EventKind.PREPAYMENT)
Cells = tuple[str, ...]


def banker_rows(schedule: Schedule) -> list[Cells]:
    """The cells of every row in the order of COLUMNS; money as plain yuan."""
    terms, opening, period_start = schedule.terms, 0, schedule.terms.disbursed_on
    starts = [date.min, *(row.due for row in schedule.rows)]
    found = []
    for row, (after, until) in zip(schedule.rows, pairwise(starts), strict=True):
        drawn = sum(draw.amount_minor for draw in terms.draws if after < draw.on <= until)
        said = [_said(event, terms) for event in terms.events if after < event.on <= until]
        amounts = (opening, drawn, *_paid(row), row.balance_after_minor)
        start = period_start if row.days else row.due
        days = (str(row.n), start.isoformat(), row.due.isoformat(), str(row.days))
        found.append((*days, _rates(terms, start, row.due), *map(yuan, amounts), "；".join(said)))
        opening = row.balance_after_minor
        period_start = row.due if row.days else period_start
    return found


def _paid(row: Row) -> Sequence[int]:
    return (
        row.principal_minor,
        row.interest_minor,
        row.fee_minor,
        row.penalty_minor,
        row.total_minor,
    )


def banker_csv(schedule: Schedule) -> str:
    """The rows under their heads as comma-separated values, without totals."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([COLUMNS, *banker_rows(schedule)])
    return file.getvalue()


def banker_table(schedule: Schedule) -> str:
    """The rows as aligned columns, money in groups of three, totals under them."""
    rows = [(*row[:5], *map(grouped, row[5:13]), row[13]) for row in banker_rows(schedule)]
    lines = [COLUMNS, *rows, _totals(schedule)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    rule = "  ".join("-" * width for width in widths)
    head, *body, totals = ("  ".join(_aligned(line, widths)).rstrip() for line in lines)
    return "\n".join([head, rule, *body, rule, totals]) + "\n"


def _totals(schedule: Schedule) -> Cells:
    totals = schedule.totals
    last = schedule.rows[-1].due if schedule.rows else date.min
    drawn = sum(draw.amount_minor for draw in schedule.terms.draws if draw.on <= last)
    amounts = (
        drawn,
        totals.principal_minor,
        totals.interest_minor,
        totals.fee_minor,
        totals.penalty_minor,
        totals.total_minor,
    )
    sums = (grouped(yuan(amount)) for amount in amounts)
    return ("合计", "", "", str(totals.days), "", "", *sums, "", "")


def _rates(terms: Terms, start: date, due: date) -> str:
    """The rate at the start, and every other one up to before the due date."""
    changes = sorted(
        (event.on, event.rate_percent) for event in terms.events if event.rate_percent is not None
    )
    held = [terms.annual_rate_percent]
    held += [rate for on, rate in changes if on <= start]
    later = [rate for on, rate in changes if start < on < due]
    return "→".join(map(_percent, [held[-1], *later]))


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}"


def _said(event: Event, terms: Terms) -> str:
    paying = event.kind in PAYING and terms.method not in WITHOUT_INSTALLMENTS
    default = Effect.APPLY_NEXT if event.kind is EventKind.REPAYMENT else Effect.REDUCE_INSTALLMENT
    effect = f"，{EFFECTS[event.effect or default]}" if paying else ""
    return f"{event.on.isoformat()} {_deed(event)}{effect}"


def _deed(event: Event) -> str:
    amount = grouped(yuan(event.amount_minor or 0))
    rate = "" if event.rate_percent is None else f"年利率改为{_percent(event.rate_percent)}%"
    match event.kind:
        case EventKind.RATE_CHANGE:
            return rate
        case EventKind.INTEREST_PAUSE:
            return f"停息至{event.until}（不含）"
        case EventKind.RESCHEDULE:
            due = f"本期改到{event.until}" if event.until else ""
            count = event.number_of_repayments
            left = f"余{count}期" if count else ""
            return "，".join(filter(None, ["调整还款计划", due, left, rate]))
        case EventKind.SETTLE:
            return "提前结清"
        case EventKind.REPAYMENT:
            return f"还本{amount}"
        case EventKind.PREPAYMENT:
            return f"提前还本{amount}"


def _width(text: str) -> int:
    """Places that a text takes where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _aligned(cells: Cells, widths: Sequence[int]) -> Iterator[str]:
    *figures, last = (
        " " * (width - _width(cell)) + cell for cell, width in zip(cells, widths, strict=True)
    )
    yield from figures
    yield last.lstrip()
