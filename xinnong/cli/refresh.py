"""xinnong refresh: from live batches to published profiles, scores and lines."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Final

from xinnong.cli.dispatch import instant, past_day, progress

HELP = "link, profile, score and line the whole county from its live batches"
EPILOGUE: Final = """\
The result becomes visible at once and whole; until then people see the run before.
With --json one object is printed: run, as_of, batches, households, persons, stages, status.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--as-of", type=past_day, metavar="DATE", help="business date, YYYY-MM-DD; default: today"
    )
    parser.add_argument(
        "--known-at",
        type=instant,
        metavar="INSTANT",
        help="use what was live at this instant, for a replay; 2026-10-31T20:00+08:00",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Refresh and report."""
    from django.utils import timezone

    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.pipelines.services import refresh_county

    done = refresh_county(
        actor=SYSTEM_ACTOR,
        clock=timezone.now,
        as_of=args.as_of or timezone.localdate(),
        known_at=args.known_at,
        on_stage=_show,
    )
    stages = [
        {
            "name": stage.name,
            "seconds": float(stage.seconds),
            "rows": stage.rows,
            "peak_mb": stage.peak_mb,
        }
        for stage in done.stages
    ]
    report = {
        "run": done.run,
        "as_of": done.as_of.isoformat(),
        "batches": done.batches,
        "households": done.households,
        "persons": done.persons,
        "stages": stages,
        "status": done.status,
    }
    if args.json:
        print(json.dumps(report))
    else:
        _print_table(report, stages)
    return 0


def _show(name: str, done: int, total: int) -> None:
    """Follow the stages on stderr."""
    progress(done, total, name)


def _print_table(report: dict[str, object], stages: list[dict[str, object]]) -> None:
    print(
        f"run {report['run']} as of {report['as_of']}: {report['households']} households, "
        f"{report['persons']} persons from {report['batches']} batches",
        file=sys.stderr,
    )
    for stage in stages:
        print(
            f"  {stage['name']:<20} {stage['seconds']:>9} s {stage['rows']:>12} rows "
            f"{stage['peak_mb']:>6} MB",
            file=sys.stderr,
        )
