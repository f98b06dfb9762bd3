"""Approved visits of field teams as detection knows them; where no channel is licensed that is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from xinnong.core.detection.events import Activity
from xinnong.guard.marks import mark_of
from xinnong.outreach.queries.windows import Approved, any_channel, approved_between

MICROSECONDS: Final = 1_000_000


def has_activities_feed() -> bool:
    """Whether any channel may have activities approved here."""
    return any_channel()


def approved_activities(from_at: datetime, until_at: datetime) -> list[Activity]:
    """Approved activities that touch a span, one for each village; agents stand as marks."""
    found = approved_between(from_at, until_at)
    return [row for each in found for row in _by_village(each)]


def _by_village(each: Approved) -> Iterator[Activity]:
    marks = (mark_of("agent", str(number)) for number in each.badges)
    agents = frozenset(mark for mark in marks if mark is not None)
    for village in each.villages:
        yield Activity(
            f"{each.number}:{village}", village, _micros(each.begins_at), _micros(each.ends_at),
            agents,
        )  # fmt: skip


def _micros(at: datetime) -> int:
    return int(at.timestamp() * MICROSECONDS)
