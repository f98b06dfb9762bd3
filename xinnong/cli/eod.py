"""xinnong eod: the end of the day of every lender, for one date or for all open days up to one."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Final

from xinnong.cli.dispatch import DONE, REFUSED, USAGE, day, progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from xinnong.lending.services.end_of_day import DayReport

HELP = "end the day of every lender: interest, lateness, classes, provisions, ledger"
EPILOGUE: Final = """\
Prints one line a date and lender, with --json one object. A date that is finished says `already`; one
that was interrupted goes on where it stopped. A date after the business date is refused.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    dates = parser.add_mutually_exclusive_group(required=True)
    dates.add_argument("--on", type=day, metavar="DATE", help="end this day")
    dates.add_argument(
        "--through", type=day, metavar="DATE", help="end every open day up to and with this one"
    )
    parser.add_argument(
        "--institution", metavar="CODE", help="of this lender alone; default: of all"
    )
    parser.add_argument("--json", action="store_true", help="print the reports as JSON")


def run(args: argparse.Namespace) -> int:
    """End the days and report each; a refusal of one lender does not keep the others."""
    from django.utils import timezone

    from xinnong.cli.faults import refusal
    from xinnong.core.errors import Refused
    from xinnong.lending.services.end_of_day import lenders_with_days

    if args.institution and not _is_lender(args.institution):
        print(f"xinnong eod: there is no lender {args.institution!r}", file=sys.stderr)
        return USAGE
    lenders = [args.institution] if args.institution else lenders_with_days()
    today, refused = timezone.localdate(), False
    for place, institution in enumerate(lenders, 1):
        try:
            for report in _ended(args, institution, today):
                _print(report, as_json=args.json)
        except Refused as fault:
            refused = True
            print(f"xinnong eod: {institution}: {refusal(fault)}", file=sys.stderr)
        progress(place, len(lenders), institution)
    return REFUSED if refused else DONE


def _is_lender(code: str) -> bool:
    """Whether an institution of this code lends; nobody else has days to end."""
    from xinnong.accounts.models import Institution, Operator

    return Institution.objects.filter(code=code, operator__kind=Operator.Kind.LENDER).exists()


def _ended(args: argparse.Namespace, institution: str, today: date) -> Iterator[DayReport]:
    from django.utils import timezone

    from xinnong.lending.services.end_of_day import end_day, end_days

    clock = timezone.now
    if args.through:
        yield from end_days(
            institution=institution, through_on=args.through, today=today, clock=clock
        )
    else:
        yield end_day(institution=institution, on=args.on, today=today, clock=clock)


def _print(report: DayReport, *, as_json: bool) -> None:
    told = told_of(report)
    if as_json:
        print(json.dumps(told), flush=True)
        return
    print(
        f"{report.on} {report.institution:<12} {report.status:<8} {report.loans:>9,} loans"
        f" {told['accrued_yuan']:>16} earned {report.reclassified:>6} reclassified"
        f" {report.dunned:>6} dunned  difference {told['ledger_difference_yuan']}"
        f"  {told['seconds']} s",
        flush=True,
    )


def told_of(report: DayReport) -> dict[str, object]:
    """A report as others read it: amounts as yuan text."""
    from xinnong.core.money import yuan

    return {
        "date": report.on.isoformat(),
        "institution": report.institution,
        "status": report.status,
        "loans": report.loans,
        "accrued_yuan": yuan(report.accrued_minor),
        "reclassified": report.reclassified,
        "provisions_delta_yuan": yuan(report.provisions_delta_minor),
        "dunned": report.dunned,
        "transfers": report.transfers,
        "ledger_difference_yuan": yuan(report.ledger_difference_minor),
        "seconds": float(report.seconds),
    }
