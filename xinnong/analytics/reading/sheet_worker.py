"""The child process that parses one sheet: python -m … PATH SHEET CLASS FOLDER.

Speaks one JSON object per line: {header}, then per chunk {chunk, rows, permille}, then {done}, or
{refused: code}. Without FOLDER it stops after the header.
"""

from __future__ import annotations

import json
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.contracts.declarations import EXPLANATION_SHEET
from xinnong.analytics.reading.formulas import failed_formulas
from xinnong.analytics.reading.headers import classes_of, find_header, known_headers, plain_header
from xinnong.analytics.reading.limits import (
    CHUNK_CHARS,
    COLUMNS,
    HEADER_ROWS,
    LINE_CHARS,
    TAIL_ROWS,
    XLSX_MEMORY_BYTES,
    XLSX_SECONDS,
)
from xinnong.analytics.reading.marks import CELL_END, MERGED, mark_cell, put_aside
from xinnong.analytics.reading.refusing import FileRefused
from xinnong.analytics.reading.sources import closing_line

Row = Sequence[object]
EXACT_INTEGERS: Final = 10**15
"""A spreadsheet keeps fifteen digits; longer whole numbers have lost their tail."""


def main(arguments: Sequence[str]) -> int:
    """Parse and speak; always ends with 0 unless killed by its limits."""
    path, sheet, class_name, folder = arguments
    resource.setrlimit(resource.RLIMIT_AS, (XLSX_MEMORY_BYTES, XLSX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (XLSX_SECONDS, XLSX_SECONDS))
    try:
        _work(Path(path), sheet or None, class_name or None, Path(folder) if folder else None)
    except FileRefused as refused:
        _say(refused=refused.code)
    except MemoryError:
        _say(refused="xlsx.bomb")
    except Exception:  # noqa: BLE001 - a parser fed with hostile bytes may raise anything
        _say(refused="xlsx.corrupt")
    return 0


def _say(**told: object) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class _Page:
    """The rows of one sheet, with the place of its header among them; empty where it has none."""

    sheet: Any
    rows: list[list[object]]
    index: int
    header: list[str]


def _work(path: Path, name: str | None, class_name: str | None, folder: Path | None) -> None:
    book: Any = CalamineWorkbook.from_path(str(path))
    first, *others = _sheets(book, name, class_name)
    known = known_headers(class_name)
    page = _page(book, first, known)
    if not page.header:
        raise FileRefused("file.header" if page.rows else "file.empty")
    if len(page.header) > COLUMNS:
        raise FileRefused("file.columns")
    _say(header=page.header)
    if folder is None:
        return
    skipped: Counter[str] = Counter()
    body = _body(path, page, skipped)
    for other in others:
        more = _page(book, other, known)
        if _same(more.header, page.header):
            body += _body(path, more, skipped)
        elif any(map(any, more.rows)):
            skipped["xlsx.other_sheet"] += 1
    _write(body, len(page.header), skipped, folder)


def _page(book: Any, name: str, known: frozenset[str]) -> _Page:
    sheet = book.get_sheet_by_name(name)
    rows = list_rows(sheet)
    head = [[cell_text(cell) for cell in row] for row in rows[:HEADER_ROWS]]
    index = find_header(head, known)
    return _Page(sheet, rows, index or 0, [] if index is None else _trimmed(head[index]))


def _same(one: list[str], other: list[str]) -> bool:
    return list(map(plain_header, one)) == list(map(plain_header, other))


def _show_errors(path: Path, sheet: str, rows: list[list[object]]) -> None:
    for row, column, error in failed_formulas(path, sheet):
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = error


def _sheets(book: Any, table: str | None, class_name: str | None) -> list[str]:
    """Return the sheet of this table; without one, every visible sheet that holds cells."""
    shown = [data.name for data in book.sheets_metadata if _is_shown(data)]
    chosen = shown if table is None else _sheet_of(book, table, class_name, shown)[:1]
    if not chosen:
        raise FileRefused("xlsx.sheet")
    return chosen


def _sheet_of(book: Any, table: str, class_name: str | None, shown: list[str]) -> list[str]:
    """Find the sheet of a form's table by its name, else the only one that has its columns."""
    titles: set[str] = set()
    if class_name is not None:
        contract = load_contracts()[class_name]
        titles = {class_name, contract.title_zh, contract.title_zh.rpartition("·")[2]}
    called = [name for name in book.sheet_names if name.strip().lower() in {table, *titles}]
    if called or class_name is None:
        return called
    known = known_headers(class_name)
    fitting = [n for n in shown if classes_of(_page(book, n, known).header) == [class_name]]
    return fitting if len(fitting) == 1 else []


def _is_shown(data: Any) -> bool:
    is_table = (data.visible, data.typ) == (SheetVisibleEnum.Visible, SheetTypeEnum.WorkSheet)
    return is_table and data.name != EXPLANATION_SHEET


def list_rows(sheet: Any) -> list[list[object]]:
    """Return all rows of a sheet from its first cell on."""
    rows: list[list[object]] = sheet.to_python(skip_empty_area=False)
    return rows


def _trimmed(header: list[str]) -> list[str]:
    while header and not header[-1].strip():
        header.pop()
    return header


def fill_merged(rows: list[list[object]], ranges: Sequence[Any], header: int) -> None:
    """Write the value of cells merged downwards into each of their rows below the header."""
    for (top, left), (bottom, right) in ranges:
        if top <= header or bottom == top or right != left or bottom >= len(rows):
            continue
        text = MERGED + cell_text(rows[top][left])
        for row in range(top + 1, bottom + 1):
            rows[row][left] = text


def _body(path: Path, page: _Page, skipped: Counter[str]) -> list[list[object]]:
    """Return the data rows of a sheet: merged cells filled, titles, totals, signatures left out."""
    rows = page.rows
    _show_errors(path, page.sheet.name, rows)
    fill_merged(rows, page.sheet.merged_cell_ranges or [], page.index)
    skipped["row.title"] += sum(1 for row in rows[: page.index] if any(map(cell_text, row)))
    body = rows[page.index + 1 :]
    filled = (n for n in range(len(body) - 1, -1, -1) if any(map(cell_text, body[n])))
    for place in list(islice(filled, TAIL_ROWS)):
        closing = closing_line([cell_text(cell) for cell in body[place]])
        if closing:
            del body[place]
            skipped[closing] += 1
    return body


def _write(body: list[list[object]], width: int, skipped: Counter[str], folder: Path) -> None:
    for number, (text, count, done) in enumerate(_texts(body, width, skipped)):
        name = f"chunk{number}.txt"
        (folder / name).write_text(text, encoding="utf-8", newline="")
        _say(chunk=name, rows=count, permille=done * 1000 // max(len(body), 1))
    _say(done=skipped)


def _texts(
    body: list[list[object]], width: int, skipped: Counter[str]
) -> Iterator[tuple[str, int, int]]:
    lines: list[str] = []
    chars = 0
    for number, row in enumerate(body, start=1):
        line = CELL_END.join(map(cell_text, row[:width]))
        if any(cell != "" for cell in row[width:]):
            line = CELL_END.join(map(cell_text, row))
        if not line.strip(f"{CELL_END} \t\u3000"):
            skipped["row.blank"] += 1
            continue
        if len(line) > LINE_CHARS:
            line = put_aside("l", line[:200].replace(CELL_END, " "))
        lines.append(line)
        chars += len(line)
        if chars >= CHUNK_CHARS:
            yield "\n".join(lines) + "\n", len(lines), number
            lines, chars = [], 0
    yield "\n".join(lines) + "\n" if lines else "", len(lines), len(body)


def cell_text(cell: object) -> str:  # noqa: PLR0911 - one return for each type of cell
    """Write a spreadsheet value as text; whole numbers past fifteen digits show their loss."""
    if type(cell) is str:
        return cell if cell.startswith(MERGED) else mark_cell(cell)
    if type(cell) is float:
        if cell.is_integer():
            return str(int(cell)) if abs(cell) < EXACT_INTEGERS else f"{cell:.14E}"
        return format(cell, ".15g")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int):
        return str(cell) if abs(cell) < EXACT_INTEGERS else f"{cell:.14E}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    return cell.isoformat() if isinstance(cell, date | time) else _other(cell)


def _other(cell: object) -> str:
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else mark_cell(str(cell))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
