"""A template of every class, filled in and delivered back, comes in without a word."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.sources.intake import counts, deliver, sound_rows
from xinnong.__main__ import main
from xinnong.analytics.contracts import FORM_TABLES, load_contracts, load_form
from xinnong.analytics.contracts.templates import csv_template, xlsx_template
from xinnong.analytics.reading.delivery import identify, open_delivery, open_source

CLASSES = sorted(load_contracts())
DECLARED_CLASSES = 35
WHOLE = (3, 3, 0, 0, 0)


def test_there_is_one_for_each_class() -> None:
    assert len({contract.number for contract in load_contracts().values()}) == DECLARED_CLASSES
    assert {contract.name for contract in load_form()} == set(FORM_TABLES)


@pytest.mark.parametrize("name", CLASSES)
def test_it_comes_back_as_csv(name: str, tmp_path: Path) -> None:
    contract = load_contracts()[name]
    filled = io.StringIO()
    csv.writer(filled).writerows(sound_rows(contract))
    path = tmp_path / "填好的.csv"
    path.write_bytes(csv_template(contract) + filled.getvalue().encode())
    report = deliver(path, tmp_path / "work")
    assert (report.class_name, counts(report)) == (name, WHOLE)
    assert (report.remarks, report.unknown_columns) == ({}, ())


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSES)
def test_it_comes_back_as_workbook(name: str, tmp_path: Path) -> None:
    contract = load_contracts()[name]
    path = tmp_path / "填好的.xlsx"
    path.write_bytes(xlsx_template([contract]))
    _fill(path, name)
    report = deliver(path, tmp_path / "work")
    assert (report.class_name, counts(report)) == (name, WHOLE)
    assert (report.remarks, report.unknown_columns) == ({}, ())


def _fill(path: Path, *names: str) -> None:
    book = load_workbook(path)
    for sheet, name in zip(book.worksheets, names, strict=False):
        for row, cells in enumerate(sound_rows(load_contracts()[name]), start=2):
            for column, cell in enumerate(cells, start=1):
                sheet.cell(row, column, cell)
    book.save(path)


@pytest.mark.slow
def test_the_household_form_comes_back_in_one_workbook(tmp_path: Path) -> None:
    path = tmp_path / "入户采集_20261031.xlsx"
    assert main(["contracts", "field_form", "--template", str(path)]) == 0
    _fill(path, *FORM_TABLES)
    (file,) = open_delivery(path, workdir=tmp_path)
    found = identify(file)
    assert [one.class_name for one in found] == list(FORM_TABLES)
    for number, one in enumerate(found):
        work = tmp_path / f"work{number}"
        report = deliver(path, work, class_name=one.class_name) if not number else None
        assert report is None or counts(report) == WHOLE


TITLES = ["入户采集·家庭成员", "入户采集·家庭资产", "入户采集·家庭负债", "入户采集·收入支出"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["field_form_20261031.xlsx", "导出.xlsx"])
@pytest.mark.parametrize(
    "sheets",
    [
        ["member", "asset", "debt", "income_expense"],
        list(FORM_TABLES),
        TITLES,
        [title.removeprefix("入户采集·") for title in TITLES],
        ["Sheet1", "Sheet2", "Sheet3", "Sheet4"],
    ],
)
def test_every_table_of_the_form_is_found_however_its_sheet_is_called(
    sheets: list[str], name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    book = Workbook(write_only=True)
    for sheet, contract in zip(sheets, load_form(), strict=True):
        page = book.create_sheet(sheet)
        for row in [[field.header for field in contract.fields], *sound_rows(contract)]:
            page.append(row)
    book.save(path)
    (file,) = open_delivery(path, workdir=tmp_path)
    found = identify(file)
    assert [one.class_name for one in found] == list(FORM_TABLES)
    for one in found:
        source = open_source(one.file, load_contracts()[one.class_name])
        assert list(source.facts.header) == [
            field.header for field in load_contracts()[one.class_name].fields
        ]


@pytest.mark.parametrize(
    ("stem", "class_name"),
    [
        ("person_20261031", "person"),
        ("人口信息_20261031", "person"),
        ("person_20261031_2", "person"),
        ("person_20261031 (1)", "person"),
        ("person_20261031 - 副本", "person"),
        ("person_20261031.errors", "person"),
        ("12-person_20261031_2.errors (1)", "person"),
        ("12-person_20261031_(2).errors", "person"),
        ("field_form.debt_20261031", "field_form.debt"),
        ("persons_20261031", None),
        ("person_2026103", None),
    ],
)
def test_a_file_name_tells_class_and_date(stem: str, class_name: str | None) -> None:
    from xinnong.analytics.reading.delivery import name_parts

    told, day = name_parts(f"all.zip!{stem}.csv")
    assert told == class_name
    assert (str(day) == "2026-10-31") is (class_name is not None)
