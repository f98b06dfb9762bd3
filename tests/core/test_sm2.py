"""SM2, SM3 and SM4 against the examples of their standards."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from xinnong.core import sm2
from xinnong.core.cose import SM2, PublicKey, opened, packed, protected_header, sealed, to_be_signed
from xinnong.core.sm2 import N, digest_of, holds, opened_point, sm3, times

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sm.json").read_text())
CASE = {name: bytes.fromhex(value) for name, value in VECTORS["sm2"].items()}
KEY = bytes([2 + CASE["y"][-1] % 2]) + CASE["x"]
SIGNATURE = CASE["r"] + CASE["s"]


def signed(message: bytes, private: int, nonce: int) -> bytes:
    """A signature as the standard makes it; for tests alone."""
    key, shown = times(private, sm2.G), times(nonce, sm2.G)
    assert key is not None
    assert shown is not None
    r = (digest_of(key, message) + shown[0]) % N
    s = pow(1 + private, -1, N) * (nonce - r * private) % N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_the_example_of_the_standard() -> None:
    point = opened_point(KEY)
    assert point is not None
    assert point[1].to_bytes(32, "big") == CASE["y"]
    assert digest_of(point, CASE["message"]).to_bytes(32, "big") == CASE["e"]
    private, nonce = (int.from_bytes(CASE[name], "big") for name in ("private", "nonce"))
    assert times(private, sm2.G) == point
    assert signed(CASE["message"], private, nonce) == SIGNATURE
    assert holds(KEY, SIGNATURE, CASE["message"])


@pytest.mark.parametrize("change", [
    (KEY, SIGNATURE, b"another message"), (KEY, SIGNATURE[::-1], CASE["message"]), (KEY, SIGNATURE[:-1], CASE["message"]),
    (KEY, bytes(64), CASE["message"]), (KEY, b"\xff" * 64, CASE["message"]), (b"\x04" + KEY[1:], SIGNATURE, CASE["message"]),
    (bytes([KEY[0] ^ 1]) + KEY[1:], SIGNATURE, CASE["message"]), (b"\x02" + b"\xff" * 32, SIGNATURE, CASE["message"]),
    (b"", SIGNATURE, CASE["message"]), (KEY, (1).to_bytes(32, "big") + (N - 1).to_bytes(32, "big"), CASE["message"]),
])  # fmt: skip
def test_another_message_signature_or_key_is_refused(change: tuple[bytes, bytes, bytes]) -> None:
    assert not holds(*change)


def test_another_signer_is_refused() -> None:
    assert not holds(KEY, SIGNATURE, CASE["message"], b"8765432187654321")


def test_a_message_of_ours_is_signed_by_it() -> None:
    key = PublicKey(b"s2", SM2, KEY)
    to_sign = to_be_signed(protected_header(key), packed({1: 2}))
    private = int.from_bytes(CASE["private"], "big")
    message = sealed(key, packed({1: 2}), signed(to_sign, private, 12_345))
    found = opened(message, {b"s2": key})
    assert found is not None
    assert found.payload == packed({1: 2})
    assert opened(message[:-1] + bytes([message[-1] ^ 1]), {b"s2": key}) is None
    began = time.perf_counter()
    assert opened(message, {b"s2": key}) is not None
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("case", VECTORS["sm3"])
def test_digests(case: dict[str, str]) -> None:
    assert sm3(case["message"].encode()).hex() == case["digest"]


def test_a_block_of_sm4() -> None:
    case = {name: bytes.fromhex(value) for name, value in VECTORS["sm4"].items()}
    cipher = Cipher(algorithms.SM4(case["key"]), modes.ECB())  # noqa: S305 - one block of the standard
    assert cipher.encryptor().update(case["plain"]) == case["cipher"]
    assert cipher.decryptor().update(case["cipher"]) == case["plain"]
