"""Sliding windows that are exact: what was seen with a key in the last so many microseconds.

Events come in order of their instants. An event of exactly the window's length ago is out.
"""

from __future__ import annotations

from collections import deque

from xinnong.core.detection.events import Event

Entry = tuple[int, str, Event]


class Window:
    """How many different values each key had within a length of time, and in which events."""

    __slots__ = ("keys", "within")

    def __init__(self, within: int) -> None:
        """Start empty; `within` is microseconds."""
        self.within = within
        self.keys: dict[str, tuple[deque[Entry], dict[str, int]]] = {}

    def add(self, key: str | None, value: str | None, event: Event) -> int:
        """Note a value of a key; answers how many different ones the window then holds."""
        if key is None:
            return 0
        if value is None:
            return self.read(key, event.at)
        kept = self.keys.get(key)
        if kept is None:
            kept = self.keys[key] = (deque(), {})
        line, counts = kept
        at = event.at
        line.append((at, value, event))
        counts[value] = counts.get(value, 0) + 1
        if line[0][0] <= at - self.within:
            self._forget(line, counts, at - self.within)
        return len(counts)

    def read(self, key: str | None, at: int) -> int:
        """How many different values a key has at an instant, nothing added."""
        kept = self.keys.get(key) if key is not None else None
        if kept is None:
            return 0
        line, counts = kept
        if line and line[0][0] <= at - self.within:
            self._forget(line, counts, at - self.within)
        return len(counts)

    def events(self, key: str | None, at: int) -> list[Event]:
        """The events that a key's window holds at an instant, oldest first."""
        self.read(key, at)
        kept = self.keys.get(key) if key is not None else None
        return [event for _, _, event in kept[0]] if kept else []

    def sweep(self, at: int) -> None:
        """Drop the keys that hold nothing any more, so that memory follows the window."""
        horizon = at - self.within
        idle = [key for key, (line, _) in self.keys.items() if not line or line[-1][0] <= horizon]
        for key in idle:
            del self.keys[key]

    @staticmethod
    def _forget(line: deque[Entry], counts: dict[str, int], horizon: int) -> None:
        while line and line[0][0] <= horizon:
            value = line.popleft()[1]
            if counts[value] == 1:
                del counts[value]
            else:
                counts[value] -= 1
