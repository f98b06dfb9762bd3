"""Token Status List: the state of many credentials in a few bits each, compressed.

Lowest bits first. A place outside of the list is nobody's, which a reader must take as not valid.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xinnong.core.cose import PublicKey
from xinnong.core.sd_jwt import SKEW_SECONDS, bytes_of, letters, token_of

BITS: Final = frozenset({1, 2, 4, 8})
BYTE_BITS: Final = 8
MOST_BYTES: Final = 1024 * 1024
TYPE: Final = "statuslist+jwt"
VALID: Final = 0
INVALID: Final = 1
SUSPENDED: Final = 2


@dataclass(frozen=True, slots=True)
class StatusList:
    """States of `bits` bits each, packed into bytes."""

    bits: int
    states: bytes

    def state(self, place: int) -> int | None:
        """The state at a place, or None outside of the list."""
        each = BYTE_BITS // self.bits
        if not 0 <= place < len(self.states) * each:
            return None
        return self.states[place // each] >> place % each * self.bits & (1 << self.bits) - 1

    def claim(self) -> dict[str, Any]:
        """The list as a JWT carries it."""
        return {"bits": self.bits, "lst": letters(zlib.compress(self.states, 9))}


def status_list(bits: int, states: dict[int, int], size: int) -> StatusList:
    """A list of `size` places with these states, all others valid. Raises ValueError outside of it."""
    if bits not in BITS or not 0 < size * bits <= MOST_BYTES * BYTE_BITS:
        raise ValueError("bits")
    each = BYTE_BITS // bits
    whole = bytearray(-(-size // each))
    for place, state in states.items():
        if not (0 <= place < size and 0 <= state < 1 << bits):
            raise ValueError("state")
        whole[place // each] |= state << place % each * bits
    return StatusList(bits, bytes(whole))


def read_token(
    text: str, keys: Mapping[str, PublicKey], *, uri: str, second: int
) -> StatusList | None:
    """The list in a signed token, for the address that a credential names; None if it is no good now."""
    told = token_of(text, keys, TYPE)
    if told is None or told.get("sub") != uri:
        return None
    issued, expires = told.get("iat"), told.get("exp", second + 1)
    if not isinstance(issued, int) or not isinstance(expires, int):
        return None
    return (
        read_claim(told.get("status_list"))
        if issued <= second + SKEW_SECONDS and second < expires
        else None
    )


def place_of(claims: Mapping[str, Any]) -> tuple[str, int] | None:
    """Address and place of a credential's state, if it names one."""
    status = claims.get("status")
    told = status.get("status_list") if isinstance(status, dict) else None
    if not isinstance(told, dict) or not isinstance(told.get("uri"), str):
        return None
    place = told.get("idx")
    return None if isinstance(place, bool) or not isinstance(place, int) else (told["uri"], place)


def read_claim(told: object) -> StatusList | None:
    """The list in a JWT's `status_list` claim; None where it is none or larger than it may be."""
    if not isinstance(told, dict) or not isinstance(told.get("lst"), str):
        return None
    bits = told.get("bits")
    if isinstance(bits, bool) or bits not in BITS:
        return None
    states = inflated(bytes_of(told["lst"]))
    return None if states is None else StatusList(bits, states)


def inflated(data: bytes | None, most: int = MOST_BYTES) -> bytes | None:
    """Bytes unpacked, never to more than their limit; None where something follows or lacks."""
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(data or b"", most)
    except zlib.error:
        return None
    whole = unpacking.eof and not unpacking.unused_data and not unpacking.unconsumed_tail
    return found if whole else None
