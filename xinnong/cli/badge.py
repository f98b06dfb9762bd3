"""xinnong badge: sign badges of field teams and check them, with keys in files and no database."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import segno
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from xinnong.cli.dispatch import DONE, REFUSED, USAGE, file_to_write, instant
from xinnong.core.badges import (
    HOUR_SECONDS,
    Badge,
    Checked,
    check_badge,
    claims,
    possession,
    written,
    written_live,
)
from xinnong.core.bundles import MOST_BYTES as MOST_BUNDLE_BYTES
from xinnong.core.bundles import check_with, read_bundle
from xinnong.core.cose import (
    ED25519,
    ES256,
    P256_BYTES,
    PublicKey,
    protected_header,
    sealed,
    to_be_signed,
)

HELP = "sign and check badges of field teams with keys in files"
NEEDS = "nothing"
KEY_ID_BYTES: Final = 2
MOST_BYTES: Final = 16 * 1024
EPILOGUE: Final = """\
keygen  write an Ed25519 key (PEM, for its owner's eyes only) and print its public part
issue   sign CLAIMS.json: {"issuer": "339981", "number": 1, "channel": 1, "team": 1, "name": "…",
        "villages": ["339981101201"], "activity": 1, "not_before": "2026-11-26T08:00+08:00",
        "hours": 9, "status": 1, "photo": "0011223344556677"}; with --holder it is a live badge
verify  check a badge's text against public keys KEYID:HEX (ES256 as KEYID:HEX of 33 bytes); without the
        county's bundle what holds is amber, never green: it may have been revoked since. With --bundle
        (`xinnong badge-bundle`, or check/county.bundle of the county) the keys are those that sign the
        bundle, and the answer is green, amber or red with the age of the data in seconds
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three things to do and their options."""
    subjects = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    keygen = subjects.add_parser("keygen", help="make a key")
    keygen.add_argument("--out", type=file_to_write, required=True, metavar="KEY.pem")
    issue = subjects.add_parser("issue", help="sign a badge")
    issue.add_argument("claims", type=Path, metavar="CLAIMS.json")
    issue.add_argument("--key", type=Path, required=True, metavar="KEY.pem")
    issue.add_argument("--key-id", type=_key_id, required=True, metavar="HEX", help="four digits")
    issue.add_argument("--holder", type=Path, metavar="HOLDER.pem", help="key of a live badge")
    issue.add_argument("--svg", type=file_to_write, metavar="FILE", help="its QR code")
    verify = subjects.add_parser("verify", help="check a badge")
    verify.add_argument("text", help="what the QR code says, or - for standard input")
    verify.add_argument("--key", type=_public, action="append", required=True, metavar="KEYID:HEX")
    verify.add_argument("--bundle", type=Path, metavar="FILE", help="the county's signed bundle")
    verify.add_argument("--village", default="", metavar="CODE", help="where the badge is shown")
    verify.add_argument("--at", type=instant, metavar="INSTANT", help="instead of now")


def run(args: argparse.Namespace) -> int:
    """Do what is asked; a file that is none of what it should be is refused by name."""
    try:
        return {"keygen": _keygen, "issue": _issue, "verify": _verify}[args.what](args)
    except _Unfit as unfit:
        print(f"xinnong badge: {unfit}", file=sys.stderr)
        return USAGE


def _keygen(args: argparse.Namespace) -> int:
    if args.out.exists():
        raise _Unfit(f"{args.out} exists; a key is never overwritten")
    key = ed25519.Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    print(key.public_key().public_bytes_raw().hex())
    return DONE


def _issue(args: argparse.Namespace) -> int:
    private, holder = _private(args.key), _private(args.holder) if args.holder else None
    public = PublicKey(args.key_id, ED25519, private.public_key().public_bytes_raw())
    badge = _badge(_read(args.claims), holder)
    try:
        payload = claims(badge)
    except ValueError as wrong:
        raise _Unfit(f"{args.claims}: {wrong}: at most 24 hours, villages of the issuer") from None
    message = sealed(public, payload, private.sign(to_be_signed(protected_header(public), payload)))
    second = int(time.time())
    text = (
        written_live(message, second, holder.sign(possession(message, second)))
        if holder
        else written(message)
    )
    if args.svg:
        segno.make(text, error="m").save(str(args.svg), kind="svg", border=4, scale=4)
    print(text)
    return DONE


def _verify(args: argparse.Namespace) -> int:
    text = sys.stdin.readline(MOST_BYTES).strip() if args.text == "-" else args.text
    second = int(args.at.timestamp()) if args.at else int(time.time())
    if args.bundle:
        return _verify_with_bundle(args, text, second)
    checked = check_badge(text, {key.key_id: key for key in args.key}, second=second)
    print(json.dumps(_told(checked), ensure_ascii=False))
    return REFUSED if checked.wrong else DONE


def _verify_with_bundle(args: argparse.Namespace, text: str, second: int) -> int:
    try:
        with args.bundle.open("rb") as file:
            data = file.read(MOST_BUNDLE_BYTES + 1)
    except OSError as fault:
        raise _Unfit(f"{args.bundle}: {fault.strerror}") from None
    bundle = read_bundle(data, {key.key_id: key for key in args.key})
    if bundle is None:
        raise _Unfit(f"{args.bundle} is no bundle that one of these keys signed")
    verdict = check_with(bundle, text, second=second, village=args.village)
    told = _told(Checked(verdict.badge, None))
    told |= {"colour": verdict.colour, "reason": verdict.reason, "age_seconds": verdict.age}
    print(json.dumps(told, ensure_ascii=False))
    return REFUSED if verdict.colour == "red" else DONE


def _told(checked: Checked) -> dict[str, Any]:
    """The answer: red with its reason, or amber, and what the badge says where its signature held."""
    told: dict[str, Any] = {"colour": "red" if checked.wrong else "amber", "wrong": checked.wrong}
    if checked.badge is None:
        return told | {"badge": None}
    said = asdict(checked.badge)
    for name in ("photo", "holder"):
        said[name] = said[name].hex() if said[name] is not None else None
    for name in ("not_before", "expires"):
        said[name] = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(said[name] * HOUR_SECONDS))
    return told | {"badge": said}


def _badge(told: dict[str, Any], holder: ed25519.Ed25519PrivateKey | None) -> Badge:
    """The badge that a file of claims describes."""
    try:
        first = int(instant(told["not_before"]).timestamp()) // HOUR_SECONDS
        numbers = {
            name: int(told[name]) for name in ("number", "channel", "team", "activity", "status")
        }
        return Badge(
            issuer=str(told["issuer"]), name=str(told["name"]), not_before=first,
            villages=tuple(map(str, told["villages"])), expires=first + int(told["hours"]),
            photo=None if holder else bytes.fromhex(told["photo"]),
            holder=holder.public_key().public_bytes_raw() if holder else None, **numbers,
        )  # fmt: skip
    except KeyError as missing:
        raise _Unfit(f"the claim {missing.args[0]} is missing") from None
    except (TypeError, ValueError, argparse.ArgumentTypeError) as wrong:
        raise _Unfit(f"a claim is of another kind ({wrong})") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes()[: MOST_BYTES + 1])
    except OSError as fault:
        raise _Unfit(f"{path}: {fault.strerror}") from None
    except ValueError:
        raise _Unfit(f"{path} is no JSON of claims") from None
    if not isinstance(told, dict):
        raise _Unfit(f"{path} holds no object of claims")
    return told


def _private(path: Path) -> ed25519.Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as fault:
        raise _Unfit(f"{path}: {fault.strerror}") from None
    except (ValueError, TypeError):
        raise _Unfit(f"{path} is no private key without a password") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _Unfit(f"{path} is no Ed25519 key; `xinnong badge keygen` makes one")
    return key


def _key_id(text: str) -> bytes:
    """The type of an argument that is a key id in hex."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != KEY_ID_BYTES:
        raise argparse.ArgumentTypeError(f"{text!r} is no key id of four hexadecimal digits")
    return found


def _public(text: str) -> PublicKey:
    """The type of an argument that is a public key with its id."""
    key_id, _, point = text.partition(":")
    try:
        found = bytes.fromhex(point)
        return PublicKey(_key_id(key_id), ES256 if len(found) == P256_BYTES else ED25519, found)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no KEYID:HEX") from None


class _Unfit(Exception):
    """What was given cannot be worked with; the words name it."""
