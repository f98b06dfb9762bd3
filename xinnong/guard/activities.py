"""The one seam to whoever approves activities of field teams; without it nothing is approved, and that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from xinnong.core.detection.events import Activity

FindActivities = Callable[[datetime, datetime], Iterable[Activity]]
"""Approved activities that touch a span of time. The agents of a roster stand as marks, made with
`guard.marks.mark_of("agent", badge number)`."""

_finders: Final[list[FindActivities]] = []


def register_activities(find: FindActivities | None) -> None:
    """Let the app that approves activities name them; None takes it away again."""
    _finders[:] = [] if find is None else [find]


def has_activities_feed() -> bool:
    """Whether anybody names approved activities here."""
    return bool(_finders)


def approved_activities(from_at: datetime, until_at: datetime) -> list[Activity]:
    """Approved activities that touch a span; none where nobody names any."""
    return list(_finders[0](from_at, until_at)) if _finders else []
