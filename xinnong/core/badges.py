"""Badges of field teams: what a cadre's phone can check by itself, in the letters of a small QR code.

A badge is `XN1:` and Base45 of a COSE_Sign1 message. A live badge, `XN1L:`, carries the badge, a step of
thirty seconds and a signature by the holder's key, which a photograph cannot make anew. A badge is
never an address: no camera opens anything with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, cast

from xinnong.core import base45
from xinnong.core.cose import (
    ED25519,
    ES256,
    P256_BYTES,
    POINT_BYTES,
    SIGNATURE_BYTES,
    SM2,
    PublicKey,
    is_named_for,
    is_signed_by,
    packed,
    signature_holds,
    taken_apart,
    unpacked,
)

PREFIX: Final = "XN1:"
LIVE_PREFIX: Final = "XN1L:"
MOST_LETTERS: Final = 1_200
HOUR_SECONDS: Final = 3_600
LONGEST_HOURS: Final = 24
STEP_SECONDS: Final = 30
PHOTO_BYTES: Final = 8
STEP_BYTES: Final = 4

LABELS: Final = {
    "issuer": 1, "number": 2, "channel": 3, "team": 4, "name": 5, "villages": 6, "activity": 7,
    "not_before": 8, "expires": 9, "status": 10, "photo": 11, "holder": 12,
}  # fmt: skip
"""Each claim has a small whole number; a printed badge has `photo`, a live one `holder`."""

OPTIONAL: Final = frozenset({LABELS["photo"], LABELS["holder"]})

Reason = Literal[
    "not_a_badge", "unknown_key", "signature", "not_yet", "over", "not_live", "stale_proof", "proof"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Badge:
    """Who may work where and when. Hours are whole hours since 1970 in UTC; half-open.

    `villages` are 12-digit codes; `status` the place in the status list; `photo` the first eight
    bytes of the photo's SHA-256, on a printed badge; `holder` a key, on a live one, whose photo the
    county's bundle has: Ed25519 in 32 bytes, or a point of ES256 in 33, which every phone's browser has.
    """

    issuer: str
    number: int
    channel: int
    team: int
    name: str
    villages: tuple[str, ...]
    activity: int
    not_before: int
    expires: int
    status: int
    photo: bytes | None = None
    holder: bytes | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check showed: the badge where its signature held, and what is wrong with it, if anything.

    `unproven` where the signature is one that a phone without network cannot check: what the badge
    says may then count against it, never for it.
    """

    badge: Badge | None
    wrong: Reason | None
    key_id: bytes | None = None
    unproven: bool = False


def claims(badge: Badge) -> bytes:
    """The payload to sign, short: numbers for codes, villages without their county, hours as a length.

    Raises ValueError where it would be valid for more than a day or name a village of another county.
    """
    hours = badge.expires - badge.not_before
    if not 0 < hours <= LONGEST_HOURS:
        raise ValueError("hours")
    if not all(each.startswith(badge.issuer) for each in badge.villages):
        raise ValueError("villages")
    short: dict[str, object] = {
        "issuer": int(badge.issuer),
        "villages": [int(each.removeprefix(badge.issuer)) for each in badge.villages],
        "expires": hours,
    }
    whole = {name: short.get(name, getattr(badge, name)) for name in LABELS}
    return packed({LABELS[name]: value for name, value in whole.items() if value is not None})


def written(message: bytes) -> str:
    """A signed badge as the text of a QR code."""
    return PREFIX + base45.encode(message)


def possession(message: bytes, second: int) -> bytes:
    """What the holder signs to show that the badge is theirs, right now."""
    step = second // STEP_SECONDS
    return b"XN1L" + hashlib.sha256(message).digest() + step.to_bytes(8, "big")


def holder_key(point: bytes) -> PublicKey:
    """A holder's key as it is verified with; its length tells its algorithm."""
    return PublicKey(b"", ED25519 if len(point) == POINT_BYTES else ES256, point)


def written_live(message: bytes, second: int, signature: bytes) -> str:
    """A signed badge with its proof as the text of a QR code: badge, step in four bytes, signature."""
    step = (second // STEP_SECONDS).to_bytes(STEP_BYTES, "big")
    return LIVE_PREFIX + base45.encode(message + step + signature)


def check_badge(
    text: str, keys: Mapping[bytes, PublicKey], *, second: int, offline: bool = False
) -> Checked:
    """Check a badge at an instant (seconds since 1970) against the issuers' keys.

    Whether it was revoked, and whether its activity is approved, stands in the county's bundle.
    """
    if len(text) > MOST_LETTERS:
        return Checked(None, "not_a_badge")
    if text.startswith(LIVE_PREFIX):
        return _check_live(text, keys, second, offline=offline)
    message = base45.decode(text.removeprefix(PREFIX)) if text.startswith(PREFIX) else None
    if message is None:
        return Checked(None, "not_a_badge")
    read = _read(message, keys, offline=offline)
    return replace(read, wrong=read.wrong or _in_time(read.badge, second))


def _check_live(
    text: str, keys: Mapping[bytes, PublicKey], second: int, *, offline: bool
) -> Checked:
    parts = _live_parts(text)
    if parts is None:
        return Checked(None, "not_a_badge")
    message, step, signature = parts
    read = _read(message, keys, offline=offline)
    if read.badge is None:
        return read
    return replace(read, wrong=_proof(read.badge, message, step, signature, second))


def _proof(badge: Badge, message: bytes, step: int, signature: bytes, second: int) -> Reason | None:
    if badge.holder is None:
        return "not_live"
    if abs(second // STEP_SECONDS - step) > 1:
        return "stale_proof"
    alive = signature_holds(
        holder_key(badge.holder), possession(message, step * STEP_SECONDS), signature
    )
    return _in_time(badge, second) if alive else "proof"


def _live_parts(text: str) -> tuple[bytes, int, bytes] | None:
    data = base45.decode(text.removeprefix(LIVE_PREFIX))
    if data is None or len(data) <= STEP_BYTES + SIGNATURE_BYTES:
        return None
    message, proof = data[: -STEP_BYTES - SIGNATURE_BYTES], data[-STEP_BYTES - SIGNATURE_BYTES :]
    return message, int.from_bytes(proof[:STEP_BYTES], "big"), proof[STEP_BYTES:]


def _read(message: bytes, keys: Mapping[bytes, PublicKey], *, offline: bool) -> Checked:
    parts = taken_apart(message)
    if parts is None:
        return Checked(None, "not_a_badge")
    key = keys.get(parts.key_id)
    if key is None:
        return Checked(None, "unknown_key", parts.key_id)
    unproven = offline and key.algorithm == SM2 and is_named_for(parts, key)
    if not unproven and not is_signed_by(parts, key):
        return Checked(None, "signature", parts.key_id)
    badge = _badge(unpacked(parts.payload))
    return Checked(badge, None if badge else "not_a_badge", parts.key_id, unproven)


def _in_time(badge: Badge | None, second: int) -> Reason | None:
    if badge is None:
        return None
    hour = second // HOUR_SECONDS
    if hour < badge.not_before:
        return "not_yet"
    return "over" if hour >= badge.expires else None


def _badge(told: object) -> Badge | None:
    """The badge in a payload; None where a claim is missing, unknown or of another kind."""
    names = {label: name for name, label in LABELS.items()}
    if not isinstance(told, dict) or told.keys() | OPTIONAL != names.keys():
        return None
    found = {names[label]: value for label, value in told.items()}
    if not all(is_kind(found[name]) for name, is_kind in KINDS.items() if name in found):
        return None
    issuer = f"{found['issuer']:06}"
    return Badge(**(found | {
        "issuer": issuer,
        "villages": tuple(f"{issuer}{village:06}" for village in found["villages"]),
        "expires": found["not_before"] + found["expires"],
    }))  # fmt: skip


def _is_bytes(*counts: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, bytes) and len(value) in counts


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_whole(value: object) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_whole, value))


def _is_day(value: object) -> bool:
    return _is_whole(value) and 0 < cast("int", value) <= LONGEST_HOURS


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


KINDS: Final[Mapping[str, Callable[[object], bool]]] = {
    "issuer": _is_whole, "number": _is_whole, "channel": _is_whole, "team": _is_whole,
    "name": _is_text, "villages": _are_whole, "activity": _is_whole, "not_before": _is_whole,
    "expires": _is_day, "status": _is_whole, "photo": _is_bytes(PHOTO_BYTES),
    "holder": _is_bytes(POINT_BYTES, P256_BYTES),
}  # fmt: skip
