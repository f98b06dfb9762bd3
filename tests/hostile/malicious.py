"""What a malicious sender would add, and what bad luck sends without any malice."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import duckdb

from tests.hostile.cases import (
    HEADER,
    NAME,
    Expected,
    book,
    case,
    objects,
    one_row,
    parquet,
    refused,
    rid,
    row,
    sound,
    text,
    with_part,
    write,
    zipped,
)

SHEET = "xl/worksheets/sheet1.xml"


@case
def backslashes_out_of_a_zip(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {f"..\\..\\{NAME}.csv": sound(1).encode()}), refused("zip.path")


@case
def drive_letter_in_a_zip(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {f"C:\\数据\\{NAME}.csv": sound(1).encode()}), refused("zip.path")


@case
def way_out_in_the_middle_of_a_zip_name(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {f"a/../../{NAME}.csv": sound(1).encode()}), refused("zip.path")


@case
def network_path_in_a_zip(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {f"//server/{NAME}.csv": sound(1).encode()}), refused("zip.path")


@case
def line_feed_in_a_zip_name(folder: Path) -> tuple[Path, Expected]:
    return (
        zipped(folder, {f"a\nb/{NAME}.csv": sound(2).encode()}),
        Expected(read=2, accepted=2),
    )


@case
def endless_name_in_a_zip(folder: Path) -> tuple[Path, Expected]:
    return (
        zipped(folder, {"长" * 20_000 + f"/{NAME}.csv": sound(2).encode()}),
        Expected(read=2, accepted=2),
    )


@case
def zip_with_a_hundred_thousand_members(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {f"{n}.csv": b"" for n in range(100_000)}), refused("zip.too_many")


def changed_sheet(folder: Path, pattern: bytes, new: bytes) -> Path:
    """A workbook of three sound rows with its sheet's XML tampered with."""
    path = book(folder, [HEADER, *(row(n) for n in range(3))])
    with_part(path, SHEET, lambda data: re.sub(pattern, lambda _: new, data, count=1))
    return path


@case
def workbook_that_claims_ten_to_the_ninth_cells(folder: Path) -> tuple[Path, Expected]:
    claimed = b'<dimension ref="A1:XFD1048576"/><sheetData>'
    return changed_sheet(folder, rb"<sheetData>", claimed), Expected(read=3, accepted=3)


@case
def workbook_that_claims_impossible_cells(folder: Path) -> tuple[Path, Expected]:
    claimed = b'<dimension ref="A1:ZZZZZZ999999999999"/><sheetData>'
    return changed_sheet(folder, rb"<sheetData>", claimed), Expected(read=3, accepted=3)


@case
def workbook_with_a_row_beyond_all_rows(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    with_part(path, SHEET, lambda data: data.replace(b'r="A2"', b'r="A4294967295"'))
    return path, refused("xlsx.bomb")


@case
def workbook_that_merges_the_whole_sheet(folder: Path) -> tuple[Path, Expected]:
    merged = b'</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    return changed_sheet(folder, rb"</sheetData>", merged), Expected(read=3, accepted=3)


@case
def workbook_with_a_million_merges(folder: Path) -> tuple[Path, Expected]:
    merged = b"".join([
        b"</sheetData><mergeCells>", b'<mergeCell ref="E2:E4"/>' * 300_000, b"</mergeCells>",
    ])  # fmt: skip
    return changed_sheet(folder, rb"</sheetData>", merged), Expected(read=3, accepted=1, repaired=2)


@case
def workbook_with_a_late_document_type(folder: Path) -> tuple[Path, Expected]:
    """Beyond what is searched for declarations; the parser expands none, so nothing is read."""
    late = b"<!--" + b"x" * 70_000 + b'--><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return changed_sheet(folder, rb"<worksheet", late + b"<worksheet"), Expected(read=3, accepted=3)


@case
def workbook_with_external_links(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    rels = (
        b'<Relationships xmlns="r"><Relationship Id="rId1" Type="externalLinkPath" '
        b'Target="http://127.0.0.1:9/stolen.xlsx" TargetMode="External"/></Relationships>'
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
        archive.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", rels)
    return path, Expected(read=1, accepted=1)


@case
def workbook_whose_sheet_lies_outside(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    with_part(
        path,
        "xl/_rels/workbook.xml.rels",
        lambda data: data.replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd"),
    )
    return path, refused("xlsx.corrupt")


@case
def workbook_with_macros(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" * 100)
    return path, Expected(read=1, accepted=1)


@case
def parquet_of_something_else(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.parquet"
    with duckdb.connect() as duck:
        duck.execute(f"COPY (SELECT 1 AS a, 'x' AS b FROM range(9)) TO '{path}'").fetchall()
    return path, refused("column.key_missing")


@case
def parquet_with_one_huge_row_group(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.parquet"
    with duckdb.connect() as duck:
        rows = f"{one_row()} FROM range(210000)"
        duck.execute(
            f"COPY ({rows}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 210000)"
        ).fetchall()
    return path, Expected(read=210_000, accepted=1, duplicate=209_999)


@case
def parquet_with_odd_types_beside(folder: Path) -> tuple[Path, Expected]:
    odd = (
        "INTERVAL 1 DAY AS a, MAP {'x': 1} AS b, TIMETZ '10:00:00+08' AS c, "
        "TIMESTAMPTZ '2020-01-01 00:00:00+08' AS d, 1.5::DECIMAL(38, 10) AS e, 'x' AS \"a'b\"\"c\""
    )
    return parquet(folder, f"{one_row()}, {odd}"), Expected(read=1, accepted=1)


@case
def json_with_a_million_keys(folder: Path) -> tuple[Path, Expected]:
    many = "{" + ",".join(f'"k{n}": 1' for n in range(1_000_000)) + "}\n"
    lines = objects([row(1), row(2)])
    return (
        write(folder, f"{lines[0]}\n{many}{lines[1]}\n", f"{NAME}.jsonl"),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.too_long",)),
    )


@case
def json_with_other_keys_in_every_row(folder: Path) -> tuple[Path, Expected]:
    lines = [
        json.dumps({**json.loads(line), f"k{n}": n}, ensure_ascii=False)
        for n, line in enumerate(objects([row(n) for n in range(3_000)]))
    ]
    return (
        write(folder, "\n".join(lines), f"{NAME}.jsonl"),
        Expected(read=3_000, accepted=len({rid(n) for n in range(3_000)}),
                 duplicate=3_000 - len({rid(n) for n in range(3_000)})),
    )  # fmt: skip


@case
def json_of_open_brackets(folder: Path) -> tuple[Path, Expected]:
    data = "\n".join([*objects([row(1)]), "[" * 1_000_000, '{"a":' * 30_000])
    return (
        write(folder, data, f"{NAME}.jsonl"),
        Expected(read=3, accepted=1, quarantined=2, reasons=("row.too_long", "row.json")),
    )


@case
def json_in_gb18030(folder: Path) -> tuple[Path, Expected]:
    data = "\n".join(objects([row(1), row(2)])).encode("gb18030")
    return write(folder, data, f"{NAME}.jsonl"), Expected(read=2, accepted=2)


@case
def a_hundred_megabytes_of_quotes(folder: Path) -> tuple[Path, Expected]:
    return (
        write(folder, sound(1) + '"' * 100_000_000),
        Expected(read=2, accepted=1, quarantined=1, reasons=("row.too_long",)),
    )


@case
def quotes_open_all_over_a_large_file(folder: Path) -> tuple[Path, Expected]:
    """Each quote would swallow the row after it; five megabytes of such rows end in bounded time."""
    torn = row(1)
    torn[5] = '"某村'
    line = ",".join(torn) + "\n"
    return (
        write(folder, sound(1) + line * 60_000),
        Expected(read=60_001, accepted=1, quarantined=60_000,
                 reasons=("row.quote",) * 60_000),
    )  # fmt: skip


@case
def three_encodings_in_one_file(folder: Path) -> tuple[Path, Expected]:
    parts = [
        sound(2).encode(),
        text([row(5)], header=False).encode("gb18030"),
        text([row(6)], header=False).encode("utf-16-le"),
        text([row(7)], header=False).encode(),
    ]
    return write(folder, b"".join(parts)), Expected(read=-1)


@case
def device_without_end(_folder: Path) -> tuple[Path, Expected]:
    return Path("/dev/zero"), refused("file.not_regular")


@case
def file_of_the_kernel(_folder: Path) -> tuple[Path, Expected]:
    return Path("/proc/self/maps"), refused("file.empty")


@case
def link_to_itself(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.csv"
    path.symlink_to(path)
    return path, refused("file.not_regular")


@case
def link_to_a_folder(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.csv"
    path.symlink_to(folder)
    return path, refused("file.not_regular")
