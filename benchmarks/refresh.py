"""Seconds and memory of every stage of a county refresh, and how far it is from merely scanning.

    .venv/bin/python benchmarks/refresh.py [--households 86667 260000] [--keep DIR]

Counties are put straight into lakes by `straight_lake` (no files, no checks), then linked, profiled,
scored and lined by the engine, which writes its results as Parquet; publishing them is measured by
`xinnong refresh --json`. The limit is DuckDB reading, with the same threads, every value of the
columns that the features read, from the same linked files, in the same run. Both are judged by the
clock and told by processor time as well, which other work on the machine disturbs less. What is
asked holds for all results of a county with three lenders, 2.8 a household; the same county without
lenders, with the two results that need none (pre and base), is refreshed and told beside it. With two
sizes the growth of time is printed beside the growth of rows. Exit code 1 where a figure misses
what is asked.
"""

from __future__ import annotations

import argparse
import itertools
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.straight_lake import StraightLake, build  # noqa: E402 - as above
from xinnong.analytics.contracts import load_contracts  # noqa: E402
from xinnong.analytics.engine import Stage, quoted  # noqa: E402
from xinnong.analytics.features.aggregates import AGGREGATES  # noqa: E402
from xinnong.analytics.features.batch import PER_LENDER  # noqa: E402
from xinnong.analytics.linking.live import table_name  # noqa: E402
from xinnong.analytics.refresh import RefreshResult, refresh  # noqa: E402
from xinnong.core.policy_file import load_policy  # noqa: E402
from xinnong.core.scorecard_file import load_card  # noqa: E402

PACKAGE = ROOT / "xinnong"
CARD = PACKAGE / "scoring" / "published" / "expert-2026.1.json"
POLICY = PACKAGE / "credit" / "published" / "default-2026.1.json"
COMPUTING = ("features", "score", "line")
ASKED_SCANS = 7
ASKED_MB = 4096
ASKED_GROWTH = 3.3 / 3
THREADS = 2
MEMORY_LIMIT = "3GB"
LENDERS = ("BANK-01", "BANK-02", "SLC-01")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one county cost."""

    rows: int
    results: float
    stages: tuple[Stage, ...]
    scan: float
    computing_cpu: float
    scan_cpu: float

    @property
    def computing(self) -> float:
        """Seconds of features, score and line."""
        return sum(stage.seconds for stage in self.stages if stage.name in COMPUTING)

    @property
    def whole(self) -> float:
        """Seconds of all stages."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def peak(self) -> int:
        """Most memory of any stage."""
        return max(stage.peak_mb for stage in self.stages)


def main() -> int:
    """Measure each size, compare, and tell by the exit code what was missed."""
    options = _options()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="xinnong-refresh-"))
    try:
        measured = [_measure(folder, size) for size in sorted(options.households)]
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    good = [_judge(each, other) for each, other in measured]
    good += [_compare(measured[0][0], measured[-1][0])] if len(measured) > 1 else []
    return 0 if all(good) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--households", type=int, nargs="+", default=[86_667, 260_000], help="sizes (%(default)s)"
    )
    parser.add_argument("--keep", type=Path, help="folder for the lakes, kept for another run")
    return parser.parse_args()


# ---------------------------------------------------------------- one county


def _measure(folder: Path, households: int) -> tuple[Measured, Measured]:
    """Measure one county with its lenders and without any."""
    began = time.perf_counter()
    lake = build(folder / f"lake-{households}", households=households)
    print(f"\n{households:,} households, {lake.rows:,} rows (lake ready in "
          f"{time.perf_counter() - began:.0f} s)", flush=True)  # fmt: skip
    work = folder / f"work-{households}"
    return _measure_with(lake, work, LENDERS), _measure_with(lake, work, ())


def _measure_with(lake: StraightLake, work: Path, lenders: Sequence[str]) -> Measured:
    """Refresh in a fresh work folder and scan what the features of these lenders read."""
    shutil.rmtree(work, ignore_errors=True)
    result, cpu = _refresh(lake, work, lenders)
    results = result.counts["scores"] / result.counts["households"]
    print(f"  {len(lenders)} lenders, {results:.1f} results a household")
    for stage in result.stages:
        print(f"  {stage.name:<14}{stage.seconds:>9.2f} s {cpu[stage.name]:>9.2f} s of CPU "
              f"{stage.rows:>13,} rows {stage.peak_mb:>7,} MB")  # fmt: skip
    scans = columns_read(work / "steps", for_lenders=bool(lenders))
    scan, scan_cpu = map(
        min, zip(*(scan_seconds(work / "steps", scans) for _ in range(3)), strict=True)
    )
    listed = sum(map(len, scans.values()))
    print(
        f"  {'the scan':<14}{scan:>9.2f} s {scan_cpu:>9.2f} s of CPU ({listed} columns of {len(scans)} linked tables)"
    )
    shutil.rmtree(work, ignore_errors=True)
    computing = sum(cpu[name] for name in COMPUTING)
    return Measured(lake.rows, results, result.stages, scan, computing, scan_cpu)


def _refresh(
    lake: StraightLake, work: Path, lenders: Sequence[str]
) -> tuple[RefreshResult, dict[str, float]]:
    """Refresh, and tell the processor time of each stage beside what the stages tell."""
    marks: list[tuple[str, float]] = []

    def place(segment: Path, clear: Path) -> None:
        shutil.copyfile(segment, clear)

    result = refresh(
        batches=lake.files, as_of=lake.as_of, workdir=work, unseal=place, previous=None,
        next_household_no=1, areas=lake.areas, lenders=lenders, card=load_card(CARD.read_bytes()),
        policy=load_policy(POLICY.read_bytes()), memory_limit=MEMORY_LIMIT, threads=THREADS,
        on_stage=lambda name, _position, _total: marks.append((name, time.process_time())),
    )  # fmt: skip
    cpu = {name: after - at for (name, at), (_, after) in itertools.pairwise(marks)}
    return result, cpu


def columns_read(steps: Path, *, for_lenders: bool = True) -> dict[str, list[str]]:
    """Columns of each linked table (and of `member`) that any aggregate that is computed names."""
    computed = [each for each in AGGREGATES if for_lenders or each.name not in PER_LENDER]
    texts = [aggregate.sql.replace("{crop_norm}", "crop") for aggregate in computed]
    tables = [f"linked_{table_name(name)}" for name in load_contracts()]
    found: dict[str, list[str]] = {}
    with duckdb.connect() as con:
        for table in [*tables, "member"]:
            reading = [text for text in texts if re.search(rf"\b{table}\b", text)]
            if not reading:
                continue
            words = set(re.findall(r"\w+", " ".join(reading))) | {"adult"}
            wanted = con.execute(f"DESCRIBE SELECT * FROM {_parquet(steps, table)}").fetchall()
            found[table] = [
                name for name, *_ in wanted if name in words or name.startswith("grants_")
            ]
    return found


def scan_seconds(steps: Path, columns: dict[str, list[str]]) -> tuple[float, float]:
    """Read every value of these columns once, and nothing else: by the clock, and of CPU."""
    with duckdb.connect(config={"threads": str(THREADS)}) as con:
        began, busy = time.perf_counter(), time.process_time()
        for table, names in columns.items():
            largest = ", ".join(f'MAX("{name}")' for name in names)
            con.execute(f"SELECT {largest} FROM {_parquet(steps, table)}").fetchall()
        return time.perf_counter() - began, time.process_time() - busy


def _parquet(steps: Path, table: str) -> str:
    files = [steps / f"{table}.parquet", *sorted((steps / table).glob("*.parquet"))]
    return f"read_parquet([{', '.join(quoted(file) for file in files if file.exists())}])"


# ---------------------------------------------------------------- what was asked


def _judge(found: Measured, without_lenders: Measured) -> bool:
    ratio = found.computing / found.scan
    print(
        f"  features + score + line {found.computing:.1f} s = {ratio:.1f} scans, "
        f"{found.computing_cpu:.2f} s of CPU = {found.computing_cpu / found.scan_cpu:.1f} scans "
        f"(asked ≤ {ASKED_SCANS}); peak {found.peak:,} MB (asked ≤ {ASKED_MB:,}); "
        f"all stages {found.whole:.1f} s"
    )
    other = without_lenders
    print(
        f"  without lenders, {other.results:.1f} results a household instead of {found.results:.1f}: "
        f"{other.computing:.1f} s = {other.computing / other.scan:.1f} scans, "
        f"{other.computing_cpu:.2f} s of CPU = {other.computing_cpu / other.scan_cpu:.1f} scans"
    )
    return ratio <= ASKED_SCANS and found.peak <= ASKED_MB


def _compare(small: Measured, large: Measured) -> bool:
    rows = large.rows / small.rows
    grown = {"features + score + line": large.computing / small.computing,
             "all stages": large.whole / small.whole}  # fmt: skip
    print(f"\n{rows:.2f}× rows (asked ≤ {rows * ASKED_GROWTH:.2f}× time):")
    for name, times in grown.items():
        print(f"  {name:<26}{times:.2f}× time")
    return all(times <= rows * ASKED_GROWTH for times in grown.values())


if __name__ == "__main__":
    sys.exit(main())
