"""The error file: a department's own rows, in its own format, with the reasons beside them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
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
COLUMN_WIDTH: Final = 18
CELL_CHARS: Final = 32_000
"""Most text of one cell; spreadsheets stop at 32,767."""
SHEET_ROWS: Final = 1_000_000
"""Rows of one sheet; what does not fit goes on in the next, as it is read."""


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
    encoding = error_encoding(facts.encoding)
    return _Delimited(folder / "errors.csv", facts, headers, encoding, facts.separator)


def error_encoding(encoding: str) -> str:
    """Return the encoding errors go back in: spreadsheets know UTF-8 by its mark alone."""
    return "utf-8-sig" if encoding in ("", "utf-8") else encoding


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


def row_back(line: str, width: int, told: Sequence[str]) -> list[str]:
    """Return a row as the department wrote it with `told` beside it, below their headers.

    Cells beyond the header's come last, so that whoever mends the row still sees them.
    """
    if line.startswith(ROW_PROBLEM):
        return [readable(line[2:]), *[""] * (width - 1), *told]
    cells = [readable(cell) for cell in line.split(CELL_END)]
    surplus = cells[width:] if any(cells[width:]) else []
    return [*cells[:width], *[""] * (width - len(cells)), *told, *surplus]


class _Delimited:
    def __init__(
        self, path: Path, facts: Facts, headers: Mapping[str, str], encoding: str, separator: str
    ) -> None:
        self.path = path
        self.headers = headers
        self.width = len(facts.header)
        self.file = path.open("w", encoding=encoding, newline="")
        self.writer = csv.writer(self.file, delimiter=separator, lineterminator="\r\n")
        self.writer.writerow([*map(readable, facts.header), *REASON_HEADERS])

    def add(self, row: int, line: str, reasons: str) -> None:
        told = (*told_reasons(reasons, self.headers), str(row))
        self.writer.writerow(row_back(line, self.width, told))

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


class TextWorkbook:
    """A workbook whose cells are all text, so that a spreadsheet leaves ids as they are."""

    def __init__(self, path: Path, head: Sequence[str]) -> None:
        """Begin the first sheet with its header."""
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        self.text = self.book.add_format({"num_format": "@"})
        self.head = head
        self._new_sheet()

    def _new_sheet(self) -> None:
        self.sheet: Any = self.book.add_worksheet()
        self.sheet.set_column(0, len(self.head) - 1, COLUMN_WIDTH, self.text)
        self.rows = 0
        self.write(self.head)

    def write(self, cells: Sequence[str]) -> None:
        """Write one row; a full sheet goes on in the next, under the same header."""
        if self.rows == SHEET_ROWS:
            self._new_sheet()
        for column, cell in enumerate(cells):
            self.sheet.write_string(self.rows, column, cell[:CELL_CHARS], self.text)
        self.rows += 1

    def close(self) -> None:
        """Finish the file."""
        self.book.close()


class _Workbook:
    def __init__(self, path: Path, facts: Facts, headers: Mapping[str, str]) -> None:
        self.path = path
        self.headers = headers
        self.width = len(facts.header)
        self.book = TextWorkbook(path, [*map(readable, facts.header), *REASON_HEADERS])

    def add(self, row: int, line: str, reasons: str) -> None:
        told = (*told_reasons(reasons, self.headers), str(row))
        self.book.write(row_back(line, self.width, told))

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


def as_workbook(error_csv: Path, target: Path, *, encoding: str, separator: str) -> None:
    """Copy a delimited error file into a workbook: opened as CSV, its ids would be lost again."""
    with error_csv.open(encoding=encoding, newline="") as file:
        rows = csv.reader(file, delimiter=separator)
        book = TextWorkbook(target, next(rows))
        for cells in rows:
            book.write(cells)
        book.close()
