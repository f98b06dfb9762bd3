"""Signing keys: made and used by a keeper, never seen by anything else.

The keeper that comes with the program holds PEM files for its owner alone; one for a security module has the
same two functions and hands out the same public keys.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.utils.module_loading import import_string

from xinnong.core.cose import (
    ED25519,
    ES256,
    PublicKey,
    protected_header,
    raw_es256,
    sealed,
    to_be_signed,
)

if TYPE_CHECKING:
    from pathlib import Path

KEY_ID_BYTES: Final = 2
FOLDER: Final = "badge-keys"
ALGORITHMS: Final = {"ed25519": ED25519, "es256": ES256}

Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class Keeper(Protocol):
    """Who holds private keys."""

    def make(self, algorithm: int) -> PublicKey:
        """Make a key and tell its public part under a new id."""

    def sign(self, key: PublicKey, message: bytes) -> bytes:
        """Sign with a key that was made here: sixty-four bytes. Raises KeyLost."""


class KeyLost(Exception):
    """The private part of a key is not with its keeper."""


def keeper() -> Keeper:
    """The keeper of this installation."""
    made: Keeper = import_string(settings.XINNONG_BADGE_KEEPER)()
    return made


def signed(key: PublicKey, payload: bytes) -> bytes:
    """A whole COSE_Sign1 message over a payload."""
    message = to_be_signed(protected_header(key), payload)
    return sealed(key, payload, keeper().sign(key, message))


class FileKeeper:
    """Keys as files in the installation's data folder."""

    def make(self, algorithm: int) -> PublicKey:
        """Make a key under an id that no file has."""
        private: Private = (
            ed25519.Ed25519PrivateKey.generate()
            if algorithm == ED25519
            else ec.generate_private_key(ec.SECP256R1())
        )
        text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        while True:
            key_id = os.urandom(KEY_ID_BYTES)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            try:
                descriptor = os.open(_place(key_id), flags, 0o600)
            except FileExistsError:
                continue
            with os.fdopen(descriptor, "wb") as file:
                file.write(text)
            return PublicKey(key_id, algorithm, _point(private))

    def sign(self, key: PublicKey, message: bytes) -> bytes:
        """Sign with the file of a key."""
        try:
            private = load_pem_private_key(_place(key.key_id).read_bytes(), None)
        except OSError:
            raise KeyLost(key.key_id.hex()) from None
        if isinstance(private, ed25519.Ed25519PrivateKey):
            return private.sign(message)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        return raw_es256(*decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256()))))


def _place(key_id: bytes) -> Path:
    folder: Path = settings.XINNONG_DATA / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{key_id.hex()}.pem"


def _point(private: Private) -> bytes:
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.public_key().public_bytes_raw()
    public = private.public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
