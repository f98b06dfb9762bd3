"""xinnong export: lines or households as a file, with a purpose, recorded."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Final

from xinnong.cli.dispatch import DONE, USAGE, day, file_to_write
from xinnong.cli.purposes import export_purpose

HELP = "write lines or households to a CSV, Parquet or XLSX file, for a named purpose"
EPILOGUE: Final = """\
lines:      household_id, grade, score, kind (pre|granted), line_yuan, reason_codes,
            scorecard_version, policy_version
households: household_id, person_id, rid, area12 (rid only for acceptance or migration)
Purposes: acceptance, migration, reporting, oversight. The export is recorded.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=["lines", "households"], help="what to write")
    parser.add_argument(
        "--out", required=True, type=file_to_write, metavar="FILE", help="file to write"
    )
    parser.add_argument("--format", required=True, choices=["csv", "parquet", "xlsx"])
    parser.add_argument(
        "--purpose", required=True, metavar="CODE", type=export_purpose, help="why it is exported"
    )
    parser.add_argument(
        "--as-of",
        type=day,
        metavar="DATE",
        help="newest run up to this date, YYYY-MM-DD; default: now",
    )
    parser.add_argument(
        "--lender", metavar="CODE", help="whose granted lines; default: the lender first by code"
    )


def run(args: argparse.Namespace) -> int:
    """Write the file and say what is in it."""
    from django.utils import timezone

    from xinnong.journeys.services.exporting import export_households, export_lines, lenders

    common = {"out": args.out, "form": args.format, "purpose": args.purpose}
    if args.what == "lines":
        known = lenders()
        if args.lender and args.lender not in known:
            print(
                f"xinnong export: there is no lender {args.lender!r}; the lenders are "
                f"{', '.join(known) or 'none yet'}",
                file=sys.stderr,
            )
            return USAGE
        lender = args.lender or next(iter(known), "")
        done = export_lines(**common, lender=lender, as_of=args.as_of, now=timezone.now())
        _name_lender(lender, known)
    else:
        done = export_households(**common, as_of=args.as_of, now=timezone.now())
    report = {"out": str(args.out), "run": done.run, "rows": done.rows}
    print(json.dumps({**report, "households": done.households}))
    return DONE


def _name_lender(lender: str, known: Sequence[str]) -> None:
    """Say whose granted lines are in: a lender's lines are its own and never mixed with others'."""
    others = ", ".join(code for code in known if code != lender)
    aside = f"; left out: {others} (choose with --lender)" if others else ""
    print(f"pre-approved lines and those granted by {lender or 'nobody'}{aside}", file=sys.stderr)
