"""Keyed hashes, the same in Python and in DuckDB: HMAC-SHA256 (RFC 2104), cut to what is stored.

A purpose key is derived from the installation's key, so that a hash made for one purpose tells
nothing about another. Keys stand in the text of statements that never leave the process.
"""

from __future__ import annotations

import hmac
from typing import Final
from uuid import UUID

BLOCK_BYTES: Final = 64
INNER: Final = 0x36
OUTER: Final = 0x5C
BIGINT_BYTES: Final = 8
BIGINT_MASK: Final = (1 << 63) - 1


def purpose_key(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose only."""
    return hmac.digest(key, purpose.encode(), "sha256")


def hash63(key: bytes, text: str) -> int:
    """The first 63 bits of the keyed hash, as a database bigint from zero."""
    digest = hmac.digest(key, text.encode(), "sha256")
    return int.from_bytes(digest[:BIGINT_BYTES], "big") & BIGINT_MASK


def hash_uuid(key: bytes, text: str) -> UUID:
    """The first 128 bits of the keyed hash."""
    return UUID(bytes=hmac.digest(key, text.encode(), "sha256")[:16])


def digest_sql(key: bytes, expression: str) -> str:
    """DuckDB expression: the keyed hash of a text as 64 hexadecimal digits, NULL of NULL."""
    inner, outer = (_pad(key, byte).hex() for byte in (INNER, OUTER))
    return f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode({expression}))))"


def hash63_sql(key: bytes, expression: str) -> str:
    """DuckDB expression equal to `hash63`."""
    digest = digest_sql(key, expression)
    return f"CAST(CAST('0x' || left({digest}, 16) AS UBIGINT) & {BIGINT_MASK} AS BIGINT)"


def hash_uuid_sql(key: bytes, expression: str) -> str:
    """DuckDB expression equal to `hash_uuid`."""
    return f"CAST(unhex(left({digest_sql(key, expression)}, 32)) AS UUID)"


def _pad(key: bytes, byte: int) -> bytes:
    assert len(key) <= BLOCK_BYTES, "a longer key would have to be hashed first"
    return bytes(part ^ byte for part in key.ljust(BLOCK_BYTES, b"\0"))
