"""Engines that go on where a version of rules stopped, for whichever stream of events they judge."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from xinnong.analytics.collector import at_rest
from xinnong.core.detection.engine import Engine
from xinnong.core.detection.events import SECOND
from xinnong.core.detection.keeping import NotKept, kept, restored
from xinnong.guard.queries.events import TICK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xinnong.core.detection.engine import Alert as Found
    from xinnong.core.detection.events import Calendar
    from xinnong.core.detection.rulebook import Rulebook
    from xinnong.guard.models.detection import EngineMemory
    from xinnong.guard.queries.events import Stored

KEEP_EVERY: Final = 10_000


class Engines:
    """Engines of this process by version, each with the number of the last event it judged."""

    def __init__(self, events_after: Callable[..., list[Stored]]) -> None:
        """`events_after(cursor, *, limit, until)` answers the stream's stored events in their order."""
        self._events_after = events_after
        self._held: dict[int, tuple[int, Engine]] = {}

    def taken(
        self, version: int, book: Rulebook, state: EngineMemory, calendar: Calendar
    ) -> Engine:
        """The engine as it was after the last judged event: in memory, or kept and brought up to there.

        It is no longer held: who judges puts it back once what was found is written.
        """
        cursor, engine = self._held.pop(version, (-1, None))
        if engine is not None and cursor == state.cursor:
            engine.calendar = calendar
            return engine
        engine, since = _from_memory(book, state, calendar)
        for _alert in judged(engine, self._events_after(since, until=state.cursor)):
            pass  # written when they were found
        return engine

    def put(self, version: int, cursor: int, engine: Engine) -> None:
        """Hold an engine for the next time."""
        self._held[version] = (cursor, engine)

    def clear(self) -> None:
        """Forget them all; the next time begins from what is kept."""
        self._held.clear()


def judged(engine: Engine, stored: Iterable[Stored]) -> Iterator[Found]:
    """The alerts of stored events; a tick lets time pass."""
    with at_rest():
        for _number, event in stored:
            if event.kind == TICK:
                yield from engine.pass_time(event.at)
            else:
                yield from engine.take([event])


def go_on(state: EngineMemory, engine: Engine, cursor: int, now: datetime) -> None:
    """Note how far the version is; its memory is kept now and then."""
    counted = engine.counted
    state.cursor, state.changed_at = cursor, now
    state.events, state.late = counted.events, counted.late
    state.duplicate, state.alerts = counted.duplicate, counted.alerts
    if state.kept is None or cursor - state.kept_cursor >= KEEP_EVERY:
        state.kept = zlib.compress(json.dumps(kept(engine), separators=(",", ":")).encode(), 1)
        state.kept_cursor = cursor
    state.save()


def instant(at: int) -> datetime:
    """Microseconds since 1970 as an instant."""
    return datetime.fromtimestamp(at // SECOND, UTC) + timedelta(microseconds=at % SECOND)


def _from_memory(book: Rulebook, state: EngineMemory, calendar: Calendar) -> tuple[Engine, int]:
    if state.kept is not None:
        try:
            document = json.loads(zlib.decompress(bytes(state.kept)))
            return restored(book, calendar, document), state.kept_cursor
        except (NotKept, KeyError, TypeError):
            pass  # of another release: begin from the stored events
    return Engine(book, calendar), 0
