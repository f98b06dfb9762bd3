"""The detection engine: events of any order within ten minutes in, alerts with their evidence out.

Events are judged in the order of their instants, then of their numbers, so that the same events give the
same alerts however they arrive. One alert stands per rule and subject; when what it counts has
doubled it is issued again and names the one it replaces.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xinnong.core.detection.compiling import compile_rules
from xinnong.core.detection.events import SECOND, Calendar, Event
from xinnong.core.detection.links import Links
from xinnong.core.detection.rulebook import KIND, Rule, Rulebook
from xinnong.core.detection.windows import Window

LATENESS: Final = 600 * SECOND
AHEAD: Final = 24 * 3600 * SECOND
AGREEING: Final = 3
"""An instant a day beyond everything seen waits until three events agree on it, so that one clock
that jumped does not make the rest of the stream late."""

REMEMBERED: Final = 72 * 3600 * SECOND
"""Numbers of events are remembered this long at least, so that a repeated one is ignored."""

SWEEP_EVERY: Final = 20_000
NEVER: Final = -(2**62)
MOST_EVIDENCE: Final = 2_000
GROWTH: Final = 2


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that held about a subject; `at` is the instant of the event that completed it."""

    alert_id: str
    at: int
    rule: str
    severity: str
    villages: tuple[str, ...]
    phones: tuple[str, ...]
    devices: tuple[str, ...]
    agents: tuple[str, ...]
    event_ids: tuple[str, ...]
    supersedes: str | None
    shadow: bool
    subject: str = ""


@dataclass(slots=True)
class Counted:
    """What came of the events so far."""

    events: int = 0
    late: int = 0
    duplicate: int = 0
    alerts: int = 0


@dataclass(slots=True)
class _Issued:
    """The alert that stands for a rule and subject."""

    alert_id: str
    value: int
    seen: int
    evidence: list[Event]


class Engine:
    """Judges a stream of events by a rulebook."""

    def __init__(self, book: Rulebook, calendar: Calendar | None = None) -> None:
        """Start with empty windows; the calendar holds what was approved."""
        self.book = book
        self.calendar = calendar or Calendar()
        self.windows: dict[str, Window | Links] = {
            each.name: Links(each.through, each.within) if each.through else Window(each.within)
            for each in book.measures
        }
        self.judges = compile_rules(book, self.windows)
        self.measures = {each.name: each for each in book.measures}
        self._rules = {rule.name: place for place, rule in enumerate(book.rules)}
        self.counted = Counted()
        self._waiting: list[tuple[int, str, Event]] = []
        self._newest = NEVER
        self._ids: tuple[set[str], set[str]] = (set(), set())
        self._turned = self._newest
        self._issued: dict[tuple[int, str], _Issued] = {}
        self._places: dict[str, tuple[str, int]] = {}
        self._listed: dict[str, tuple[str, int]] = {}
        self._since_sweep = 0
        self._ahead: list[Event] = []

    def take(self, events: Iterable[Event]) -> Iterator[Alert]:
        """Alerts that events complete, once nothing earlier can come any more."""
        counted, waiting = self.counted, self._waiting
        for event in events:
            counted.events += 1
            at = event.at
            if at < self._newest - LATENESS:
                counted.late += 1
                continue
            if self._repeated(event.event_id):
                counted.duplicate += 1
                continue
            if at > self._newest and not self._advances(event):
                continue
            heapq.heappush(waiting, (at, event.event_id, event))
            horizon = self._newest - LATENESS
            while waiting and waiting[0][0] < horizon:
                yield from self._judge(heapq.heappop(waiting)[2])

    def pass_time(self, at: int) -> Iterator[Alert]:
        """Alerts of what waits, once a clock says that nothing before `at` is missing any more."""
        self._newest = max(self._newest, at)
        horizon = self._newest - LATENESS
        while self._waiting and self._waiting[0][0] < horizon:
            yield from self._judge(heapq.heappop(self._waiting)[2])

    def end(self) -> Iterator[Alert]:
        """Alerts of the events that still wait; no more will come."""
        for event in self._ahead:
            heapq.heappush(self._waiting, (event.at, event.event_id, event))
        self._ahead = []
        while self._waiting:
            yield from self._judge(heapq.heappop(self._waiting)[2])

    def _advances(self, event: Event) -> bool:
        """Move on to the instant of an event; one far ahead waits until others agree."""
        if self._newest != NEVER and event.at > self._newest + AHEAD:
            self._ahead.append(event)
            near = [each for each in self._ahead if abs(each.at - event.at) <= AHEAD]
            if len(near) < AGREEING:
                return False
            self._ahead = [each for each in self._ahead if abs(each.at - event.at) > AHEAD]
            near.remove(event)
            for each in near:
                heapq.heappush(self._waiting, (each.at, each.event_id, each))
            self._newest = max(each.at for each in (*near, event))
        else:
            self._newest = event.at
        self._turn(self._newest)
        return True

    # ------------------------------------------------------------ one event

    def _judge(self, event: Event) -> Iterator[Alert]:
        judge = self.judges.get(event.kind)
        if judge is None:
            return
        self._place(event)
        for place, value in judge(event):
            alert = self._alert(place, value, event)
            if alert is not None:
                self.counted.alerts += 1
                yield alert
        self._since_sweep += 1
        if self._since_sweep >= SWEEP_EVERY:
            self._sweep(event.at)

    def _place(self, event: Event) -> None:
        """Work out what the feed does not say: where it was, and whether it was approved."""
        phone, village, at = event.phone, event.village, event.at
        if village is not None:
            if phone is not None:
                self._places[phone] = (village, at)
        elif phone is not None and phone in self._places:
            village = self._places[phone][0]
        event.place = village
        running = self.calendar.running(village, at)
        event.running = bool(running)
        if event.kind == "session":
            self._sign_in(event)
        device = event.device
        roster = self._listed.get(device) if device is not None else None
        event.listed = roster is not None and at - roster[1] < REMEMBERED
        agent = event.agent or (roster[0] if event.listed and roster is not None else None)
        event.inside = agent is not None and any(agent in each.agents for each in running)

    def _sign_in(self, event: Event) -> None:
        """An agent's sign-in on a device, while an activity lists the agent, lists the device."""
        if event.device is None or event.agent is None or event.ok is False:
            return
        if any(each.holds(event.at) for each in self.calendar.agents.get(event.agent, ())):
            self._listed[event.device] = (event.agent, event.at)

    # ------------------------------------------------------------ alerts

    def _alert(self, place: int, value: int, event: Event) -> Alert | None:
        rule = self.book.rules[place]
        subject: str | None = getattr(event, rule.subject)
        if subject is None:
            return None
        before = self._issued.get((place, subject))
        if before is not None and event.at - before.seen <= rule.quiet:
            before.seen = event.at
            if value < before.value * GROWTH:
                return None
        else:
            before = None
        evidence = self._evidence(rule, event)
        alert = _written(rule, subject, event, evidence, before)
        self._issued[place, subject] = _Issued(alert.alert_id, value, event.at, evidence)
        return alert

    def _evidence(self, rule: Rule, event: Event) -> list[Event]:
        """The events in the rule's windows, and those behind the rules that it counts."""
        found: dict[str, Event] = {}
        for name in rule.measures:
            measure = self.measures[name]
            if measure.by == KIND:  # how much the whole county reports is nobody's evidence
                continue
            for each in self.windows[name].events(getattr(event, measure.by), event.at):
                for one in self._behind(measure.of, each):
                    found[one.event_id] = one
        found[event.event_id] = event
        ordered = sorted(found.values(), key=lambda one: (one.at, one.event_id))
        return ordered[-MOST_EVIDENCE:]

    def _behind(self, of: str | None, event: Event) -> list[Event]:
        if of is None:
            return [event]
        place = self._rules[of]
        subject: str | None = getattr(event, self.book.rules[place].subject)
        issued = self._issued.get((place, subject)) if subject is not None else None
        return [*issued.evidence, event] if issued else [event]

    # ------------------------------------------------------------ memory

    def _repeated(self, event_id: str) -> bool:
        fresh, old = self._ids
        if event_id in fresh or event_id in old:
            return True
        fresh.add(event_id)
        return False

    def _turn(self, at: int) -> None:
        if at - self._turned > REMEMBERED:
            self._ids = (set(), self._ids[0])
            self._turned = at

    def _sweep(self, at: int) -> None:
        self._since_sweep = 0
        for window in self.windows.values():
            window.sweep(at)
        longest = max((each.within for each in self.book.measures), default=0)
        keep = at - max(longest, REMEMBERED)
        self._places = {key: kept for key, kept in self._places.items() if kept[1] > keep}
        self._listed = {key: kept for key, kept in self._listed.items() if kept[1] > keep}
        self._issued = {
            key: kept
            for key, kept in self._issued.items()
            if at - kept.seen <= self.book.rules[key[0]].quiet
        }


def _written(
    rule: Rule, subject: str, event: Event, evidence: list[Event], before: _Issued | None
) -> Alert:
    told = f"{rule.name}\n{subject}\n{event.at}\n{event.event_id}"
    return Alert(
        alert_id=hashlib.sha256(told.encode()).hexdigest()[:20],
        at=event.at,
        rule=rule.name,
        severity=rule.severity,
        villages=_different(each.place for each in evidence),
        phones=_different(each.phone for each in evidence),
        devices=_different(each.device for each in evidence),
        agents=_different(each.agent for each in evidence),
        event_ids=tuple(each.event_id for each in evidence),
        supersedes=before.alert_id if before else None,
        shadow=rule.shadow,
        subject=subject,
    )


def _different(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in values if each is not None))
