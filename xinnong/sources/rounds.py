"""Which deliveries were due and how they went: pure date arithmetic over contracts and batches.

A class is due once in each of its periods (day, ISO week, month, year). What belongs to a period
may come until the contract's freshness limit after the period began.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from xinnong.analytics.contracts import Contract

MONTHS_A_YEAR: Final = 12
DAYS_A_WEEK: Final = 7


class Outcome(StrEnum):
    """How one period of a class went."""

    ON_TIME = "on_time"
    LATE = "late"
    BROKEN = "broken"
    DUE = "due"
    MISSING = "missing"


class Freshness(StrEnum):
    """Whether the newest rows of a class may still be relied on."""

    FRESH = "fresh"
    STALE = "stale"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One delivered file as the calendar sees it; `holds` says that it entered the lake."""

    as_of: date
    received_on: date
    holds: bool
    batch_ref: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One period of a class, the last day to deliver it, and how that went."""

    first: date
    last: date
    due_on: date
    outcome: Outcome
    batch_ref: str = ""


def first_day(rhythm: str, day: date) -> date:
    """First day of the period that `day` lies in."""
    if rhythm == "daily":
        return day
    if rhythm == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if rhythm == "monthly" else day.replace(month=1, day=1)


def next_first_day(rhythm: str, first: date) -> date:
    """First day of the period after the one that begins on `first`."""
    if rhythm == "daily":
        return first + timedelta(days=1)
    if rhythm == "weekly":
        return first + timedelta(days=DAYS_A_WEEK)
    if rhythm == "yearly" or first.month == MONTHS_A_YEAR:
        return first.replace(year=first.year + 1, month=1)
    return first.replace(month=first.month + 1)


def rounds_of(
    contract: Contract, arrivals: Iterable[Arrival], *, today: date, count: int
) -> list[Round]:
    """The latest `count` periods up to today, oldest first; none before the first arrival."""
    known = sorted(arrivals, key=lambda arrival: (arrival.received_on, arrival.batch_ref))
    if not known:
        return []
    rhythm = contract.rhythm
    first = first_day(rhythm, min(*(a.as_of for a in known), today))
    found: list[Round] = []
    while first <= today:
        following = next_first_day(rhythm, first)
        inside = [a for a in known if first <= a.as_of < following]
        found.append(_round(contract, first, following, inside, today))
        first = following
    return found[-count:]


def _round(
    contract: Contract, first: date, following: date, inside: Sequence[Arrival], today: date
) -> Round:
    due_on = max(first + timedelta(days=contract.freshness_days), following - timedelta(days=1))
    whole = next((a for a in inside if a.holds), None)
    outcome, ref = Outcome.DUE if today <= due_on else Outcome.MISSING, ""
    if whole is not None:
        outcome = Outcome.ON_TIME if whole.received_on <= due_on else Outcome.LATE
        ref = whole.batch_ref
    elif inside:
        outcome, ref = Outcome.BROKEN, inside[-1].batch_ref
    return Round(first, following - timedelta(days=1), due_on, outcome, ref)


def freshness_of(contract: Contract, newest: date | None, *, today: date) -> Freshness:
    """Whether rows as of `newest` are within the contract's limit today."""
    if newest is None:
        return Freshness.NEVER
    age_days = (today - newest).days
    return Freshness.FRESH if age_days <= contract.freshness_days else Freshness.STALE
