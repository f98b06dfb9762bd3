"""Give a program of an institution a token for the API, or take its tokens back."""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from xinnong.cli.dispatch import USAGE, whole

if TYPE_CHECKING:
    from xinnong.accounts.models import ApiClient

HELP = "issue an API token to a program of an institution, or revoke its tokens"
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,47}")
EPILOGUE: Final = """\
The token is printed once and kept as a digest only. Verbs: batches.deliver, batches.read,
households.read, scores.read, lines.read, county.read, runs.read, schedules.plan,
loans.read, loans.send, payments.carry, events.send, orders.answer, audit.read,
ecard.redeem, activities.file, teams.check.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("code", help="the program's own code, for example bank-01-core")
    parser.add_argument("--institution", default="", metavar="CODE", help="of a new program")
    parser.add_argument("--name", default="", help="of a new program")
    parser.add_argument(
        "--area", action="append", default=[], metavar="CODE", help="twelve digits, repeatable"
    )
    parser.add_argument("--verb", action="append", default=[], help="repeatable")
    parser.add_argument(
        "--days", type=whole(1, 366), default=90, help="until it expires (%(default)s)"
    )
    parser.add_argument("--revoke", action="store_true", help="end every token of the program")


def run(args: argparse.Namespace) -> int:
    """Print the token, or how many were revoked."""
    wrong = _wrong(args)
    if wrong:
        print(f"xinnong api-client: {wrong}", file=sys.stderr)
        return USAGE
    from django.utils import timezone

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.accounts.services.tokens import issue_token, revoke_tokens
    from xinnong.audit.services import SYSTEM_ACTOR

    now = timezone.now()
    with scoped(SYSTEM):
        client = _client(args, now)
        if args.revoke:
            ended = revoke_tokens(actor=SYSTEM_ACTOR, client=client, now=now)
            print(json.dumps({"client": client.code, "revoked": ended}))
            return 0
        lifetime = timedelta(days=args.days)
        token = issue_token(
            actor=SYSTEM_ACTOR, client=client, scopes=args.verb, lifetime=lifetime, now=now
        )
    expires = (now + lifetime).isoformat(timespec="seconds")
    print(json.dumps({"client": client.code, "token": token, "expires_at": expires}))
    return 0


def _wrong(args: argparse.Namespace) -> str:
    """What is missing or malformed; "" where nothing is. A program is ended whatever its code."""
    if args.revoke:
        return ""
    if not args.verb:
        return "name at least one --verb, or --revoke"
    if args.institution and not CODE.fullmatch(args.code):
        return f"{args.code!r} is no code; it has letters, digits, dots and hyphens, at most 48"
    return ""


def _client(args: argparse.Namespace, now: datetime) -> ApiClient:
    """The program of that code, made where an institution is named for a new one."""
    from xinnong.accounts.models import ApiClient, Institution
    from xinnong.accounts.services.tokens import ClientUnknown, create_client
    from xinnong.areas.models import Area

    known = ApiClient.objects.filter(code=args.code).first()
    institution = Institution.objects.filter(code=args.institution).first()
    areas = list(Area.objects.filter(code__in=args.area))
    if known is not None and not args.institution:
        return known
    if known is not None or institution is None or len(areas) != len(set(args.area)):
        raise ClientUnknown(client=args.code)
    name = args.name or args.code
    return create_client(code=args.code, name=name, institution=institution, areas=areas, now=now)
