"""Take the files of a generated county in through the real reading, checking and sealing.

What `xinnong import` does, without a database: the same reading, the same rules, the same seals. It
serves the measurements and tests that compare with the county's truth.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from python_calamine import CalamineWorkbook

from xinnong.analytics import lake
from xinnong.analytics.checking.ingest import ingest
from xinnong.analytics.checking.report import IngestReport
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.county.areas import areas
from xinnong.analytics.linking.live import LakeFile
from xinnong.analytics.reading.delivery import Identified, identify, open_delivery
from xinnong.analytics.sealing import Keys, open_sealed, unseal_file

KEYS = Keys(b"h" * 32, b"s" * 32, "test")
LOADED_AT = datetime(2026, 11, 2, tzinfo=UTC)
AREAS = {area.code12: area.retired_to for area in areas()}


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one file: its report, reasons by quarantined row, rows that entered the lake."""

    name: str
    report: IngestReport
    reasons: Mapping[int, tuple[str, ...]]
    kept: int
    file: LakeFile | None


def take_in(county: Path, root: Path) -> list[Account]:
    """Import every file of a county in the order of their names; the lake is `root`."""
    spool = root / "spool"
    spool.mkdir(parents=True)
    accounts: list[Account] = []
    for path in sorted(path for path in county.iterdir() if path.is_file()):
        for delivered in open_delivery(path, workdir=spool):
            for item in identify(delivered):
                accounts.append(_take(item, root, accounts))
    return accounts


def _take(item: Identified, root: Path, before: list[Account]) -> Account:
    assert item.refused is None, item.file.name
    assert item.as_of is not None
    contract = load_contracts()[item.class_name]
    batch = len(before) + 1
    known = [account.file for account in before if account.file is not None]
    report = ingest(
        item.file, contract=contract, as_of=item.as_of, batch=batch, keys=KEYS,
        out=lake.LakePaths(root), loaded_at=LOADED_AT, areas=AREAS,
        earlier=[
            lake.LakeFile(f.batch, f.class_name, f.path, f.as_of) for f in known
        ],
    )  # fmt: skip
    lake.publish(report.staged)
    path, errors = report.path("lake"), report.path("errors")
    file = None
    if path is not None:
        file = LakeFile(batch, contract.name, path, report.path("vault"), item.as_of, LOADED_AT,
                        contract.mode)  # fmt: skip
    return Account(
        name=item.file.name.rsplit("!", maxsplit=1)[-1],
        report=report,
        reasons=dict(_error_rows(errors, report, batch)) if errors else {},
        kept=_count(path) if path else 0,
        file=file,
    )


def unseal(sealed: Path, clear: Path) -> None:
    """Open a vault segment; its place says what it was sealed as."""
    context = lake.seal_context("vault", class_name=sealed.parent.name, batch=int(sealed.stem))
    unseal_file(sealed, clear, keys=KEYS, context=context)


def write_area_tree(path: Path) -> Path:
    """Write the county's areas as a refresh takes them."""
    columns = "code VARCHAR, parent VARCHAR, level VARCHAR, retired_to VARCHAR"
    rows = [[area.code12, area.parent, area.level, area.retired_to] for area in areas()]
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE area ({columns})")
        con.executemany("INSERT INTO area VALUES (?, ?, ?, ?)", rows)
        con.execute(f"COPY area TO '{path}' (FORMAT parquet)").fetchall()
    return path


def _count(path: Path) -> int:
    counted = duckdb.execute(f"SELECT count(*) FROM '{path}'").fetchall()
    return int(counted[0][0])


def _error_rows(
    sealed: Path, report: IngestReport, batch: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    context = lake.seal_context("errors", class_name=report.class_name, batch=batch)
    clear = b"".join(open_sealed(sealed, keys=KEYS, context=context))
    for row in _rows_of(clear, report):
        codes = (told.rsplit(":", maxsplit=1)[-1] for told in row["错误代码"].split(";"))
        yield int(row["数据行号"]), tuple(codes)


def _rows_of(clear: bytes, report: IngestReport) -> list[dict[str, str]]:
    match report.error_format:
        case "csv":
            text = io.StringIO(clear.decode(report.encoding))
            return list(csv.DictReader(text, delimiter=report.separator))
        case "jsonl":
            return [json.loads(line) for line in clear.decode().splitlines()]
        case "xlsx":
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(clear)).get_sheet_by_index(0)
            header, *rows = sheet.to_python()
            return [dict(zip(map(str, header), map(str, row), strict=True)) for row in rows]
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(clear)
        file.flush()
        result = duckdb.execute(f"SELECT * FROM '{file.name}'")
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, map(str, row), strict=True)) for row in result.fetchall()]
