"""Print the official towns of a county as the beginning of its list."""

from __future__ import annotations

import argparse
import csv
import sys
from typing import Final

HELP = "print a county and its official towns as a list for areas-import"
NEEDS = "django"
EPILOGUE: Final = """\
The list ends at the towns; add the villages (twelve digits, level village, the town as parent), then
bring it in with `xinnong areas-import FILE --valid-from DATE`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("county", help="six digits of GB/T 2260, for example 330381")


def run(args: argparse.Namespace) -> int:
    """Write the CSV to stdout."""
    from xinnong.areas.divisions import county_and_towns
    from xinnong.areas.services import COLUMNS

    rows = county_and_towns(args.county)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([row.code, row.level, row.parent, row.name] for row in rows)
    return 0
