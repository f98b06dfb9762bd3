"""xinnong core-file: the nightly file of a lender's own core comes in and is compared."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from xinnong.cli.dispatch import DONE, REFUSED, USAGE, past_day

HELP = "take a core's nightly file in and list where it and we differ; nothing is posted"
EPILOGUE: Final = """\
CSV (UTF-8 or GB18030), XLSX or JSON Lines; docs/operations/bank.md names the columns. read = matched
+ broken + aside. Exit code 1 where anything differs, is missing or was put aside.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", type=Path, metavar="PATH", help="the file")
    parser.add_argument("--institution", required=True, metavar="CODE", help="whose core")
    parser.add_argument("--as-of", required=True, type=past_day, metavar="DATE")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Take the file in and say what became of it."""
    from django.utils import timezone

    from xinnong.accounts.models import Institution
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.lending.services.core_files import take_core_file

    lender = Institution.objects.filter(code=args.institution).select_related("operator").first()
    if lender is None or not args.path.is_file():
        what = f"file {str(args.path)!r}" if lender else f"institution {args.institution!r}"
        print(f"xinnong core-file: there is no {what}", file=sys.stderr)
        return USAGE
    file = take_core_file(
        actor=SYSTEM_ACTOR, institution=lender, path=args.path, as_of=args.as_of,
        now=timezone.now(),
    )  # fmt: skip
    told = {
        "file": str(file.ref), "as_of": file.as_of.isoformat(), "read": file.read,
        "matched": file.matched, "broken": file.broken, "aside": file.aside,
        "missing": file.missing,
    }  # fmt: skip
    print(json.dumps(told) if args.json else ", ".join(f"{k} {v}" for k, v in told.items()))
    return REFUSED if file.broken or file.aside or file.missing else DONE
