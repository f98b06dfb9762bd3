"""贷后检查: on which day a loan is next looked at. Dated rules; days and fen in whole numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

FEN_A_YUAN: Final = 100


@dataclass(frozen=True, slots=True)
class Band:
    """Loans that owe up to so much (None: any amount) are looked at every so many days."""

    up_to_minor: int | None
    every_days: int


@dataclass(frozen=True, slots=True)
class CheckRules:
    """How often loans are looked at from a day on; `class_days` by number of the class."""

    from_on: date
    first_days: int
    ahead_days: int
    bands: tuple[Band, ...]
    class_days: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Watched:
    """A running loan as it stands, and the day of its last check; None before the first."""

    disbursed_on: date
    owed_minor: int
    asset_class: int
    last_done_on: date | None = None


def read_check_rules(text: str) -> tuple[CheckRules, ...]:
    """Rules in order of date from their published file."""
    rows = [_rules(row) for row in tomllib.loads(text)["rules"]]
    return tuple(sorted(rows, key=lambda each: each.from_on))


def _rules(row: Mapping[str, Any]) -> CheckRules:
    bands = tuple(
        Band(each["up_to_yuan"] * FEN_A_YUAN if "up_to_yuan" in each else None, each["every_days"])
        for each in row["bands"]
    )
    assert bands[-1].up_to_minor is None, "the last band takes every amount"
    return CheckRules(
        from_on=row["from_on"],
        first_days=row["first_days"],
        ahead_days=row["ahead_days"],
        bands=bands,
        class_days={int(number): days for number, days in row["class_days"].items()},
    )


def interval_days(rules: CheckRules, owed_minor: int, asset_class: int) -> int:
    """Days between two checks: by what is owed, never longer than the class leaves."""
    every = next(
        band.every_days
        for band in rules.bands
        if band.up_to_minor is None or owed_minor <= band.up_to_minor
    )
    return min(every, rules.class_days.get(asset_class, every))


def next_check_on(loan: Watched, rules: CheckRules, *, on: date) -> date:
    """The day by which the loan is to be looked at next; never one that is gone."""
    if loan.last_done_on is None:
        due = loan.disbursed_on + timedelta(rules.first_days)
    else:
        days = interval_days(rules, loan.owed_minor, loan.asset_class)
        due = loan.last_done_on + timedelta(days)
    return max(due, on)


def check_wanted(loan: Watched, rules: CheckRules, *, on: date) -> date | None:
    """The day of the check to put on the list now; None where it is too early for one."""
    due = next_check_on(loan, rules, on=on)
    return due if due <= on + timedelta(rules.ahead_days) else None


def rules_in_force(rules: Sequence[CheckRules], on: date) -> CheckRules:
    """The newest rules by a day; the oldest ones before any."""
    return next((each for each in reversed(rules) if each.from_on <= on), rules[0])
