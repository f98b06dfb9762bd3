"""A county with teams, its bundle, and badges of every kind: one table for the core, the command and the phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from xinnong.core import sm2
from xinnong.core.badges import HOUR_SECONDS, Badge, claims, possession, written, written_live
from xinnong.core.cose import (
    ED25519,
    ES256,
    SM2,
    PublicKey,
    protected_header,
    raw_es256,
    sealed,
    to_be_signed,
)
from xinnong.core.county_bundle import (
    Activity,
    Agent,
    BadgeKey,
    Bundle,
    Team,
    bits,
    bytes_to_sign,
    payload_of,
    written_bundle,
)

HOUR: Final = 495_000
NOON: Final = (HOUR + 4) * HOUR_SECONDS
DAY: Final = 86_400
HERE, NEXT, OTHER = "339981101201", "339981101202", "339981102203"
LOTUS, ELSEWHERE = "莲花村", "荷塘村"

P256: Final = ec.derive_private_key(0x1234567, ec.SECP256R1())
EDWARDS: Final = ed25519.Ed25519PrivateKey.from_private_bytes(b"e" * 32)
STRANGER: Final = ed25519.Ed25519PrivateKey.from_private_bytes(b"s" * 32)
HOLDER: Final = ed25519.Ed25519PrivateKey.from_private_bytes(b"h" * 32)
SM2_PRIVATE: Final = 0x1234567
POINT_P256: Final = P256.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

ES: Final = PublicKey(b"e1", ES256, POINT_P256)
ED: Final = PublicKey(b"d1", ED25519, EDWARDS.public_key().public_bytes_raw())
RETIRED: Final = replace(ES, key_id=b"e0")


def _sm2_point() -> bytes:
    point = sm2.times(SM2_PRIVATE, sm2.G)
    assert point is not None
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")


SM: Final = PublicKey(b"s1", SM2, _sm2_point())
ANCHOR: Final = PublicKey(b"b1", ES256, POINT_P256)
ANCHORS: Final = {b"b1": ANCHOR}

BADGE: Final = Badge(
    "339981", 7, 1, 2, "测试甲", (HERE, NEXT), 5, HOUR, HOUR + 9, 7, b"p" * 8
)  # fmt: skip
LIVE: Final = replace(BADGE, photo=None, holder=HOLDER.public_key().public_bytes_raw())

BUNDLE: Final = Bundle(
    issuer="339981", sequence=12, as_of=NOON - 3 * HOUR_SECONDS, fresh_hours=24,
    keys=(
        BadgeKey(ES, 0, NOON + 90 * DAY), BadgeKey(ED, 0, NOON + 90 * DAY),
        BadgeKey(SM, 0, NOON + 90 * DAY), BadgeKey(RETIRED, 0, NOON - 30 * DAY),
    ),
    teams=(Team(2, 1, "医保服务二队"), Team(3, 1, "医保服务三队")),
    roster=(Agent(7, 2, b"p" * 8), Agent(8, 2, b"q" * 8), Agent(9, 3, b"r" * 8)),
    activities=(
        Activity(5, 2, NOON - 2 * HOUR_SECONDS, NOON + 3 * HOUR_SECONDS, (HERE,), (7, 8)),
        Activity(6, 3, NOON - 2 * HOUR_SECONDS, NOON + 3 * HOUR_SECONDS, (HERE,), (9,)),
    ),
    status=bits(frozenset({8}), 1_000),
    villages=((HERE, LOTUS), (NEXT, ELSEWHERE), (OTHER, "西山村")), call="0579-12345",
)  # fmt: skip


def by_es256(data: bytes) -> bytes:
    return raw_es256(*decode_dss_signature(P256.sign(data, ec.ECDSA(hashes.SHA256()))))


def by_sm2(message: bytes) -> bytes:
    """A signature as the standard makes it, with a nonce that only tests may know."""
    key, shown = sm2.times(SM2_PRIVATE, sm2.G), sm2.times(12_345, sm2.G)
    assert key is not None
    assert shown is not None
    r = (sm2.digest_of(key, message) + shown[0]) % sm2.N
    s = pow(1 + SM2_PRIVATE, -1, sm2.N) * (12_345 - r * SM2_PRIVATE) % sm2.N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


SIGNERS: Final = {ES256: by_es256, ED25519: EDWARDS.sign, SM2: by_sm2}


def signed(badge: Badge, key: PublicKey = ES) -> bytes:
    payload = claims(badge)
    return sealed(
        key, payload, SIGNERS[key.algorithm](to_be_signed(protected_header(key), payload))
    )


def printed(key: PublicKey = ES, **changes: object) -> str:
    """A printed badge's text."""
    return written(signed(replace(BADGE, **changes), key))  # type: ignore[arg-type]


def live(second: int = NOON, by: ed25519.Ed25519PrivateKey = HOLDER, badge: Badge = LIVE) -> str:
    """A live badge's text with its proof of a second."""
    message = signed(badge)
    return written_live(message, second, by.sign(possession(message, second)))


def live_es256(by: Callable[[bytes], bytes] | None = None) -> str:
    """A live badge whose holder's key is a point of ES256, as browsers make it."""
    message = signed(replace(LIVE, holder=POINT_P256))
    return written_live(message, NOON, (by or by_es256)(possession(message, NOON)))


def forged() -> str:
    payload = claims(BADGE)
    return written(sealed(ED, payload, STRANGER.sign(to_be_signed(protected_header(ED), payload))))


def bundle_file(bundle: Bundle = BUNDLE, key: PublicKey = ANCHOR) -> bytes:
    """The signed bundle."""
    payload = payload_of(bundle)
    return written_bundle(key, payload, by_es256(bytes_to_sign(key, payload)))


@dataclass(frozen=True)
class Case:
    """One badge at one place and time, and what is said of it without network."""

    name: str
    text: str
    colour: str
    reason: str | None
    village: str = HERE
    second: int = NOON


def cases() -> list[Case]:
    """Every answer at least once."""
    return [
        Case("printed, ES256", printed(), "green", None),
        Case("printed, Ed25519", printed(ED), "green", None),
        Case("live", live(), "green", None),
        Case("live, a step ago", live(NOON - 30), "green", None),
        Case("live, of ES256", live_es256(), "green", None),
        Case("another's proof, of ES256", live_es256(STRANGER.sign), "red", "proof"),
        Case("data of yesterday", printed(not_before=HOUR + 25, expires=HOUR + 30), "red", "outside_hours", second=NOON + DAY),
        Case("signed by SM2", printed(SM), "amber", "ask"),
        Case("signed by SM2 and revoked", printed(SM, status=8), "red", "revoked"),
        Case("no badge", "https://example.com", "red", "not_a_badge"),
        Case("not base45", "XN1:a", "red", "not_a_badge"),
        Case("cut off", printed()[:-6], "red", "not_a_badge"),
        Case("too long", "XN1:" + "0" * 1_300, "red", "not_a_badge"),
        Case("unknown key", printed(replace(ES, key_id=b"zz")), "red", "unknown_key"),
        Case("forged", forged(), "red", "signature"),
        Case("key of SM2 under another name", printed(replace(ES, key_id=b"s1")), "red", "signature"),
        Case("retired key", printed(RETIRED), "red", "key_time"),
        Case("tomorrow's", printed(not_before=HOUR + 20, expires=HOUR + 24), "red", "not_yet"),
        Case("expired", printed(), "red", "over", second=NOON + 6 * HOUR_SECONDS),
        Case("a photograph of a live one", live(NOON - 120), "red", "stale_proof"),
        Case("another's proof", live(by=STRANGER), "red", "proof"),
        Case("proof of a printed one", live(badge=BADGE), "red", "not_live"),
        Case("revoked", printed(number=8, name="测试乙", photo=b"q" * 8, status=8), "red", "revoked"),
        Case("outside of the list", printed(status=5_000), "red", "revoked"),
        Case("not listed", printed(number=77), "red", "not_listed"),
        Case("another's photo", printed(photo=b"q" * 8), "red", "not_listed"),
        Case("another team", printed(team=3), "red", "not_listed"),
        Case("another channel", printed(channel=9), "red", "not_listed"),
        Case("no such activity", printed(activity=99), "red", "no_activity"),
        Case("another team's activity", printed(activity=6), "red", "no_activity"),
        Case("village of the badge, not of the activity", printed(), "red", "other_village", village=NEXT),
        Case("other village", printed(), "red", "other_village", village=OTHER),
        Case("before the activity", printed(), "red", "outside_hours", second=NOON - 3 * HOUR_SECONDS),
        Case("after the activity", printed(), "red", "outside_hours", second=NOON + 3 * HOUR_SECONDS),
        Case("clock behind", printed(), "amber", "clock", second=BUNDLE.as_of - 601),
        Case("no data for then", printed(not_before=HOUR + 8 * 24, expires=HOUR + 8 * 24 + 9), "amber", "too_old", second=NOON + 8 * DAY),
        Case("new since the data", printed(number=77, activity=99, not_before=HOUR + 24, expires=HOUR + 33), "amber", "stale", second=NOON + DAY),
        Case("another county's", printed(issuer="330381", villages=("330381101201",)), "red", "other_county"),
    ]  # fmt: skip


STALE: Final = replace(BUNDLE, as_of=NOON - 30 * HOUR_SECONDS, sequence=11)
"""The same county, 30 hours old: what is green by the other is amber by this one."""
