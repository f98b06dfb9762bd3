"""The county's signed bundle: what a telephone needs to check badges without a network, and how old it is.

One COSE_Sign1 message over deterministic CBOR: the activities of the coming days, the badges issued for
them, a list of bits for those that no longer count, and the keys of the badges. A verdict is green only when
signature, hours, list and age all hold; what the bundle does not know is amber, never green.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from xinnong.core.badges import Badge, check_badge
from xinnong.core.cose import PublicKey, opened, packed, unpacked

VERSION: Final = 1
MOST_BYTES: Final = 1024 * 1024
FRESH_SECONDS: Final = 24 * 3600
CLOCK_SECONDS: Final = 600
BITS: Final = 8

Colour = Literal["green", "amber", "red"]


@dataclass(frozen=True, slots=True)
class Visit:
    """An approved activity: where, and between which seconds since 1970 (half-open)."""

    number: int
    villages: tuple[str, ...]
    begins: int
    ends: int
    team: str
    channel: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A badge that was issued: its number, for which activity, for whom, the photo's first bytes."""

    number: int
    activity: int
    name: str
    photo: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the county says as of a second. `revoked` are numbers of badges that no longer count."""

    as_of: int
    issuer: str
    visits: tuple[Visit, ...]
    badges: tuple[Listed, ...]
    revoked: frozenset[int]
    keys: tuple[PublicKey, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check against a bundle came to; `age` of the data in seconds, negative where a clock is wrong."""

    colour: Colour
    reason: str
    age: int
    badge: Badge | None = None
    visit: Visit | None = None


def status_list(numbers: Sequence[int], revoked: frozenset[int]) -> tuple[int, int, bytes]:
    """First number, how many, and a bit for each of them, deflated; a set bit no longer counts."""
    if not numbers:
        return 0, 0, zlib.compress(b"", 9)
    first, count = min(numbers), max(numbers) - min(numbers) + 1
    bits = bytearray(-(-count // BITS))
    for number in revoked:
        if first <= number < first + count:
            bits[(number - first) // BITS] |= 1 << (number - first) % BITS
    return first, count, zlib.compress(bytes(bits), 9)


def numbers_set(first: int, count: int, deflated: bytes) -> frozenset[int]:
    """The numbers whose bit is set. Raises ValueError where the list is none."""
    unpacker = zlib.decompressobj()
    try:
        bits = unpacker.decompress(deflated, MOST_BYTES)
    except zlib.error as wrong:
        raise ValueError("status") from wrong
    if not unpacker.eof or len(bits) != -(-count // BITS):
        raise ValueError("status")
    return frozenset(
        first + place for place in range(count) if bits[place // BITS] >> place % BITS & 1
    )


def payload_of(bundle: Bundle) -> bytes:
    """The bytes to sign."""
    numbers = [each.number for each in bundle.badges]
    return packed({
        1: VERSION, 2: bundle.as_of, 3: bundle.issuer,
        4: [[v.number, list(v.villages), v.begins, v.ends, v.team, v.channel, v.purpose]
            for v in bundle.visits],
        5: [[b.number, b.activity, b.name, b.photo] for b in bundle.badges],
        6: list(status_list(numbers, bundle.revoked)),
        7: [[key.key_id, key.algorithm, key.point] for key in bundle.keys],
    })  # fmt: skip


def read_bundle(data: bytes, keys: Mapping[bytes, PublicKey]) -> Bundle | None:
    """The bundle that one of the known keys signed; None for everything else, however it is made."""
    signed = opened(data, keys, most=MOST_BYTES)
    told = unpacked(signed.payload, MOST_BYTES) if signed else None
    if not isinstance(told, dict) or told.get(1) != VERSION:
        return None
    try:
        return _bundle(told)
    except (KeyError, TypeError, ValueError):
        return None


def _bundle(told: Mapping[int, Any]) -> Bundle:
    return Bundle(
        as_of=int(told[2]),
        issuer=str(told[3]),
        visits=tuple(Visit(each[0], tuple(each[1]), *each[2:]) for each in told[4]),
        badges=tuple(Listed(*each) for each in told[5]),
        revoked=numbers_set(*told[6]),
        keys=tuple(PublicKey(*each) for each in told[7]),
    )


@dataclass(slots=True)
class Seen:
    """What was found out so far, for the last answer."""

    age: int
    badge: Badge | None = None
    visit: Visit | None = None
    doubts: list[str] = field(default_factory=list)

    def red(self, reason: str) -> Verdict:
        """Do not go on."""
        return Verdict("red", reason, self.age, self.badge, self.visit)

    def last(self) -> Verdict:
        """Amber with the first doubt; green without any."""
        if self.doubts:
            return Verdict("amber", self.doubts[0], self.age, self.badge, self.visit)
        return Verdict("green", "now", self.age, self.badge, self.visit)


def check_with(bundle: Bundle, text: str, *, second: int, village: str = "") -> Verdict:
    """Check a badge against a bundle at an instant, and in a village where one is named."""
    checked = check_badge(text, {key.key_id: key for key in bundle.keys}, second=second)
    seen = Seen(age=second - bundle.as_of, badge=checked.badge)
    if checked.wrong is not None or checked.badge is None:
        return seen.red(checked.wrong or "not_a_badge")
    badge = checked.badge
    if badge.number in bundle.revoked:
        return seen.red("revoked")
    if village and village not in badge.villages:
        return seen.red("elsewhere")
    seen.visit = next((each for each in bundle.visits if each.number == badge.activity), None)
    listed = next((each for each in bundle.badges if each.number == badge.number), None)
    if listed is not None and (listed.activity, listed.name) != (badge.activity, badge.name):
        return seen.red("another")
    if seen.visit is None or listed is None:
        seen.doubts.append("not_listed")
    elif second >= seen.visit.ends:
        return seen.red("over")
    elif second < seen.visit.begins:
        seen.doubts.append("later")
    if seen.age > FRESH_SECONDS:
        seen.doubts.append("stale")
    elif seen.age < -CLOCK_SECONDS:
        seen.doubts.append("clock")
    return seen.last()
