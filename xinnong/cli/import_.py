"""Take department files in: check every row, store what holds, report the rest."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from xinnong.analytics.contracts import FORM, load_contracts
from xinnong.cli import import_work
from xinnong.cli.dispatch import DONE, FAULT, REFUSED, USAGE, past_day, progress
from xinnong.cli.faults import in_words
from xinnong.cli.import_work import MISSING, Options

HELP = "take department files in: check every row, store what holds, report the rest"
EPILOGUE = """\
A folder stands for the files directly in it, a zip for its members.
The class and date of a file come from its name (CLASS_YYYYMMDD.csv) unless given here;
`xinnong contracts` lists the classes. The same file again changes nothing, so after an
interruption simply run the same command again.

exit codes: 0 every row is in; 1 some rows were quarantined or a file was refused;
2 wrong usage; 3 a fault of this machine.

examples:
  xinnong import deliveries/
  xinnong import population.xlsx --class person --as-of 2026-10-31 --validate-only
  xinnong import deliveries/*.csv --json > report.jsonl
"""
FAULTS: Final = frozenset({"file.fault", "batch.interrupted"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare paths and options."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, zip or folder")
    parser.add_argument(
        "--class", dest="class_name", type=_class, metavar="CLASS",
        help="class of all the files; default: by file name, else by header",
    )  # fmt: skip
    parser.add_argument(
        "--as-of", type=past_day, metavar="DATE",
        help="date the data speak of, YYYY-MM-DD; default: by file name",
    )  # fmt: skip
    parser.add_argument(
        "--validate-only", action="store_true", help="check and report, store nothing"
    )
    parser.add_argument(
        "--errors", type=Path, metavar="DIR",
        help="folder for error files (default: a private folder of this installation)",
    )  # fmt: skip
    parser.add_argument(
        "--processes", type=int, choices=(1, 2), default=2, help="processes (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per file on stdout")


def _class(text: str) -> str:
    if text not in {FORM, *load_contracts()}:
        said = f"there is no class {text!r}; `xinnong contracts` lists them"
        raise argparse.ArgumentTypeError(said)
    return text


def run(args: argparse.Namespace) -> int:
    """Import; see EPILOGUE for exit codes."""
    if not import_work.spread(args.paths):
        print("xinnong import: there is no file in what was named", file=sys.stderr)
        return USAGE
    options = Options(
        class_name=args.class_name or "",
        as_of=args.as_of,
        validate_only=args.validate_only,
        errors=args.errors,
    )
    tally = Tally(_print_json if args.json else _print_words)
    import_work.take_in_all(args.paths, options, processes=args.processes, hear=tally)
    if not args.json:
        tally.print_sum()
    return tally.exit_code()


class Tally:
    """Hears what happens, prints results as they come, and knows the exit code at the end."""

    def __init__(self, show: Callable[[dict[str, Any]], None]) -> None:
        self.show = show
        self.results: list[dict[str, Any]] = []

    def result(self, found: dict[str, Any]) -> None:
        """One file is through."""
        self.results.append(found)
        self.show(found)

    def progress(self, done: int, total: int) -> None:
        """Bytes of all files."""
        progress(done, total, f"{len(self.results)} files")

    def exit_code(self) -> int:
        """What the command ends with."""
        if any(found["refused"] in FAULTS for found in self.results):
            return FAULT
        clean = all(not f["refused"] and not f["quarantined"] for f in self.results)
        return DONE if clean else REFUSED

    def print_sum(self) -> None:
        """Totals over all files."""
        names = ("read", "accepted", "repaired", "quarantined", "duplicate")
        sums = [f"{sum(f[name] for f in self.results):,} {name}" for name in names]
        refused = sum(bool(f["refused"]) for f in self.results)
        print(f"{len(self.results)} files, {refused} refused: {', '.join(sums)}")


def _print_json(found: dict[str, Any]) -> None:
    told = {name: value for name, value in found.items() if name != MISSING}
    print(json.dumps(told, ensure_ascii=False), flush=True)


def _print_words(found: dict[str, Any]) -> None:
    about = f"{found['file']}  {found['class'] or '?'} {found['as_of'] or '?'}"
    if found["refused"]:
        print(f"refused  {about}: {found['refused']}", flush=True)
        print(f"           {in_words(found['refused'])}", flush=True)
        if found.get(MISSING):
            print(f"           missing: {', '.join(found[MISSING])}", flush=True)
        return
    names = ("accepted", "repaired", "quarantined", "duplicate")
    parts = " + ".join(f"{found[name]:,} {name}" for name in names)
    print(f"in       {about}: {found['read']:,} read = {parts}", flush=True)
    for code, rows in found["reasons"].items():
        print(f"           {rows:>9,}  {code}: {in_words(code)}")
    if found["error_file"]:
        print(f"           error file: {found['error_file']}", flush=True)
