"""Keys of badges in files and arguments: a signer from a PEM file, a public key from its hex."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

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

from xinnong.core.cose import (
    ED25519,
    ES256,
    P256_BYTES,
    POINT_BYTES,
    SM2,
    PublicKey,
    raw_es256,
)

KEY_ID_BYTES: Final = 2
MOST_BYTES: Final = 8 * 1024 * 1024
ALGORITHMS: Final = {"ed25519": ED25519, "es256": ES256, "sm2": SM2}
NAMED: Final = "sm2:"
"""Before the hex of a key of SM2, which is as long as one of ES256."""


class Unfit(Exception):
    """What was given cannot be worked with; the words name it."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs: the algorithm and point others verify with, and how. A file or hardware."""

    algorithm: int
    point: bytes
    sign: Callable[[bytes], bytes]

    def named(self, key_id: bytes) -> PublicKey:
        """The public key under its id."""
        return PublicKey(key_id, self.algorithm, self.point)


def make_key(path: Path, algorithm: str) -> Signer:
    """A new key in a file for its owner's eyes only."""
    if path.exists():
        raise Unfit(f"{path} exists; a key is never overwritten")
    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    if algorithm == "es256":
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    return _signer(key)


def signer(path: Path) -> Signer:
    """The signer whose key is in a file."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as fault:
        raise Unfit(f"{path}: {fault.strerror}") from None
    except (ValueError, TypeError):
        raise Unfit(f"{path} is no private key without a password") from None
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return _signer(key)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return _signer(key)
    raise Unfit(f"{path} is no key of Ed25519 or ES256; `xinnong badge keygen` makes one")


def _signer(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> Signer:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return Signer(ED25519, key.public_key().public_bytes_raw(), key.sign)
    private = key
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    def sign(data: bytes) -> bytes:
        return raw_es256(*decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256()))))

    return Signer(ES256, point, sign)


def key_id(text: str) -> bytes:
    """The type of an argument that is a key id in hex."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != KEY_ID_BYTES:
        raise argparse.ArgumentTypeError(f"{text!r} is no key id of four hexadecimal digits")
    return found


def public(text: str) -> PublicKey:
    """The type of an argument that is a public key with its id: KEYID:HEX or KEYID:sm2:HEX."""
    name, _, said = text.partition(":")
    try:
        point = bytes.fromhex(said.removeprefix(NAMED))
    except ValueError:
        point = b""
    lengths = {POINT_BYTES: ED25519, P256_BYTES: SM2 if said.startswith(NAMED) else ES256}
    if len(point) not in lengths or (said.startswith(NAMED) and len(point) != P256_BYTES):
        raise argparse.ArgumentTypeError(f"{text!r} is no KEYID:HEX")
    return PublicKey(key_id(name), lengths[len(point)], point)


def read_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MOST_BYTES + 1))
    except OSError as fault:
        raise Unfit(f"{path}: {fault.strerror}") from None
    except (ValueError, RecursionError):
        raise Unfit(f"{path} is no JSON of claims") from None
    if not isinstance(told, dict):
        raise Unfit(f"{path} holds no object of claims")
    return told
