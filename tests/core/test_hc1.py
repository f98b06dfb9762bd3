"""Health certificates of the EU's form, made by others' packages: ours reads what is good and nothing else.

Where they come from stands in tests/vectors/make_hc1.py; the letters, the inflating, the envelope and the
signature are those that badges and bundles use.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cbor2
import pytest

from xinnong.core import base45
from xinnong.core.cose import ED25519, ES256, PublicKey, opened
from xinnong.core.status_list import inflated

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "hc1.json").read_text("utf-8"))
MOST_BYTES = 64 * 1024
ALGORITHMS = {"es256": ES256, "eddsa": ED25519}
KEYS = {
    bytes.fromhex(each["kid"]): PublicKey(
        bytes.fromhex(each["kid"]), ALGORITHMS[name], bytes.fromhex(each["point"])
    )
    for name, keys in VECTORS["keys"].items()
    for each in keys
}


def read(text: str) -> tuple[str, bytes | None]:
    """How far a certificate's text was read, and its claims where its signature held."""
    packed = base45.decode(text.removeprefix("HC1:"))
    if packed is None:
        return "base45", None
    message = inflated(packed, MOST_BYTES)
    if message is None:
        return "zlib", None
    signed = opened(message, KEYS)
    return ("read", signed.payload) if signed else ("signature", None)


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["name"])
def test_what_others_signed_is_read_and_says_the_same(case: dict[str, Any]) -> None:
    how_far, payload = read(case["text"])
    assert how_far == "read"
    assert payload is not None
    assert cbor2.loads(payload) == cbor2.loads(bytes.fromhex(case["claims_cbor"]))
    assert cbor2.loads(payload)[1] == "XX"


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["name"])
def test_what_is_not_exactly_right_is_refused_where_it_is_wrong(case: dict[str, Any]) -> None:
    assert read(case["text"]) == (case["stops_at"], None)


def test_every_letter_of_a_good_one_matters() -> None:
    text = VECTORS["good"][0]["text"]
    for place in range(4, len(text), 11):
        other = "0" if text[place] != "0" else "1"
        assert read(text[:place] + other + text[place + 1 :])[1] is None


def test_there_are_enough_of_both() -> None:
    assert (len(VECTORS["good"]), len(VECTORS["bad"])) == (6, 8)
