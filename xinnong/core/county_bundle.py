"""The county's signed bundle: what a cadre's phone needs to check a badge without network.

The activities of the next days, who is in which team, what was revoked, and the keys that sign badges;
with the second it was made (`as_of`) and a number that only grows. Bundles are read strictly: sizes are
limited before anything is unpacked, and what is not exactly as written here is no bundle.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from xinnong.core.badges import PHOTO_BYTES
from xinnong.core.cose import (
    ED25519,
    ES256,
    P256_BYTES,
    POINT_BYTES,
    SM2,
    PublicKey,
    opened,
    packed,
    protected_header,
    sealed,
    to_be_signed,
    unpacked,
)
from xinnong.core.status_list import INVALID, VALID, StatusList, inflated, status_list

PURPOSE: Final = b"xinnong county bundle 1"
"""Signed along, so that no other message by the same key passes for a bundle."""

MOST_BYTES: Final = 512 * 1024
MOST_STATUS_BYTES: Final = 128 * 1024
MOST_ROWS: Final = {
    "keys": 64,
    "teams": 2_000,
    "roster": 10_000,
    "activities": 5_000,
    "villages": 3_000,
}
MOST_TEXT: Final = 80
MOST_WHOLE: Final = 2**53 - 1
"""What a browser counts exactly."""
MOST_FRESH_HOURS: Final = 48
DAYS: Final = 7
DAY_SECONDS: Final = 86_400

LABELS: Final = {
    "issuer": 1, "sequence": 2, "as_of": 3, "fresh_hours": 4, "keys": 5, "teams": 6, "roster": 7,
    "activities": 8, "status": 9, "villages": 10, "call": 11,
}  # fmt: skip

Unfit = Literal["too_large", "not_signed", "malformed", "older", "other_county"]


@dataclass(frozen=True, slots=True)
class BadgeKey:
    """A key that signs badges, and the seconds between which it does (half-open)."""

    key: PublicKey
    valid_from: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class Team:
    """A team by its number and name, and the channel that sends it."""

    number: int
    channel: int
    name: str


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of a team: badge number, and the first bytes of their photo's SHA-256.

    No name: whoever has the bundle could else list everybody. The signed badge says the name.
    """

    number: int
    team: int
    photo: bytes


@dataclass(frozen=True, slots=True)
class Activity:
    """An approved activity: seconds half-open, villages by 12 digits, agents by badge number."""

    number: int
    team: int
    starts: int
    ends: int
    villages: tuple[str, ...]
    agents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What the county said at `as_of`. `status` has one bit for each badge ever issued: 1 is revoked."""

    issuer: str
    sequence: int
    as_of: int
    fresh_hours: int
    keys: tuple[BadgeKey, ...]
    teams: tuple[Team, ...]
    roster: tuple[Agent, ...]
    activities: tuple[Activity, ...]
    status: bytes
    villages: tuple[tuple[str, str], ...]
    call: str

    @property
    def good_until(self) -> int:
        """From this second on it says nothing about who works where."""
        return self.as_of + DAYS * DAY_SECONDS


def bits(places: frozenset[int], size: int) -> bytes:
    """A status list with these places set."""
    return status_list(1, dict.fromkeys(places, INVALID), size).states


def is_revoked(status: bytes, place: int) -> bool:
    """Whether a badge's place is set; a place outside of the list is as good as revoked."""
    return StatusList(1, status).state(place) != VALID


# ---------------------------------------------------------------- write


def payload_of(bundle: Bundle) -> bytes:
    """The bytes to sign. Raises ValueError where a reader would refuse them, naming the part."""
    told = {LABELS[name]: _short(bundle, name) for name in LABELS}
    wrong = _wrong_part(told)
    if wrong:
        raise ValueError(wrong)
    return packed(told)


def bytes_to_sign(key: PublicKey, payload: bytes) -> bytes:
    """What the county's bundle key signs."""
    return to_be_signed(protected_header(key), payload, PURPOSE)


def written_bundle(key: PublicKey, payload: bytes, signature: bytes) -> bytes:
    """The file. Raises ValueError where it is larger than a reader takes."""
    data = sealed(key, payload, signature)
    if len(data) > MOST_BYTES:
        raise ValueError("too_large")
    return data


def _short(bundle: Bundle, name: str) -> object:
    """A part as it is written: villages without their county, the status list compressed."""
    if name == "status":
        return zlib.compress(bundle.status, 9)
    if name == "issuer":
        return int(bundle.issuer)
    inside = len(bundle.issuer)
    rows: dict[str, Callable[[], list[Any]]] = {
        "keys": lambda: [
            [each.key.key_id, each.key.algorithm, each.key.point, each.valid_from, each.valid_until]
            for each in bundle.keys
        ],
        "teams": lambda: [[each.number, each.channel, each.name] for each in bundle.teams],
        "roster": lambda: [[each.number, each.team, each.photo] for each in bundle.roster],
        "activities": lambda: [
            [
                each.number, each.team, each.starts, each.ends,
                [int(village[inside:]) for village in each.villages], list(each.agents),
            ]
            for each in bundle.activities
        ],
        "villages": lambda: [[int(code[inside:]), said] for code, said in bundle.villages],
    }  # fmt: skip
    return rows[name]() if name in rows else getattr(bundle, name)


# ---------------------------------------------------------------- read


def read_bundle(data: bytes, anchors: Mapping[bytes, PublicKey]) -> Bundle | Unfit:
    """The bundle in a file that one of the county's bundle keys signed, or why it is none."""
    if len(data) > MOST_BYTES:
        return "too_large"
    signed = opened(data, anchors, PURPOSE, most=MOST_BYTES)
    if signed is None:
        return "not_signed"
    told = unpacked(signed.payload, most=MOST_BYTES)
    if not isinstance(told, dict) or _wrong_part(told):
        return "malformed"
    status = inflated(told[LABELS["status"]], MOST_STATUS_BYTES)
    return "malformed" if status is None else _bundle(told, status)


def taken(offered: Bundle, held: Bundle | None) -> Unfit | None:
    """Why an offered bundle must not replace the one that is held; None where it may."""
    if held is None:
        return None
    if offered.issuer != held.issuer:
        return "other_county"
    if offered == held:
        return None
    return None if offered.sequence > held.sequence and offered.as_of >= held.as_of else "older"


def _bundle(told: dict[int, Any], status: bytes) -> Bundle:
    part = {name: told[label] for name, label in LABELS.items()}
    issuer = f"{part['issuer']:06}"
    return Bundle(
        issuer=issuer, sequence=part["sequence"], as_of=part["as_of"],
        fresh_hours=part["fresh_hours"], status=status, call=part["call"],
        keys=tuple(
            BadgeKey(PublicKey(name, algorithm, point), first, last)
            for name, algorithm, point, first, last in part["keys"]
        ),
        teams=tuple(Team(*row) for row in part["teams"]),
        roster=tuple(Agent(*row) for row in part["roster"]),
        activities=tuple(
            Activity(number, team, first, last, _codes(issuer, villages), tuple(agents))
            for number, team, first, last, villages, agents in part["activities"]
        ),
        villages=tuple((f"{issuer}{code:06}", name) for code, name in part["villages"]),
    )  # fmt: skip


def _codes(issuer: str, villages: list[int]) -> tuple[str, ...]:
    return tuple(f"{issuer}{village:06}" for village in villages)


# ---------------------------------------------------------------- kinds

Check = Callable[[object], bool]


def _wrong_part(told: Mapping[Any, object]) -> str | None:
    """The first part that is missing, unknown or of another kind."""
    if told.keys() != set(LABELS.values()):
        return "labels"
    return next((name for name, fits in PARTS.items() if not fits(told[LABELS[name]])), None)


def _whole(most: int = MOST_WHOLE, least: int = 0) -> Check:
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    )


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_TEXT


def _bytes(most: int, least: int = 1) -> Check:
    return lambda value: isinstance(value, bytes) and least <= len(value) <= most


def _list(each: Check, most: int) -> Check:
    return lambda value: (
        isinstance(value, list | tuple) and len(value) <= most and all(map(each, value))
    )


def _row(*columns: Check) -> Check:
    return lambda value: (
        isinstance(value, list | tuple)
        and len(value) == len(columns)
        and all(fits(cell) for fits, cell in zip(columns, value, strict=True))
    )


def _key(value: object) -> bool:
    fits = _row(_bytes(16), _known_algorithm, _bytes(P256_BYTES, POINT_BYTES), _whole(), _whole())
    if not fits(value):
        return False
    _name, algorithm, point, _first, _last = cast("list[Any]", value)
    return len(point) == (POINT_BYTES if algorithm == ED25519 else P256_BYTES)


def _known_algorithm(value: object) -> bool:
    return isinstance(value, int) and value in {ES256, ED25519, SM2}


WHOLE: Final = _whole()
VILLAGE: Final = _whole(999_999)
PARTS: Final[Mapping[str, Check]] = {
    "issuer": VILLAGE, "sequence": WHOLE, "as_of": WHOLE,
    "fresh_hours": _whole(MOST_FRESH_HOURS, 1),
    "keys": _list(_key, MOST_ROWS["keys"]),
    "teams": _list(_row(WHOLE, WHOLE, _text), MOST_ROWS["teams"]),
    "roster": _list(_row(WHOLE, WHOLE, _bytes(PHOTO_BYTES, PHOTO_BYTES)), MOST_ROWS["roster"]),
    "activities": _list(
        _row(WHOLE, WHOLE, WHOLE, WHOLE, _list(VILLAGE, 100), _list(WHOLE, 500)),
        MOST_ROWS["activities"],
    ),
    "status": _bytes(MOST_STATUS_BYTES),
    "villages": _list(_row(VILLAGE, _text), MOST_ROWS["villages"]),
    "call": _text,
}  # fmt: skip
