"""A banker's fourteen columns: the golden sheets, and that each row adds up by itself."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.core.schedule.worked import BANKERS, GOLDEN, bankers_sheet, examples, files
from xinnong.core.schedule import banker_csv, banker_rows, banker_table, build_schedule, load_terms
from xinnong.core.schedule.banker import COLUMNS, COLUMNS_EN, EN, SAID, ZH

SHEETS = sorted(GOLDEN.glob("*.md"))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_every_sheet_comes_out_as_written(path: Path) -> None:
    written = (BANKERS / f"{path.stem}.txt").read_text("utf-8")
    assert bankers_sheet(path) == written, "python -m tests.core.schedule.worked"


def test_no_sheet_stands_without_its_terms() -> None:
    assert {path.stem for path in BANKERS.iterdir()} == {path.stem for path in SHEETS}


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_every_row_adds_up_by_itself(path: Path) -> None:
    for terms, _ in examples(path):
        before = Decimal(0)
        for cells in banker_rows(build_schedule(load_terms(terms.encode()))):
            opening, lent, principal, interest, fee, penalty, total, closing = map(
                Decimal, cells[5:13]
            )
            assert opening == before
            assert opening + lent - principal == closing
            assert principal + interest + fee + penalty == total
            before = closing
        assert before == 0


def test_the_file_has_fourteen_columns_and_the_rows_of_the_table() -> None:
    (terms, _), *_ = examples(GOLDEN / "rate-change.md")
    schedule = build_schedule(load_terms(terms.encode()))
    head, *rows = csv.reader(banker_csv(schedule).splitlines())
    assert tuple(head) == COLUMNS
    assert len(COLUMNS) == 14
    assert [tuple(row) for row in rows] == banker_rows(schedule)
    assert [row[4] for row in rows] == ["4.1", "4.1", "4.1→3.6", *["3.6"] * 5]
    assert rows[2][13] == "2021-05-15 年利率改为3.6%"
    assert len(banker_table(schedule).splitlines()) == 2 + 8 + 2


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_the_english_sheet_has_the_same_figures_and_no_chinese(path: Path) -> None:
    for terms, _ in examples(path):
        schedule = build_schedule(load_terms(terms.encode()))
        english, chinese = banker_rows(schedule, language=EN), banker_rows(schedule)
        assert [row[:13] for row in english] == [row[:13] for row in chinese]
        assert [bool(row[13]) for row in english] == [bool(row[13]) for row in chinese]
        assert banker_table(schedule, language=EN).isascii() or "→" in str(english)
        assert banker_csv(schedule, language=EN).splitlines()[0] == ",".join(COLUMNS_EN)


def test_every_language_says_the_same_things() -> None:
    assert set(SAID[ZH]) == set(SAID[EN])
    assert len(COLUMNS) == len(COLUMNS_EN) == len(set(COLUMNS_EN))
