"""Numbers that hang together through devices, agents or addresses, without the hubs that everybody shares."""

from __future__ import annotations

from collections import deque
from typing import Final

from xinnong.core.detection.events import Event

HUB: Final = 60
"""A device or an address seen with more numbers than this ties nobody together: it is a shop, a
carrier's gateway, a school. Gangs of the reported size use one device for a few dozen a day."""

FARTHEST: Final = 64
"""Counting stops once so many are found: no rule asks for more, and a gang would make it long."""

Ends = dict[str, Event]
"""The newest event of each other end, oldest first."""


class Links:
    """Which numbers are tied to which through the given fields, within a length of time."""

    __slots__ = ("_numbers", "_ties", "through", "within")

    def __init__(self, through: tuple[str, ...], within: int) -> None:
        """Start without ties; `within` is microseconds."""
        self.through = through
        self.within = within
        self._numbers: dict[str, Ends] = {}
        self._ties: dict[str, Ends] = {}

    def add(self, phone: str | None, event: Event) -> None:
        """Tie a number to what it was seen with."""
        if phone is None:
            return
        for field in self.through:
            value: str | None = getattr(event, field)
            if value is None:
                continue
            tie = f"{field}\0{value}"
            for ends, other in (
                (self._numbers.setdefault(phone, {}), tie),
                (self._ties.setdefault(tie, {}), phone),
            ):
                ends.pop(other, None)
                ends[other] = event

    def read(self, phone: str | None, at: int) -> int:
        """How many numbers hang together with this one, itself counted; 0 where it has no tie."""
        return len(self._reached(phone, at))

    def events(self, phone: str | None, at: int) -> list[Event]:
        """The newest events that tie those numbers, in the order of their instants."""
        found = {}
        for each in self._reached(phone, at):
            for event in self._numbers[each].values():
                found[event.event_id] = event
        return sorted(found.values(), key=lambda event: (event.at, event.event_id))

    def sweep(self, at: int) -> None:
        """Forget ties older than the window."""
        for index in (self._numbers, self._ties):
            for key in list(index):
                self._fresh(index, key, at)
                if not index[key]:
                    del index[key]

    def _reached(self, phone: str | None, at: int) -> set[str]:
        if phone is None or not self._fresh(self._numbers, phone, at):
            return set()
        found, passed, line = {phone}, set[str](), deque([phone])
        while line and len(found) < FARTHEST:
            ties = self._fresh(self._numbers, line.popleft(), at)
            for tie in [each for each in ties if each not in passed]:  # in order: replays agree
                passed.add(tie)
                others = self._fresh(self._ties, tie, at)
                if len(others) <= HUB:
                    line.extend(each for each in others if each not in found)
                    found.update(others)
        return found

    def _fresh(self, index: dict[str, Ends], key: str, at: int) -> Ends:
        """What a key is tied to within the window; older ties go."""
        ends = index.get(key)
        if ends is None:
            return {}
        horizon = at - self.within
        for other in list(ends):
            if ends[other].at > horizon:
                break
            del ends[other]
        return ends
