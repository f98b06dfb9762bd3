"""Stored events as the engine reads them, in the order in which they were accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xinnong.core.detection.events import Event
from xinnong.core.detection.intake import microseconds
from xinnong.guard.models import FeedEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

TICK: Final = "tick"
COLUMNS: Final = (
    "event_id", "at", "kind", "feed", "platform", "phone_mark", "device_mark", "ip_mark",
    "address_mark", "agent_mark", "village", "own_handset", "activity", "ok",
)  # fmt: skip
Stored = tuple[int, Event]


def events_after(
    cursor: int, *, limit: int | None = None, until: int | None = None
) -> list[Stored]:
    """Events with their numbers, from the next after a number on."""
    rows = FeedEvent.objects.filter(id__gt=cursor).order_by("id")
    if until is not None:
        rows = rows.filter(id__lte=until)
    return list(_read(rows.values_list("id", *COLUMNS)[:limit]))


def newest_events(limit: int) -> list[Stored]:
    """The last so many events, in their order."""
    rows = FeedEvent.objects.order_by("-id").values_list("id", *COLUMNS)[:limit]
    return list(_read(reversed(rows)))


def event_facts(ids: Iterable[int]) -> list[FeedEvent]:
    """Events by number, in the order of their instants."""
    return list(FeedEvent.objects.filter(pk__in=list(ids)).order_by("at", "event_id"))


def newest_event() -> FeedEvent | None:
    """The event that was accepted last."""
    return FeedEvent.objects.order_by("-id").first()


def has_event_since(at: datetime, *, before: int) -> bool:
    """Whether a real event, of a number below one, is of that instant or later."""
    later = FeedEvent.objects.filter(at__gte=at, id__lt=before).exclude(kind=TICK)
    return later.exists()


def _read(rows: Iterable[tuple[Any, ...]]) -> Iterator[Stored]:
    for number, event_id, at, *rest in rows:
        yield number, Event(event_id, microseconds(at), *rest)
