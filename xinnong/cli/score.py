"""xinnong score: the score of one household, with its reasons."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, Final

from xinnong.cli.purposes import purpose

HELP = "show the score of one household; --explain adds points by feature and the reasons"
EPILOGUE: Final = """\
REF is the household number on its page, for example H0000000000017.
The read is recorded with its purpose and the household sees it.
"""
LANGUAGES: Final = {"zh": "zh-hans", "en": "en"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("ref", metavar="REF", help="household number: H and 13 digits")
    parser.add_argument("--explain", action="store_true", help="points by feature and reasons")
    parser.add_argument(
        "--basis", choices=["pre", "base", "granted"], default="", help="default: the fullest"
    )
    parser.add_argument(
        "--purpose", type=purpose, metavar="CODE", default="oversight", help="why (%(default)s)"
    )
    parser.add_argument("--case", default="", help="case number, where the purpose asks for one")
    parser.add_argument(
        "--language", choices=["zh", "en"], default="zh", help="of the reasons (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the score."""
    from django.utils import timezone, translation

    from xinnong.journeys.services import read_score

    with translation.override(LANGUAGES[args.language]):
        report = read_score(
            ref=args.ref,
            basis=args.basis,
            explain=args.explain,
            purpose=args.purpose,
            case=args.case,
            now=timezone.now(),
        )
        if args.json:
            print(json.dumps(report, ensure_ascii=False))
        else:
            _print(report)
    return 0


def _print(report: dict[str, Any]) -> None:
    out = sys.stdout
    lender = f" {report['lender']}" if report["lender"] else ""
    out.write(f"{report['household_id']}  {report['basis']}{lender}  as of {report['as_of']}\n")
    out.write(
        f"{report['points']} points, grade {report['grade']}, "
        f"scorecard {report['scorecard']} {report['scorecard_version']}\n"
    )
    for feature in report.get("features", ()):
        out.write(
            f"  {feature['dimension']:<12} {feature['feature']:<26} "
            f"{feature['points']:>2} of {feature['best_points']:<2}  {feature['says']}\n"
        )
    for reason in report.get("reasons", ()):
        out.write(f"- {reason['says']} (-{reason['lost_points']}): {reason['would_change']}\n")
