"""Signed messages against the examples of the standard's working group, and against what is not one."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.cose import (
    ED25519,
    ES256,
    PublicKey,
    opened,
    packed,
    signature_holds,
    to_be_signed,
    unpacked,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "cose.json").read_text())
CASES = [*VECTORS["sign1-tests"], *VECTORS["eddsa-examples"]]
UNSIGNED_ALGORITHM = {"sign-pass-01.json"}
"""Its algorithm is not signed along; we ask for that, so it is refused on purpose."""


def key(case: dict[str, Any]) -> PublicKey:
    told = case["input"]["sign0"]["key"]
    if told["crv"] == "Ed25519":
        return PublicKey(told["kid"].encode(), ED25519, bytes.fromhex(told["x_hex"]))
    x, y = (urlsafe_b64decode(told[name] + "==") for name in ("x", "y"))
    return PublicKey(told["kid"].encode(), ES256, bytes([2 + y[-1] % 2]) + x)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_published_messages(case: dict[str, Any]) -> None:
    external = bytes.fromhex(case["input"]["sign0"].get("external", ""))
    data = bytes.fromhex(case["output"]["cbor"])
    signed = opened(data, {key(case).key_id: key(case)}, external)
    refused = case.get("fail", False) or case["name"] in UNSIGNED_ALGORITHM
    assert (signed is None) is refused
    if signed is not None:
        assert signed.payload == case["input"]["plaintext"].encode()
        told = case["intermediates"]["ToBeSign_hex"]
        protected = unpacked(data)
        parts = protected.value if hasattr(protected, "value") else protected
        assert to_be_signed(parts[0], parts[2], external) == bytes.fromhex(told)


def test_the_signature_of_a_published_token_holds_but_names_no_key() -> None:
    case = VECTORS["CWT"][0]
    data, told = bytes.fromhex(case["output"]["cbor"]), case["input"]["sign0"]["key"]
    x, y = (bytes.fromhex(told[name]) for name in ("x_hex", "y_hex"))
    ours = PublicKey(b"11", ES256, bytes([2 + y[-1] % 2]) + x)
    protected, _unprotected, payload, signature = unpacked(data).value
    assert to_be_signed(protected, payload) == bytes.fromhex(case["intermediates"]["ToBeSign_hex"])
    assert signature_holds(ours, to_be_signed(protected, payload), signature)
    assert not signature_holds(ours, to_be_signed(protected, payload + b"x"), signature)
    assert opened(data, {b"11": ours}) is None  # we ask for a key's name


def test_the_wrong_external_words_or_key_are_refused() -> None:
    case = next(each for each in CASES if each["name"] == "sign-pass-02.json")
    data = bytes.fromhex(case["output"]["cbor"])
    assert opened(data, {b"11": key(case)}) is None
    assert opened(data, {}) is None
    assert opened(data, {b"12": key(case)}) is None


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x84", b"\xf6", bytes.fromhex("d28443a10126a0"), b"\x9f" * 2_000, b"\x81" * 5_000,
        packed([b"", {}, b"", b""]), packed({1: 2}), packed([1, 2, 3, 4]), b"\x5b" + b"\xff" * 8,
        packed("a") + b"\x00", bytes.fromhex("1800"), b"\xc2\x5b" + b"\x7f" * 8,
        packed([b"x" * 70_000, {}, b"", b""]),
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(data: bytes) -> None:
    assert opened(data, {b"11": PublicKey(b"11", ED25519, bytes(32))}) is None


@given(st.binary(max_size=120))
def test_random_bytes_are_refused(data: bytes) -> None:
    assert opened(data, {b"11": PublicKey(b"11", ED25519, bytes(32))}) is None
