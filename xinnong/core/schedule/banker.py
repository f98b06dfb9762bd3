"""A schedule in the fourteen columns of a banker's sheet, each row checkable from what stands in it.

Opening + lent - principal = closing; interest is for the days of the row at its rate. What happened
up to a row's due date stands at its end, with its day.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
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
COLUMNS_EN: Final = (
    "No.",
    "From",
    "Due",
    "Days",
    "Rate %/yr",
    "Opening principal",
    "Drawn",
    "Principal due",
    "Interest due",
    "Fee",
    "Penalty",
    "Total due",
    "Closing principal",
    "What happened",
)
ZH: Final = "zh"
EN: Final = "en"
SAID: Final[Mapping[str, Mapping[str, str]]] = {
    ZH: {
        "total": "合计", "between": "，", "events": "；",
        Effect.REDUCE_INSTALLMENT: "以后每期少还", Effect.REDUCE_COUNT: "减少期数",
        Effect.APPLY_NEXT: "抵以后各期本金",
        "rate": "年利率改为{rate}%", "pause": "停息至{until}（不含）", "moved": "本期改到{until}",
        "left": "余{count}期", "reschedule": "调整还款计划", "settle": "提前结清",
        "repayment": "还本{amount}", "prepayment": "提前还本{amount}",
    },
    EN: {
        "total": "Total", "between": ", ", "events": "; ",
        Effect.REDUCE_INSTALLMENT: "smaller instalments", Effect.REDUCE_COUNT: "fewer instalments",
        Effect.APPLY_NEXT: "set off against the next principal",
        "rate": "rate now {rate}%", "pause": "no interest until {until} (not included)",
        "moved": "this instalment moved to {until}", "left": "{count} instalments left",
        "reschedule": "rescheduled", "settle": "settled early",
        "repayment": "principal repaid {amount}", "prepayment": "prepaid {amount}",
    },
}  # fmt: skip
"""What a sheet says in each language; every language says the same things."""
PAYING: Final = (EventKind.REPAYMENT, EventKind.PREPAYMENT)
Cells = tuple[str, ...]


def columns_in(language: str) -> Cells:
    """The fourteen heads in a language."""
    return COLUMNS_EN if language == EN else COLUMNS


def banker_rows(schedule: Schedule, *, language: str = ZH) -> list[Cells]:
    """The cells of every row in the order of COLUMNS; money as plain yuan."""
    words = SAID[language]
    terms, opening, period_start = schedule.terms, 0, schedule.terms.disbursed_on
    starts = [date.min, *(row.due for row in schedule.rows)]
    found = []
    for row, (after, until) in zip(schedule.rows, pairwise(starts), strict=True):
        drawn = sum(draw.amount_minor for draw in terms.draws if after < draw.on <= until)
        said = [_said(event, terms, words) for event in terms.events if after < event.on <= until]
        amounts = (opening, drawn, *_paid(row), row.balance_after_minor)
        start = period_start if row.days else row.due
        days = (str(row.n), start.isoformat(), row.due.isoformat(), str(row.days))
        happened = words["events"].join(said)
        found.append((*days, _rates(terms, start, row.due), *map(yuan, amounts), happened))
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


def banker_csv(schedule: Schedule, *, language: str = ZH) -> str:
    """The rows under their heads as comma-separated values, without totals."""
    file = io.StringIO()
    rows = banker_rows(schedule, language=language)
    csv.writer(file, lineterminator="\n").writerows([columns_in(language), *rows])
    return file.getvalue()


def banker_table(schedule: Schedule, *, language: str = ZH) -> str:
    """The rows as aligned columns, money in groups of three, totals under them."""
    plain = banker_rows(schedule, language=language)
    rows = [(*row[:5], *map(grouped, row[5:13]), row[13]) for row in plain]
    lines = [columns_in(language), *rows, _totals(schedule, SAID[language]["total"])]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    rule = "  ".join("-" * width for width in widths)
    head, *body, totals = ("  ".join(_aligned(line, widths)).rstrip() for line in lines)
    return "\n".join([head, rule, *body, rule, totals]) + "\n"


def _totals(schedule: Schedule, name: str) -> Cells:
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
    return (name, "", "", str(totals.days), "", "", *sums, "", "")


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


def _said(event: Event, terms: Terms, words: Mapping[str, str]) -> str:
    paying = event.kind in PAYING and terms.method not in WITHOUT_INSTALLMENTS
    default = Effect.APPLY_NEXT if event.kind is EventKind.REPAYMENT else Effect.REDUCE_INSTALLMENT
    effect = [words[event.effect or default]] if paying else []
    return f"{event.on.isoformat()} {words['between'].join([*_deeds(event, words), *effect])}"


def _deeds(event: Event, words: Mapping[str, str]) -> Iterator[str]:
    amount = grouped(yuan(event.amount_minor or 0))
    rate = None if event.rate_percent is None else _percent(event.rate_percent)
    match event.kind:
        case EventKind.RATE_CHANGE:
            yield words["rate"].format(rate=rate)
        case EventKind.INTEREST_PAUSE:
            yield words["pause"].format(until=event.until)
        case EventKind.RESCHEDULE:
            yield words["reschedule"]
            if event.until:
                yield words["moved"].format(until=event.until)
            if event.number_of_repayments:
                yield words["left"].format(count=event.number_of_repayments)
            if rate is not None:
                yield words["rate"].format(rate=rate)
        case EventKind.SETTLE:
            yield words["settle"]
        case EventKind.REPAYMENT:
            yield words["repayment"].format(amount=amount)
        case EventKind.PREPAYMENT:
            yield words["prepayment"].format(amount=amount)


def _width(text: str) -> int:
    """Places that a text takes where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _aligned(cells: Cells, widths: Sequence[int]) -> Iterator[str]:
    *figures, last = (
        " " * (width - _width(cell)) + cell for cell, width in zip(cells, widths, strict=True)
    )
    yield from figures
    yield last.lstrip()
