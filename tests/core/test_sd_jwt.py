"""Credentials that show only what is asked: the RFC's examples, our own, and every rule by which one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from tests.county_badges import ED, EDWARDS, ES, HOLDER, STRANGER, by_es256
from xinnong.core.cose import ED25519, ES256, PublicKey
from xinnong.core.sd_jwt import (
    Asked,
    bound,
    bytes_of,
    disclosure,
    issued,
    letters,
    presented,
    shown,
    signed,
    sum_of,
)
from xinnong.core.status_list import StatusList, place_of, read_claim, read_token, status_list

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sd_jwt.json").read_text())
NOW = 1_800_000_000
ISSUED = {"iss": "https://county.example", "vct": "xinnong:badge", "iat": NOW - 60, "exp": NOW + 3_600,
          "name": "测试甲", "team": 2, "villages": ["339981101201"]}  # fmt: skip
HIDDEN = {"name": b"n" * 16, "villages": b"v" * 16}
KEYS = {"6431": ED}
ASKED = Asked("https://clinic.example", "n-1")
HOLDS = PublicKey(b"", ED25519, HOLDER.public_key().public_bytes_raw())
EXAMPLE = frozenset({"example+sd-jwt"})


def rfc_keys() -> dict[str, PublicKey]:
    x, y = (bytes_of(VECTORS["issuer"][name]) for name in ("x", "y"))
    assert x is not None
    assert y is not None
    key = PublicKey(b"", ES256, bytes([2 + y[-1] % 2]) + x)
    return {"https://issuer.example.com": key, "": key}


def credential() -> str:
    return issued(ISSUED, HIDDEN, key=ED, holder=HOLDS, sign=EDWARDS.sign)


def proven(names: frozenset[str] = frozenset({"name"}), asked: Asked = ASKED, second: int = NOW,
           by: ed25519.Ed25519PrivateKey = HOLDER) -> str:  # fmt: skip
    return bound(presented(credential(), names), asked, second=second, holder=HOLDS, sign=by.sign)


def wrong(text: str, asked: Asked | None = None, second: int = NOW, **more: Any) -> str | None:
    return shown(text, KEYS, second=second, asked=asked, **more).wrong


def test_the_structured_example_of_the_rfc() -> None:
    found = shown(VECTORS["structured"], rfc_keys(), second=NOW, asked=None, types=EXAMPLE)
    assert found.claims == {
        "iss": "https://issuer.example.com", "iat": 1683000000, "exp": 1883000000,
        "address": {"region": "港区", "country": "JP"},
    }  # fmt: skip
    assert shown(VECTORS["structured"], rfc_keys(), second=NOW, asked=None).wrong == "type"
    assert (
        shown(VECTORS["structured"], {}, second=NOW, asked=None, types=EXAMPLE).wrong
        == "unknown_key"
    )


def test_the_bound_example_of_the_rfc() -> None:
    def said(second: int, audience: str, nonce: str) -> str | None:
        asked = Asked(audience, nonce)
        return shown(VECTORS["bound"], rfc_keys(), second=second, asked=asked, types=EXAMPLE).wrong

    at, audience, nonce = VECTORS["bound_at"], VECTORS["audience"], VECTORS["nonce"]
    found = shown(
        VECTORS["bound"], rfc_keys(), second=at, asked=Asked(audience, nonce), types=EXAMPLE
    )
    assert found.claims is not None
    assert found.claims["credentialSubject"]["vaccine"]["atcCode"] == "J07BX03"
    assert found.claims["credentialSubject"]["order"] == "3/3"
    assert said(at + 301, audience, nonce) == "binding"
    assert said(at, "https://other.example", nonce) == "binding"
    assert said(at, audience, "1234567891") == "binding"


def test_the_holder_shows_what_is_asked_and_no_more() -> None:
    found = shown(proven(), KEYS, second=NOW, asked=ASKED)
    assert found.claims is not None
    assert (found.claims["name"], found.claims["team"], "villages" in found.claims) == (
        "测试甲",
        2,
        False,
    )
    none = shown(proven(frozenset()), KEYS, second=NOW, asked=ASKED)
    assert none.claims is not None
    assert "name" not in none.claims
    assert "测试" not in json.dumps(none.claims, ensure_ascii=False)


def test_an_issuer_by_es256_is_read_too() -> None:
    text = issued(ISSUED, HIDDEN, key=ES, holder=HOLDS, sign=by_es256)
    assert shown(text, {"6531": ES}, second=NOW, asked=None).wrong is None
    assert shown(text, {"6531": ED}, second=NOW, asked=None).wrong == "algorithm"


def test_a_proof_is_for_one_question_and_one_holder() -> None:
    text = proven()
    assert wrong(text) == "binding_unwanted"
    assert wrong(presented(credential(), frozenset()), ASKED) == "binding_missing"
    assert wrong(text, Asked("https://other.example", "n-1")) == "binding"
    assert wrong(text, Asked(ASKED.audience, "n-2")) == "binding"
    assert wrong(text, ASKED, NOW + 301) == "binding"
    assert wrong(proven(by=STRANGER), ASKED) == "signature"
    token, first, proof = text.split("~")
    more = credential().split("~")
    assert (
        wrong("~".join([token, *more[1:3], proof]), ASKED) == "binding"
    )  # another is shown beside
    assert wrong(f"{token}~{proof}", ASKED) == "binding"  # one was taken away
    assert wrong(f"{text}x", ASKED) in {"signature", "malformed"}
    assert first in more


def test_when_it_holds() -> None:
    assert wrong(credential(), second=NOW + 3_600) == "over"
    assert wrong(credential(), second=NOW - 200) == "not_yet"
    assert wrong(credential(), second=NOW + 3_599) is None


def test_who_signed() -> None:
    text = credential()
    token, *rest = text.split("~")
    head, payload, signature = token.split(".")
    none = letters(json.dumps({"alg": "none", "typ": "dc+sd-jwt", "kid": "6431"}).encode())
    assert wrong("~".join([f"{none}.{payload}.", *rest])) == "algorithm"
    crit = letters(
        json.dumps({"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": "6431", "crit": ["b64"]}).encode()
    )
    assert wrong("~".join([f"{crit}.{payload}.{signature}", *rest])) == "malformed"
    forged = issued(ISSUED, HIDDEN, key=ED, holder=HOLDS, sign=STRANGER.sign)
    assert wrong(forged) == "signature"
    assert wrong("~".join([f"{head}.{payload}.{signature}=", *rest])) == "signature"
    assert wrong(text, types=frozenset({"vc+sd-jwt"})) == "type"


def made(payload: dict[str, Any], *found: str) -> str:
    """A credential with any payload, truly signed."""
    header = {"alg": "EdDSA", "typ": "dc+sd-jwt", "kid": "6431"}
    return "~".join([signed(header, payload, EDWARDS.sign), *found, ""])


NAME = disclosure(b"s" * 16, "name", "a")
ITEM = disclosure(b"s" * 16, None, "a")
PARENT = disclosure(b"t" * 16, "home", {"_sd": [sum_of(NAME)]})


def test_what_is_disclosed_stands_where_its_sum_was() -> None:
    def claims(text: str) -> dict[str, Any] | None:
        return shown(text, KEYS, second=NOW, asked=None).claims

    assert claims(made({"_sd": [sum_of(NAME)]}, NAME)) == {"name": "a"}
    assert claims(made({"l": [1, {"...": sum_of(ITEM)}]}, ITEM)) == {"l": [1, "a"]}
    assert claims(made({"l": [1, {"...": "decoy"}], "_sd": ["decoy2"]})) == {"l": [1]}
    assert claims(made({"_sd": [sum_of(PARENT)]}, PARENT, NAME)) == {"home": {"name": "a"}}
    assert claims(made({"_sd": [sum_of(PARENT)]}, PARENT)) == {"home": {}}
    assert claims(made({"_sd": [sum_of(PARENT)]}, NAME)) is None  # its parent is not shown


@pytest.mark.parametrize("text", [
    made({"_sd": []}, NAME),  # a disclosure without a place
    made({"_sd": [sum_of(NAME)]}, NAME, NAME),
    made({"_sd": [sum_of(NAME), sum_of(NAME)]}, NAME),
    made({"_sd": [sum_of(NAME)], "a": {"_sd": [sum_of(NAME)]}}, NAME),
    made({"_sd": [sum_of(NAME)], "name": "b"}, NAME),  # the claim is there already
    made({"_sd": "x"}), made({"_sd": [1]}), made({"_sd": [None]}),
    made({"a": {"...": "x"}}), made({"l": [{"...": "x", "b": 1}]}), made({"l": [{"...": 5}]}), made({"a": {"_sd_alg": "sha-256"}}),
    made({"_sd": [sum_of(ITEM)]}, ITEM),  # two parts where three belong
    made({"l": [{"...": sum_of(NAME)}]}, NAME),  # and three where two belong
    *(made({"_sd": [sum_of(each)]}, each) for each in (
        disclosure(b"s" * 16, "_sd", ["x"]), disclosure(b"s" * 16, "...", "x"), disclosure(b"s" * 16, "exp", NOW + 9),
        disclosure(b"s" * 16, "cnf", {}), disclosure(b"s" * 16, "status", {}), letters(b"no json"), letters(b'["a","b","c","d"]'),
        letters(b'[1,"b","c"]'), letters(b'["a",1,"c"]'), letters(b'["a","b",{"c":1,"c":2}]'), letters(b'["a","b",NaN]'),
    )),
])  # fmt: skip
def test_a_disclosure_out_of_place_is_refused(text: str) -> None:
    assert wrong(text) == "disclosure"


def test_sums_by_another_way_are_refused() -> None:
    assert wrong(made({"_sd_alg": "md5"})) == "algorithm"
    assert wrong(made({"_sd_alg": 5})) == "algorithm"
    assert wrong(made({"exp": "soon"})) == "malformed"
    assert wrong(made({"exp": True})) == "malformed"


@pytest.mark.parametrize("change", [
    lambda text: "", lambda text: text.replace("~", ""), lambda text: text.replace(".", "~", 1), lambda text: text + "~", lambda text: "~" * 300,
    lambda text: "é" + text, lambda text: text * 1_000, lambda text: "a.b.c~", lambda text: "..~", lambda text: text.replace("~", "~~", 1),
    lambda text: letters(b"[" * 40_000) + ".e30.x~",
])  # fmt: skip
def test_what_is_no_presentation_is_refused(change: Callable[[str], str]) -> None:
    assert wrong(change(credential())) in {"malformed", "disclosure"}


@given(st.text(alphabet="abcXYZ019-_.~={}", max_size=200))
def test_random_letters_are_refused(text: str) -> None:
    assert wrong(text) is not None


def test_what_says_whether_it_holds_is_never_hidden() -> None:
    for name in ("exp", "iss", "vct"):
        with pytest.raises(ValueError, match="hidden"):
            issued(ISSUED, {name: b"s" * 16}, key=ED, holder=HOLDS, sign=EDWARDS.sign)
    with pytest.raises(ValueError, match="salt"):
        issued(ISSUED, {"name": b"short"}, key=ED, holder=HOLDS, sign=EDWARDS.sign)


# ---------------------------------------------------------------- status lists

LONG = (0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345)
EXPECTED: dict[str, dict[int, int]] = {
    "status_list_encoding_json": dict.fromkeys((0, 3, 4, 5, 7, 8, 9, 13, 15), 1),
    "status_list_encoding2_json": {0: 1, 1: 2, 3: 3, 5: 1, 7: 1, 8: 1, 9: 2, 10: 3, 11: 3},
    "status_list_encoding1_long_json": dict.fromkeys(LONG, 1),
    "status_list_encoding2_long_json": dict(zip(LONG, (1, 2, 1, 3, 1, 1, 2, 1, 1, 2, 3), strict=True)),
    "status_list_encoding4_json": {
        0: 1, 1993: 2, 35460: 3, 459495: 4, 595669: 5, 754353: 6, 845645: 7, 923232: 8, 924445: 9,
        934534: 10, 1004534: 11, 1000345: 12, 1030203: 13, 1030204: 14, 1030205: 15,
    },
}  # fmt: skip
"""The states that the annex of the Token Status List names; all others are 0."""


@pytest.mark.parametrize("case", VECTORS["status_lists"], ids=lambda case: case["name"])
def test_published_status_lists(case: dict[str, Any]) -> None:
    found = read_claim({"bits": case["bits"], "lst": case["lst"]})
    assert found is not None
    each = 8 // found.bits
    set_bytes = [at for at, byte in enumerate(found.states) if byte]
    places = [at * each + part for at in set_bytes for part in range(each)]
    states = {at: state for at in places if (state := found.state(at))}
    if case["bits"] == 8:  # each state from 1 to 255 once
        assert sorted(states.values()) == list(range(1, 256))
    else:
        assert states == EXPECTED[case["name"]]
    size = len(found.states) * each
    again = status_list(found.bits, states, size)
    assert read_claim(again.claim()) == again == found
    assert found.state(size) is None


def test_a_signed_status_list_is_for_one_address_and_its_time() -> None:
    uri, claim = "https://county.example/status/1", status_list(1, {7: 1}, 100).claim()
    told = {"sub": uri, "iat": NOW, "exp": NOW + 60, "status_list": claim}

    def read(
        second: int = NOW, kind: str = "statuslist+jwt", uri: str = uri, **change: Any
    ) -> StatusList | None:
        header = {"alg": "EdDSA", "typ": kind, "kid": "6431"}
        return read_token(signed(header, told | change, EDWARDS.sign), KEYS, uri=uri, second=second)

    found = read()
    assert found is not None
    assert (found.state(7), found.state(8)) == (1, 0)
    refused = [
        read(NOW + 60), read(NOW - 61), read(kind="JWT"), read(uri="https://other.example"), read(exp="never"),
        read(iat=None), read(status_list={}), read_token("a.b.c", KEYS, uri=uri, second=NOW),
        read_token(VECTORS["status_list_jwt"], KEYS, uri=uri, second=NOW),
    ]  # fmt: skip
    assert refused == [None] * 9
    assert place_of({"status": {"status_list": {"idx": 7, "uri": uri}}}) == (uri, 7)
    for odd in (
        {},
        {"status": 1},
        {"status": {"status_list": {"idx": "7", "uri": uri}}},
        {"status": {"status_list": {"idx": True, "uri": uri}}},
    ):
        assert place_of(odd) is None


def test_a_status_list_that_is_none_is_refused() -> None:
    good = status_list(1, {3: 1}, 16).claim()
    for change in ({"bits": 3}, {"bits": True}, {"bits": "1"}, {"lst": 5}, {"lst": "a"}, {"lst": good["lst"][:-2]}, {"lst": ""},
                   {"lst": letters(StatusList(1, bytes(2_000_000)).claim()["lst"].encode())}, {"lst": StatusList(1, bytes(1_100_000)).claim()["lst"]}):  # fmt: skip
        assert read_claim(good | change) is None
    assert read_claim(None) is None
    assert status_list(1, {3: 1}, 16).state(-1) is None
    for bits, states, size in [(3, {}, 8), (1, {8: 1}, 8), (1, {0: 2}, 8), (1, {}, 0)]:
        with pytest.raises(ValueError, match=r"bits|state"):
            status_list(bits, states, size)
