"""Reads generated files as plain rows of text, without the import that they are meant to test."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from python_calamine import CalamineWorkbook

from xinnong.analytics.contracts import load_contracts

TOTALS = "合计"


@dataclass(frozen=True)
class Told:
    """One entry of truth/files.json."""

    name: str
    class_name: str
    as_of: str
    rows: int
    repeats: str
    zipped: str


def told(out: Path) -> list[Told]:
    entries = json.loads((out / "truth" / "files.json").read_text(encoding="utf-8"))
    return [
        Told(e["file"], e["class"], e["as_of"], e["rows"], e["repeats"], e["zip"]) for e in entries
    ]


def data_of(out: Path, file: Told) -> bytes:
    if file.zipped:
        return zipfile.ZipFile(out / file.zipped).read(file.name)
    return (out / file.name).read_bytes()


def rows_of(out: Path, file: Told) -> list[dict[str, str]]:
    """The data rows as field name -> text; blank lines, titles and totals are left out."""
    header, *rows = _table(data_of(out, file), Path(file.name).suffix)
    fields = load_contracts()[file.class_name].fields
    names = {text: field.name for field in fields for text in field.headers}
    return [
        {names[text]: cell for text, cell in zip(header, row, strict=False) if text in names}
        for row in rows
        if row[0] != TOTALS
    ]


def _table(data: bytes, suffix: str) -> Iterator[list[str]]:
    match suffix:
        case ".csv":
            return _csv(data)
        case ".jsonl":
            return _json_lines(data)
        case ".xlsx":
            return _sheet(data)
        case _:
            return _parquet(data)


def text_of(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _csv(data: bytes) -> Iterator[list[str]]:
    text = text_of(data)
    separator = max(",|\t", key=text.split("\n", 1)[0].count)
    return (row for row in csv.reader(io.StringIO(text), delimiter=separator) if row)


def _json_lines(data: bytes) -> Iterator[list[str]]:
    rows = [json.loads(line) for line in data.decode().splitlines()]
    yield list(rows[0])
    yield from ([_text(cell) for cell in row.values()] for row in rows)


def _sheet(data: bytes) -> Iterator[list[str]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    rows = [[_text(cell) for cell in row] for row in sheet.to_python()]
    start = next(n for n, row in enumerate(rows) if sum(map(bool, row)) > 2)
    return (row for row in rows[start:] if any(row))


def _parquet(data: bytes) -> Iterator[list[str]]:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as con:
        file.write(data)
        file.flush()
        found = con.execute(f"SELECT * FROM '{file.name}'")
        header = [column[0] for column in found.description]
        rows = found.fetchall()
    yield header
    yield from ([_text(cell) for cell in row] for row in rows)


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return "" if cell is None else str(cell)
