"""xinnong recompute: a household's stored results, computed again from what is stored."""

from __future__ import annotations

import argparse
import json
from typing import Final

from xinnong.cli.purposes import purpose

HELP = "compute the stored scores and lines of one household again and name every difference"
EPILOGUE: Final = """\
Uses the values, scorecard and policy stored with the run, for runs that left the database those of
its archive. One JSON object a result; exit code 1 where a figure does not come out of its inputs.
The read is recorded with its purpose and the household sees it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("ref", metavar="REF", help="household number: H and 13 digits")
    parser.add_argument(
        "--run", type=int, default=None, help="number of a refresh; default: newest"
    )
    parser.add_argument(
        "--purpose", type=purpose, metavar="CODE", default="oversight", help="why (%(default)s)"
    )
    parser.add_argument("--case", default="", help="case number, where the purpose asks for one")


def run(args: argparse.Namespace) -> int:
    """Print each result."""
    from django.utils import timezone

    from xinnong.core.money import yuan
    from xinnong.journeys.services import recompute_results

    known, results = recompute_results(
        ref=args.ref, run_id=args.run, purpose=args.purpose, case=args.case, now=timezone.now()
    )
    for result in results:
        line = None if result.line_minor is None else str(yuan(result.line_minor))
        told = {
            "household_id": args.ref,
            "run": known.pk,
            "as_of": known.as_of.isoformat(),
            "basis": result.basis,
            "lender": result.lender,
            "score": result.points,
            "grade": result.grade,
            "line_yuan": line,
            "agrees": not result.differences,
            "differences": list(result.differences),
        }
        print(json.dumps(told, ensure_ascii=False))
    return int(any(result.differences for result in results))
