"""Rows of a feed's delivery: read strictly, each with every reason why it was turned back.

Nothing here hashes or stores; identifiers pass through as they were sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from xinnong.core.detection.events import SECOND, Event
from xinnong.core.errors import Problem, Refused

MOST_BYTES: Final = 1024 * 1024
MOST_ROWS: Final = 2_000
LONGEST_ID: Final = 64
LONGEST_MARKED: Final = 200
OLDEST_DAYS: Final = 7
IDENTIFIERS: Final = ("phone", "device", "ip", "address", "agent")
"""What identifies somebody or something; they are stored as keyed hashes, and two of them sealed."""

MARK: Final = re.compile(r"m:[0-9a-f]{32}")
"""A mark that a source hashed itself, under the county's key."""

PHONE: Final = re.compile(r"1[3-9][0-9]{9}")
ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
PLATFORM: Final = re.compile(r"[\w.-]{1,40}")
VILLAGE: Final = re.compile(r"[0-9]{12}")
FIELDS: Final = frozenset({
    "event_id", "at", "kind", "platform", *IDENTIFIERS, "village", "own_handset", "activity", "ok",
})  # fmt: skip


class NotEvents(Refused):
    """The delivery is no list of events."""

    code: ClassVar[str] = "events.not_events"


class TooManyEvents(Refused):
    """More rows than one delivery may hold."""

    code: ClassVar[str] = "events.too_many"


@dataclass(frozen=True, slots=True)
class Sender:
    """What one source may send: its kinds of events, and how far its clock may be ahead."""

    kinds: frozenset[str]
    clock_minutes: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a delivery: its place from 1, its number where it has one, the event or what is wrong."""

    place: int
    event_id: str
    event: Event | None
    problems: tuple[Problem, ...]


def rows_of(body: bytes) -> list[Any]:
    """The rows of a delivery `{"events": […]}`. Raises NotEvents, TooManyEvents."""
    if len(body) > MOST_BYTES:
        raise TooManyEvents(most=MOST_ROWS)
    try:
        parsed = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotEvents from None
    if not isinstance(parsed, dict) or set(parsed) != {"events"}:
        raise NotEvents
    rows = parsed["events"]
    if not isinstance(rows, list) or not rows:
        raise NotEvents
    if len(rows) > MOST_ROWS:
        raise TooManyEvents(most=MOST_ROWS)
    return rows


def read_rows(rows: Collection[Any], sender: Sender, now: int) -> Iterator[Row]:
    """Each row as an event or with everything that is wrong with it; `now` is microseconds."""
    for place, row in enumerate(rows, 1):
        yield _read(place, row, sender, now)


def _read(place: int, row: Any, sender: Sender, now: int) -> Row:
    if not isinstance(row, Mapping):
        return Row(place, "", None, (Problem("event.no_object", ""),))
    problems = [*_problems(row, sender)]
    at = instant(row.get("at"))
    if at is None:
        problems.append(Problem("event.at", "at"))
    elif at > now + sender.clock_minutes * 60 * SECOND:
        problems.append(Problem("event.clock_ahead", "at", {"minutes": sender.clock_minutes}))
    elif at < now - OLDEST_DAYS * 86_400 * SECOND:
        problems.append(Problem("event.too_old", "at", {"days": OLDEST_DAYS}))
    event_id = row.get("event_id")
    shown = event_id if isinstance(event_id, str) and ID.fullmatch(event_id) else ""
    if problems or at is None:
        return Row(place, shown, None, tuple(problems))
    told: dict[str, Any] = {
        name: row.get(name) for name in FIELDS if name not in {"event_id", "at", "kind"}
    }
    return Row(place, shown, Event(shown, at, str(row["kind"]), **told), ())


def _problems(row: Mapping[str, Any], sender: Sender) -> Iterator[Problem]:
    for name in sorted(set(row) - FIELDS):
        yield Problem("event.unknown_field", str(name)[:40])
    if not _fits(row.get("event_id"), ID):
        yield Problem("event.id", "event_id")
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in sender.kinds:
        yield Problem("event.kind", "kind", {"known": ", ".join(sorted(sender.kinds))})
    for name, form, code in (
        ("platform", PLATFORM, "event.platform"), ("village", VILLAGE, "event.village"),
        ("activity", ID, "event.activity"),
    ):  # fmt: skip
        if row.get(name) is not None and not _fits(row[name], form):
            yield Problem(code, name)
    for name in ("own_handset", "ok"):
        if row.get(name) is not None and not isinstance(row[name], bool):
            yield Problem("event.flag", name)
    yield from _identifier_problems(row)


def _identifier_problems(row: Mapping[str, Any]) -> Iterator[Problem]:
    for name in IDENTIFIERS:
        value = row.get(name)
        if value is None or _fits(value, MARK):
            continue
        if name == "phone":
            if not _fits(value, PHONE):
                yield Problem("event.phone", name)
        elif (
            not isinstance(value, str)
            or not 0 < len(value) <= LONGEST_MARKED
            or not value.isprintable()
        ):
            yield Problem("event.identifier", name, {"most": LONGEST_MARKED})


def instant(text: object) -> int | None:
    """Microseconds of an instant with its zone, as in 2026-11-20T09:30:00+08:00; else None."""
    if not isinstance(text, str) or len(text) > LONGEST_ID:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if read.tzinfo is None:
        return None
    try:
        return microseconds(read)
    except OverflowError:
        return None


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970, exactly."""
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def _fits(value: object, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _no_constant(name: str) -> object:
    raise ValueError(name)
