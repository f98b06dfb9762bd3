"""xinnong apply: hand loan applications in from JSON lines, or list them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from xinnong.cli.dispatch import DONE, REFUSED, USAGE
from xinnong.cli.programs import find_program, lines_of, told

if TYPE_CHECKING:
    from xinnong.accounts.models import ApiClient

HELP = "hand in loan applications from JSON lines, or list them; people decide on pages"
EPILOGUE: Final = """\
One application a line, as the API takes it, with a key of its own:
  {"key": UUID, "person": UUID, "offer": UUID, "amount_yuan": "30000.00", "months": 12,
   "method": "at_maturity", "purpose": "seed_and_fertiliser"}
A line sent again under its key answers the same and hands nothing in twice. One JSON object a line
comes out: ref and state, or refused with its code, what it says and what to do.
Exit code 1 where a line was refused; the others are in.
"""
STATES: Final = (
    "draft", "submitted", "in_review", "approved", "refused", "withdrawn", "expired",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="JSON lines; default: standard input"
    )
    parser.add_argument(
        "--client", required=True, metavar="CODE", help="the lender's program that hands them in"
    )
    parser.add_argument("--list", action="store_true", help="list applications instead")
    parser.add_argument("--state", choices=STATES, help="of the list; default: what waits")


def run(args: argparse.Namespace) -> int:
    """Hand in, or list."""
    if args.file is not None and not args.file.is_file():
        told(refused="usage", says=f"there is no file {args.file}")
        return USAGE
    found = find_program(args.client, "loans.read" if args.list else "loans.send")
    if found is None:
        return USAGE
    client, lender = found
    if args.list:
        return _list(client, lender, args.state or "")
    results = [_line(client, lender, at, line) for at, line in lines_of(args.file)]
    return DONE if all(results) else REFUSED


def _list(client: ApiClient, lender: str, state: str) -> int:
    from django.utils import timezone

    from xinnong.accounts.scope import scoped
    from xinnong.core.money import yuan
    from xinnong.lending.queries.applications import QueueFilters, applications_page
    from xinnong.privacy.purposes import Purpose
    from xinnong.privacy.services import record_listing
    from xinnong.web.paging import PAGE_ROWS, Turn

    before = ""
    while True:
        with scoped(client):
            rows = applications_page(
                lender, QueueFilters(state=state), turn=Turn(before), limit=PAGE_ROWS
            )
            record_listing(
                actor=client, at=timezone.now(), asked="applications",
                households=[row.household_id for row in rows], purpose=Purpose.APPLICATION,
            )  # fmt: skip
        for row in rows:
            told(
                ref=row.ref, product=row.offer.product.code, state=row.state,
                amount_yuan=yuan(row.amount_minor), submitted_at=row.submitted_at.isoformat(),
            )  # fmt: skip
        if len(rows) < PAGE_ROWS:
            return DONE
        before = str(rows[-1].pk)


def _line(client: ApiClient, lender: str, at: int, line: str) -> bool:
    """Hand one line in, in a transaction of its own; whether it is in."""
    from django.http import Http404
    from pydantic import ValidationError

    from xinnong.accounts.scope import scoped
    from xinnong.core.errors import Refused
    from xinnong.lending.api.applications import WishIn, hand_in
    from xinnong.lending.reasons import refusal_said

    try:
        said = _object(line)
        key = UUID(str(said.pop("key", "")))
        wish = WishIn(**said)
    except ValidationError as wrong:
        fields = ", ".join(str(each["loc"][-1]) for each in wrong.errors()[:5] if each["loc"])
        told(line=at, refused="request.invalid", says=f"these fields do not hold: {fields}")
        return False
    except (TypeError, ValueError):
        told(line=at, refused="request.invalid", says="no JSON object with a UUID under `key`")
        return False
    try:
        with scoped(client):
            answer = hand_in(client, lender, wish, key)
    except Http404:
        told(line=at, refused="request.not_found", says="no such person or offer in your areas")
        return False
    except Refused as refused:
        words = refusal_said(refused.code, refused.params)
        told(line=at, refused=refused.code, says=str(words.says), advice=str(words.advice))
        return False
    told(line=at, **answer)
    return True


def _object(line: str) -> dict[str, Any]:
    said = json.loads(line)
    if not isinstance(said, dict):
        raise TypeError
    return said
