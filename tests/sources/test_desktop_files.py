"""What spreadsheets and clerks do to a file, and what becomes of each row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.sources.intake import book_of, counts, csv_of, deliver, header, rid, sound_rows
from xinnong.analytics.checking.codes import load_codes
from xinnong.analytics.contracts import load_contracts

pytestmark = pytest.mark.slow
WHOLE = (3, 3, 0, 0, 0)
HEADER = header("person")
ROWS = [
    [rid(n), "测试", "男" if int(rid(n)[16]) % 2 else "女",
     f"{rid(n)[6:10]}-{rid(n)[10:12]}-{rid(n)[12:14]}", "339981001201", "某村1号", "正常", ""]
    for n in (1, 2, 3)
]  # fmt: skip


def text(
    path: Path, rows: list[list[str]], *, encoding: str = "utf-8", separator: str = ","
) -> Path:
    path.write_bytes(csv_of(rows, separator).encode(encoding))
    return path


def changed(column: str, *values: object) -> list[list[object]]:
    """The header and a row for each value of one column."""
    place = HEADER.index(column)
    rows = [
        [*row[:place], value, *row[place + 1 :]] for row, value in zip(ROWS, values, strict=False)
    ]
    return [list[object](HEADER), *rows]


@pytest.mark.parametrize(
    "heads",
    [
        [" 公民身份号码 ", "姓 名", "性　别", "出生日期（必填）", "户籍地", "户籍详细地址", "状态*", "状态日期"],
        ["身份证号（主键）", "公民姓名", "性别", "出生年月日", "行政村代码", "住址", "人员状态", "状态变更日期"],
        ["ＲＩＤ", "name", "Sex", "BIRTH", "area", "address", "state", "state_on"],
        ["'身份证号", "姓名", "性别", "出生日期", "户籍地", "户籍地址", "状态", "状态日期"],
    ],
)  # fmt: skip
def test_it_knows_headers_however_they_are_written(heads: list[str], tmp_path: Path) -> None:
    report = deliver(text(tmp_path / "person_20261031.csv", [heads, *ROWS]), tmp_path / "work")
    assert counts(report) == WHOLE


def test_it_takes_columns_in_any_order_and_keeps_unknown_ones_aside(tmp_path: Path) -> None:
    order = [3, 0, 6, 1, 4, 2, 7, 5]
    rows = [[*(row[n] for n in order), "某"] for row in [HEADER, *ROWS]]
    report = deliver(text(tmp_path / "a.csv", rows), tmp_path / "work")
    assert (report.class_name, counts(report), report.unknown_columns) == ("person", WHOLE, ("某",))


@pytest.mark.parametrize("separator", [",", "\t", "|", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_it_reads_every_encoding_and_separator(
    encoding: str, separator: str, tmp_path: Path
) -> None:
    path = text(tmp_path / "a.csv", [HEADER, *ROWS], encoding=encoding, separator=separator)
    assert counts(deliver(path, tmp_path / "work", class_name="person")) == WHOLE


@pytest.mark.parametrize("encoding", ["utf-16-le", "big5hkscs"])
def test_it_says_so_when_it_knows_no_encoding(encoding: str, tmp_path: Path) -> None:
    rows = [["姓名", "生日"], ["王", "1"]]
    path = text(tmp_path / "a.csv", rows, encoding=encoding)
    report = deliver(path, tmp_path / "work", class_name="person")
    assert report.refused in {"file.encoding", "file.header"}


def test_it_names_the_spreadsheet_as_the_thief_of_ids(tmp_path: Path) -> None:
    cut = [rid(n)[:15] + "000" for n in (1, 2, 3)]
    lost = ["1.23E+17", "3.39981e17", *cut]
    rows = [[value, *ROWS[0][1:]] for value in lost]
    report = deliver(text(tmp_path / "a.csv", [HEADER, *rows]), tmp_path / "work")
    assert counts(report) == (5, 0, 0, 5, 0)
    assert report.reasons == {"rid.scientific": 5}
    remedy = load_codes()["rid.scientific"].remedy_zh
    assert "表格软件" in remedy
    assert "文本" in remedy


def test_it_trusts_no_id_of_a_file_whose_ids_were_cut(tmp_path: Path) -> None:
    """One cut id in eleven has a fitting check character and belongs to somebody else."""
    cut = [rid(n)[:15] + "000" for n in range(1, 100)]
    rows = [[value, *ROWS[0][1:]] for value in dict.fromkeys(cut)]
    report = deliver(text(tmp_path / "a.csv", [HEADER, *rows]), tmp_path / "work")
    assert (report.accepted, report.repaired) == (0, 0)
    assert report.reasons == {"rid.scientific": len(rows)}


def test_it_takes_an_id_that_ends_in_zeros_from_a_sound_file(tmp_path: Path) -> None:
    zeros = next(rid(n) for n in range(40_000) if rid(n).endswith("000"))
    others = [rid(n) for n in range(1, 60) if rid(n) != zeros]
    rows = [[value, *ROWS[0][1:]] for value in [zeros, *others]]
    report = deliver(text(tmp_path / "a.csv", [HEADER, *rows]), tmp_path / "work")
    assert report.accepted == len(rows)


@pytest.mark.parametrize("dress", ["'{}", "‘{}", '="{}"', "{}\t", " {} "])
def test_it_undoes_the_marks_that_keep_ids_as_text(dress: str, tmp_path: Path) -> None:
    rows = [[dress.format(row[0]), *row[1:]] for row in ROWS]
    report = deliver(text(tmp_path / "a.csv", [HEADER, *rows], separator="|"), tmp_path / "work")
    assert counts(report) == (3, 0, 3, 0, 0)


def test_it_reads_typed_and_numbered_days_of_a_workbook(tmp_path: Path) -> None:
    born = date.fromisoformat(ROWS[0][3])
    serial = (date.fromisoformat(ROWS[1][3]) - date(1899, 12, 30)).days
    rows = changed("出生日期", born, serial, ROWS[2][3].replace("-", "/"))
    report = deliver(book_of(tmp_path / "a.xlsx", rows), tmp_path / "work")
    assert (counts(report), report.remarks) == (WHOLE, {})


def test_it_puts_ids_that_a_workbook_holds_as_numbers_aside(tmp_path: Path) -> None:
    rows = changed("身份证号", *(int(rid(n)[:17] + "0") for n in (1, 2, 3)))
    report = deliver(book_of(tmp_path / "a.xlsx", rows), tmp_path / "work")
    assert report.reasons == {"rid.scientific": 3}


TITLES = [["人口信息表"], ["单位：某局", *[""] * 6, "2026年10月"]]
CLOSING = [["合计", "3"], ["制表人：某", "", "", "审核人：某"], ["填报日期：2026-10-31"]]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_it_leaves_titles_totals_and_signatures_out(suffix: str, tmp_path: Path) -> None:
    rows = [*TITLES, HEADER, *ROWS, *CLOSING]
    path = tmp_path / f"a.{suffix}"
    path = text(path, rows) if suffix == "csv" else book_of(path, rows)
    report = deliver(path, tmp_path / "work")
    assert counts(report) == WHOLE
    assert report.remarks == {"row.title": 2, "row.totals": 1, "row.footer": 2}


def test_it_reads_on_in_further_sheets_of_the_same_table(tmp_path: Path) -> None:
    second = [["续表"], HEADER, *ROWS[1:], ["合计", "2"]]
    sheets: list[list[list[str]]] = [[HEADER, ROWS[0]], second, [["说明"], ["某"]], []]
    report = deliver(book_of(tmp_path / "a.xlsx", *sheets), tmp_path / "work")
    assert counts(report) == WHOLE
    assert report.remarks == {"row.title": 1, "row.totals": 1, "xlsx.other_sheet": 1}


def money(class_name: str, column: str, values: list[object], tmp_path: Path) -> list[list[object]]:
    place = header(class_name).index(column)
    rows: list[list[object]] = [
        list(row) for row in sound_rows(load_contracts()[class_name], len(values))
    ]
    for row, value in zip(rows, values, strict=True):
        row[place] = value
    return [list(header(class_name)), *rows]


def test_it_reads_amounts_as_clerks_write_them(tmp_path: Path) -> None:
    values: list[object] = ["3.5", 3.5, "3.5万元", "￥3.5", "3,500.5", "35000元", "0.12345678"]
    rows = money("field_form.asset", "价值(万元)", values, tmp_path)
    path = book_of(tmp_path / "field_form.asset_20261031.xlsx", rows)
    report = deliver(path, tmp_path / "work")
    assert counts(report) == (7, 2, 3, 2, 0)
    assert report.reasons == {"money.shape": 1, "money.decimals": 1}


def test_it_takes_no_ten_thousand_for_one_yuan(tmp_path: Path) -> None:
    rows = money("subsidy", "金额", ["3.5", "3.5万元", "3.5万"], tmp_path)
    report = deliver(book_of(tmp_path / "subsidy_20261031.xlsx", rows), tmp_path / "work")
    assert (counts(report), report.reasons) == ((3, 1, 0, 2, 0), {"money.shape": 2})
    rows[0] = [f"{h}（元）" if h == "金额" else h for h in header("subsidy")]
    report = deliver(book_of(tmp_path / "subsidy_20261031.xlsx", rows[:2]), tmp_path / "work")
    assert counts(report) == (1, 1, 0, 0, 0)
    rows[0] = [f"{h}（万元）" if h == "金额" else h for h in header("subsidy")]
    report = deliver(book_of(tmp_path / "subsidy_20261031.xlsx", rows), tmp_path / "work")
    assert (report.refused, report.missing_columns) == ("column.missing", ("金额",))


def test_it_reads_telephone_numbers_however_they_are_spaced(tmp_path: Path) -> None:
    name = "field_form.member"
    values: list[object] = ["198 0000 0001", "198-0000-0002", "+86 19800000003", 19800000004]
    rows = money(name, "电话", [*values, "1.98E+10", "0577-65000000"], tmp_path)
    report = deliver(book_of(tmp_path / f"{name}_20261031.xlsx", rows), tmp_path / "work")
    assert counts(report)[:4] == (6, 1, 3, 2)
    assert report.reasons == {"phone.scientific": 1, "phone.length": 1}
