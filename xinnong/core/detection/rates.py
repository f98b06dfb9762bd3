"""Whether a rule fires far more, or far less, than its back-test said, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TIMES: Final = 4
LEAST_FOUND: Final = 5
"""Fewer alerts than this are chance, and so is expecting fewer and finding none."""

LEAST_EVENTS: Final = 1_000
MILLI: Final = 1_000


@dataclass(frozen=True, slots=True)
class Astray:
    """How many alerts were found where so many thousandths were expected."""

    found: int
    expected_milli: int
    is_above: bool


def astray(*, found: int, events: int, tested_found: int, tested_events: int) -> Astray | None:
    """What is wrong with a rule's rate; None where it is as expected, or too little is known.

    Expected is the back-test's share of alerts on as many events.
    """
    if events < LEAST_EVENTS or tested_events < LEAST_EVENTS:
        return None
    expected_milli = tested_found * events * MILLI // tested_events
    if found >= LEAST_FOUND and found * MILLI > expected_milli * TIMES:
        return Astray(found, expected_milli, is_above=True)
    if expected_milli >= LEAST_FOUND * MILLI and found * MILLI * TIMES < expected_milli:
        return Astray(found, expected_milli, is_above=False)
    return None
