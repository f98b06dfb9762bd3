"""Signed messages in CBOR (COSE_Sign1, RFC 9052), written in one way only and read strictly.

Reading never raises: what is malformed, not deterministic, of another algorithm than its key, or wrongly
signed is None. Signing is done by whoever holds the key; this module says what is to be signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ALGORITHM: Final = 1
CONTENT_TYPE: Final = 3
KEY_ID: Final = 4
SIGN1_TAG: Final = 18
ES256: Final = -7
ED25519: Final = -19
"""RFC 9864; the general EdDSA (-8) is read as well, for messages of others."""

EDDSA: Final = -8
P256_BYTES: Final = 33
POINT_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
MOST_BYTES: Final = 64 * 1024
PARTS: Final = 4


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key to verify with: its id, its algorithm (ES256 or ED25519), and its bytes.

    ES256 keys are compressed points of P-256 (33 bytes), Ed25519 keys 32 bytes.
    """

    key_id: bytes
    algorithm: int
    point: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A message whose signature held: the payload, and by which key."""

    payload: bytes
    key: PublicKey


def packed(value: object) -> bytes:
    """CBOR in its deterministic form (RFC 8949 section 4.2)."""
    return cbor2.dumps(value, canonical=True)


def unpacked(data: bytes, most: int = MOST_BYTES) -> Any:
    """A CBOR value that is written in the deterministic form and followed by nothing; else None."""
    if len(data) > most:
        return None
    stream = BytesIO(data)
    try:
        value = cbor2.load(stream)
        whole = stream.tell() == len(data) and packed(value) == data
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, EOFError):
        return None
    return value if whole else None


def protected_header(key: PublicKey) -> bytes:
    """The header that is signed along: algorithm and key id."""
    return packed({ALGORITHM: key.algorithm, KEY_ID: key.key_id})


def to_be_signed(protected: bytes, payload: bytes, external: bytes = b"") -> bytes:
    """The bytes that a signature is made over (RFC 9052 section 4.4)."""
    return packed(["Signature1", protected, external, payload])


def sealed(key: PublicKey, payload: bytes, signature: bytes) -> bytes:
    """The whole message: header, nothing unprotected, payload, signature."""
    return packed([protected_header(key), {}, payload, signature])


def opened(
    data: bytes,
    keys: Mapping[bytes, PublicKey],
    external: bytes = b"",
    *,
    most: int = MOST_BYTES,
) -> Signed | None:
    """The payload of a message that one of the known keys signed; None for everything else.

    The algorithm has to be signed along; the key's id may stand in either header. Of other entries
    only a content type is borne, so that nothing that matters is passed over.
    """
    parts = _parts(unpacked(data, most))
    if parts is None:
        return None
    protected, unprotected, payload, signature = parts
    header = unpacked(protected)
    if not isinstance(header, dict) or not header.keys() <= {ALGORITHM, KEY_ID, CONTENT_TYPE}:
        return None
    key_id = header.get(KEY_ID, unprotected.get(KEY_ID))
    key = keys.get(key_id) if isinstance(key_id, bytes) else None
    if key is None or header.get(ALGORITHM) not in _spellings(key):
        return None
    good = signature_holds(key, to_be_signed(protected, payload, external), signature)
    return Signed(payload, key) if good else None


def signature_holds(key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether a raw 64-byte signature is the key's over a message."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        if key.algorithm == ED25519:
            ed25519.Ed25519PublicKey.from_public_bytes(key.point).verify(signature, message)
        elif key.algorithm == ES256:
            _verify_es256(key.point, signature, message)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True


def raw_es256(r: int, s: int) -> bytes:
    """An ECDSA signature as COSE writes it: both numbers in 32 bytes."""
    return r.to_bytes(POINT_BYTES, "big") + s.to_bytes(POINT_BYTES, "big")


def _verify_es256(point: bytes, signature: bytes, message: bytes) -> None:
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def _spellings(key: PublicKey) -> frozenset[int]:
    """How messages name the key's algorithm."""
    return frozenset({ED25519, EDDSA} if key.algorithm == ED25519 else {key.algorithm})


def _parts(message: object) -> tuple[bytes, Mapping[object, object], bytes, bytes] | None:
    if isinstance(message, cbor2.CBORTag) and message.tag == SIGN1_TAG:
        message = message.value
    if not isinstance(message, list | tuple) or len(message) != PARTS:
        return None
    protected, unprotected, payload, signature = message
    if not isinstance(unprotected, Mapping) or not unprotected.keys() <= {KEY_ID}:
        return None
    if not all(isinstance(each, bytes) for each in (protected, payload, signature)):
        return None
    return protected, unprotected, payload, signature
