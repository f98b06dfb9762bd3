"""The installation's keys on their way in a backup: named by reference, sealed if they travel at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from xinnong.config import environment

SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
REFERENCE_DIGITS: Final = 16
PURPOSE: Final = b"xinnong keys of a backup"
TRAVEL: Final = (
    "XINNONG_PERSON_KEY",
    "XINNONG_VAULT_KEY",
    "XINNONG_SEARCH_KEY",
    "XINNONG_LOG_KEY",
)
"""Without these the data is dead, or the log goes on under another key; the key that signs sessions may
be new anywhere."""


def references() -> Mapping[str, str]:
    """What tells two keys apart and gives neither away."""
    return {
        name: hashlib.sha256(PURPOSE + environment.secret(name)).hexdigest()[:REFERENCE_DIGITS]
        for name in TRAVEL
    }


def sealed(passphrase: bytes) -> bytes:
    """The keys under a key derived from a passphrase: salt, nonce, AES-GCM."""
    told = json.dumps({name: environment.secret(name).hex() for name in TRAVEL}).encode()
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    return salt + nonce + AESGCM(_derived(passphrase, salt)).encrypt(nonce, told, PURPOSE)


def bring(parcel: bytes, passphrase: bytes) -> bool:
    """Put the sealed keys where an installation keeps its own; False where they do not open.

    A key that the environment gives stays the one in force.
    """
    salt, rest = parcel[:SALT_BYTES], parcel[SALT_BYTES:]
    nonce, hidden = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    try:
        told = json.loads(AESGCM(_derived(passphrase, salt)).decrypt(nonce, hidden, PURPOSE))
    except InvalidTag:
        return False
    folder = environment.private_folder(environment.data_folder() / "keys")
    for name in filter(told.__contains__, TRAVEL):  # a backup of before knows fewer
        draft = folder / f"{name.lower()}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(told[name], encoding="ascii")
        draft.replace(folder / name.lower())
    return True


def _derived(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase)
