"""Collecting: buckets of lateness, what a contact may be, and what became of a promise.

Sources: 个人信息保护法 (a debt is told to nobody but the debtor and who answers for it) and the hours
of 《互联网金融 个人网络消费信贷 贷后催收风控指引》 GB/T 45251—2025 (no contact from 22:00 to 8:00).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from xinnong.core.errors import Problem

BUCKETS: Final[Mapping[str, tuple[int, int | None]]] = {
    "1-30": (1, 30),
    "31-60": (31, 60),
    "61-90": (61, 90),
    "91-180": (91, 180),
    "over-180": (181, None),
}
"""Days past due, first and last; a loan that is late is in exactly one."""
LONGEST_TEXT: Final = 500
_NUMBER: Final = re.compile(r"(?:[0-9０-９][ \-]?){10,}[0-9０-９xXＸ]")
"""Phones, cards and resident ids do not belong into a note; a date or an amount may."""
_THREAT: Final = re.compile(r"曝光|上门堵|找你单位|找你家人|爆通讯录|不还就|坐牢|抓你")


class PromiseState(StrEnum):
    """What became of a promise to pay."""

    OPEN = "open"
    KEPT = "kept"
    PARTLY = "partly"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class ContactRules:
    """What binds a contact from a day on; local times, `latest` no longer counts."""

    from_on: date
    earliest: time
    latest: time
    most_a_day: int
    parties: frozenset[str]
    longest_promise_days: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A contact before it is put on record; `at` is local time."""

    kind: str
    party: str
    at: datetime
    said: str
    promised_minor: int | None = None
    promised_on: date | None = None


LIVE: Final = frozenset({"call", "visit", "promise"})
"""Contacts in which somebody is spoken to."""


def bucket_of(days_past_due: int) -> str:
    """The bucket of a late loan; "" for one that is not late."""
    for name, (first, last) in BUCKETS.items():
        if days_past_due >= first and (last is None or days_past_due <= last):
            return name
    return ""


def read_contact_rules(text: str) -> tuple[ContactRules, ...]:
    """Rules in order of date from their published file."""
    rows = tomllib.loads(text)["rules"]
    found = [ContactRules(**{**row, "parties": frozenset(row["parties"])}) for row in rows]
    return tuple(sorted(found, key=lambda each: each.from_on))


def contact_problems(
    attempt: Attempt, rules: ContactRules, *, now: datetime, spoken_today: int, owed_minor: int
) -> tuple[Problem, ...]:
    """Everything that forbids a contact or makes it none; empty where it may stand on record.

    `now` is local time too; `spoken_today` counts live contacts of that day before this one.
    """
    return (
        *_conduct_problems(attempt, rules, spoken_today),
        *_record_problems(attempt, now),
        *_promise_problems(attempt, rules, owed_minor),
    )


def _conduct_problems(
    attempt: Attempt, rules: ContactRules, spoken_today: int
) -> Iterator[Problem]:
    if attempt.party not in rules.parties:
        yield Problem("collection.third_party", "party")
    if attempt.kind not in LIVE:
        return
    if not rules.earliest <= attempt.at.time() < rules.latest:
        yield Problem(
            "collection.outside_hours",
            "at",
            {"earliest": f"{rules.earliest:%H:%M}", "latest": f"{rules.latest:%H:%M}"},
        )
    if spoken_today >= rules.most_a_day:
        yield Problem("collection.too_often", "at", {"most": rules.most_a_day})


def _record_problems(attempt: Attempt, now: datetime) -> Iterator[Problem]:
    if attempt.at > now:
        yield Problem("collection.not_yet", "at")
    if not attempt.said.strip():
        yield Problem("collection.nothing_said", "said")
    if len(attempt.said) > LONGEST_TEXT:
        yield Problem("collection.too_long", "said", {"most": LONGEST_TEXT})
    if _NUMBER.search(attempt.said):
        yield Problem("collection.number_in_text", "said")
    if _THREAT.search(attempt.said):
        yield Problem("collection.threat", "said")


def _promise_problems(attempt: Attempt, rules: ContactRules, owed_minor: int) -> Iterator[Problem]:
    if attempt.kind != "promise":
        return
    amount, day = attempt.promised_minor, attempt.promised_on
    if amount is None or day is None or amount <= 0:
        yield Problem("collection.promise_of_nothing", "promised_minor")
        return
    if amount > owed_minor:
        yield Problem("collection.promise_too_much", "promised_minor", {"owed_minor": owed_minor})
    ahead = (day - attempt.at.date()).days
    if not 0 <= ahead <= rules.longest_promise_days:
        yield Problem("collection.promise_day", "promised_on", {"most": rules.longest_promise_days})


@dataclass(frozen=True, slots=True)
class Promise:
    """So much by the end of a day; made on a business day at a moment."""

    amount_minor: int
    by_on: date
    made_on: date
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that counts from a business day, booked at a moment; reversed money is none."""

    amount_minor: int
    on: date
    booked_at: datetime


def paid_towards(promise: Promise, payments: Iterable[Paid]) -> int:
    """What came after the promise was made and by its day."""
    return sum(
        paid.amount_minor
        for paid in payments
        if paid.on <= promise.by_on
        and (
            paid.on > promise.made_on
            or (paid.on == promise.made_on and paid.booked_at > promise.made_at)
        )
    )


def promise_state(promise: Promise, payments: Sequence[Paid], *, on: date) -> PromiseState:
    """Kept as soon as the amount is there; judged otherwise once its day is over."""
    paid = paid_towards(promise, payments)
    if paid >= promise.amount_minor:
        return PromiseState.KEPT
    if on <= promise.by_on:
        return PromiseState.OPEN
    return PromiseState.PARTLY if paid else PromiseState.BROKEN
