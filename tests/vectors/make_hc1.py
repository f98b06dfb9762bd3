"""Writes hc1.json: health certificates as HC1 texts, made by packages that share no code with Xinnong's.

The published test data of the EU Digital COVID Certificate could not be had here; these are of the same
form (base45, zlib, COSE_Sign1, CWT claims with the certificate at -260), by `cwt` 3.3.0 (MIT) and
`base45` 0.4.4 (BSD-2-Clause) of PyPI, about invented people, under keys drawn for this file:

    python3 -m venv /tmp/hc1 && /tmp/hc1/bin/pip install cwt==3.3.0 base45==0.4.4
    /tmp/hc1/bin/python tests/vectors/make_hc1.py > tests/vectors/hc1.json
"""

from __future__ import annotations

import json
import sys
import zlib
from typing import Any

import cbor2
from base45 import b45encode  # type: ignore[import-not-found]  # only for this script
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cwt import COSE, COSEKey  # type: ignore[import-not-found]  # as above

ISSUED, EXPIRES = 1_764_000_000, 1_795_500_000
ES256, EDDSA, PS256 = -7, -8, -37


def certificate(given: str, family: str, kind: str, said: dict[str, Any]) -> dict[Any, Any]:
    inner = {
        kind: [said],
        "dob": "1960-04-05",
        "ver": "1.3.0",
        "nam": {"fn": family, "gn": given, "fnt": family.upper(), "gnt": given.upper()},
    }
    return {1: "XX", 4: EXPIRES, 6: ISSUED, -260: {1: inner}}


SAID: dict[str, dict[str, Any]] = {
    "v": {
        "tg": "840539006",
        "vp": "1119349007",
        "mp": "EU/1/20/1528",
        "ma": "ORG-100030215",
        "dn": 2,
        "sd": 2,
        "dt": "2026-02-18",
        "co": "XX",
        "is": "Test",
        "ci": "URN:UVCI:01:XX:1",
    },
    "t": {
        "tg": "840539006",
        "tt": "LP6464-4",
        "nm": "Test",
        "sc": "2026-02-18T09:00:00Z",
        "tr": "260415000",
        "tc": "Test centre",
        "co": "XX",
        "is": "Test",
        "ci": "URN:UVCI:01:XX:2",
    },
    "r": {
        "tg": "840539006",
        "fr": "2026-01-10",
        "df": "2026-01-21",
        "du": "2026-07-09",
        "co": "XX",
        "is": "Test",
        "ci": "URN:UVCI:01:XX:3",
    },
}


class Signer:
    """A key of `cwt`, and its public part for the file."""

    def __init__(self, kid: bytes, algorithm: int, private: Any) -> None:
        self.kid, self.algorithm = kid, algorithm
        text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        name = {ES256: "ES256", EDDSA: "EdDSA", PS256: "PS256"}[algorithm]
        self.key = COSEKey.from_pem(text.decode(), alg=name, kid=kid)
        self.public = private.public_key()

    def signed(self, claims: dict[Any, Any], *, kid_protected: bool = True) -> bytes:
        ids = ({4: self.kid}, {}) if kid_protected else ({}, {4: self.kid})
        made: bytes = COSE.new().encode_and_sign(
            cbor2.dumps(claims),
            self.key,
            protected={1: self.algorithm, **ids[0]},
            unprotected=ids[1],
        )
        return made

    def told(self) -> dict[str, str]:
        if self.algorithm == ES256:
            numbers = self.public.public_numbers()
            point = bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(32, "big")
        else:
            point = self.public.public_bytes_raw()
        return {"kid": self.kid.hex(), "point": point.hex()}


def text(message: bytes, prefix: str = "HC1:") -> str:
    letters: str = b45encode(zlib.compress(message, 9)).decode()
    return prefix + letters


def main() -> None:
    one = Signer(b"es256-01", ES256, ec.generate_private_key(ec.SECP256R1()))
    two = Signer(b"es256-02", ES256, ec.generate_private_key(ec.SECP256R1()))
    edwards = Signer(b"eddsa-01", EDDSA, ed25519.Ed25519PrivateKey.generate())
    rsa_key = Signer(b"ps256-01", PS256, rsa.generate_private_key(65537, 2048))
    vaccine = certificate("Ana", "Musterova", "v", SAID["v"])
    tested = certificate("李", "测试", "t", SAID["t"])
    healed = certificate("Bo", "O'Neil-Ünal", "r", SAID["r"])
    good = [
        ("vaccination, ES256", one.signed(vaccine), vaccine),
        ("test with Chinese name, ES256", two.signed(tested), tested),
        ("recovery, ES256", one.signed(healed), healed),
        ("key id unprotected, ES256", two.signed(vaccine, kid_protected=False), vaccine),
        ("vaccination, EdDSA", edwards.signed(vaccine), vaccine),
        (
            "recovery, key id unprotected, EdDSA",
            edwards.signed(healed, kid_protected=False),
            healed,
        ),
    ]
    message = one.signed(vaccine)
    tag = cbor2.loads(message)
    parts = list(tag.value)
    changed = cbor2.dumps(
        cbor2.CBORTag(18, [*parts[:2], parts[2].replace(b"Ana", b"Eva"), parts[3]])
    )
    flipped = cbor2.dumps(
        cbor2.CBORTag(18, [*parts[:3], parts[3][:-1] + bytes([parts[3][-1] ^ 1])])
    )
    unsigned_alg = cbor2.dumps(cbor2.CBORTag(18, [b"", {1: ES256, 4: one.kid}, *parts[2:]]))
    impostor = Signer(one.kid, ES256, ec.generate_private_key(ec.SECP256R1()))
    stranger = Signer(b"es256-99", ES256, ec.generate_private_key(ec.SECP256R1()))
    bad = [
        ("a name changed", text(changed), "signature"),
        ("a bit of the signature turned", text(flipped), "signature"),
        ("another's key under the id", text(impostor.signed(vaccine)), "signature"),
        ("a key that nobody knows", text(stranger.signed(vaccine)), "signature"),
        ("PS256, which is not read", text(rsa_key.signed(vaccine)), "signature"),
        ("algorithm not signed along", text(unsigned_alg), "signature"),
        ("cut off", "HC1:" + b45encode(zlib.compress(message, 9)[:-9]).decode(), "zlib"),
        ("a letter that base45 has not", text(message)[:20] + "a" + text(message)[21:], "base45"),
    ]  # fmt: skip
    told = {
        "provenance": "made by tests/vectors/make_hc1.py with cwt 3.3.0 (MIT) and base45 0.4.4 (BSD-2-Clause); invented people",
        "keys": {"es256": [one.told(), two.told()], "eddsa": [edwards.told()]},
        "good": [{"name": name, "text": text(made), "claims_cbor": cbor2.dumps(claims).hex()}
                 for name, made, claims in good],
        "bad": [{"name": name, "text": said, "stops_at": stops} for name, said, stops in bad],
    }  # fmt: skip
    json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
