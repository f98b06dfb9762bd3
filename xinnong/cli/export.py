"""xinnong export: lines or households as a file, with a purpose, recorded."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Final

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
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="file to write")
    parser.add_argument("--format", required=True, choices=["csv", "parquet", "xlsx"])
    parser.add_argument("--purpose", required=True, metavar="CODE", help="why it is exported")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DATE", help="newest run up to this date"
    )
    parser.add_argument(
        "--lender", default="", metavar="CODE", help="whose granted lines; default: the first"
    )


def run(args: argparse.Namespace) -> int:
    """Write the file and say what is in it."""
    from django.utils import timezone

    from xinnong.journeys.services.exporting import export_households, export_lines, first_lender

    args.out.parent.mkdir(parents=True, exist_ok=True)
    common = {"out": args.out, "form": args.format, "purpose": args.purpose}
    if args.what == "lines":
        lender = args.lender or first_lender()
        done = export_lines(**common, lender=lender, as_of=args.as_of, now=timezone.now())
    else:
        done = export_households(**common, as_of=args.as_of, now=timezone.now())
    report = {"out": str(args.out), "run": done.run, "rows": done.rows}
    print(json.dumps({**report, "households": done.households}))
    return 0
