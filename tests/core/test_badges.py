"""Badges: what is signed comes back, what is not is refused by a reason, and a photograph is not alive."""

from __future__ import annotations

import dataclasses

import pytest
import segno
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core import base45
from xinnong.core.badges import (
    HOUR_SECONDS,
    LABELS,
    Badge,
    check_badge,
    claims,
    possession,
    written,
    written_live,
)
from xinnong.core.cose import (
    ED25519,
    ES256,
    PublicKey,
    packed,
    protected_header,
    raw_es256,
    sealed,
    to_be_signed,
    unpacked,
)

HOUR = 495_000
NOON = (HOUR + 3) * HOUR_SECONDS
ISSUER = ed25519.Ed25519PrivateKey.from_private_bytes(b"i" * 32)
HOLDER = ed25519.Ed25519PrivateKey.from_private_bytes(b"h" * 32)
KEY = PublicKey(b"k1", ED25519, ISSUER.public_key().public_bytes_raw())
KEYS = {b"k1": KEY}
BADGE = Badge(
    "339981",
    1024,
    3,
    17,
    "测试甲",
    ("339981101201", "339981101202"),
    88,
    HOUR,
    HOUR + 9,
    1024,
    b"p" * 8,
)
LIVE = dataclasses.replace(BADGE, photo=None, holder=HOLDER.public_key().public_bytes_raw())


def signed(badge: Badge, key: PublicKey = KEY) -> bytes:
    payload = claims(badge)
    return sealed(key, payload, ISSUER.sign(to_be_signed(protected_header(key), payload)))


def live(badge: Badge = LIVE, second: int = NOON) -> str:
    message = signed(badge)
    return written_live(message, second, HOLDER.sign(possession(message, second)))


def wrong(text: str, second: int = NOON) -> str | None:
    return check_badge(text, KEYS, second=second).wrong


def test_a_signed_badge_comes_back_and_is_small() -> None:
    text = written(signed(BADGE))
    assert check_badge(text, KEYS, second=NOON) == (check_badge(text, KEYS, second=NOON))
    assert check_badge(text, KEYS, second=NOON).badge == BADGE
    assert wrong(text) is None
    assert int(segno.make(text, error="m").version) <= 8


def test_a_live_badge_is_alive_for_its_moment_only() -> None:
    text = live()
    assert check_badge(text, KEYS, second=NOON).badge == LIVE
    assert [wrong(text, NOON + late) for late in (0, 30, 59, 60, 90, -31, 600)] == [
        None, None, None, "stale_proof", "stale_proof", "stale_proof", "stale_proof",
    ]  # fmt: skip
    assert int(segno.make(text, error="m").version) <= 11


def test_a_photographed_or_copied_live_badge_fails() -> None:
    message = signed(LIVE)
    forger = ed25519.Ed25519PrivateKey.from_private_bytes(b"f" * 32)
    assert wrong(written_live(message, NOON, forger.sign(possession(message, NOON)))) == "proof"
    printed = signed(BADGE)
    assert wrong(written_live(printed, NOON, HOLDER.sign(possession(printed, NOON)))) == "not_live"


def test_time_is_half_open() -> None:
    text = written(signed(BADGE))
    start, end = HOUR * HOUR_SECONDS, (HOUR + 9) * HOUR_SECONDS
    assert [wrong(text, at) for at in (start - 1, start, end - 1, end)] == [
        "not_yet",
        None,
        None,
        "over",
    ]


def test_another_issuer_key_algorithm_or_letter_is_refused() -> None:
    forger = ed25519.Ed25519PrivateKey.from_private_bytes(b"f" * 32)
    payload = claims(BADGE)
    forged = sealed(KEY, payload, forger.sign(to_be_signed(protected_header(KEY), payload)))
    assert wrong(written(forged)) == "signature"
    assert wrong(written(signed(BADGE, PublicKey(b"k2", ED25519, KEY.point)))) == "unknown_key"
    assert wrong(written(signed(BADGE, PublicKey(b"k1", ES256, KEY.point)))) == "signature"
    text = written(signed(BADGE))
    assert {wrong(text[:place] + "0" + text[place + 1 :]) for place in range(4, len(text), 7)
            if text[place] != "0"} <= {"signature", "not_a_badge"}  # fmt: skip


@pytest.mark.parametrize("text", ["", "XN1:", "XN1:A", "XN1:::::", "https://example.org/b/1", "HC1:6BF",
                                  "XN1L:00", "XN1:" + "0" * 1_300, "XN1:测试", "XN1L:" + "X" * 1_190])  # fmt: skip
def test_what_is_no_badge_is_refused(text: str) -> None:
    assert wrong(text) in {"not_a_badge", "signature"}


def test_a_badge_for_more_than_a_day_is_neither_made_nor_believed() -> None:
    long = dataclasses.replace(BADGE, expires=HOUR + 25)
    with pytest.raises(ValueError, match="hours"):
        claims(long)
    told = unpacked(claims(BADGE)) | {LABELS["expires"]: 25}
    payload = packed(told)
    message = sealed(KEY, payload, ISSUER.sign(to_be_signed(protected_header(KEY), payload)))
    assert wrong(written(message)) == "not_a_badge"


@pytest.mark.parametrize("change", [{99: 1}, {LABELS["name"]: 7}, {LABELS["villages"]: "all"},
                                    {LABELS["photo"]: b""}, {LABELS["number"]: True}, {LABELS["team"]: -1}])  # fmt: skip
def test_a_claim_of_another_kind_is_not_believed_even_when_signed(
    change: dict[int, object],
) -> None:
    payload = packed(unpacked(claims(BADGE)) | change)
    message = sealed(KEY, payload, ISSUER.sign(to_be_signed(protected_header(KEY), payload)))
    assert wrong(written(message)) == "not_a_badge"


def test_es256_signs_badges_as_well() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    key, payload = PublicKey(b"k9", ES256, point), claims(BADGE)
    der = private.sign(to_be_signed(protected_header(key), payload), ec.ECDSA(hashes.SHA256()))
    text = written(sealed(key, payload, raw_es256(*decode_dss_signature(der))))
    assert check_badge(text, {b"k9": key}, second=NOON).badge == BADGE
    assert int(segno.make(text, error="m").version) <= 8


@given(st.binary(max_size=300))
def test_base45_comes_back(data: bytes) -> None:
    assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize(("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"),
                                            (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")])  # fmt: skip
def test_base45_of_the_standard(data: bytes, text: str) -> None:
    assert (base45.encode(data), base45.decode(text)) == (text, data)


@pytest.mark.parametrize("text", ["GGW", "A", ":::", "::", "aBC", "ZZ"])
def test_base45_refuses_what_is_too_large_or_short(text: str) -> None:
    assert base45.decode(text) is None


@given(st.text(alphabet=base45.LETTERS, max_size=200))
def test_random_letters_never_pass_nor_break(letters: str) -> None:
    assert check_badge("XN1:" + letters, KEYS, second=NOON).badge is None
    assert check_badge("XN1L:" + letters, KEYS, second=NOON).badge is None
