"""Whom a warning of neighbours concerns, and how quickly it has to be there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

TOWN_DIGITS: Final = 9
TARGET: Final = timedelta(minutes=5)
"""From the officer's approval until the last message left."""

SHOWN_FOR: Final = timedelta(days=7)
"""How long an open case's warning stands on the first page."""

SENT_FOR: Final = timedelta(days=1)
"""A message that did not leave within a day says nothing new any more."""

MINUTE: Final = timedelta(minutes=1)


def towns_of(villages: Iterable[str]) -> tuple[str, ...]:
    """The first nine digits of villages, each once, in order."""
    return tuple(sorted({village[:TOWN_DIGITS] for village in villages}))


def minutes_between(earlier: datetime, later: datetime) -> int:
    """Minutes that began between two instants; 0 where the later one is not later."""
    return max(0, -((earlier - later) // MINUTE))


def is_late(approved_at: datetime, reached_at: datetime | None, now: datetime) -> bool:
    """Whether a warning reached its readers later than the target, or is late by now."""
    return (reached_at or now) - approved_at > TARGET
