"""What an engine remembers, as a plain document, so that another process goes on where it stopped.

An event stands once and is referred to by its place; order is kept wherever the engine relies on it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import astuple
from typing import Any, Final

from xinnong.core.detection.engine import Counted, Engine, _Issued
from xinnong.core.detection.events import Calendar, Event
from xinnong.core.detection.links import Links
from xinnong.core.detection.rulebook import Rulebook
from xinnong.core.detection.windows import Window

FORM: Final = 1
Kept = dict[str, Any]


class NotKept(Exception):
    """The document was kept for another rulebook or by another release; start from the events."""


class _Places:
    """Gives every event its place in one list."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self._seen: dict[int, int] = {}

    def of(self, event: Event) -> int:
        """The place of an event; the same object has one place."""
        place = self._seen.get(id(event))
        if place is None:
            place = self._seen[id(event)] = len(self.rows)
            self.rows.append(astuple(event))
        return place


def kept(engine: Engine) -> Kept:
    """Everything the engine remembers, without its calendar; JSON can carry it."""
    events = _Places()
    document: Kept = {
        "form": FORM,
        "book": [engine.book.id, engine.book.version],
        "counted": list(astuple(engine.counted)),
        "newest": engine._newest,  # noqa: SLF001 - this module is the engine's own memory
        "turned": engine._turned,  # noqa: SLF001
        "since_sweep": engine._since_sweep,  # noqa: SLF001
        "ids": [sorted(each) for each in engine._ids],  # noqa: SLF001
        "places": {key: list(value) for key, value in engine._places.items()},  # noqa: SLF001
        "listed": {key: list(value) for key, value in engine._listed.items()},  # noqa: SLF001
        "waiting": [events.of(each[2]) for each in sorted(engine._waiting, key=_turn)],  # noqa: SLF001
        "ahead": [events.of(each) for each in engine._ahead],  # noqa: SLF001
        "issued": [
            [
                place,
                subject,
                one.alert_id,
                one.value,
                one.seen,
                [events.of(e) for e in one.evidence],
            ]
            for (place, subject), one in engine._issued.items()  # noqa: SLF001
        ],
        "windows": {
            name: _links(each, events) if isinstance(each, Links) else _window(each, events)
            for name, each in engine.windows.items()
        },
    }
    return document | {"events": [list(row) for row in events.rows]}


def restored(book: Rulebook, calendar: Calendar, document: Kept) -> Engine:
    """An engine that goes on where the kept one stopped. Raises NotKept."""
    if document.get("form") != FORM or document.get("book") != [book.id, book.version]:
        raise NotKept
    engine = Engine(book, calendar)
    if set(engine.windows) != set(document["windows"]):
        raise NotKept
    events = [Event(*row) for row in document["events"]]
    engine.counted = Counted(*document["counted"])
    engine._newest, engine._turned = document["newest"], document["turned"]  # noqa: SLF001
    engine._since_sweep = document["since_sweep"]  # noqa: SLF001
    engine._ids = (set(document["ids"][0]), set(document["ids"][1]))  # noqa: SLF001
    engine._places = {key: (v[0], v[1]) for key, v in document["places"].items()}  # noqa: SLF001
    engine._listed = {key: (v[0], v[1]) for key, v in document["listed"].items()}  # noqa: SLF001
    waiting = [events[place] for place in document["waiting"]]
    engine._waiting = [(each.at, each.event_id, each) for each in waiting]  # noqa: SLF001
    engine._ahead = [events[place] for place in document["ahead"]]  # noqa: SLF001
    engine._issued = {  # noqa: SLF001
        (row[0], row[1]): _Issued(row[2], row[3], row[4], [events[place] for place in row[5]])
        for row in document["issued"]
    }
    for name, window in engine.windows.items():
        _fill(window, document["windows"][name], events)
    return engine


def _turn(waiting: tuple[int, str, Event]) -> tuple[int, str]:
    return waiting[0], waiting[1]


def _window(window: Window, events: _Places) -> Kept:
    return {
        key: [[value, events.of(event)] for _at, value, event in line]
        for key, (line, _counts) in window.keys.items()
    }


def _links(links: Links, events: _Places) -> list[Kept]:
    return [
        {
            key: [[other, events.of(event)] for other, event in ends.items()]
            for key, ends in each.items()
        }
        for each in (links._numbers, links._ties)  # noqa: SLF001
    ]


def _fill(window: Window | Links, document: Any, events: list[Event]) -> None:
    if isinstance(window, Links):
        window._numbers, window._ties = (  # noqa: SLF001
            {key: {row[0]: events[row[1]] for row in rows} for key, rows in each.items()}
            for each in document
        )
        return
    for key, rows in document.items():
        counts: dict[str, int] = {}
        for value, _place in rows:
            counts[value] = counts.get(value, 0) + 1
        line = deque((events[place].at, value, events[place]) for value, place in rows)
        window.keys[key] = (line, counts)
