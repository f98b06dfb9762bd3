"""The error file: opened with a desktop program, mended in place, delivered again, accepted."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from tests.sources.intake import (
    book_of,
    counts,
    csv_of,
    deliver,
    error_file,
    header,
    mended,
    sound_rows,
)
from xinnong.analytics.checking import error_file as back
from xinnong.analytics.checking.error_file import REASON_HEADERS, as_workbook
from xinnong.analytics.contracts import load_contracts

pytestmark = pytest.mark.slow
OWN = [*header("vehicle"), "备注"]
RIGHT = [
    dict(zip(OWN, [*row, "自己的列"], strict=True))
    for row in sound_rows(load_contracts()["vehicle"])
]
SPOILT = {"所有人身份证号": "1.23E+17", "车辆类型": "轿车", "初次登记日期": "2022-02-30"}
WRONG = [{**row, column: value} for row, (column, value) in zip(RIGHT, SPOILT.items(), strict=True)]
REASONS = {"rid.scientific": 1, "enum.unknown": 1, "date.impossible": 1}
Rows = list[dict[str, str]]


def table(rows: Rows) -> list[list[str]]:
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def write_csv(path: Path, rows: Rows, encoding: str, separator: str) -> Path:
    path.write_bytes(csv_of(table(rows), separator).encode(encoding))
    return path


def read_csv(path: Path, encoding: str, separator: str) -> Rows:
    text = io.StringIO(path.read_bytes().decode(encoding), newline="")
    return list(csv.DictReader(text, delimiter=separator))


def write_book(path: Path, rows: Rows) -> Path:
    return book_of(path, [["机动车登记表"], *table(rows)])


def read_book(path: Path) -> Rows:
    (sheet,) = load_workbook(path).worksheets
    head, *rows = ([str(cell or "") for cell in row] for row in sheet.values)
    return [dict(zip(head, row, strict=True)) for row in rows]


def write_lines(path: Path, rows: Rows) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def read_lines(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_parquet(path: Path, rows: Rows) -> Path:
    with duckdb.connect() as duck:
        columns = ", ".join(f'"{name}" VARCHAR' for name in rows[0])
        duck.execute(f"CREATE TABLE rows({columns})")
        places = ", ".join("?" * len(rows[0]))
        duck.executemany(f"INSERT INTO rows VALUES ({places})", [list(r.values()) for r in rows])
        duck.execute(f"COPY rows TO '{path}' (FORMAT parquet)")
    return path


def read_parquet(path: Path) -> Rows:
    with duckdb.connect() as duck:
        found = duck.execute(f"SELECT * FROM '{path}'")
        head = [column[0] for column in found.description]
        return [dict(zip(head, row, strict=True)) for row in found.fetchall()]


def write_zip(path: Path, rows: Rows) -> Path:
    inner = write_csv(path.with_suffix(".csv"), rows, "gb18030", ",")
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "报送/vehicle_20261031.csv")
    return path


FORMATS: dict[str, tuple[str, Callable[[Path, Rows], Path], Callable[[Path], Rows]]] = {
    "utf8": ("csv", lambda p, r: write_csv(p, r, "utf-8", ","), lambda p: read_csv(p, "utf-8-sig", ",")),
    "gb18030": ("csv", lambda p, r: write_csv(p, r, "gb18030", "\t"), lambda p: read_csv(p, "gb18030", "\t")),
    "utf16": ("csv", lambda p, r: write_csv(p, r, "utf-16", "|"), lambda p: read_csv(p, "utf-16", "|")),
    "xlsx": ("xlsx", write_book, read_book),
    "jsonl": ("jsonl", write_lines, read_lines),
    "parquet": ("parquet", write_parquet, read_parquet),
    "zip": ("zip", write_zip, lambda p: read_csv(p, "gb18030", ",")),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_it_is_accepted_once_mended_in_place(form: str, tmp_path: Path) -> None:
    suffix, write, read = FORMATS[form]
    first = deliver(write(tmp_path / f"vehicle_20261031.{suffix}", WRONG), tmp_path / "first")
    assert (counts(first), first.reasons) == ((3, 0, 0, 3, 0), REASONS)
    returned = error_file(first, tmp_path)
    rows = read(returned)
    assert [list(row) for row in rows] == [[*OWN, *REASON_HEADERS]] * 3
    assert [row["错误代码"] for row in rows] == [
        "rid:rid.scientific", "kind:enum.unknown", "registered_on:date.impossible",
    ]  # fmt: skip
    assert [row["备注"] for row in rows] == ["自己的列"] * 3
    again = write(tmp_path / f"mended.{suffix}", [mended(row, RIGHT) for row in rows])
    second = deliver(again, tmp_path / "second", class_name="vehicle")
    assert (counts(second), second.unknown_columns) == ((3, 3, 0, 0, 0), ("备注",))


def test_a_spreadsheet_opens_it_as_utf8_and_keeps_its_ids(tmp_path: Path) -> None:
    first = deliver(
        write_csv(tmp_path / "vehicle_20261031.csv", WRONG, "utf-8", ","), tmp_path / "first"
    )
    returned = error_file(first, tmp_path)
    assert returned.read_bytes().startswith(b"\xef\xbb\xbf")
    book = tmp_path / "errors.xlsx"
    as_workbook(returned, book, encoding="utf-8-sig", separator=",")
    sheet = load_workbook(book).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}
    again = write_book(tmp_path / "mended.xlsx", [mended(row, RIGHT) for row in read_book(book)])
    assert counts(deliver(again, tmp_path / "second", class_name="vehicle")) == (3, 3, 0, 0, 0)


def test_a_row_with_too_many_cells_keeps_its_reasons_in_their_columns(tmp_path: Path) -> None:
    rows = table(RIGHT)
    rows[2].insert(1, "多出来的")
    path = tmp_path / "vehicle_20261031.csv"
    path.write_text(csv_of(rows), encoding="utf-8")
    returned = error_file(deliver(path, tmp_path / "first"), tmp_path)
    head, row = csv.reader(returned.read_text(encoding="utf-8-sig").splitlines())
    assert row[head.index("错误代码")] == "row.ragged"
    assert row[: len(OWN)] == rows[2][: len(OWN)]
    assert row[len(head) :] == ["自己的列"]


def test_a_workbook_goes_on_in_the_next_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(back, "SHEET_ROWS", 3)
    first = deliver(write_book(tmp_path / "vehicle_20261031.xlsx", WRONG), tmp_path / "first")
    returned = error_file(first, tmp_path)
    assert [sheet.max_row for sheet in load_workbook(returned).worksheets] == [3, 2]
    second = deliver(returned, tmp_path / "second")
    assert (counts(second), second.reasons) == ((3, 0, 0, 3, 0), REASONS)
