"""xinnong schedule: the repayment schedule of a loan from its terms, as a table, as JSON or as CSV."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from xinnong.cli.dispatch import DONE, REFUSED, USAGE
from xinnong.cli.faults import problem_said
from xinnong.core.schedule import (
    InvalidTerms,
    Schedule,
    banker_csv,
    banker_table,
    build_schedule,
    load_terms,
    schedule_document,
    schedule_table,
    terms_schema,
)
from xinnong.core.schedule.terms_file import MAX_BYTES

HELP = "work out a loan's repayment schedule from its terms (JSON), as a table or as JSON"
NEEDS = "nothing"
EPILOGUE: Final = """\
The least that TERMS.json says:
  {"method": "equal_installment", "principal": "100000", "annual_rate": "4.1",
   "number_of_repayments": 12, "disbursed_on": "2026-03-01"}
`xinnong schedule --schema` prints every setting with its default. With --json:
{rows, totals, terms (every setting), conventions}. --table and --csv show for each row
from when it counts, its rate, what was owed before, what was lent and what happened. Terms that are wrong, unknown or
contradict each other are refused, every one by its name, with exit code 1.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "terms", nargs="?", metavar="TERMS.json", help="file to read, or - for stdin"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--table", action="store_true", help="print a banker's fourteen columns")
    form.add_argument("--csv", action="store_true", help="the fourteen columns as CSV")
    parser.add_argument(
        "--language", choices=["zh", "en"], default="zh",
        help="of the fourteen columns (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--schema", action="store_true", help="print the JSON schema and stop")


def run(args: argparse.Namespace) -> int:
    """Print the schedule, or what is wrong with the terms."""
    if args.schema:
        print(json.dumps(terms_schema(), ensure_ascii=False, indent=2))
        return DONE
    data = _read(args.terms)
    if data is None:
        return USAGE
    try:
        schedule = build_schedule(load_terms(data))
    except InvalidTerms as refused:
        for problem in refused.problems:
            print(f"xinnong schedule: refused: {problem_said(problem)}", file=sys.stderr)
        return REFUSED
    sys.stdout.write(_written(schedule, args))
    return DONE


def _written(schedule: Schedule, args: argparse.Namespace) -> str:
    """The schedule in the form asked for."""
    if args.json:
        return json.dumps(schedule_document(schedule), ensure_ascii=False) + "\n"
    if args.csv:
        return banker_csv(schedule, language=args.language)
    table = (
        banker_table(schedule, language=args.language) if args.table else schedule_table(schedule)
    )
    return table + "conventions: " + ", ".join(schedule.conventions) + "\n"


def _read(name: str | None) -> bytes | None:
    """The bytes of the file or of stdin, no more than would be too many already.

    None, with words why, when there are none to read.
    """
    if name is None:
        print("xinnong schedule: name a file with terms, or - for stdin", file=sys.stderr)
        return None
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as fault:
        print(f"xinnong schedule: {name}: {fault.strerror}", file=sys.stderr)
        return None
