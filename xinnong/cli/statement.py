"""xinnong statement: a bank statement of a lender's own account comes in."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from xinnong.cli.dispatch import DONE, REFUSED, USAGE

HELP = "take a bank statement in: repayments, payments, what waits, the balance compared"
EPILOGUE: Final = """\
CSV (UTF-8 or GB18030), XLSX or JSON Lines; docs/operations/bank.md names the columns. A line comes in
once, whatever files it stands in. read = repeated + booked + payments + waiting. Exit code 1 where
lines wait for somebody or the balance differs.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", type=Path, metavar="PATH", help="the statement")
    parser.add_argument("--institution", required=True, metavar="CODE", help="whose account")
    parser.add_argument("--account", default="", metavar="NUMBER", help="default: the first one")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Read the file, take it in, say what became of it."""
    from django.utils import timezone

    from xinnong.accounts.models import Institution
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.core.money import yuan
    from xinnong.lending.services.statements import take_statement
    from xinnong.lending.statement_files import statement_in

    lender = Institution.objects.filter(code=args.institution).select_related("operator").first()
    if lender is None or not args.path.is_file():
        what = f"file {str(args.path)!r}" if lender else f"institution {args.institution!r}"
        print(f"xinnong statement: there is no {what}", file=sys.stderr)
        return USAGE
    report = take_statement(
        actor=SYSTEM_ACTOR, institution=lender, account=args.account,
        said=statement_in(args.path), now=timezone.now(),
    )  # fmt: skip
    told = {
        "statement": str(report.statement), "read": report.read, "new": report.new,
        "repeated": report.repeated, "booked": report.booked, "payments": report.payments,
        "waiting": report.waiting, "difference_yuan": yuan(report.difference_minor),
    }  # fmt: skip
    print(json.dumps(told) if args.json else ", ".join(f"{k} {v}" for k, v in told.items()))
    return REFUSED if report.waiting or report.difference_minor else DONE
