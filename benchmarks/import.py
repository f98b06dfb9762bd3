"""Rows a second of a real import of `person`, against DuckDB's read_csv and calamine alone.

    .venv/bin/python benchmarks/import.py [--households 260000] [--workbook-rows 150000] [--keep DIR]

The files are those of the synthetic county, with their dirt. An import here is what `xinnong import`
does to one file except its few database rows: find the dialect, check every row, tell repeats
apart, store the lake file, seal vault, pending rows, error file and the raw delivery, and put all in
place, fsynced. DuckDB reads the same file into a table of texts, in the same process, with the same
two threads; calamine reads the same workbook into Python lists. Exit code 1 where a figure misses
what is asked.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from python_calamine import CalamineWorkbook  # noqa: E402 - the repository is put on the path first

from xinnong.analytics.checking.chunks import THREADS  # noqa: E402
from xinnong.analytics.checking.ingest import ingest  # noqa: E402
from xinnong.analytics.checking.report import IngestReport  # noqa: E402
from xinnong.analytics.contracts import load_contracts  # noqa: E402
from xinnong.analytics.county.areas import areas  # noqa: E402
from xinnong.analytics.county.deliveries import POLICE, Build, Delivery, deliveries, sheet  # noqa: E402
from xinnong.analytics.county.generate import AS_OF, build_world  # noqa: E402
from xinnong.analytics.county.outputs import Output  # noqa: E402
from xinnong.analytics.county.places import lay_out, parts  # noqa: E402
from xinnong.analytics.engine import peak_mb, quoted, reset_peak  # noqa: E402
from xinnong.analytics.lake import LakePaths, publish  # noqa: E402
from xinnong.analytics.reading.delivery import identify, open_delivery  # noqa: E402
from xinnong.analytics.sealing import new_keys  # noqa: E402

CLASS = "person"
SEED = 1
ASKED_CSV_ROWS = 150_000
ASKED_CSV_SHARE = 25
ASKED_SHEET_ROWS = 20_000
PEOPLE_PER_HOUSEHOLD = 3.8
KEYS = new_keys("benchmark")
AREAS = {area.code12: area.retired_to for area in areas()}
CSV = replace(POLICE, encoding="utf-8")
WORKBOOK = sheet("公安局", "户籍人口信息")


@dataclass(frozen=True, slots=True)
class Timed:
    """What one reading of one file cost."""

    rows: int
    seconds: float
    cpu: float
    peak: int

    @property
    def rate(self) -> float:
        """Rows a second of wall time."""
        return self.rows / self.seconds


def main() -> int:
    """Write the files, time each reading, print the table; the exit code tells of misses."""
    options = _options()
    folder = options.keep or Path(TemporaryDirectory(prefix="xinnong-import-").name)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return _measure(folder, options.households, options.workbook_rows, options.rounds)
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--households", type=int, default=260_000, help="size of the CSV's county")
    parser.add_argument("--workbook-rows", type=int, default=150_000, help="about; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=2, help="the best of so many is printed")
    parser.add_argument("--keep", type=Path, help="folder for the files, kept for another run")
    return parser.parse_args()


def _measure(folder: Path, households: int, workbook_rows: int, rounds: int) -> int:
    _head()
    plain = _county_file(
        folder / "csv", CSV.encoding, Delivery(CLASS, AS_OF, CSV, _build()), households
    )
    limit = _line("read_csv, UTF-8", [_timed(lambda: _read_csv(plain)) for _ in range(rounds)])
    csv = _line(
        "import, UTF-8", [_timed(lambda: _import(plain, folder)) for _ in range(rounds)], limit
    )
    police = Delivery(CLASS, AS_OF, POLICE, _build())
    _line(
        "import, GB18030",
        [_timed(lambda: _import(_county_file(folder / "gb", "gb", police, households), folder))],
        limit,
    )
    good = csv.rate >= ASKED_CSV_ROWS and csv.rate * ASKED_CSV_SHARE >= limit.rate
    _say(f"CSV: asked {ASKED_CSV_ROWS:,} rows/s and 1/{ASKED_CSV_SHARE} of read_csv: ", good=good)
    return 0 if _workbook(folder, workbook_rows, rounds) and good else 1


def _workbook(folder: Path, rows: int, rounds: int) -> bool:
    if not rows:
        return True
    book = Delivery(CLASS, AS_OF, WORKBOOK, _build())
    path = _county_file(folder / "xlsx", "xlsx", book, int(rows / PEOPLE_PER_HOUSEHOLD))
    limit = _line("calamine, XLSX", [_timed(lambda: _read_workbook(path)) for _ in range(rounds)])
    ours = _line(
        "import, XLSX", [_timed(lambda: _import(path, folder)) for _ in range(rounds)], limit
    )
    good = ours.rate >= ASKED_SHEET_ROWS
    _say(f"XLSX: asked {ASKED_SHEET_ROWS:,} rows/s: ", good=good)
    return good


# ---------------------------------------------------------------- files


def _build() -> Build:
    return next(d.build for d in deliveries(AS_OF) if d.class_name == CLASS)


def _county_file(folder: Path, name: str, delivery: Delivery, households: int) -> Path:
    """Write the population register of a county of this size, in one file, once."""
    done = folder / f"{name}-{households}"
    if done.exists():
        return next(p for p in folder.iterdir() if p.name.startswith(CLASS))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    output = Output(replace(delivery, single=True), folder, SEED, dirty=True)
    places = lay_out(households, SEED)
    with duckdb.connect(config={"threads": "2", "memory_limit": "1200MB"}) as con:
        for part in parts(places):
            world = build_world(SEED, places, part, AS_OF)
            output.append(con, delivery.build(world), places, part.number)
        output.finish()
    done.touch()
    return output.files[0].path


# ---------------------------------------------------------------- what is timed


def _timed(work: Callable[[], int]) -> Timed:
    reset_peak()
    began, cpu = time.monotonic(), _cpu()
    rows = work()
    return Timed(rows, time.monotonic() - began, _cpu() - cpu, peak_mb())


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _read_csv(path: Path) -> int:
    with duckdb.connect(config={"threads": str(THREADS)}) as con:
        con.execute(
            f"CREATE TABLE texts AS SELECT * FROM read_csv({quoted(path)}, all_varchar = true)"
        ).fetchall()
        return int(con.execute("SELECT count(*) FROM texts").fetchall()[0][0])


def _read_workbook(path: Path) -> int:
    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


def _import(path: Path, folder: Path) -> int:
    """Import into a lake of its own that is thrown away; every row must be accounted for."""
    with TemporaryDirectory(dir=folder) as work:
        places = LakePaths(Path(work) / "lake")
        [file] = open_delivery(path, workdir=Path(work))
        [found] = identify(file)
        report = ingest(
            found.file, contract=load_contracts()[CLASS], as_of=AS_OF, batch=1, keys=KEYS,
            out=places, loaded_at=datetime.now(UTC), areas=AREAS,
        )  # fmt: skip
        publish(report.staged)
        _account(report, places)
    return report.read


def _account(report: IngestReport, places: LakePaths) -> None:
    told = report.accepted + report.repaired + report.quarantined + report.duplicate
    assert report.refused is None, report.refused
    assert told == report.read, report
    stored = report.path("lake")
    assert stored is not None
    with duckdb.connect() as con:
        kept = con.execute(f"SELECT count(*) FROM read_parquet({quoted(stored)})").fetchall()[0][0]
    assert kept == report.accepted + report.repaired, (kept, report)
    assert any((places.root / "vault").rglob("*.sealed"))


# ---------------------------------------------------------------- what is said


def _head() -> None:
    print(
        f"{'':<20}{'rows':>10}{'rows/s':>12}{'seconds':>9}{'CPU s':>8}{'peak MB':>9}  of the limit"
    )


def _line(name: str, runs: list[Timed], limit: Timed | None = None) -> Timed:
    best = min(runs, key=lambda run: run.seconds)
    share = f"1/{limit.rate / best.rate:.1f}" if limit else "the limit"
    print(
        f"{name:<20}{best.rows:>10,}{best.rate:>12,.0f}{best.seconds:>9.2f}{best.cpu:>8.2f}"
        f"{best.peak:>9,}  {share}",
        flush=True,
    )
    return best


def _say(asked: str, *, good: bool) -> None:
    print(f"{asked}{'met' if good else 'MISSED'}")


if __name__ == "__main__":
    sys.exit(main())
