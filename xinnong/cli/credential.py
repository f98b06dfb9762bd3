"""xinnong credential: credentials that show only what is asked, issued, shown and verified with keys in files."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any, Final

from xinnong.cli.badge_keys import Unfit, key_id, public, read_object, signer
from xinnong.cli.dispatch import DONE, REFUSED, USAGE, forgiving_stdin, instant
from xinnong.core.cose import ED25519, PublicKey
from xinnong.core.sd_jwt import SALT_BYTES, Asked, bound, issued, presented, shown, signed
from xinnong.core.status_list import TYPE, VALID, place_of, read_token, status_list

HELP = "issue, show and verify credentials between apps, with keys in files"
NEEDS = "nothing"
MOST_BYTES: Final = 2 * 1024 * 1024
EPILOGUE: Final = """\
issue   sign CLAIMS.json (SD-JWT VC, RFC 9901): {"iss": "https://…", "vct": "…", "iat": …, "exp": …, …}
        for a holder's key; each claim named with --hide is shown on its own or not at all
show    the credential with the claims named with --show, and the holder's proof for one verifier
        and one nonce
status  sign a Token Status List: {"sub": "https://…", "size": 1000, "revoked": [7], "exp": …}
verify  check what was shown, for the verifier and nonce it was asked with; with --status the
        list must be good now and say that the credential holds. Keys of `xinnong badge keygen`
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the four things to do and their options."""
    subjects = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for name, said in (("issue", "sign a credential"), ("status", "sign a status list")):
        one = subjects.add_parser(name, help=said)
        one.add_argument("claims", type=Path, metavar="CLAIMS.json")
        one.add_argument("--key", type=Path, required=True, metavar="KEY.pem")
        one.add_argument("--key-id", type=key_id, required=True, metavar="HEX", help="four digits")
        if name == "issue":
            one.add_argument("--holder", type=public, required=True, metavar="KEYID:HEX")
            one.add_argument("--hide", action="append", default=[], metavar="CLAIM")
    show = subjects.add_parser("show", help="show some of its claims")
    show.add_argument("text", help="the credential, or - for standard input")
    show.add_argument("--show", action="append", default=[], metavar="CLAIM")
    show.add_argument("--holder", type=Path, required=True, metavar="HOLDER.pem")
    verify = subjects.add_parser("verify", help="check what was shown")
    verify.add_argument("text", help="what was shown, or - for standard input")
    verify.add_argument("--key", type=public, action="append", required=True, metavar="KEYID:HEX")
    verify.add_argument("--at", type=instant, metavar="INSTANT", help="instead of now")
    verify.add_argument("--status", type=Path, metavar="FILE", help="the signed status list")
    for one in (show, verify):
        one.add_argument("--audience", required=True, metavar="NAME", help="who asks")
        one.add_argument("--nonce", required=True, metavar="TEXT", help="used once")


def run(args: argparse.Namespace) -> int:
    """Do what is asked; what cannot be worked with is refused by name."""
    subjects = {"issue": _issue, "status": _status, "show": _show, "verify": _verify}
    try:
        return subjects[args.what](args)
    except Unfit as unfit:
        print(f"xinnong credential: {unfit}", file=sys.stderr)
        return USAGE


def _issue(args: argparse.Namespace) -> int:
    by, claims = signer(args.key), read_object(args.claims)
    hidden = {name: secrets.token_bytes(SALT_BYTES) for name in args.hide}
    try:
        key = by.named(args.key_id)
        print(issued(claims, hidden, key=key, holder=args.holder, sign=by.sign))
    except ValueError as wrong:
        raise Unfit(
            f"{args.claims}: {wrong}: --hide names claims of the file, and none that says whether "
            "the credential holds; the holder's key is one of Ed25519"
        ) from None
    return DONE


def _status(args: argparse.Namespace) -> int:
    by, told = signer(args.key), read_object(args.claims)
    header = {"alg": "EdDSA" if by.algorithm == ED25519 else "ES256", "typ": TYPE}
    try:
        states = dict.fromkeys(map(int, told["revoked"]), 1)
        payload = {
            "sub": str(told["sub"]), "iat": int(time.time()), "exp": int(told["exp"]),
            "status_list": status_list(1, states, int(told["size"])).claim(),
        }  # fmt: skip
        text = signed(header | {"kid": args.key_id.hex()}, payload, by.sign)
    except KeyError as missing:
        raise Unfit(f"{args.claims}: {missing.args[0]} is missing") from None
    except (TypeError, ValueError, AttributeError):
        raise Unfit(
            f"{args.claims}: sub is a text, exp and size whole numbers, revoked a list of places below size"
        ) from None
    print(text)
    return DONE


def _show(args: argparse.Namespace) -> int:
    by = signer(args.holder)
    if by.algorithm != ED25519:
        raise Unfit(f"{args.holder}: a holder's key is one of Ed25519")
    try:
        text = presented(_text(args.text), frozenset(args.show))
    except ValueError:
        raise Unfit("this is no credential; hand over the whole text that `issue` wrote") from None
    asked = Asked(args.audience, args.nonce)
    print(bound(text, asked, second=int(time.time()), holder=by.named(b""), sign=by.sign))
    return DONE


def _verify(args: argparse.Namespace) -> int:
    second = int(args.at.timestamp()) if args.at else int(time.time())
    keys = {each.key_id.hex(): each for each in args.key}
    found = shown(_text(args.text), keys, second=second, asked=Asked(args.audience, args.nonce))
    wrong: str | None = found.wrong
    if found.claims is not None and args.status:
        wrong = _state(found.claims, args.status, keys, second)
    claims = None if wrong else found.claims
    print(
        json.dumps({"holds": wrong is None, "wrong": wrong, "claims": claims}, ensure_ascii=False)
    )
    return REFUSED if wrong else DONE


def _state(
    claims: dict[str, Any], path: Path, keys: dict[str, PublicKey], second: int
) -> str | None:
    """What the status list says against a credential; a list that is no good says so too."""
    place = place_of(claims)
    if place is None:
        return "status_missing"
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1).decode("ascii", "replace").strip()
    except OSError as fault:
        raise Unfit(f"{path}: {fault.strerror}") from None
    found = read_token(text, keys, uri=place[0], second=second)
    if found is None:
        return "status_list"
    return None if found.state(place[1]) == VALID else "revoked"


def _text(given: str) -> str:
    return forgiving_stdin().readline(MOST_BYTES).strip() if given == "-" else given
