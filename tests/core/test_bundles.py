"""A bundle answers green only when everything holds; what it does not know is amber."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.badges import Badge, claims, written
from xinnong.core.bundles import (
    FRESH_SECONDS,
    Bundle,
    Listed,
    Visit,
    check_with,
    numbers_set,
    payload_of,
    read_bundle,
    status_list,
)
from xinnong.core.cose import ED25519, PublicKey, packed, protected_header, sealed, to_be_signed

PRIVATE = ed25519.Ed25519PrivateKey.from_private_bytes(b"k" * 32)
KEY = PublicKey(b"\x01\x02", ED25519, PRIVATE.public_key().public_bytes_raw())
KEYS = {KEY.key_id: KEY}
HOUR = 490_000
NOW = HOUR * 3600 + 5_400
VILLAGE = "339981101201"
BADGE = Badge(
    issuer="339981", number=7, channel=1, team=2, name="顾队长", villages=(VILLAGE,), activity=3,
    not_before=HOUR, expires=HOUR + 8, status=7, photo=b"p" * 8,
)  # fmt: skip
VISIT = Visit(3, (VILLAGE,), HOUR * 3600 + 1_800, HOUR * 3600 + 7 * 3600, "一队", "银行", "bank")
BUNDLE = Bundle(
    as_of=NOW - 60, issuer="339981", visits=(VISIT,),
    badges=(Listed(7, 3, "顾队长", b"p" * 8), Listed(9, 3, "钱队员", b"")),
    revoked=frozenset(), keys=(KEY,),
)  # fmt: skip


def signed(payload: bytes, key: PublicKey = KEY) -> bytes:
    return sealed(key, payload, PRIVATE.sign(to_be_signed(protected_header(key), payload)))


def said(bundle: Bundle = BUNDLE, badge: Badge = BADGE, at: int = NOW, village: str = "") -> str:
    verdict = check_with(bundle, written(signed(claims(badge))), second=at, village=village)
    assert verdict.age == at - bundle.as_of
    return f"{verdict.colour} {verdict.reason}"


def test_a_bundle_is_read_back_as_it_was_written() -> None:
    bundle = replace(BUNDLE, revoked=frozenset({9}))
    assert read_bundle(signed(payload_of(bundle)), KEYS) == bundle
    empty = replace(BUNDLE, visits=(), badges=())
    assert read_bundle(signed(payload_of(empty)), KEYS) == empty


def test_it_is_green_only_when_everything_holds() -> None:
    assert said(village=VILLAGE) == "green now"
    assert said(at=HOUR * 3600 + 60) == "amber later"
    assert said(at=HOUR * 3600 + 7 * 3600) == "red over"
    assert said(at=(HOUR - 1) * 3600) == "red not_yet"
    assert said(village="339981101202") == "red elsewhere"
    assert said(replace(BUNDLE, revoked=frozenset({7}))) == "red revoked"
    assert said(replace(BUNDLE, badges=())) == "amber not_listed"
    assert said(replace(BUNDLE, visits=())) == "amber not_listed"
    assert said(badge=replace(BADGE, name="别人")) == "red another"
    assert said(replace(BUNDLE, keys=())) == "red signature"
    assert said(replace(BUNDLE, as_of=NOW - FRESH_SECONDS - 1)) == "amber stale"
    assert said(replace(BUNDLE, as_of=NOW + 3_600)) == "amber clock"
    stale = replace(BUNDLE, as_of=NOW - 10 * FRESH_SECONDS, revoked=frozenset({7}))
    assert said(stale) == "red revoked"


def test_what_is_no_bundle_is_none() -> None:
    good = signed(payload_of(BUNDLE))
    assert read_bundle(good[:-1], KEYS) is None
    assert read_bundle(good[:-1] + bytes([good[-1] ^ 1]), KEYS) is None
    assert read_bundle(good, {}) is None
    assert read_bundle(b"", KEYS) is None
    for told in ({}, {1: 2}, {1: 1}, [1], {1: 1, 2: "x", 3: "y", 4: [[1]], 5: [], 6: [], 7: []}):
        assert read_bundle(signed(packed(told)), KEYS) is None
    swollen = {1: 1, 2: 1, 3: "339981", 4: [], 5: [], 6: [0, 2**40, b"x"], 7: []}
    assert read_bundle(signed(packed(swollen)), KEYS) is None


@given(st.frozensets(st.integers(1, 4_000)), st.data())
def test_a_status_list_says_exactly_what_was_revoked(
    numbers: frozenset[int], data: st.DataObject
) -> None:
    revoked = frozenset(n for n in numbers if data.draw(st.booleans()))
    assert numbers_set(*status_list(sorted(numbers), revoked)) == revoked


def test_a_status_list_of_a_county_is_small() -> None:
    revoked = frozenset(range(1, 20_001, 50))
    first, count, bits = status_list(range(1, 20_001), revoked)
    assert (first, count) == (1, 20_000)
    assert len(bits) < 600
    with pytest.raises(ValueError, match="status"):
        numbers_set(first, count + 8, bits)
