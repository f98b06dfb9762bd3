"""xinnong household: the file of one household by its public reference."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, Final

from xinnong.cli.purposes import purpose

HELP = "show the file of one household: profile, score and lines, without names or ids"
EPILOGUE: Final = """\
REF is the household number on its page, for example H0000000000017.
The read is recorded with its purpose and the household sees it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("ref", metavar="REF", help="household number: H and 13 digits")
    parser.add_argument(
        "--purpose", type=purpose, metavar="CODE", default="oversight", help="why (%(default)s)"
    )
    parser.add_argument("--case", default="", help="case number, where the purpose asks for one")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the file."""
    from xinnong.journeys.services import read_household_file

    report = read_household_file(ref=args.ref, purpose=args.purpose, case=args.case, now=_now())
    if args.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _print(report)
    return 0


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _print(report: dict[str, Any]) -> None:
    out = sys.stdout
    out.write(
        f"{report['household_id']}  {report['area12']}  {report['members']} members  "
        f"as of {report['as_of']}\n"
    )
    if report["successor"]:
        out.write(f"merged into {report['successor']}\n")
    for score in report["scores"]:
        lender = f" {score['lender']}" if score["lender"] else ""
        points = "  ".join(f"{name} {value}" for name, value in score["dimensions"].items())
        out.write(f"{score['basis']}{lender}: {score['points']} points, grade {score['grade']}\n")
        out.write(f"  {points}\n")
    for line in report["lines"]:
        lender = f" {line['lender']}" if line["lender"] else ""
        gates = ", ".join(gate["code"] for gate in line["closed_gates"])
        why = f"  ({gates})" if gates else ""
        out.write(f"line {line['kind']}{lender}: {line['line_yuan']} yuan{why}\n")
