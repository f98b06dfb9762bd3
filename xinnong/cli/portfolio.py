"""xinnong portfolio: a lender's book in sums, vintages, flow rates and money by month."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Final

from xinnong.cli.dispatch import COUNTY_TIME, DONE, USAGE, past_day
from xinnong.cli.programs import in_table, told

HELP = "show a lender's book by product, town, class and bucket, with vintages and flow rates"
EPILOGUE: Final = """\
sums      loans, borrowers and balance by product, town, class and days past due
vintages  what of each month's drawings was ever 30 and over 90 days late, month by month
flow      where the loans of each bucket stood one month end later
months    lent, repaid, interest earned and collected
Without --on the book as it stands; with it a month end that was kept. No person is in it. With --json
everything in one object.
"""
PARTS: Final = {
    "sums": ("dimension", "value", "loans", "borrowers", "balance_yuan"),
    "vintages": (
        "month", "age_months", "loans", "lent_yuan", "ever_30_yuan", "ever_over_90_yuan",
    ),
    "flow": ("before", "after", "loans", "balance_yuan"),
    "months": (
        "month", "new_loans", "lent_yuan", "repaid_yuan", "interest_earned_yuan",
        "interest_collected_yuan",
    ),
}  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", nargs="?", choices=list(PARTS), default="sums")
    parser.add_argument("--institution", required=True, metavar="CODE", help="the lender")
    parser.add_argument("--on", type=past_day, metavar="DATE", help="a month end that was kept")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the part that is asked for."""
    from datetime import datetime

    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.lending.portfolio_reports import portfolio_report

    if not Institution.objects.filter(code=args.institution).exists():
        print(f"xinnong portfolio: there is no institution {args.institution!r}", file=sys.stderr)
        return USAGE
    with scoped(SYSTEM):
        today = datetime.now(COUNTY_TIME).date()
        found = portfolio_report(args.institution, args.on, today=today)
    if found is None:
        print(
            f"xinnong portfolio: {args.on} is no month end that was kept; "
            "--json without --on lists those that were",
            file=sys.stderr,
        )
        return USAGE
    if args.json:
        told(**found)
    else:
        _print(args.what, found)
    return DONE


def _print(what: str, found: dict[str, Any]) -> None:
    """One part as a table, under the day it speaks of."""
    print(f"{found['institution']}, late as of the night of {found['as_of_night'] or 'no day yet'}")
    rows = found[what]
    if what == "flow" and rows is not None:
        print(f"from {rows['before']} to {rows['on']}")
        rows = rows["rolls"]
    if not rows:
        print("nothing yet: it begins with the second month end", file=sys.stderr)
        return
    in_table(PARTS[what], rows)
    if what == "sums":
        print(
            f"bad {found['bad_yuan']}, provisions required {found['provisions_required_yuan']}, "
            f"held {found['provisions_held_yuan'] or '-'}"
        )
