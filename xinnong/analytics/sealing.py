"""Sealed files and keyed hashes: what keeps personal values unreadable at rest.

A sealed file is AES-256-GCM in chunks of one mebibyte under a key drawn for that file alone, in
the STREAM construction: each nonce counts its chunk and marks the last one, so that chunks cannot
be reordered, dropped or cut off unnoticed. The header (key id, salt) is authenticated with every
chunk.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from xinnong.analytics.keyed import hash_uuid, hash_uuid_sql

MAGIC: Final = b"XNSEAL1\n"
SALT_BYTES: Final = 16
TAG_BYTES: Final = 16
CHUNK_BYTES: Final = 1 << 20
KEY_BYTES: Final = 32
KEY_ID_BYTES: Final = 255


class SealBroken(Exception):
    """The sealed file was changed, cut, or sealed under another key."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The secrets of one installation: one to hash with, one to seal with, and its name.

    `hash_key` and `seal_key` are 32 random bytes each; `key_id` is written into sealed files.
    """

    hash_key: bytes
    seal_key: bytes
    key_id: str

    def __post_init__(self) -> None:
        assert len(self.hash_key) == KEY_BYTES
        assert len(self.seal_key) == KEY_BYTES
        assert 0 < len(self.key_id.encode()) <= KEY_ID_BYTES

    def keyed_hash(self, text: str) -> UUID:
        """Return the first 128 bits of HMAC-SHA256 over `text`: the person key of a clean id."""
        return hash_uuid(self.hash_key, text)

    def keyed_hash_sql(self, text: str) -> str:
        """Return a DuckDB expression of type UUID equal to `keyed_hash` of a VARCHAR expression."""
        return hash_uuid_sql(self.hash_key, text)

    def salt_text(self) -> str:
        """Return a secret text to mix into content hashes, so that they confirm no guess."""
        return hmac.digest(self.hash_key, b"content hash", "sha256").hex()


def new_keys(key_id: str) -> Keys:
    """Draw fresh secrets."""
    return Keys(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES), key_id)


def seal_file(source: Path, target: Path, *, keys: Keys, context: str) -> str:
    """Seal `source` into `target`, fsynced; return the sha256 of the clear content.

    `context` (such as `vault/person/17`) must be given again to open; the file is mode 0600.
    """
    with source.open("rb") as clear:
        return seal_chunks(iter(lambda: clear.read(CHUNK_BYTES), b""), target, keys, context)


def seal_chunks(clear: Iterable[bytes], target: Path, keys: Keys, context: str) -> str:
    """Seal a stream of bytes into `target`; return the sha256 of the clear content."""
    digest = hashlib.sha256()
    salt = secrets.token_bytes(SALT_BYTES)
    header = _header(keys.key_id, salt)
    cipher = AESGCM(_file_key(keys.seal_key, salt, context))
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as sealed:
        sealed.write(header)
        for number, (piece, last) in enumerate(_whole_chunks(clear)):
            digest.update(piece)
            sealed.write(cipher.encrypt(_nonce(number, last=last), piece, header))
        sealed.flush()
        os.fsync(sealed.fileno())
    return digest.hexdigest()


def open_sealed(source: Path, *, keys: Keys, context: str) -> Iterator[bytes]:
    """Yield the clear content in chunks.

    Raises SealBroken where a chunk was changed, is missing, or the key or context is another.
    """
    with source.open("rb") as sealed:
        key_id, salt = _read_header(sealed)
        if key_id != keys.key_id:
            raise SealBroken("sealed under another key")
        header = _header(key_id, salt)
        cipher = AESGCM(_file_key(keys.seal_key, salt, context))
        pieces = iter(lambda: sealed.read(CHUNK_BYTES + TAG_BYTES), b"")
        for number, (piece, last) in enumerate(_marked(pieces)):
            try:
                yield cipher.decrypt(_nonce(number, last=last), piece, header)
            except InvalidTag as broken:
                raise SealBroken("chunk does not open") from broken


def unseal_file(source: Path, target: Path, *, keys: Keys, context: str) -> None:
    """Write the clear content to `target` (mode 0600); nothing stays behind when the seal fails."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as clear:
            clear.writelines(open_sealed(source, keys=keys, context=context))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _header(key_id: str, salt: bytes) -> bytes:
    name = key_id.encode()
    return MAGIC + bytes([len(name)]) + name + salt


def _read_header(sealed: IO[bytes]) -> tuple[str, bytes]:
    if sealed.read(len(MAGIC)) != MAGIC:
        raise SealBroken("not a sealed file")
    length = sealed.read(1)
    name = sealed.read(length[0]) if length else b""
    salt = sealed.read(SALT_BYTES)
    if len(salt) != SALT_BYTES:
        raise SealBroken("header cut off")
    return name.decode("utf-8", "replace"), salt


def _file_key(seal_key: bytes, salt: bytes, context: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt, context.encode()).derive(seal_key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _whole_chunks(clear: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut a stream into full chunks; an empty stream is one empty last chunk."""
    return _marked(_full(clear))


def _full(clear: Iterable[bytes]) -> Iterator[bytes]:
    rest = bytearray()
    for piece in clear:
        rest += piece
        while len(rest) >= CHUNK_BYTES:
            yield bytes(rest[:CHUNK_BYTES])
            del rest[:CHUNK_BYTES]
    if rest:
        yield bytes(rest)


def _marked(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    held: bytes | None = None
    for piece in pieces:
        if held is not None:
            yield held, False
        held = piece
    yield held if held is not None else b"", True
