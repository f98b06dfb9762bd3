"""Write the files of an invented county: what eight departments would send, and the truth."""

from __future__ import annotations

import argparse
import sys
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from xinnong.analytics.county import generate
from xinnong.cli.dispatch import progress, whole

HELP = "write a synthetic county: department files and the truth behind them"
NEEDS = "nothing"
LAST_MONTH = "last-month"
LARGEST_SEED = (1 << 64) - 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare size, seed, folder and date."""
    parser.add_argument(
        "--households",
        type=whole(1, generate.MAX_HOUSEHOLDS),
        default=2_000,
        help="1 to 1,000,000 (default 2,000)",
    )
    parser.add_argument(
        "--seed", type=whole(0, LARGEST_SEED), default=1, help="same seed, same bytes (default 1)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write into; must be empty"
    )
    parser.add_argument(
        "--as-of",
        type=_day,
        default=generate.AS_OF,
        metavar="DATE",
        help=f"data date, YYYY-MM-DD or last-month for its end (default {generate.AS_OF})",
    )
    parser.add_argument("--clean", action="store_true", help="leave out every planted error")


def _day(text: str) -> date:
    """Read a date, or `last-month`: a demo started later should not look stale."""
    if text == LAST_MONTH:
        return date.today().replace(day=1) - timedelta(days=1)  # noqa: DTZ011  a local calendar day
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"not a date: {text!r}") from wrong


def run(arguments: argparse.Namespace) -> int:
    """Write the county; exit code 2 for a wrong size or a folder that is not empty."""
    try:
        written = generate.generate(
            households=arguments.households,
            seed=arguments.seed,
            out=arguments.out,
            as_of=arguments.as_of,
            clean=arguments.clean,
            progress=partial(progress, what="demo county"),
        )
    except ValueError as wrong:
        sys.stderr.write(f"demo-county: {wrong}\n")
        return 2
    print(
        f"{arguments.out}: {len(written.files)} files, {written.rows:,} rows, "
        f"{written.households:,} households, {written.persons:,} persons, "
        f"{written.planted:,} planted errors"
    )
    return 0
