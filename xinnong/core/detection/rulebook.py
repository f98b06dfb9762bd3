"""Rulebooks: measures and rules as a published document, read with every problem at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from xinnong.core.detection.events import ALL_KINDS, SECOND
from xinnong.core.detection.expressions import (
    FIELDS,
    Condition,
    NotUnderstood,
    names_in,
    read_condition,
)
from xinnong.core.documents import canonical_bytes, read_document
from xinnong.core.errors import Problem

Severity = Literal["watch", "alert", "urgent"]

SCHEMA: Final = 1
SEVERITIES: Final = ("watch", "alert", "urgent")
BASE: Final = "base-2026.3.toml"
"""The newest base rules among those in the folder `published`."""
MOST_BYTES: Final = 256 * 1024
MOST_RULES: Final = 200
LONGEST_HOURS: Final = 31 * 24
"""No window is longer than a month: memory is what the windows hold."""

SPAN: Final = re.compile(r"([1-9][0-9]{0,3})(m|h|d)")
SPAN_SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400}
WORD: Final = re.compile(r"[a-z][a-z0-9_-]{2,39}")
TEXTS: Final = frozenset(name for name, type_ in FIELDS.items() if type_ == "text")
EVENT: Final = "event"
KIND: Final = "kind"
PHONE: Final = "phone"
TIES: Final = ("device", "agent", "address", "ip")
QUIET: Final = "7d"


@dataclass(frozen=True, slots=True)
class Measure:
    """How many different values of a field (or events) a key had within a window.

    `where` says which events are counted; `of` counts those at which a rule held. With `through` it is
    instead how many numbers hang together with the event's own through those fields.
    """

    name: str
    counts: str
    by: str
    within: int
    where: Condition | None
    of: str | None
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is wrong, about whom, and how bad it is.

    The leading measure is the last that the condition names: its growth re-issues the alert.
    `quiet` is the microseconds without a hit after which the next hit is a new alert.
    """

    name: str
    title_zh: str
    title_en: str
    severity: Severity
    kinds: tuple[str, ...]
    subject: str
    when: Condition
    measures: tuple[str, ...]
    quiet: int
    shadow: bool


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One version of all rules, in the order in which they are asked."""

    id: str
    version: str
    measures: tuple[Measure, ...]
    rules: tuple[Rule, ...]


class InvalidRulebook(Exception):
    """The document is no rulebook; `problems` says everything that is wrong with it."""

    def __init__(self, *, problems: tuple[Problem, ...]) -> None:
        """Carry all problems, so that an author sees them in one go."""
        super().__init__(", ".join(f"{problem.field}: {problem.code}" for problem in problems))
        self.problems = problems


def load_rulebook(data: bytes) -> Rulebook:
    """Read a rulebook from TOML.

    Raises InvalidRulebook with every problem: an unknown word is named, never passed over.
    """
    if len(data) > MOST_BYTES:
        raise InvalidRulebook(problems=(Problem("too_large", "", {"most": MOST_BYTES}),))
    try:
        source = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidRulebook(problems=(Problem("not_toml", "", {"why": str(error)}),)) from None
    return _read(source)


def canonical_rulebook(source: str) -> bytes:
    """The one canonical form of a rulebook written in TOML, which is signed and published.

    Raises InvalidRulebook.
    """
    load_rulebook(source.encode())
    return canonical_bytes(tomllib.loads(source))


def published_rulebook(document: bytes, *, sha256: str) -> Rulebook:
    """Read a published version from its canonical bytes. Raises InvalidRulebook."""
    found, problems = read_document(document, sha256=sha256)
    if found is None or problems:
        raise InvalidRulebook(problems=tuple(problems))
    return _read(found)


def rulebook_source(document: bytes) -> str:
    """A published version in the words people write, to begin the next one from."""
    found = json.loads(document)
    lines = [f"{name} = {_written(found[name])}" for name in ("schema", "id", "version")]
    for kind in ("measure", "rule"):
        for row in found.get(kind, []):
            lines += ["", f"[[{kind}]]", *(f"{name} = {_written(row[name])}" for name in row)]
    return "\n".join(lines) + "\n"


def _written(value: object) -> str:
    """A value as TOML writes it; texts, whole numbers, flags and lists of texts are all there are."""
    return json.dumps(value, ensure_ascii=False)


def _read(source: Mapping[str, Any]) -> Rulebook:
    reading = _Reading(source)
    book = reading.book()
    if reading.problems:
        raise InvalidRulebook(problems=tuple(reading.problems))
    return book


def span(text: object) -> int | None:
    """Microseconds of a span such as 30m, 4h or 3d; None where it is not one, or too long."""
    match = SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    seconds = int(match[1]) * SPAN_SECONDS[match[2]]
    return seconds * SECOND if seconds <= LONGEST_HOURS * 3600 else None


class _Reading:
    """Reads a document part by part and keeps what is wrong with it."""

    TOP: Final = frozenset({"schema", "id", "version", "measure", "rule"})
    MEASURE: Final = frozenset({"name", "counts", "by", "within", "where", "of", "through"})
    RULE: Final = frozenset({
        "name", "title_zh", "title_en", "severity", "on", "subject", "when", "quiet", "shadow",
    })  # fmt: skip

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def book(self) -> Rulebook:
        """The rulebook; it holds only where no problem was found."""
        self._words(self.source, self.TOP, "")
        if self.source.get("schema") != SCHEMA:
            self._wrong("schema", "schema", known=SCHEMA)
        rows = self._tables("rule")
        if not 0 < len(rows) <= MOST_RULES:
            self._wrong("count", "rule", most=MOST_RULES)
        names = [self._text(row, "name", f"rule {place}", WORD) for place, row in enumerate(rows)]
        measures = tuple(self._measures(frozenset(names)))
        known = frozenset(each.name for each in measures)
        self._unique([each.name for each in measures] + names)
        rules = tuple(self._rule(name, row, known) for name, row in zip(names, rows, strict=True))
        self._no_circles(measures, rules)
        return Rulebook(
            self._text(self.source, "id", "", WORD), self._text(self.source, "version", ""),
            measures, rules,
        )  # fmt: skip

    def _measures(self, rules: frozenset[str]) -> Iterator[Measure]:
        for place, row in enumerate(self._tables("measure")):
            at = f"measure {row.get('name', place)}"
            self._words(row, self.MEASURE, at)
            within = span(row.get("within"))
            if within is None:
                self._wrong("span", f"{at}.within", longest=LONGEST_HOURS)
            of = row.get("of")
            if of is not None and of not in rules:
                self._wrong("unknown_rule", f"{at}.of", name=str(of))
            where = row.get("where")
            linked = "through" in row
            yield Measure(
                self._text(row, "name", at, WORD),
                PHONE if linked else self._among(row, "counts", at, TEXTS | {EVENT}),
                PHONE if linked else self._among(row, "by", at, TEXTS), within or 0,
                None if where is None else self._condition(where, f"{at}.where", frozenset()), of,
                self._through(row, at) if linked else (),
            )  # fmt: skip

    def _through(self, row: Mapping[str, Any], at: str) -> tuple[str, ...]:
        fields = row["through"]
        if not isinstance(fields, list) or not fields or any(one not in TIES for one in fields):
            self._wrong("choice", f"{at}.through", known=", ".join(TIES))
            return TIES
        for word in sorted(row.keys() & {"counts", "by"}):
            self._wrong("unknown_word", f"{at}.{word}")
        return tuple(fields)

    def _rule(self, name: str, row: Mapping[str, Any], measures: frozenset[str]) -> Rule:
        at = f"rule {name}"
        self._words(row, self.RULE, at)
        kinds = row.get("on")
        if not isinstance(kinds, list) or not kinds or any(kind not in ALL_KINDS for kind in kinds):
            self._wrong("kinds", f"{at}.on", known=", ".join(ALL_KINDS))
            kinds = []
        quiet = span(row.get("quiet", QUIET))
        if quiet is None:
            self._wrong("span", f"{at}.quiet", longest=LONGEST_HOURS)
        shadow = row.get("shadow", False)
        if not isinstance(shadow, bool):
            self._wrong("flag", f"{at}.shadow")
        when = self._condition(row.get("when"), f"{at}.when", measures)
        return Rule(
            name, self._text(row, "title_zh", at), self._text(row, "title_en", at),
            cast("Severity", self._among(row, "severity", at, frozenset(SEVERITIES))),
            tuple(kinds), self._among(row, "subject", at, TEXTS), when,
            tuple(dict.fromkeys(each for each in names_in(when) if each in measures)),
            quiet or 0, bool(shadow),
        )  # fmt: skip

    def _condition(self, text: object, field: str, measures: frozenset[str]) -> Condition:
        try:
            return read_condition(text if isinstance(text, str) else "", measures)
        except NotUnderstood as error:
            self._wrong(error.code, field, part=error.part)
            return read_condition("unknown(kind)")

    def _no_circles(self, measures: tuple[Measure, ...], rules: tuple[Rule, ...]) -> None:
        """A rule may lean on measures of rules that stand before it."""
        of = {each.name: each.of for each in measures}
        before: set[str] = set()
        for rule in rules:
            for name in rule.measures:
                if of[name] is not None and of[name] not in before:
                    self._wrong("later_rule", f"rule {rule.name}.when", name=str(of[name]))
            before.add(rule.name)

    def _tables(self, name: str) -> list[Mapping[str, Any]]:
        rows = self.source.get(name, [])
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return rows
        self._wrong("tables", name)
        return []

    def _text(
        self, row: Mapping[str, Any], name: str, at: str, form: re.Pattern[str] | None = None
    ) -> str:
        value = row.get(name)
        if isinstance(value, str) and value.strip() and (form is None or form.fullmatch(value)):
            return value
        self._wrong("text", f"{at}.{name}".lstrip("."))
        return f"?{at}{name}"

    def _among(self, row: Mapping[str, Any], name: str, at: str, known: frozenset[str]) -> str:
        value = row.get(name)
        if isinstance(value, str) and value in known:
            return value
        self._wrong("choice", f"{at}.{name}", known=", ".join(sorted(known)))
        return min(known)

    def _words(self, row: Mapping[str, Any], known: frozenset[str], at: str) -> None:
        for word in sorted(row.keys() - known):
            self._wrong("unknown_word", f"{at}.{word}".lstrip("."))

    def _unique(self, names: list[str]) -> None:
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._wrong("twice", name)

    def _wrong(self, code: str, field: str, **params: object) -> None:
        self.problems.append(Problem(code, field, params))
