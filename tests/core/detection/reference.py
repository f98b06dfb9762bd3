"""What the rules mean, slowly: every measure counted anew over all earlier events, every condition in three values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xinnong.core.detection.events import Event
from xinnong.core.detection.expressions import (
    Among,
    Compare,
    Condition,
    Joined,
    Missing,
    Name,
    Not,
    Value,
)
from xinnong.core.detection.links import HUB
from xinnong.core.detection.rulebook import EVENT, Measure, Rulebook

Holds = list[list[str]]


def held_by_reference(book: Rulebook, events: Sequence[Event]) -> Holds:
    """The names of the rules that hold at each event, in the order given."""
    measures = {each.name: each for each in book.measures}
    held: Holds = []
    for place, event in enumerate(events):
        now: list[str] = []
        held.append(now)
        for rule in book.rules:
            if event.kind not in rule.kinds:
                continue
            numbers = {
                name: counted(measures[name], events[: place + 1], held) for name in rule.measures
            }
            if truth(rule.when, event, numbers) is True:
                now.append(rule.name)
    return held


def counted(measure: Measure, events: Sequence[Event], held: Holds) -> int:
    """A measure at the last of these events."""
    now = events[-1]
    among = [
        each for each, rules in zip(events, held, strict=True)
        if each.at > now.at - measure.within
        and (measure.where is None or truth(measure.where, each, {}) is True)
        and (measure.of is None or measure.of in rules)
    ]  # fmt: skip
    if measure.through:
        return reached(measure, now, among)
    key = getattr(now, measure.by)
    field = "event_id" if measure.counts == EVENT else measure.counts
    values = {getattr(each, field) for each in among if getattr(each, measure.by) == key}
    return len(values - {None}) if key is not None else 0


def reached(measure: Measure, now: Event, among: Sequence[Event]) -> int:
    """Numbers tied to this one, hub by hub, until nothing is added."""
    ties = {
        (field, getattr(each, field), each.phone)
        for each in among for field in measure.through
        if getattr(each, field) is not None and each.phone is not None
    }  # fmt: skip
    hubs: dict[tuple[str, str], set[str]] = {}
    for field, value, phone in ties:
        hubs.setdefault((field, value), set()).add(phone)
    if now.phone is None or all(now.phone not in phones for phones in hubs.values()):
        return 0
    found = {now.phone}
    while True:
        more = {
            phone for phones in hubs.values() if len(phones) <= HUB and phones & found
            for phone in phones
        }  # fmt: skip
        if more <= found:
            return len(found)
        found |= more


def truth(condition: Condition, event: Event, numbers: dict[str, int]) -> bool | None:
    """True, false or unknown (None), as Kleene has it."""
    if isinstance(condition, Not):
        inner = truth(condition.part, event, numbers)
        return None if inner is None else not inner
    if isinstance(condition, Name):
        value: bool | None = getattr(event, condition.name)
        return value
    if isinstance(condition, Missing):
        return getattr(event, condition.name.name) is None
    if isinstance(condition, Among):
        text = getattr(event, condition.name.name)
        return None if text is None else text in condition.values
    if isinstance(condition, Compare):
        return _compared(condition, event, numbers)
    parts = [truth(part, event, numbers) for part in condition.parts]
    return _joined(condition, parts)


def _joined(condition: Joined, parts: list[bool | None]) -> bool | None:
    decides = condition.word == "or"
    if decides in parts:
        return decides
    return None if None in parts else not decides


def _compared(condition: Compare, event: Event, numbers: dict[str, int]) -> bool | None:
    left = _value(condition.left, event, numbers)
    right = _value(condition.right, event, numbers)
    if left is None or right is None:
        return None
    answers = {
        "==": left == right, "!=": left != right, "<": left < right, "<=": left <= right,
        ">": left > right, ">=": left >= right,
    }  # fmt: skip
    return bool(answers[condition.sign])


def _value(term: Name | Value, event: Event, numbers: dict[str, int]) -> Any:
    if isinstance(term, Value):
        return term.value
    return numbers[term.name] if term.name in numbers else getattr(event, term.name)
