"""Loan schedules that others have published: read, compared, and their differences proved.

One file each in `tests/golden/published/`. `printed` is what the source says; `figures` puts the
same figures together from rows of any maker; a convention shows how the source came to a figure
that differs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from tests.core.schedule_by_day import ExactRow, Habits, exact_rows, rounded

FOLDER = Path(__file__).parents[1] / "golden" / "published"
COLUMNS = ("principal", "interest", "total", "balance_after")
SPAN_COLUMNS = ("principal", "scheduled_principal", "interest", "balance_after")
PLAIN = Habits()
Figures = dict[str, Decimal]


@dataclass(frozen=True, eq=False)
class Case:
    """One schedule of somebody else: where it stands, its terms, what is printed there."""

    id: str
    title: str
    kind: str
    states: str
    source: Mapping[str, str]
    terms: Mapping[str, Any]
    expected: Mapping[str, Any]
    differs: Mapping[str, Any]

    @property
    def ours(self) -> Figures:
        """The figures in which the engine differs, as the engine has them."""
        return {path: Decimal(text) for path, text in self.differs.get("ours", {}).items()}

    @property
    def digits(self) -> int:
        return int(self.terms["rounding"]["currency_digits"])


@cache
def cases() -> tuple[Case, ...]:
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.toml")))


def _read(path: Path) -> Case:
    said = tomllib.loads(path.read_text("utf-8"))
    names = ("id", "title", "kind", "states", "source", "terms", "expected")
    return Case(**{name: said[name] for name in names}, differs=said.get("differs", {}))


def printed(case: Case) -> Figures:
    """Every amount that the source prints, under a path such as rows.3.interest."""
    said = case.expected
    found = {key: Decimal(said[key]) for key in said if isinstance(said[key], str)}
    for row in said.get("rows", ()):
        found |= {
            f"rows.{_key(row)}.{column}": Decimal(row[column])
            for column in COLUMNS
            if column in row
        }
    for span in said.get("spans", ()):
        found |= {
            f"spans.{span['from']}-{span['to']}.{column}": Decimal(span[column])
            for column in SPAN_COLUMNS
            if column in span
        }
    return found


def _key(row: Mapping[str, Any]) -> str:
    return str(row.get("n", row.get("due")))


def printed_dates(case: Case) -> dict[str, tuple[str | None, int | None]]:
    """Due date and days of each row for which the source prints them."""
    return {
        _key(row): (row.get("due"), row.get("days"))
        for row in case.expected.get("rows", ())
        if "due" in row
    }


def figures(case: Case, rows: Sequence[ExactRow]) -> Figures:
    """The printed figures of a case, put together from rows with all their digits."""
    found: dict[str, Fraction] = {
        "level": rows[0].total,
        "last_total": rows[-1].total,
        "total_interest": sum((row.interest for row in rows), Fraction()),
        "total_paid": sum((row.total for row in rows), Fraction()),
    }
    for row in rows:
        for key in (str(row.n), row.due.isoformat()):
            found |= {f"rows.{key}.{column}": getattr(row, column) for column in COLUMNS}
    for span in case.expected.get("spans", ()):
        path, some = f"spans.{span['from']}-{span['to']}", rows[span["from"] - 1 : span["to"]]
        found |= _span(path, some) | {
            f"{path}.scheduled_principal": rows[0].total * len(some)
            - sum((row.interest for row in some), Fraction())
        }
    return {path: _shown(case, found[path]) for path in printed(case)}


def _span(path: str, rows: Sequence[ExactRow]) -> dict[str, Fraction]:
    return {
        f"{path}.principal": sum((row.principal for row in rows), Fraction()),
        f"{path}.interest": sum((row.interest for row in rows), Fraction()),
        f"{path}.balance_after": rows[-1].balance_after,
    }


def _shown(case: Case, amount: Fraction) -> Decimal:
    units = rounded(amount, str(case.terms["rounding"]["interest"]))
    return Decimal(units).scaleb(-case.digits)


# ---------------------------------------------------------------- conventions of others


@cache
def by_day(case: Case, habits: Habits = PLAIN) -> tuple[ExactRow, ...]:
    return tuple(exact_rows(case.terms, habits))


def _with(habits: Habits) -> Callable[[Case], Figures]:
    def answer(case: Case) -> Figures:
        return figures(case, by_day(case, habits))

    return answer


def _count_times_level(case: Case, habits: Habits = PLAIN) -> Figures:
    found = figures(case, by_day(case, habits))
    paid = found["level"] * int(case.terms["number_of_repayments"])
    totals = {"total_paid": paid, "total_interest": paid - Decimal(case.terms["principal"])}
    return {path: totals.get(path, amount) for path, amount in found.items()}


def _level_up(case: Case) -> Figures:
    return _count_times_level(case, Habits(level="up"))


def _residue_left(case: Case) -> Figures:
    """The last payment is the level one, so what is left after it is not nothing."""
    rows = by_day(case)
    level, last = rows[0].total, rows[-1]
    principal = level - last.interest
    rest = ExactRow(
        last.n, last.due, last.days, principal, last.interest, last.principal - principal
    )
    return figures(case, [*rows[:-1], rest])


def _present_value(case: Case) -> Figures:
    """What is owed is what the rounded payments still to come are worth."""
    found = figures(case, by_day(case))
    rate, count = Fraction(case.terms["annual_rate"]) / 1200, case.terms["number_of_repayments"]
    for path in found:
        if path.endswith(".balance_after"):
            left = count - int(path.split(".")[1])
            worth = Fraction(found["level"]) * (1 - (1 + rate) ** -left) / rate
            found[path] = _shown(case, worth * 10**case.digits)
    return found


def _rounded_step(case: Case) -> Figures:
    """Equal principal: a first payment, cut, and each next one less by a step, rounded."""
    count, principal = case.terms["number_of_repayments"], Fraction(case.terms["principal"])
    first = principal / count + principal * Fraction(case.terms["annual_rate"]) / 1200
    step = principal / count * Fraction(case.terms["annual_rate"]) / 1200
    first, step = Fraction(int(first * 100), 100), Fraction(rounded(step * 100, "HALF_UP"), 100)
    paid = first * count - step * count * (count - 1) / 2
    return {"total_paid": _shown(case, paid * 100), "rows.1.total": _shown(case, first * 100)}


PROOFS: dict[str, Callable[[Case], Figures]] = {
    "balance-as-present-value": _present_value,
    "carry-of-rounded-level": _with(Habits(carry=True)),
    "carry-precision": _with(Habits(carry=True, level="exact")),
    "cut-down": _with(Habits(level="down", interest="down")),
    "days-over-360-without-months": _with(PLAIN),
    "draw-after-installment": _with(PLAIN),
    "last-leaves-residue": _residue_left,
    "level-rounded-up": _level_up,
    "pause-outside-the-level": _with(PLAIN),
    "rounded-step": _rounded_step,
    "source-slip": _with(PLAIN),
    "total-is-count-times-level": _count_times_level,
    "whole-period-for-a-part": _with(PLAIN),
}


def differing(case: Case, found: Figures) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Paths whose figure is not the printed one, with the printed and the found figure."""
    for path, amount in printed(case).items():
        if found[path] != amount:
            yield path, amount, found[path]
