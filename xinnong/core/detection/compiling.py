"""A rulebook as one function per kind of event: what is constant is worked out once, not per event.

Every condition becomes two texts: when it is certainly true and when it is certainly false. What is
unknown is neither, so `not` of an unknown never holds. Only names of the language and literals written
by `repr` reach the text that is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from xinnong.core.detection.events import ALL_KINDS, Event
from xinnong.core.detection.expressions import (
    FIELDS,
    Among,
    Compare,
    Condition,
    Joined,
    Missing,
    Name,
    Not,
    Value,
)
from xinnong.core.detection.links import Links
from xinnong.core.detection.rulebook import EVENT, Measure, Rule, Rulebook
from xinnong.core.detection.windows import Window

Held = list[tuple[int, int]]
"""Places of the rules that held, each with the value of its leading measure."""

Judge = Callable[[Event], Held]

OPPOSITE: Final = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def compile_rules(book: Rulebook, windows: Mapping[str, Window | Links]) -> dict[str, Judge]:
    """One function per kind, which notes an event in the windows and answers the rules that hold."""
    names: dict[str, Any] = {}
    for place, measure in enumerate(book.measures):
        names[f"add{place}"] = windows[measure.name].add
        names[f"read{place}"] = windows[measure.name].read
    text = "\n".join(line for kind in ALL_KINDS for line in _Writing(book, kind).lines())
    exec(compile(text, f"<rulebook {book.id} {book.version}>", "exec"), names)  # noqa: S102 - see above
    return {kind: names[f"judge_{kind}"] for kind in ALL_KINDS}


class _Writing:
    """Writes the function of one kind."""

    def __init__(self, book: Rulebook, kind: str) -> None:
        self.book = book
        self.kind = kind
        self.rules = [(i, rule) for i, rule in enumerate(book.rules) if kind in rule.kinds]
        self.used = {name for _, rule in self.rules for name in rule.measures}
        self.places = {measure.name: i for i, measure in enumerate(book.measures)}
        self.local: set[str] = set()
        self.sure: set[str] = set()

    def lines(self) -> Iterator[str]:
        """The function, line by line."""
        yield f"def judge_{self.kind}(event):"
        yield "    at, held = event.at, []"
        body = list(self._body())
        for field in FIELDS:
            if field != "kind" and any(f"f_{field}" in line for line in body):
                yield f"    f_{field} = event.{field}"
        yield from body
        yield "    return held"

    def _body(self) -> Iterator[str]:
        for measure in self.book.measures:
            if measure.of is None:
                yield from self._note(measure, "")
        for place, rule in self.rules:
            yield from self._ask(place, rule)
            for measure in self.book.measures:
                if measure.of == rule.name:
                    yield from self._note(measure, f"h{place}")

    def _ask(self, place: int, rule: Rule) -> Iterator[str]:
        lead = self._number(rule.measures[-1]) if rule.measures else "1"
        yield f"    h{place} = {self._true(rule.when)}"
        yield f"    if h{place}: held.append(({place}, {lead}))"

    def _note(self, measure: Measure, held: str) -> Iterator[str]:
        """Add to a window where the event counts; keep the number where a rule of this kind asks it."""
        conditions = [held] if held else []
        if measure.where is not None:
            conditions.append(self._true(measure.where))
        if "False" in conditions:
            return
        condition = " and ".join(each for each in conditions if each != "True")
        add = f"add{self.places[measure.name]}({self._field(measure.by)}, {self._counted(measure)}event)"
        if measure.name not in self.used or measure.through:
            yield f"    if {condition}: {add}" if condition else f"    {add}"
            return
        number = f"m{self.places[measure.name]}"
        yield f"    {number} = {f'{add} if {condition} else None' if condition else add}"
        self.sure |= set() if condition else {measure.name}
        self.local.add(measure.name)

    def _counted(self, measure: Measure) -> str:
        if measure.through:
            return ""
        return "event.event_id, " if measure.counts == EVENT else f"{self._field(measure.counts)}, "

    def _read(self, name: str) -> str:
        place = self.places[name]
        return f"read{place}({self._field(self.book.measures[place].by)}, at)"

    def _number(self, name: str) -> str:
        """The measure's value; a window that this event did not enter is read only where it matters."""
        number = f"m{self.places[name]}"
        if name not in self.local:
            return self._read(name)
        return (
            number
            if name in self.sure
            else f"({self._read(name)} if {number} is None else {number})"
        )

    def _field(self, name: str) -> str:
        return repr(self.kind) if name == "kind" else f"f_{name}"

    def _term(self, term: Name | Value) -> str:
        if isinstance(term, Value):
            return repr(term.value)
        return self._number(term.name) if term.type == "number" else self._field(term.name)

    # ------------------------------------------------------------ certainly true, certainly false

    def _true(self, condition: Condition) -> str:
        if isinstance(condition, Not):
            return self._false(condition.part)
        if isinstance(condition, Name):
            return f"({self._field(condition.name)} is True)"
        if isinstance(condition, Missing):
            return self._constant(f"({self._field(condition.name.name)} is None)", condition.name)
        if isinstance(condition, Among):
            return self._among(condition, "in")
        if isinstance(condition, Compare):
            return self._compare(condition, condition.sign)
        return self._join(condition.word, [self._true(part) for part in condition.parts])

    def _false(self, condition: Condition) -> str:
        if isinstance(condition, Not):
            return self._true(condition.part)
        if isinstance(condition, Name):
            return f"({self._field(condition.name)} is False)"
        if isinstance(condition, Missing):
            known = f"({self._field(condition.name.name)} is not None)"
            return self._constant(known, condition.name)
        if isinstance(condition, Among):
            return self._among(condition, "not in")
        if isinstance(condition, Compare):
            return self._compare(condition, OPPOSITE[condition.sign])
        return self._join(_other(condition), [self._false(part) for part in condition.parts])

    def _among(self, condition: Among, word: str) -> str:
        name = self._field(condition.name.name)
        if condition.name.name == "kind":
            return str((self.kind in condition.values) == (word == "in"))
        inside = f"{name} {word} {condition.values!r}"
        return f"({name} is not None and {inside})" if word == "not in" else f"({inside})"

    def _compare(self, condition: Compare, sign: str) -> str:
        left, right = condition.left, condition.right
        if isinstance(right, Value) and right.type == "flag":
            return f"({self._term(left)} is {bool(right.value) == (sign == '==')})"
        told = f"{self._term(left)} {sign} {self._term(right)}"
        known = [
            f"{self._term(each)} is not None"
            for each in (left, right)
            if isinstance(each, Name) and each.type != "number" and each.name != "kind"
        ]
        return self._constant(f"({' and '.join([*known, told])})", left, right)

    def _constant(self, text: str, *terms: Name | Value) -> str:
        """Work out what only the kind decides."""
        if all(isinstance(each, Value) or each.name == "kind" for each in terms):
            return str(bool(eval(text, {"__builtins__": {}})))  # noqa: S307 - literals alone
        return text

    @staticmethod
    def _join(word: str, parts: list[str]) -> str:
        ends, passes = ("False", "True") if word == "and" else ("True", "False")
        if ends in parts:
            return ends
        left = [each for each in parts if each != passes]
        return f"({f' {word} '.join(left)})" if left else passes


def _other(condition: Joined) -> str:
    return "or" if condition.word == "and" else "and"
