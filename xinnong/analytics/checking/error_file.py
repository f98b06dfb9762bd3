"""The error file: a department's own rows, in its own format, with the reasons beside them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb
import xlsxwriter

from xinnong.analytics.checking.codes import load_codes
from xinnong.analytics.contracts import Contract
from xinnong.analytics.reading.json_lines import parse_object
from xinnong.analytics.reading.marks import CELL_END, ROW_PROBLEM, readable
from xinnong.analytics.reading.sources import Facts

REASON_HEADERS: Final = ("错误原因", "错误代码", "处理办法", "数据行号")
"""Columns added to the department's own; ignored when the file comes back corrected."""
SHEET_ROWS: Final = 1_000_000


class ErrorFile(Protocol):
    """A file that rows put aside are written to, in order."""

    path: Path

    def add(self, row: int, line: str, reasons: str) -> None:
        """Write one row: its number, canonical line, and `field=code` joined by semicolons."""

    def close(self) -> None:
        """Finish the file."""


def new_error_file(folder: Path, facts: Facts, contract: Contract) -> ErrorFile:
    """Begin an error file in the format of the delivery."""
    headers = {field.name: field.header for field in contract.fields}
    if facts.format == "xlsx":
        return _Workbook(folder / "errors.xlsx", facts, headers)
    if facts.format == "jsonl":
        return _JsonLines(folder / "errors.jsonl", headers)
    if facts.format == "parquet":
        return _Parquet(folder / "errors.parquet", facts, headers)
    return _Delimited(folder / "errors.csv", facts, headers, facts.encoding, facts.separator)


def told_reasons(reasons: str, headers: Mapping[str, str]) -> tuple[str, str, str]:
    """Return reasons in Chinese, codes, and remedies of one row."""
    codes = load_codes()
    texts: list[str] = []
    tags: list[str] = []
    remedies: dict[str, None] = {}
    for reason in reasons.split(";"):
        name, _, code = reason.partition("=")
        place = f"{headers[name]}：" if name else ""
        texts.append(place + codes[code].zh)
        tags.append(f"{name}:{code}" if name else code)
        remedies[codes[code].remedy_zh] = None
    return "；".join(texts), ";".join(tags), "；".join(remedies)


def own_cells(line: str, width: int) -> list[str]:
    """Return the cells of a canonical line as the department wrote them."""
    if line.startswith(ROW_PROBLEM):
        return [readable(line[2:]), *[""] * (width - 1)]
    cells = [readable(cell) for cell in line.split(CELL_END)]
    return cells + [""] * (width - len(cells))


class _Delimited:
    def __init__(
        self, path: Path, facts: Facts, headers: Mapping[str, str], encoding: str, separator: str
    ) -> None:
        self.path = path
        self.headers = headers
        self.width = len(facts.header)
        self.file = path.open("w", encoding=encoding, newline="")
        self.writer = csv.writer(self.file, delimiter=separator, lineterminator="\r\n")
        self._write([*map(readable, facts.header), *REASON_HEADERS])

    def _write(self, cells: Iterable[str]) -> None:
        self.writer.writerow(cells)

    def add(self, row: int, line: str, reasons: str) -> None:
        told = told_reasons(reasons, self.headers)
        self._write([*own_cells(line, self.width), *told, str(row)])

    def close(self) -> None:
        self.file.close()


class _Parquet(_Delimited):
    """Written as text first, turned into Parquet when complete."""

    def __init__(self, path: Path, facts: Facts, headers: Mapping[str, str]) -> None:
        super().__init__(path.with_suffix(".csv"), facts, headers, "utf-8", ",")

    def close(self) -> None:
        super().close()
        final = self.path.with_suffix(".parquet")
        with duckdb.connect() as duck:
            duck.execute(
                f"COPY (SELECT * FROM read_csv('{self.path}', header = true, all_varchar = true, "
                f"auto_detect = false, quote = '\"', escape = '\"', delim = ',', "
                f"columns = {self._columns()}, strict_mode = false)) TO '{final}' (FORMAT parquet)"
            ).fetchall()
        self.path.unlink()
        self.path = final

    def _columns(self) -> str:
        with self.path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        names = [name or f"column{place}" for place, name in enumerate(header)]
        listed = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}': 'VARCHAR'" for name in names)
        return "{" + listed + "}"


class _Workbook:
    def __init__(self, path: Path, facts: Facts, headers: Mapping[str, str]) -> None:
        self.path = path
        self.headers = headers
        self.width = len(facts.header)
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self.sheet: Any = self.book.add_worksheet("退回")
        self.rows = 0
        self._write([*map(readable, facts.header), *REASON_HEADERS])

    def _write(self, cells: Sequence[str]) -> None:
        if self.rows < SHEET_ROWS:
            for column, cell in enumerate(cells):
                self.sheet.write_string(self.rows, column, cell[:32_000])
            self.rows += 1

    def add(self, row: int, line: str, reasons: str) -> None:
        told = told_reasons(reasons, self.headers)
        self._write([*own_cells(line, self.width), *told, str(row)])

    def close(self) -> None:
        self.book.close()


class _JsonLines:
    def __init__(self, path: Path, headers: Mapping[str, str]) -> None:
        self.path = path
        self.headers = headers
        self.file: io.TextIOWrapper = path.open("w", encoding="utf-8", errors="backslashreplace")

    def add(self, row: int, line: str, reasons: str) -> None:
        raw = line[2:] if line.startswith(ROW_PROBLEM) else line.rsplit(CELL_END, maxsplit=1)[-1]
        try:
            value: dict[str, object] = parse_object(raw)
        except ValueError:
            value = {"_raw": readable(raw)}
        told = (*told_reasons(reasons, self.headers), str(row))
        value.update(zip(REASON_HEADERS, told, strict=True))
        self.file.write(json.dumps(value, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self.file.close()
