"""xinnong badge: sign badges of field teams and check them, with keys in files and no database."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import segno

from xinnong.cli import badge_bundle
from xinnong.cli.badge_keys import Signer, Unfit, key_id, make_key, public, read_object, signer
from xinnong.cli.dispatch import DONE, REFUSED, USAGE, file_to_write, forgiving_stdin, instant
from xinnong.core.badges import (
    HOUR_SECONDS,
    LONGEST_HOURS,
    PHOTO_BYTES,
    Badge,
    Checked,
    check_badge,
    claims,
    possession,
    written,
    written_live,
)
from xinnong.core.cose import ED25519, protected_header, sealed, to_be_signed
from xinnong.core.county_check import Answer, check_offline
from xinnong.core.documents import is_natural

HELP = "sign and check badges of field teams with keys in files"
NEEDS = "nothing"
MOST_BYTES: Final = 16 * 1024
EPILOGUE: Final = """\
keygen  write a key (PEM, for its owner's eyes only) and print its public part; a phone's older
        browser checks es256 without network, not ed25519
issue   sign CLAIMS.json: {"issuer": "339981", "number": 1, "channel": 1, "team": 1, "name": "…",
        "villages": ["339981101201"], "activity": 1, "not_before": "2026-11-26T08:00+08:00",
        "hours": 9, "status": 1, "photo": "0011223344556677"}; with --holder it is a live badge
bundle  sign COUNTY.json, what a cadre's phone checks badges by without network for seven days:
        {"issuer": "339981", "sequence": 12, "as_of": INSTANT, "fresh_hours": 24, "call": "12393",
         "keys": [{"id": "0a01", "algorithm": "es256", "point": HEX, "from": …, "until": …}],
         "teams": [{"number": 2, "channel": 1, "name": "…"}],
         "roster": [{"number": 7, "team": 2, "photo": "0011223344556677"}],
         "activities": [{"number": 5, "team": 2, "from": …, "until": …,
                         "villages": ["339981101201"], "agents": [7]}],
         "issued": 1000, "revoked": [8], "villages": {"339981101201": "…"}}
        a file that exists is replaced by one of a higher sequence only; --publish gives it to the
        page that cadres keep on their phones, with the key to check it by
verify  check a badge's text against public keys KEYID:HEX (KEYID:sm2:HEX); without the county's
        bundle what holds is amber, never green: it may have been revoked since. With --bundle the
        keys are those that sign bundles, and the answer is green, amber or red with its reason
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three things to do and their options."""
    subjects = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    keygen = subjects.add_parser("keygen", help="make a key")
    keygen.add_argument("--out", type=file_to_write, required=True, metavar="KEY.pem")
    keygen.add_argument("--algorithm", choices=["ed25519", "es256"], default="ed25519")
    issue = subjects.add_parser("issue", help="sign a badge")
    issue.add_argument("claims", type=Path, metavar="CLAIMS.json")
    issue.add_argument("--key", type=Path, required=True, metavar="KEY.pem")
    issue.add_argument("--key-id", type=key_id, required=True, metavar="HEX", help="four digits")
    issue.add_argument("--holder", type=Path, metavar="HOLDER.pem", help="key of a live badge")
    issue.add_argument("--svg", type=file_to_write, metavar="FILE", help="its QR code")
    bundle = subjects.add_parser("bundle", help="sign the county's bundle")
    bundle.add_argument("county", type=Path, metavar="COUNTY.json")
    bundle.add_argument("--key", type=Path, required=True, metavar="KEY.pem")
    bundle.add_argument("--key-id", type=key_id, required=True, metavar="HEX", help="four digits")
    where = bundle.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=file_to_write, metavar="FILE")
    where.add_argument("--publish", action="store_true", help="give it to the page /check-badge/")
    verify = subjects.add_parser("verify", help="check a badge")
    verify.add_argument("text", help="what the QR code says, or - for standard input")
    verify.add_argument("--key", type=public, action="append", required=True, metavar="KEYID:HEX")
    verify.add_argument("--at", type=instant, metavar="INSTANT", help="instead of now")
    verify.add_argument("--bundle", type=Path, metavar="FILE", help="the county's, of the day")
    verify.add_argument("--village", metavar="CODE", help="with --bundle: where the team stands")


def run(args: argparse.Namespace) -> int:
    """Do what is asked; a file that is none of what it should be is refused by name."""
    subjects = {"keygen": _keygen, "issue": _issue, "bundle": _bundle, "verify": _verify}
    try:
        return subjects[args.what](args)
    except Unfit as unfit:
        print(f"xinnong badge: {unfit}", file=sys.stderr)
        return USAGE


def _keygen(args: argparse.Namespace) -> int:
    print(make_key(args.out, args.algorithm).point.hex())
    return DONE


def _bundle(args: argparse.Namespace) -> int:
    by = signer(args.key)
    data, bundle = badge_bundle.make_bundle(args.county, by, args.key_id)
    out = badge_bundle.published(by, args.key_id) if args.publish else args.out
    badge_bundle.refuse_older(bundle, out, by, args.key_id)
    badge_bundle.replace_file(out, data)
    said = {"sequence": bundle.sequence, "bytes": len(data), "activities": len(bundle.activities)}
    print(json.dumps(said | {"roster": len(bundle.roster)}))
    return DONE


def _issue(args: argparse.Namespace) -> int:
    by, holder = signer(args.key), signer(args.holder) if args.holder else None
    if holder and holder.algorithm != ED25519:
        raise Unfit(f"{args.holder}: a holder's key is one of Ed25519")
    key = by.named(args.key_id)
    badge = _badge(read_object(args.claims), holder)
    try:
        payload = claims(badge)
    except ValueError:
        raise Unfit(f"{args.claims}: the claim villages names one of another county") from None
    message = sealed(key, payload, by.sign(to_be_signed(protected_header(key), payload)))
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
    text = forgiving_stdin().readline(MOST_BYTES).rstrip("\r\n") if args.text == "-" else args.text
    second = int(args.at.timestamp()) if args.at else int(time.time())
    if args.bundle:
        if not args.village:
            raise Unfit("--bundle goes with --village CODE: where the team stands")
        bundle = badge_bundle.opened_bundle(args.bundle, args.key)
        answer = check_offline(text, bundle, village=args.village, second=second)
        print(json.dumps(_answered(answer), ensure_ascii=False))
        return DONE if answer.colour == "green" else REFUSED
    checked = check_badge(text, {key.key_id: key for key in args.key}, second=second)
    print(json.dumps(_told(checked), ensure_ascii=False))
    return REFUSED if checked.wrong else DONE


def _answered(answer: Answer) -> dict[str, Any]:
    """The three colours, the reason for all but green, and the age of the data in seconds."""
    told = _told(Checked(answer.badge, None))
    said = {"colour": answer.colour, "reason": answer.reason, "age_seconds": answer.age}
    return said | {"badge": told["badge"], "listed": answer.agent is not None}


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


def _badge(told: dict[str, Any], holder: Signer | None) -> Badge:
    """The badge that a file of claims describes; a live one has its holder's key in the photo's place."""
    said = {name: _claim(told, name) for name in CLAIMS if not (holder and name == "photo")}
    first, hours = said.pop("not_before"), said.pop("hours")
    return Badge(
        **said, not_before=first, expires=first + hours, holder=holder.point if holder else None
    )


def _claim(told: dict[str, Any], name: str) -> Any:
    form, made = CLAIMS[name]
    if name not in told:
        raise Unfit(f"the claim {name} is missing: {form}")
    try:
        return made(told[name])
    except (TypeError, ValueError, AttributeError, argparse.ArgumentTypeError):
        raise Unfit(f"the claim {name} is not {form}") from None


def _text_of(value: Any, form: str) -> str:
    if not re.fullmatch(form, value):
        raise ValueError
    value.encode()  # half of a pair of surrogates cannot be signed
    return str(value)


def _whole(value: Any, most: int = 2**63 - 1, least: int = 0) -> int:
    if not is_natural(value) or not least <= value <= most:
        raise ValueError
    return int(value)


def _villages(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise TypeError
    return tuple(_text_of(each, "[0-9]{12}") for each in value)


WHOLE: Final = "a whole number from 0"
CLAIMS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "issuer": ("the county's six digits", lambda value: _text_of(value, "[0-9]{6}")),
    **dict.fromkeys(("number", "channel", "team", "activity", "status"), (WHOLE, _whole)),
    "name": ("a name of 1 to 64 letters", lambda value: _text_of(value, "[^\\x00-\\x1f]{1,64}")),
    "villages": ("a list of codes of twelve digits", _villages),
    "not_before": (
        "an instant with its zone, for example 2026-11-26T08:00+08:00",
        lambda value: _whole(int(instant(value).timestamp()) // HOUR_SECONDS),
    ),
    "hours": (
        f"a whole number from 1 to {LONGEST_HOURS}", lambda value: _whole(value, LONGEST_HOURS, 1)
    ),
    "photo": (
        f"{2 * PHOTO_BYTES} hexadecimal digits, the beginning of the photo's SHA-256",
        lambda value: bytes.fromhex(_text_of(value, f"[0-9a-f]{{{2 * PHOTO_BYTES}}}")),
    ),
}  # fmt: skip
