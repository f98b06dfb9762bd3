"""Packs for a neighbouring county's police (协查): what they say, and what a stranger's file must be.

The signed part says whose case it is, how the gang works and until when to watch. What identifies a
handset, a number or a vehicle of the gang is sealed for the one county that the pack is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from xinnong.core.documents import (
    canonical_bytes,
    inside,
    is_integer,
    is_object,
    is_text,
    is_texts,
    read_document,
    shape_problems,
)
from xinnong.core.errors import Problem

SCHEMA: Final = 1
MOST_BYTES: Final = 64 * 1024
MOST_ENTRIES: Final = 30
"""As many as an officer may open in a day."""

MOST_DAYS: Final = 90
LONGEST_SAID: Final = 500
LONGEST_VALUE: Final = 200
MOST_RULES: Final = 50
CLOCK: Final = timedelta(minutes=5)
COUNTY: Final = re.compile(r"[0-9]{6}")
HEX: Final = re.compile(r"[0-9a-f]+")
SIGNATURE_DIGITS: Final = 128
KINDS: Final[Mapping[str, re.Pattern[str]]] = {
    "device": re.compile(r"(?!m:[0-9a-f]{32}$)[^\x00-\x20\x7f]{1,200}"),
    "phone": re.compile(r"1[0-9]{10}"),
    "vehicle": re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}"),
}
"""What may be sealed in a pack, and how it is written."""

OUTER: Final = {"pack": is_object, "signature": is_text}
SHAPE: Final = {
    "schema": is_integer, "pack": is_text, "from": is_text, "to": is_text, "case": is_text,
    "made_at": is_text, "until": is_text, "rules": is_texts, "said": is_text, "sealed": is_text,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One identifier of a gang: what kind, and its value."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Pack:
    """The signed part of a pack."""

    ref: UUID
    sender: str
    receiver: str
    case: UUID
    made_at: datetime
    until: datetime
    rules: tuple[str, ...]
    said: str
    sealed: bytes

    @property
    def bound(self) -> bytes:
        """What the sealed part belongs to; sealed for another pack it does not open."""
        return bound_to(self.ref, self.sender, self.receiver)


def bound_to(ref: UUID, sender: str, receiver: str) -> bytes:
    """What a sealed part belongs to."""
    return f"xinnong-pack {ref} {sender} {receiver}".encode()


def pack_document(pack: Pack) -> dict[str, Any]:
    """The signed part as it stands in the file."""
    return {
        "schema": SCHEMA, "pack": str(pack.ref), "from": pack.sender, "to": pack.receiver,
        "case": str(pack.case), "made_at": pack.made_at.isoformat(),
        "until": pack.until.isoformat(), "rules": list(pack.rules), "said": pack.said,
        "sealed": pack.sealed.hex(),
    }  # fmt: skip


def to_be_signed(document: Mapping[str, Any]) -> bytes:
    """What the sender's key signs."""
    return b"xinnong-pack\n" + canonical_bytes(document)


def pack_file(document: Mapping[str, Any], signature: bytes) -> bytes:
    """The file."""
    return canonical_bytes({"pack": dict(document), "signature": signature.hex()})


def read_pack(
    data: bytes,
) -> tuple[Pack | None, Mapping[str, Any], bytes, list[Problem]]:
    """The pack, its document and its signature, or everything wrong with the file.

    Looks at the length before it parses; a repeated or unknown field is a problem with its name.
    Nothing is believed yet: the signature is the caller's to check.
    """
    nothing: Mapping[str, Any] = {}
    if len(data) > MOST_BYTES:
        return None, nothing, b"", [Problem("pack.too_large", "", {"most_kb": MOST_BYTES // 1024})]
    outer, problems = read_document(data, sha256=None)
    if outer is None or problems:
        return None, nothing, b"", problems
    problems = list(shape_problems(outer, OUTER, ""))
    if not problems:
        problems = list(shape_problems(outer["pack"], SHAPE, "pack"))
    if problems:
        return None, nothing, b"", problems
    document: Any = outer["pack"]
    signature = str(outer["signature"])
    problems = list(_value_problems(document, signature))
    if problems:
        return None, nothing, b"", problems
    return _pack(document), document, bytes.fromhex(signature), []


def _value_problems(document: Mapping[str, Any], signature: str) -> Iterator[Problem]:
    """What stands in a field of the right type and is none of what it must be."""
    rules, sealed = document["rules"], document["sealed"]
    held: dict[str, tuple[str, bool]] = {
        "pack.schema": (str(SCHEMA), document["schema"] == SCHEMA),
        "pack.said": (f"{LONGEST_SAID} letters", len(document["said"]) <= LONGEST_SAID),
        "pack.rules": (
            f"{MOST_RULES} rules",
            len(rules) <= MOST_RULES and all(len(each) <= LONGEST_VALUE for each in rules),
        ),
        "pack.sealed": ("hexadecimal", bool(HEX.fullmatch(sealed)) and len(sealed) % 2 == 0),
        "signature": (
            "signature", bool(HEX.fullmatch(signature)) and len(signature) == SIGNATURE_DIGITS
        ),
    }  # fmt: skip
    for name, kind, check in (
        ("pack", "uuid", _uuid), ("case", "uuid", _uuid), ("from", "county", COUNTY.fullmatch),
        ("to", "county", COUNTY.fullmatch), ("made_at", "instant", _instant),
        ("until", "instant", _instant),
    ):  # fmt: skip
        held[inside("pack", name)] = (kind, check(document[name]) is not None)
    for place, (expected, holds) in sorted(held.items()):
        if not holds:
            yield Problem("field.type", place, {"expected": expected})


def _pack(document: Mapping[str, Any]) -> Pack:
    made_at, until = _instant(document["made_at"]), _instant(document["until"])
    ref, case = _uuid(document["pack"]), _uuid(document["case"])
    assert made_at is not None
    assert until is not None
    assert ref is not None
    assert case is not None
    return Pack(
        ref, document["from"], document["to"], case, made_at, until, tuple(document["rules"]),
        document["said"], bytes.fromhex(document["sealed"]),
    )  # fmt: skip


def time_problems(pack: Pack, now: datetime) -> list[Problem]:
    """A pack is from the past, its time is not over, and it does not watch for longer than is lawful."""
    found = []
    if pack.made_at > now + CLOCK:
        found.append(Problem("pack.ahead", "pack.made_at"))
    if pack.until <= now:
        found.append(Problem("pack.over", "pack.until"))
    if pack.until - pack.made_at > timedelta(days=MOST_DAYS, minutes=1):
        found.append(Problem("pack.days", "pack.until", {"most": MOST_DAYS}))
    return found


def entries_bytes(entries: Sequence[Entry]) -> bytes:
    """The sealed part before it is sealed."""
    return canonical_bytes({
        kind: sorted(each.value for each in entries if each.kind == kind) for kind in KINDS
    })  # fmt: skip


def read_entries(data: bytes) -> tuple[list[Entry], list[Problem]]:
    """What was sealed, or everything wrong with it; one that stands twice is a problem with its place."""
    found, problems = read_document(data, sha256=None)
    if found is None or problems:
        return [], problems
    problems = list(shape_problems(found, dict.fromkeys(KINDS, is_texts), "sealed"))
    if problems:
        return [], problems
    told: Any = found
    entries = [Entry(kind, value) for kind in KINDS for value in told[kind]]
    return entries, list(entry_problems(entries))


def entry_problems(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Nothing, too much, twice, or written wrongly; values are never repeated."""
    if not entries:
        yield Problem("pack.empty", "sealed")
    if len(entries) > MOST_ENTRIES:
        yield Problem("pack.too_many", "sealed", {"most": MOST_ENTRIES})
    seen: set[Entry] = set()
    for place, each in enumerate(entries, 1):
        if not KINDS[each.kind].fullmatch(each.value):
            yield Problem("pack.value", inside(f"sealed.{each.kind}", place))
        if each in seen:
            yield Problem("pack.twice", inside(f"sealed.{each.kind}", place))
        seen.add(each)


def _uuid(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
