"""xinnong badge: sign badges of field teams and check them, with keys in files and no database."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import segno

from xinnong.cli import badge_bundle
from xinnong.cli.badge_keys import Signer, Unfit, key_id, make_key, public, read_object, signer
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
from xinnong.core.cose import ED25519, protected_header, sealed, to_be_signed
from xinnong.core.county_check import Answer, check_offline

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
    except ValueError as wrong:
        raise Unfit(f"{args.claims}: {wrong}: at most 24 hours, villages of the issuer") from None
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
    text = sys.stdin.readline(MOST_BYTES).rstrip("\r\n") if args.text == "-" else args.text
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
            holder=holder.point if holder else None, **numbers,
        )  # fmt: skip
    except KeyError as missing:
        raise Unfit(f"the claim {missing.args[0]} is missing") from None
    except (TypeError, ValueError, argparse.ArgumentTypeError) as wrong:
        raise Unfit(f"a claim is of another kind ({wrong})") from None
