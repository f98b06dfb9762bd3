"""xinnong guard-activities: what was approved here, as the file that `guard replay --activities` reads."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from xinnong.cli.dispatch import DONE, USAGE, file_to_write, instant

HELP = "write the approved activities of this installation for guard replay --activities"
EPILOGUE: Final = """\
One row for each village of an approved activity: its number, the village, when it begins and ends, and its
agents under the same keyed hashes as in events; no names. An existing file is replaced as a whole.
"""
LONGEST: Final = timedelta(days=3 * 366)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--out", type=file_to_write, required=True, metavar="ACTIVITIES.parquet")
    parser.add_argument("--from", dest="begins", type=instant, required=True, metavar="INSTANT")
    parser.add_argument("--until", dest="ends", type=instant, required=True, metavar="INSTANT")


def run(args: argparse.Namespace) -> int:
    """Write the activities that touch the span, and say how many."""
    from xinnong.analytics.gangs.files import write_activities
    from xinnong.guard.activities import approved_activities, has_activities_feed

    if not timedelta(0) < args.ends - args.begins <= LONGEST:
        print("xinnong guard-activities: --until must be after --from, by three years at most",
              file=sys.stderr)  # fmt: skip
        return USAGE
    found = approved_activities(args.begins, args.ends)
    out: Path = args.out
    beside = out.with_name(f"{out.name}.part")
    write_activities(found, beside)
    beside.replace(out)
    known = "" if has_activities_feed() else "; no channel is licensed here, so none can be"
    print(f"{len(found):,} activities{known}", file=sys.stderr)
    print(out)
    return DONE
