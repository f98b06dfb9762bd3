"""Credentials that show only what is asked (SD-JWT, RFC 9901), for one app to another.

An issuer signs sums of claims; the holder shows the claims that are wanted and proves the key that the
issuer named. Reading never raises: each way in which a presentation is not right has its word. Signing
is done by whoever holds the key; this module says what is to be signed.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from xinnong.core.cose import ED25519, ES256, POINT_BYTES, PublicKey, signature_holds

TYPE: Final = "dc+sd-jwt"
BINDING_TYPE: Final = "kb+jwt"
MOST_LETTERS: Final = 64 * 1024
MOST_TOKEN_LETTERS: Final = 2 * 1024 * 1024
MOST_DISCLOSURES: Final = 200
MOST_DEPTH: Final = 20
SALT_BYTES: Final = 16
SKEW_SECONDS: Final = 60
BINDING_SECONDS: Final = 300
NAMED: Final = 3
UNNAMED: Final = 2
SUM: Final = "sha-256"
ALGORITHMS: Final = {ES256: "ES256", ED25519: "EdDSA"}
NEVER_HIDDEN: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
RESERVED: Final = frozenset({"_sd", "...", "_sd_alg"})

Reason = Literal[
    "malformed", "algorithm", "type", "unknown_key", "signature", "disclosure", "not_yet", "over",
    "binding_missing", "binding_unwanted", "binding",
]  # fmt: skip
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a presentation shows: the claims, where everything held, or what is wrong."""

    claims: dict[str, Any] | None
    wrong: Reason | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a verifier asked for: its own name and a nonce used once. None of both: no binding."""

    audience: str
    nonce: str


# ---------------------------------------------------------------- issue


def disclosure(salt: bytes, name: str | None, value: object) -> str:
    """One hidden claim as its holder keeps it: with a name in an object, without one in a list."""
    told = [letters(salt), value] if name is None else [letters(salt), name, value]
    return letters(json.dumps(told, ensure_ascii=False).encode())


def sum_of(text: str) -> str:
    """The sum that stands in the place of a disclosure."""
    return letters(hashlib.sha256(text.encode("ascii")).digest())


def issued(
    claims: Mapping[str, Any],
    hidden: Mapping[str, bytes],
    *,
    key: PublicKey,
    holder: PublicKey,
    sign: Sign,
) -> str:
    """A credential for a holder; `hidden` claims are each shown on their own, under a salt of 16 bytes.

    Raises ValueError where a claim that says whether the credential holds would be hidden.
    """
    if hidden.keys() & NEVER_HIDDEN or hidden.keys() - claims.keys() or claims.keys() & RESERVED:
        raise ValueError("hidden")
    if any(len(salt) < SALT_BYTES for salt in hidden.values()):
        raise ValueError("salt")
    found = [disclosure(salt, name, claims[name]) for name, salt in hidden.items()]
    payload = {name: value for name, value in claims.items() if name not in hidden}
    payload |= {"_sd": sorted(map(sum_of, found)), "_sd_alg": SUM, "cnf": {"jwk": jwk(holder)}}
    header = {"alg": ALGORITHMS[key.algorithm], "typ": TYPE, "kid": key.key_id.hex()}
    return "~".join([signed(header, payload, sign), *found, ""])


def presented(credential: str, names: frozenset[str]) -> str:
    """A credential with the disclosures of these names alone, without a proof of its holder.

    Raises ValueError where it is none.
    """
    token, *found = credential.split("~")[:-1] or [""]
    try:
        _parts(token)
        kept = [each for each in found if _name(each) in names]
    except _Wrong as wrong:
        raise ValueError(wrong.reason) from None
    return "~".join([token, *kept, ""])


def bound(presentation: str, asked: Asked, *, second: int, holder: PublicKey, sign: Sign) -> str:
    """A presentation with the holder's proof for one verifier and one nonce."""
    header = {"alg": ALGORITHMS[holder.algorithm], "typ": BINDING_TYPE}
    told = {
        "iat": second,
        "aud": asked.audience,
        "nonce": asked.nonce,
        "sd_hash": sum_of(presentation),
    }
    return presentation + signed(header, told, sign)


def signed(header: Mapping[str, Any], payload: Mapping[str, Any], sign: Sign) -> str:
    """A JWT in its compact form."""
    parts = [letters(json.dumps(part, ensure_ascii=False).encode()) for part in (header, payload)]
    text = ".".join(parts)
    return f"{text}.{letters(sign(text.encode('ascii')))}"


def jwk(key: PublicKey) -> dict[str, str]:
    """A holder's key of Ed25519 as a JWK."""
    if key.algorithm != ED25519:
        raise ValueError("holder")
    return {"kty": "OKP", "crv": "Ed25519", "x": letters(key.point)}


def _name(text: str) -> str | None:
    told = _json(bytes_of(text))
    return told[1] if isinstance(told, list) and len(told) == NAMED else None


# ---------------------------------------------------------------- verify


def shown(
    text: str,
    keys: Mapping[str, PublicKey],
    *,
    second: int,
    asked: Asked | None,
    types: frozenset[str] = frozenset({TYPE}),
) -> Shown:
    """What a presentation shows at an instant, by issuers' keys under their `kid` (or their issuer).

    With `asked` the holder's proof must be there and be for this question; without, none may be.
    """
    try:
        return Shown(_shown(text, keys, second, asked, types), None)
    except _Wrong as wrong:
        return Shown(None, wrong.reason)


def _shown(
    text: str,
    keys: Mapping[str, PublicKey],
    second: int,
    asked: Asked | None,
    types: frozenset[str],
) -> dict[str, Any]:
    if len(text) > MOST_LETTERS or not text.isascii() or "~" not in text:
        raise _Wrong("malformed")
    token, *found, proof = text.split("~")
    if len(found) > MOST_DISCLOSURES or not all(found):
        raise _Wrong("malformed")
    header, payload = _parts(token)
    if header.get("typ") not in types:
        raise _Wrong("type")
    key = keys.get(str(header.get("kid") or payload.get("iss") or ""))
    if key is None:
        raise _Wrong("unknown_key")
    _check(token, header, key)
    if payload.get("_sd_alg", SUM) != SUM:
        raise _Wrong("algorithm")
    claims = _Opening(found).opened(payload)
    _in_time(claims, second)
    _bound(text[: len(text) - len(proof)], proof, claims, second, asked)
    return claims


def token_of(text: str, keys: Mapping[str, PublicKey], kind: str) -> dict[str, Any] | None:
    """The payload of a JWT of a kind that one of the keys signed; None for everything else."""
    try:
        if len(text) > MOST_TOKEN_LETTERS or not text.isascii():
            return None
        header, payload = _parts(text)
        key = keys.get(str(header.get("kid", "")))
        if key is None or header.get("typ") != kind:
            return None
        _check(text, header, key)
    except _Wrong:
        return None
    return payload


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a JWT, believed by nobody yet."""
    pieces = token.split(".")
    if len(pieces) != NAMED:
        raise _Wrong("malformed")
    header, payload = _json(bytes_of(pieces[0])), _json(bytes_of(pieces[1]))
    if not isinstance(header, dict) or not isinstance(payload, dict) or "crit" in header:
        raise _Wrong("malformed")
    return header, payload


def _check(token: str, header: Mapping[str, Any], key: PublicKey) -> None:
    """Hold the signature against a key, by the key's own algorithm; `none` is nobody's."""
    if header.get("alg") != ALGORITHMS.get(key.algorithm):
        raise _Wrong("algorithm")
    text, _, signature = token.rpartition(".")
    if not signature_holds(key, text.encode("ascii"), bytes_of(signature) or b""):
        raise _Wrong("signature")


@dataclass(slots=True)
class _Opening:
    """Puts disclosed claims in the place of their sums; every rule of RFC 9901 section 7.1."""

    found: Sequence[str]
    seen: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def opened(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The claims. Raises where a sum comes twice or a disclosure has no place."""
        by_sum = {sum_of(each): each for each in self.found}
        if len(by_sum) != len(self.found):
            raise _Wrong("disclosure")
        hidden = {name for name in NEVER_HIDDEN if name in payload}
        claims = self._object({k: v for k, v in payload.items() if k != "_sd_alg"}, by_sum, 0)
        if self.used != by_sum.keys() or (claims.keys() & NEVER_HIDDEN) - hidden:
            raise _Wrong("disclosure")
        return claims

    def _value(self, value: Any, by_sum: Mapping[str, str], depth: int) -> Any:
        if depth > MOST_DEPTH:
            raise _Wrong("malformed")
        if isinstance(value, dict):
            return self._object(value, by_sum, depth)
        return list(self._list(value, by_sum, depth)) if isinstance(value, list) else value

    def _object(
        self, told: dict[str, Any], by_sum: Mapping[str, str], depth: int
    ) -> dict[str, Any]:
        sums = told.get("_sd", [])
        if not isinstance(sums, list) or "..." in told or "_sd_alg" in told:
            raise _Wrong("disclosure")
        plain = {
            name: self._value(value, by_sum, depth + 1)
            for name, value in told.items()
            if name != "_sd"
        }
        for each in sums:
            disclosed = self._take(each, by_sum, NAMED)
            if disclosed is None:
                continue
            _salt, name, value = disclosed
            if not isinstance(name, str) or name in RESERVED or name in plain:
                raise _Wrong("disclosure")
            plain[name] = self._value(value, by_sum, depth + 1)
        return plain

    def _list(self, told: list[Any], by_sum: Mapping[str, str], depth: int) -> Iterator[Any]:
        for each in told:
            if not (isinstance(each, dict) and "..." in each):
                yield self._value(each, by_sum, depth + 1)
                continue
            if len(each) != 1:
                raise _Wrong("disclosure")
            disclosed = self._take(each["..."], by_sum, UNNAMED)
            if disclosed is not None:
                yield self._value(disclosed[1], by_sum, depth + 1)

    def _take(self, told: object, by_sum: Mapping[str, str], length: int) -> list[Any] | None:
        """The disclosure behind a sum, if it is shown; each sum stands once."""
        if not isinstance(told, str) or told in self.seen:
            raise _Wrong("disclosure")
        self.seen.add(told)
        if told not in by_sum:
            return None
        self.used.add(told)
        found = _json(bytes_of(by_sum[told]))
        if not isinstance(found, list) or len(found) != length or not isinstance(found[0], str):
            raise _Wrong("disclosure")
        return found


def _in_time(claims: Mapping[str, Any], second: int) -> None:
    for name in ("nbf", "exp", "iat"):
        if name in claims and not _is_second(claims[name]):
            raise _Wrong("malformed")
    if second + SKEW_SECONDS < max(claims.get("nbf", 0), claims.get("iat", 0)):
        raise _Wrong("not_yet")
    if "exp" in claims and second >= claims["exp"]:
        raise _Wrong("over")


def _bound(
    presentation: str, proof: str, claims: Mapping[str, Any], second: int, asked: Asked | None
) -> None:
    """Hold the holder's proof against the question; RFC 9901 section 7.3."""
    if asked is None:
        if proof:
            raise _Wrong("binding_unwanted")
        return
    if not proof:
        raise _Wrong("binding_missing")
    header, told = _parts(proof)
    key = _holder(claims.get("cnf"))
    if header.get("typ") != BINDING_TYPE or key is None:
        raise _Wrong("binding")
    _check(proof, header, key)
    fresh = _is_second(told.get("iat")) and abs(second - told["iat"]) <= BINDING_SECONDS
    wanted = (asked.audience, asked.nonce, sum_of(presentation))
    if not fresh or (told.get("aud"), told.get("nonce"), told.get("sd_hash")) != wanted:
        raise _Wrong("binding")


def _holder(told: object) -> PublicKey | None:
    """The holder's key that the issuer named: one of Ed25519 or of P-256."""
    key = told.get("jwk") if isinstance(told, dict) else None
    if not isinstance(key, dict):
        return None
    x, y = (
        bytes_of(each) if isinstance(each, str) else None for each in (key.get("x"), key.get("y"))
    )
    if x is None or len(x) != POINT_BYTES:
        return None
    if (key.get("kty"), key.get("crv")) == ("OKP", "Ed25519"):
        return PublicKey(b"", ED25519, x)
    if (key.get("kty"), key.get("crv")) == ("EC", "P-256") and y and len(y) == POINT_BYTES:
        return PublicKey(b"", ES256, bytes([2 + y[-1] % 2]) + x)
    return None


# ---------------------------------------------------------------- letters

LETTERS: Final = re.compile(r"[A-Za-z0-9_-]*")


class _Wrong(Exception):
    """What is wrong with a presentation."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def letters(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def bytes_of(text: str) -> bytes | None:
    """The bytes; None where the text is not exactly their base64url."""
    if not LETTERS.fullmatch(text) or len(text) % 4 == 1:
        return None
    found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return found if letters(found) == text else None


def _json(data: bytes | None) -> Any:
    """A JSON value whose objects name nothing twice; None where it is none."""
    try:
        return json.loads(
            (data or b"").decode("utf-8"), object_pairs_hook=_once, parse_constant=_odd
        )
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("twice")
    return found


def _odd(_text: str) -> Any:
    raise ValueError("no number")


def _is_second(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
