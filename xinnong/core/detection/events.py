"""What the detection engine is told: one event of a feed, and the activities that were approved."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

KINDS: Final = (
    "activation",
    "registration",
    "code",
    "login",
    "session",
    "team_check",
    "document_check",
    "self_check",
    "hotline",
)
"""A credential activated; an account made; a one-time code sent; an account used; an agent signed
in on a device; a team or a letter looked up (`ok` is the answer); a person who counted the accounts
on their own number (`ok` false: some are not theirs); a call to the county's line."""

OWN_KINDS: Final = ("read", "list")
"""What the installation itself writes about its own users: a household opened (or unmasked, exported,
read by a program), and a search, list or export. No source can send these."""

ALL_KINDS: Final = KINDS + OWN_KINDS

SECOND: Final = 1_000_000
"""Instants are microseconds since 1970 in UTC, so that windows are exact."""


@dataclass(slots=True)
class Event:
    """One event as its source signed it; ids are opaque, a number or an address is a keyed hash.

    `village` may be unknown to a feed. What the engine works out for itself follows the fields of
    the feed: `place` (the village, or where the number was seen last), `inside` (part of an approved
    activity), `running` (such an activity is going on in the place), `listed` (the device of an agent
    on an approved roster) and `foreign` (an account that the activity was not approved for).

    The last six are of the own kinds alone, whose reader is the `agent`: the household by its mark, the
    purpose that was named, by which `means` it was reached (or what a list was asked), whether at
    `night`, whether the reader had opened households of that village on an earlier day (`usual`), and
    whether the household was planted (`canary`).
    """

    event_id: str
    at: int
    kind: str
    source: str | None = None
    platform: str | None = None
    phone: str | None = None
    device: str | None = None
    ip: str | None = None
    address: str | None = None
    agent: str | None = None
    village: str | None = None
    own_handset: bool | None = None
    activity: str | None = None
    ok: bool | None = None
    place: str | None = None
    inside: bool = False
    running: bool = False
    listed: bool = False
    household: str | None = None
    purpose: str | None = None
    means: str | None = None
    night: bool | None = None
    usual: bool | None = None
    canary: bool | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """An approved activity: a village, a half-open span of microseconds, and the agents on its roster."""

    activity: str
    village: str
    starts: int
    ends: int
    agents: frozenset[str]

    def holds(self, at: int) -> bool:
        """Whether the activity is going on at an instant."""
        return self.starts <= at < self.ends


class Calendar:
    """Approved activities by number and by village; a village's are sorted by their start."""

    def __init__(self, activities: Iterable[Activity] = ()) -> None:
        """Index the activities; a number given twice keeps its last row."""
        self.by_number = {each.activity: each for each in activities}
        self.agents: dict[str, list[Activity]] = {}
        self._villages: dict[str, list[Activity]] = {}
        for each in sorted(self.by_number.values(), key=lambda one: (one.starts, one.activity)):
            self._villages.setdefault(each.village, []).append(each)
            for agent in each.agents:
                self.agents.setdefault(agent, []).append(each)
        self._starts = {
            village: [each.starts for each in those] for village, those in self._villages.items()
        }
        self._longest = max(
            (each.ends - each.starts for each in self.by_number.values()), default=0
        )

    def running(self, village: str | None, at: int) -> list[Activity]:
        """The activities that are going on in a village; none where the village is unknown."""
        if village is None or village not in self._villages:
            return []
        those = self._villages[village]
        found = []
        for place in range(bisect_right(self._starts[village], at) - 1, -1, -1):
            if those[place].starts < at - self._longest:
                break
            if those[place].holds(at):
                found.append(those[place])
        return found
