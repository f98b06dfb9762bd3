"""Seals a pack's identifiers for one county and opens what was sealed for this one.

X25519 with a new key for every pack, HKDF-SHA256, AES-256-GCM; the pack's number and both counties are
authenticated with it. The keys stand beside the one under which the police sign what leaves here.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from xinnong.analytics.keyed import purpose_key

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class NotSealedForUs(Exception):
    """It does not open: for another county, another pack, or changed."""


def opening_key() -> X25519PrivateKey:
    """The key that opens packs for this county's police."""
    return X25519PrivateKey.from_private_bytes(
        purpose_key(settings.XINNONG_VAULT_KEY, "guard.packs")
    )


def sealed_for(receiver: str, plain: bytes, bound: bytes) -> bytes:
    """Seal for whoever holds the key of a public one (hexadecimal). Raises ValueError for none."""
    public, own = bytes.fromhex(receiver), X25519PrivateKey.generate()
    shared = own.exchange(X25519PublicKey.from_public_bytes(public))
    point, nonce = own.public_key().public_bytes_raw(), os.urandom(NONCE_BYTES)
    return point + nonce + _cipher(shared, point + public).encrypt(nonce, plain, bound)


def can_be_sealed_for(receiver: str) -> bool:
    """Whether something can: a key of 32 bytes with which a shared secret is one."""
    try:
        sealed_for(receiver, b"", b"")
    except ValueError:
        return False
    return True


def opened(sealed: bytes, bound: bytes) -> bytes:
    """Open what was sealed for this county. Raises NotSealedForUs."""
    own = opening_key()
    point, nonce = sealed[:KEY_BYTES], sealed[KEY_BYTES : KEY_BYTES + NONCE_BYTES]
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(point))
        key = _cipher(shared, point + own.public_key().public_bytes_raw())
        return key.decrypt(nonce, sealed[KEY_BYTES + NONCE_BYTES :], bound)
    except (InvalidTag, ValueError):
        raise NotSealedForUs from None


def _cipher(shared: bytes, points: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, points, b"xinnong-pack").derive(shared))
