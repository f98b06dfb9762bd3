"""xinnong guard: replay a file of events through the detection rules, and villages to try them on."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Final
from uuid import UUID

from xinnong.analytics.collector import at_rest
from xinnong.analytics.gangs.files import BrokenFile, EventFile, read_activities, write_simulation
from xinnong.analytics.gangs.gangs import SCENARIOS
from xinnong.analytics.gangs.report import FIRST_SEED, report_lines
from xinnong.analytics.gangs.simulate import FEEDS, simulate
from xinnong.cli.dispatch import (
    DONE,
    REFUSED,
    USAGE,
    file_to_write,
    progress,
    whole,
    with_database,
)
from xinnong.cli.faults import problem_said
from xinnong.cli.guard_packs import run_pack
from xinnong.core.detection.engine import Alert, Engine
from xinnong.core.detection.events import SECOND, Calendar, Event
from xinnong.core.detection.rulebook import (
    BASE,
    MOST_BYTES,
    InvalidRulebook,
    Rulebook,
    load_rulebook,
)

HELP = "replay events through the rules against account gangs, or simulate villages and gangs"
NEEDS = "nothing"
EPILOGUE: Final = """\
replay    alerts of EVENTS.parquet, one JSON object each, then {"summary": ...}; the approved activities
          of this installation are written for it by `xinnong guard-activities`
simulate  write events.parquet, activities.parquet and truth.json of a scenario into --out
report    replay many simulations: victims before the first alert, minutes, precision, false alerts,
          with intervals of 95 %; --keep FILE lets a long one be stopped and go on
rules     check a rulebook and tell what is in it
pack      export CASE writes the newest pack that an officer signed of a case (its reference) to --out;
          import FILE verifies another county's and watches for what it names; a JSON object each
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the four things to do and their options."""
    subjects = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    replay = subjects.add_parser("replay", help="judge a file of events")
    replay.add_argument("events", type=Path, metavar="EVENTS.parquet")
    replay.add_argument(
        "--activities",
        type=Path,
        metavar="ACTIVITIES.parquet",
        help="what was approved; `xinnong guard-activities` writes it",
    )
    replay.add_argument("--json", action="store_true", help="one JSON object a line")
    replay.add_argument("--shadow", action="store_true", help="alerts of rules in shadow as well")
    simulated = subjects.add_parser("simulate", help="write a simulation")
    simulated.add_argument("--scenario", choices=list(SCENARIOS), required=True)
    simulated.add_argument("--feeds", choices=FEEDS, default="full", help="who reports (full)")
    simulated.add_argument("--seed", type=whole(0, 10**9), default=1)
    simulated.add_argument("--out", type=Path, required=True, metavar="DIR")
    report = subjects.add_parser("report", help="measure the rules on many simulations")
    report.add_argument("--scenario", choices=list(SCENARIOS), action="append", default=[])
    report.add_argument("--feeds", choices=FEEDS, action="append", default=[])
    report.add_argument("--seeds", type=whole(1, 1000), default=20, help="of each (20)")
    report.add_argument("--first-seed", type=whole(0, 10**9), default=FIRST_SEED, help="(1)")
    report.add_argument("--processes", type=whole(1, 16), default=1, help="side by side (1)")
    report.add_argument("--keep", type=file_to_write, metavar="FILE", help="go on where it stopped")
    report.add_argument("--json", action="store_true", help="one JSON object a line")
    checked = subjects.add_parser("rules", help="check a rulebook")
    packs = subjects.add_parser("pack", help="packs for and from neighbouring police")
    ways = packs.add_subparsers(dest="way", required=True, metavar="WAY")
    export = ways.add_parser("export", help="write what an officer signed")
    export.add_argument("case", type=UUID, metavar="CASE")
    export.add_argument("--out", type=file_to_write, required=True, metavar="FILE")
    taken = ways.add_parser("import", help="verify and watch")
    taken.add_argument("file", type=Path, metavar="FILE")
    for each in (replay, report, checked):
        each.add_argument(
            "--rules", type=Path, metavar="RULES.toml", help="instead of the base rules"
        )


def run(args: argparse.Namespace) -> int:
    """Do what is asked; a file that is none of what it should be is refused by name."""
    if args.what == "pack":
        with with_database("guard"):
            return run_pack(args)
    try:
        if args.what == "simulate":
            return _simulate(args)
        content = _rules_file(args.rules)
        book = load_rulebook(content)
        if args.what == "rules":
            return _rules(book)
        return _replay(args, book) if args.what == "replay" else _report(args, content)
    except BrokenFile as broken:
        print(f"xinnong guard: {broken}", file=sys.stderr)
        return USAGE
    except InvalidRulebook as refused:
        for problem in refused.problems:
            print(f"xinnong guard: rules: {problem_said(problem)}", file=sys.stderr)
        return REFUSED


def _rules_file(path: Path | None) -> bytes:
    if path is None:
        return (files("xinnong.core.detection") / "published" / BASE).read_bytes()
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise BrokenFile(path, str(fault.strerror)) from None


def _replay(args: argparse.Namespace, book: Rulebook) -> int:
    activities = read_activities(args.activities) if args.activities else []
    file = EventFile(args.events)
    engine = Engine(book, Calendar(activities))
    said = _as_json if args.json else _as_line
    began = time.perf_counter()
    printed = 0
    with at_rest():
        for alert in _alerts(engine, _watched(file)):
            if args.shadow or not alert.shadow:
                printed += 1
                print(said(alert))
    seconds = round(time.perf_counter() - began, 3)
    summary = asdict(engine.counted) | {"alerts": printed, "seconds": seconds}
    print(json.dumps({"summary": summary}) if args.json else _summed(summary))
    if file.broken:
        print(
            f"xinnong guard: {file.broken:,} rows have no number, instant or kind and were left out",
            file=sys.stderr,
        )
        return REFUSED
    return DONE


def _alerts(engine: Engine, events: Iterable[Event]) -> Iterator[Alert]:
    yield from engine.take(events)
    yield from engine.end()


def _watched(file: EventFile) -> Iterator[Event]:
    for place, event in enumerate(file):
        if place % 10_000 == 0:
            progress(place, file.rows, "events")
        yield event
    progress(file.rows, file.rows, "events")


def _as_json(alert: Alert) -> str:
    told = {
        "alert_id": alert.alert_id, "at": _instant(alert.at), "rule": alert.rule,
        "severity": alert.severity, "villages": alert.villages, "phones": alert.phones,
        "devices": alert.devices, "agents": alert.agents, "event_ids": alert.event_ids,
        "supersedes": alert.supersedes,
    }  # fmt: skip
    return json.dumps(told | ({"shadow": True} if alert.shadow else {}), ensure_ascii=False)


def _as_line(alert: Alert) -> str:
    where = ", ".join(alert.villages) or "-"
    return (
        f"{_instant(alert.at)}  {alert.severity:<6}  {alert.rule:<22}  {where}  "
        f"{len(alert.phones)} numbers, {len(alert.devices)} devices, {len(alert.event_ids)} events"
    )


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds")


def _summed(summary: dict[str, float]) -> str:
    return ", ".join(f"{value:,} {name}" for name, value in summary.items())


def _simulate(args: argparse.Namespace) -> int:
    if args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        print(f"xinnong guard: {args.out} must be a new or an empty folder", file=sys.stderr)
        return USAGE
    simulation = simulate(args.scenario, args.seed, feeds=args.feeds)
    for path in write_simulation(simulation, args.out):
        print(path)
    return DONE


def _report(args: argparse.Namespace, rules: bytes) -> int:
    told = partial(progress, what="simulations")
    scenarios, feeds = args.scenario or list(SCENARIOS), args.feeds or list(FEEDS)
    lines = report_lines(
        rules, scenarios, feeds, args.seeds, told, processes=args.processes, keep=args.keep,
        first=args.first_seed,
    )  # fmt: skip
    for line in lines:
        print(json.dumps(line) if args.json else _row(line))
    return DONE


def _row(line: dict[str, object]) -> str:
    return "  ".join(f"{name} {value}" for name, value in line.items())


def _rules(book: Rulebook) -> int:
    print(f"{book.id} {book.version}: {len(book.rules)} rules, {len(book.measures)} measures")
    for rule in book.rules:
        shadow = " (shadow)" if rule.shadow else ""
        print(f"  {rule.severity:<6} {rule.name:<22} {rule.title_zh}{shadow}")
    return DONE
