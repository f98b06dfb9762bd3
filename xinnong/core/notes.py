"""Signed notes and checkpoints of a log, as the public logs write them (C2SP signed-note, tlog-checkpoint).

A checkpoint is text that a person can read: whose log, how many leaves, their root, then lines of ours.
Below an empty line stand the signatures, one a line, so that witnesses sign what the log signed
without changing it (C2SP tlog-cosignature). Reading never raises: what is not exactly so is None.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from xinnong.core.cose import ED25519, SIGNATURE_BYTES, PublicKey, signature_holds
from xinnong.core.merkle import HASH_BYTES, MOST_LEAVES

LOG: Final = 1
WITNESS: Final = 4
KINDS: Final = (LOG, WITNESS)
"""How a key signs: as a log, the note itself; as a witness, the note under a line with the time."""

HINT_BYTES: Final = 4
POINT_BYTES: Final = 32
SECOND_BYTES: Final = 8
LATEST_SECOND: Final = 253_402_300_799
"""The last one of the year 9999: what no calendar holds is no time."""

MOST_BYTES: Final = 16 * 1024
MOST_SIGNATURES: Final = 32
FEWEST_LINES: Final = 3
DASH: Final = "\N{EM DASH}"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9./-]{0,62}")
"""Names of logs and witnesses that we give; those of others may be any word without a plus sign."""

_WORD: Final = re.compile(r"[^\s+]{1,255}")
_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public Ed25519 key of a log or a witness, by name."""

    name: str
    kind: int
    point: bytes

    @property
    def hint(self) -> bytes:
        """Four bytes by which a signature line says whose it is."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.point
        return hashlib.sha256(named).digest()[:HINT_BYTES]

    def text(self) -> str:
        """The key as others take it in: name+hint+key."""
        packed = base64.b64encode(bytes([self.kind]) + self.point).decode()
        return f"{self.name}+{self.hint.hex()}+{packed}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: by whom, by which key, and what it says."""

    name: str
    hint: bytes
    body: bytes

    def line(self) -> str:
        """The line as it stands in the note."""
        return f"{DASH} {self.name} {base64.b64encode(self.hint + self.body).decode()}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name, how many leaves, their root, and further lines."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    def body(self) -> str:
        """The text that is signed, with its last line end."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.more)
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures below it."""

    body: str
    signatures: tuple[Signature, ...]

    def text(self) -> str:
        """The whole note."""
        return self.body + "\n" + "".join(each.line() for each in self.signatures)


def read_key(text: str) -> NoteKey | None:
    """A key as others write it; None where it is none, or its hint is not its own."""
    parts = text.strip().split("+", 2)
    if len(parts) != FEWEST_LINES or not _WORD.fullmatch(parts[0]):
        return None
    packed = _unpacked(parts[2])
    if packed is None or len(packed) != 1 + POINT_BYTES or packed[0] not in KINDS:
        return None
    key = NoteKey(parts[0], packed[0], packed[1:])
    return key if key.hint.hex() == parts[1] else None


def read_note(text: str) -> Note | None:
    """A note in its parts; None for everything else."""
    body, gap, below = text.rpartition("\n\n")
    if len(text.encode()) > MOST_BYTES or not gap or not below.endswith("\n"):
        return None
    lines = below[:-1].split("\n")
    found = [_signature(line) for line in lines]
    if len(lines) > MOST_SIGNATURES or any(each is None for each in found):
        return None
    return Note(body + "\n", tuple(each for each in found if each is not None))


def read_checkpoint(body: str) -> Checkpoint | None:
    """The checkpoint that a note's text is; None where it is none."""
    if not body.endswith("\n") or "\r" in body:
        return None
    origin, *rest = body[:-1].split("\n")
    if not origin or len(rest) < FEWEST_LINES - 1 or not all(rest) or not _WHOLE.fullmatch(rest[0]):
        return None
    size, root = int(rest[0]), _unpacked(rest[1])
    if root is None or len(root) != HASH_BYTES or size > MOST_LEAVES:
        return None
    return Checkpoint(origin, size, root, tuple(rest[2:]))


def to_be_signed(kind: int, body: str, second: int = 0) -> bytes:
    """The bytes that a log or a witness signs; a witness says at which second."""
    if kind == LOG:
        return body.encode()
    return f"cosignature/v1\ntime {second}\n{body}".encode()


def signed_by(key: NoteKey, signature: bytes, second: int = 0) -> Signature:
    """The line for a signature over `to_be_signed`."""
    said = second.to_bytes(SECOND_BYTES, "big") if key.kind == WITNESS else b""
    return Signature(key.name, key.hint, said + signature)


def second_of(signature: Signature) -> int:
    """When a witness says it signed, in seconds since 1970."""
    return int.from_bytes(signature.body[:SECOND_BYTES], "big")


def holds(key: NoteKey, body: str, signature: Signature) -> bool:
    """Whether a line below a note is this key's."""
    if (signature.name, signature.hint) != (key.name, key.hint):
        return False
    second, raw = 0, signature.body
    if key.kind == WITNESS:
        second, raw = second_of(signature), raw[SECOND_BYTES:]
    if len(raw) != SIGNATURE_BYTES or second > LATEST_SECOND:
        return False
    message = to_be_signed(key.kind, body, second)
    return signature_holds(PublicKey(key.hint, ED25519, key.point), message, raw)


def signature_of(key: NoteKey, note: Note) -> Signature | None:
    """The first line of a note that is this key's."""
    return next((each for each in note.signatures if holds(key, note.body, each)), None)


def _signature(line: str) -> Signature | None:
    parts = line.split(" ")
    if len(parts) != FEWEST_LINES or parts[0] != DASH or not _WORD.fullmatch(parts[1]):
        return None
    packed = _unpacked(parts[2])
    if packed is None or len(packed) <= HINT_BYTES:
        return None
    return Signature(parts[1], packed[:HINT_BYTES], packed[HINT_BYTES:])


def _unpacked(text: str) -> bytes | None:
    """Base64 in its one spelling."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if base64.b64encode(found).decode() == text else None
