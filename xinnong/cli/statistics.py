"""xinnong statistics: agricultural and inclusive loans of a lender on a day, by group."""

from __future__ import annotations

import argparse
import json
import sys

from xinnong.cli.dispatch import DONE, USAGE, past_day

HELP = "count a lender's agricultural and inclusive loans on a day, from the ledger"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--institution", required=True, metavar="CODE", help="the lender")
    parser.add_argument(
        "--on", required=True, type=past_day, metavar="DATE", help="end of this day"
    )
    parser.add_argument("--json", action="store_true", help="print one object a group")


def run(args: argparse.Namespace) -> int:
    """Print each group that has loans."""
    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.core.money import yuan
    from xinnong.lending.queries.statistics import statistics_on

    if not Institution.objects.filter(code=args.institution).exists():
        print(f"xinnong statistics: there is no institution {args.institution!r}", file=sys.stderr)
        return USAGE
    with scoped(SYSTEM):
        found = statistics_on(args.institution, args.on)
    for name, group in found.items():
        rate = "" if group.weighted_rate_percent is None else str(group.weighted_rate_percent)
        told = {
            "institution": args.institution, "on": args.on.isoformat(), "group": name,
            "loans": group.loans, "borrowers": group.borrowers,
            "balance_yuan": yuan(group.balance_minor), "weighted_rate_percent": rate,
        }  # fmt: skip
        if args.json:
            print(json.dumps(told))
        else:
            print(f"{name:<26} {group.loans:>9,} loans {group.borrowers:>9,} borrowers"
                  f" {told['balance_yuan']:>18} yuan {rate:>10} %")  # fmt: skip
    return DONE
