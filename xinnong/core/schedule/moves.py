"""What happens on which day, in the order in which it counts."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import NamedTuple

from xinnong.core.schedule.terms import Event, EventKind, Terms


class Rank(IntEnum):
    """What counts first on one day."""

    DRAW = 0
    RESUME = 1
    RATE = 2
    PAUSE = 3
    RESCHEDULE = 4
    PAY = 5
    SETTLE = 6


RANKS = {
    EventKind.RATE_CHANGE: Rank.RATE,
    EventKind.INTEREST_PAUSE: Rank.PAUSE,
    EventKind.RESCHEDULE: Rank.RESCHEDULE,
    EventKind.REPAYMENT: Rank.PAY,
    EventKind.PREPAYMENT: Rank.PAY,
    EventKind.SETTLE: Rank.SETTLE,
}
# these count before the instalment that falls due on their day, all others after it
BEFORE_INSTALLMENT = frozenset({Rank.DRAW, Rank.RESCHEDULE})


class Move(NamedTuple):
    """A drawing (with its amount) or an event (with its place in the terms) on a day."""

    on: date
    rank: Rank
    place: int
    amount_minor: int
    event: Event | None


def moves_of(terms: Terms) -> list[Move]:
    """Drawings and events in the order in which they count."""
    found = [
        Move(draw.on, Rank.DRAW, index, draw.amount_minor, None)
        for index, draw in enumerate(terms.draws)
    ]
    for index, event in enumerate(terms.events):
        found.append(Move(event.on, RANKS[event.kind], index, event.amount_minor or 0, event))
        if event.kind is EventKind.INTEREST_PAUSE and isinstance(event.until, date):
            found.append(Move(event.until, Rank.RESUME, index, 0, event))
    return sorted(found, key=lambda move: move[:3])
