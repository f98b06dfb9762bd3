"""Every error planted in the synthetic county is caught or repaired as declared, none invented."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from xinnong.analytics.checking.ingest import ingest
from xinnong.analytics.checking.report import IngestReport
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.county.areas import areas
from xinnong.analytics.county.generate import generate
from xinnong.analytics.lake import LakePaths, seal_context
from xinnong.analytics.reading.delivery import Identified, identify, open_delivery
from xinnong.analytics.sealing import Keys, open_sealed

pytestmark = pytest.mark.slow

KEYS = Keys(b"h" * 32, b"s" * 32, "test")
AREAS = {area.code12: area.retired_to for area in areas()}


@dataclass
class Found:
    """What the import of a whole county said, by file."""

    reports: dict[str, IngestReport] = field(default_factory=dict)
    quarantined: set[tuple[str, int, str]] = field(default_factory=set)
    kept: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("county")
    generate(households=150, seed=11, out=out)
    return out


@pytest.fixture(scope="module")
def found(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    work = tmp_path_factory.mktemp("lake")
    collected = Found()
    told = json.loads((county / "truth" / "files.json").read_text())
    repeated = {entry["file"] for entry in told if entry["repeats"]}
    for path in sorted(p for p in county.iterdir() if p.is_file() and p.name not in repeated):
        for file in open_delivery(path, workdir=work):
            for item in identify(file):
                _take(item, work, collected)
    return collected


def _take(item: Identified, work: Path, found: Found) -> None:
    assert item.refused is None
    assert item.as_of is not None
    batch = len(found.reports) + 1
    report = ingest(
        item.file,
        contract=load_contracts()[item.class_name],
        as_of=item.as_of,
        batch=batch,
        keys=KEYS,
        out=LakePaths(work / "lake"),
        loaded_at=datetime(2026, 11, 2, tzinfo=UTC),
        areas=AREAS,
    )
    name = item.file.name.rsplit("!", maxsplit=1)[-1]
    found.reports[name] = report
    for row, codes in _error_rows(report, batch):
        found.quarantined.update((name, row, code) for code in codes)
    lake = next((s.temporary for s in report.staged if s.part == "lake"), None)
    found.kept[name] = _count(lake) if lake else 0


def _count(lake: Path) -> int:
    counted = duckdb.execute(f"SELECT count(*) FROM '{lake}'").fetchall()
    return int(counted[0][0])


def _error_rows(report: IngestReport, batch: int) -> Iterator[tuple[int, list[str]]]:
    sealed = next((s.temporary for s in report.staged if s.part == "errors"), None)
    if sealed is None:
        return
    context = seal_context("errors", class_name=report.class_name, batch=batch)
    clear = b"".join(open_sealed(sealed, keys=KEYS, context=context))
    for row in _rows_of(clear, report):
        codes = [told.rsplit(":", maxsplit=1)[-1] for told in row["错误代码"].split(";")]
        yield int(row["数据行号"]), codes


def _rows_of(clear: bytes, report: IngestReport) -> list[dict[str, str]]:
    if report.error_format == "csv":
        text = clear.decode(report.encoding)
        return list(csv.DictReader(io.StringIO(text), delimiter=report.separator))
    return _typed_rows(clear, report.error_format)


def _typed_rows(clear: bytes, kind: str) -> list[dict[str, str]]:
    if kind == "jsonl":
        return [json.loads(line) for line in clear.decode().splitlines()]
    if kind == "xlsx":
        book = CalamineWorkbook.from_filelike(io.BytesIO(clear))
        header, *rows = book.get_sheet_by_index(0).to_python()
        return [dict(zip(map(str, header), map(str, row), strict=True)) for row in rows]
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(clear)
        file.flush()
        result = duckdb.execute(f"SELECT * FROM '{file.name}'")
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, map(str, row), strict=True)) for row in result.fetchall()]


def _planted(county: Path, outcome: str) -> set[tuple[str, int, str]]:
    rows = duckdb.execute(
        f"SELECT file, row, code FROM '{county}/truth/errors.parquet' WHERE outcome = '{outcome}'"
    ).fetchall()
    return {(file, row, code) for file, row, code in rows}


def test_it_accounts_for_every_row(found: Found) -> None:
    for name, report in found.reports.items():
        assert report.refused is None, name
        outcomes = report.accepted + report.repaired + report.quarantined + report.duplicate
        assert outcomes == report.read, name
        assert found.kept[name] == report.accepted + report.repaired, name


def test_it_puts_aside_exactly_the_planted_rows(county: Path, found: Found) -> None:
    assert found.quarantined == _planted(county, "quarantined")


def test_it_names_exactly_the_planted_repairs(county: Path, found: Found) -> None:
    planted = Counter((file, code) for file, _, code in _planted(county, "repaired"))
    told = Counter(
        {(name, code): n for name, r in found.reports.items() for code, n in r.repairs.items()}
    )
    assert told == planted


def test_it_finds_exactly_the_planted_duplicates(county: Path, found: Found) -> None:
    planted = Counter(file for file, *_ in _planted(county, "duplicate"))
    assert Counter({n: r.duplicate for n, r in found.reports.items() if r.duplicate}) == planted
