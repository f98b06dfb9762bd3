"""xinnong bureau: the file of a month for the credit bureau, with corrections of earlier ones."""

from __future__ import annotations

import argparse
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinnong.cli.dispatch import DONE, REFUSED, USAGE, file_to_write

if TYPE_CHECKING:
    from collections.abc import Iterator

HELP = "write a lender's accounts of a month for the credit bureau, and corrections"
MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
EPILOGUE: Final = """\
Accounts whose borrower has not agreed, or was not told of a bad record, are left out and counted by reason
(exit code 1 where there are any). Where nothing changed since the last file of the month, that file is
written again, byte for byte.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--institution", required=True, metavar="CODE", help="the lender")
    parser.add_argument("--month", required=True, type=month, metavar="YYYY-MM")
    parser.add_argument(
        "--out", required=True, type=file_to_write, metavar="FILE", help="JSON Lines file to write"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def month(text: str) -> date:
    """The type of an argument that is a month; its first day."""
    if MONTH.fullmatch(text):
        return date.fromisoformat(f"{text}-01")
    raise argparse.ArgumentTypeError(f"{text!r} is not a month; write it as 2026-03")


def run(args: argparse.Namespace) -> int:
    """Make the file and say what is in it."""
    from django.utils import timezone

    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.lending.services.bureau import file_lines, report_month

    lender = Institution.objects.filter(code=args.institution).select_related("operator").first()
    if lender is None:
        print(f"xinnong bureau: there is no institution {args.institution!r}", file=sys.stderr)
        return USAGE
    done = report_month(
        actor=SYSTEM_ACTOR, institution=lender, month=args.month, now=timezone.now()
    )
    delivery = done.delivery
    told = {
        "institution": lender.code,
        "month": f"{args.month:%Y-%m}",
        "status": "made" if done.is_new else "already" if delivery else "nothing",
        "number": delivery.number if delivery else None,
        "records": delivery.records if delivery else 0,
        "corrections": delivery.corrections if delivery else 0,
        "withheld": dict(sorted(done.withheld.items())),
        "out": str(args.out) if delivery else None,
    }
    if delivery:
        with scoped(SYSTEM):
            _write(args.out, file_lines(delivery))
    if args.json:
        print(json.dumps(told))
    else:
        print(f"{told['month']} {lender.code} {told['status']}: {told['records']:,} records, "
              f"{told['corrections']:,} corrections")  # fmt: skip
        for code, number in done.withheld.most_common():
            print(f"  left out {number:,}: {code}")
    return REFUSED if done.withheld else DONE


def _write(out: Path, lines: Iterator[bytes]) -> None:
    """Under a temporary name first, so that a half file never bears the asked name."""
    draft = out.with_name(f".{out.name}.part")
    try:
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            file.writelines(lines)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
