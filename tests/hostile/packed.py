"""Broken archives and workbooks, each with what must become of its rows."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import xlsxwriter

from tests.hostile.cases import (
    HEADER,
    NAME,
    Expected,
    book,
    case,
    refused,
    rid,
    row,
    sound,
    text,
    write,
    zipped,
)


@case
def line_feeds_in_quotes(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(3)]
    lines[1][5] = '"某村\n一号,\r\n东"'
    return write(folder, text(lines)), Expected(read=3, accepted=2, repaired=1)


@case
def old_mac_line_ends(folder: Path) -> tuple[Path, Expected]:
    return write(folder, sound(3).replace("\n", "\r")), Expected(read=3, accepted=3)


@case
def mixed_line_ends(folder: Path) -> tuple[Path, Expected]:
    lines = sound(4).split("\n")
    return write(folder, "\r\n".join(lines[:3]) + "\n" + "\n".join(lines[3:])), Expected(
        read=4, accepted=4
    )


@case
def swapped_columns(folder: Path) -> tuple[Path, Expected]:
    lines = [[line[1], line[0], *line[2:]] for line in (row(1), row(2))]
    return (
        write(folder, text(lines)),
        Expected(read=2, quarantined=2, reasons=("rid.length", "rid.length")),
    )


@case
def spreadsheet_killed_the_ids(folder: Path) -> tuple[Path, Expected]:
    lines = [["3.39981E+17", *row(n)[1:]] for n in range(3)]
    return (
        write(folder, text(lines)),
        Expected(read=3, quarantined=3, reasons=("rid.scientific",) * 3),
    )


@case
def same_row_a_thousand_times(folder: Path) -> tuple[Path, Expected]:
    return write(folder, text([row(1)] * 1000)), Expected(read=1000, accepted=1, duplicate=999)


@case
def same_key_other_content(folder: Path) -> tuple[Path, Expected]:
    other = row(1)
    other[6] = "死亡"
    return (
        write(folder, text([row(1), other, row(1)])),
        Expected(read=3, accepted=1, duplicate=1, quarantined=1, reasons=("key.conflict",)),
    )


@case
def formulas_in_cells(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(2)]
    lines[0][3] = "=1+1"
    lines[1][5] = "=cmd|'/c calc'!A1"
    return (
        write(folder, text(lines)),
        Expected(read=2, accepted=1, quarantined=1, reasons=("date.shape",)),
    )


@case
def formula_errors_in_cells(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(2)]
    lines[0][5] = "#N/A"
    lines[1][0] = "#REF!"
    return (
        write(folder, text(lines)),
        Expected(read=2, quarantined=2, reasons=("cell.error", "cell.error")),
    )


@case
def sql_in_cells(folder: Path) -> tuple[Path, Expected]:
    lines = [row(1)]
    lines[0][5] = "'); DROP TABLE checked; --"
    return write(folder, text(lines)), Expected(read=1, repaired=1)


@case
def blank_lines_everywhere(folder: Path) -> tuple[Path, Expected]:
    body = sound(3).replace("\n", "\n\n ,,,,,,,\n\u3000\n")
    return write(folder, "\n\n" + body), Expected(read=3, accepted=3)


@case
def totals_and_footer(folder: Path) -> tuple[Path, Expected]:
    return (
        write(folder, sound(2) + "合计,2,,,,,,\n"),
        Expected(read=2, accepted=2),
    )


@case
def totals_in_the_middle(folder: Path) -> tuple[Path, Expected]:
    lines = [row(0), ["合计", *[""] * 7], *(row(n) for n in range(1, 6))]
    return (
        write(folder, text(lines)),
        Expected(read=7, accepted=6, quarantined=1,
                 reasons=("rid.length", "text.missing", "area.missing", "enum.missing")),
    )  # fmt: skip


@case
def right_to_left_marks(folder: Path) -> tuple[Path, Expected]:
    line = row(1)
    line[0] = "\u202e" + line[0]
    return (
        write(folder, text([line])),
        Expected(read=1, quarantined=1, reasons=("rid.length",)),
    )


@case
def digits_of_other_scripts(folder: Path) -> tuple[Path, Expected]:
    line = row(1)
    line[0] = line[0].translate({48 + n: 0x0660 + n for n in range(10)})
    return (
        write(folder, text([line])),
        Expected(read=1, quarantined=1, reasons=("rid.length",)),
    )


@case
def csv_named_xlsx(folder: Path) -> tuple[Path, Expected]:
    return write(folder, sound(2), f"{NAME}.xlsx"), Expected(read=2, accepted=2)


@case
def xlsx_named_csv(folder: Path) -> tuple[Path, Expected]:
    return book(folder, [HEADER, row(1)], f"{NAME}.csv"), Expected(read=1, accepted=1)


@case
def gzip_file(folder: Path) -> tuple[Path, Expected]:
    return write(folder, b"\x1f\x8b\x08\x00" + b"\0" * 100), refused("file.format")


@case
def pdf_file(folder: Path) -> tuple[Path, Expected]:
    return write(folder, b"%PDF-1.7\n" + b"x" * 100), refused("file.format")


@case
def html_page(folder: Path) -> tuple[Path, Expected]:
    return write(folder, "<html><body><table></table></body></html>"), refused("file.header")


@case
def symbolic_link(folder: Path) -> tuple[Path, Expected]:
    target = write(folder, sound(1), "other.csv")
    link = folder / f"{NAME}.csv"
    link.symlink_to(target)
    return link, refused("file.not_regular")


@case
def named_pipe(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.csv"
    os.mkfifo(path)
    return path, refused("file.not_regular")


@case
def no_such_file(folder: Path) -> tuple[Path, Expected]:
    return folder / f"{NAME}.csv", refused("file.missing")


@case
def empty_zip(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {}), refused("zip.empty")


@case
def cut_zip(folder: Path) -> tuple[Path, Expected]:
    path = zipped(folder, {f"{NAME}.csv": sound(500).encode()})
    path.write_bytes(path.read_bytes()[:-40])
    return path, refused("zip.corrupt")


@case
def zip_with_a_damaged_member(folder: Path) -> tuple[Path, Expected]:
    path = zipped(folder, {f"{NAME}.csv": sound(500).encode()})
    data = bytearray(path.read_bytes())
    data[200:220] = b"\xff" * 20
    path.write_bytes(data)
    return path, refused("zip.corrupt")


@case
def zip_in_a_zip(folder: Path) -> tuple[Path, Expected]:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(f"{NAME}.csv", sound(1))
    return zipped(folder, {f"{NAME}.zip": inner.getvalue()}), refused("zip.nested")


@case
def zip_bomb(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {f"{NAME}.csv": b"0" * 200_000_000}), refused("zip.bomb")


@case
def zip_that_lies_about_its_size(folder: Path) -> tuple[Path, Expected]:
    path = zipped(folder, {f"{NAME}.csv": b"0" * 100_000_000})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 100_000_000), struct.pack("<I", 1_000)))
    return path, refused("zip.corrupt")


@case
def encrypted_zip(folder: Path) -> tuple[Path, Expected]:
    path = zipped(folder, {f"{NAME}.csv": sound(1).encode()})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    return path, refused("zip.encrypted")


@case
def path_traversal_in_a_zip(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {f"../../{NAME}.csv": sound(1).encode()}), refused("zip.path")


@case
def absolute_path_in_a_zip(folder: Path) -> tuple[Path, Expected]:
    absolute = f"/etc/{NAME}.csv"
    return zipped(folder, {absolute: sound(1).encode()}), refused("zip.path")


@case
def link_in_a_zip(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo(f"{NAME}.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return path, refused("zip.path")


@case
def zip_with_thousands_of_members(folder: Path) -> tuple[Path, Expected]:
    return zipped(folder, {f"{n}.csv": b"" for n in range(2_000)}), refused("zip.too_many")


@case
def cut_workbook(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    path.write_bytes(path.read_bytes()[:-100])
    return path, refused("xlsx.corrupt")


@case
def empty_workbook(folder: Path) -> tuple[Path, Expected]:
    return book(folder, []), refused("file.empty")


@case
def workbook_header_only(folder: Path) -> tuple[Path, Expected]:
    return book(folder, [["人口信息表"], HEADER]), refused("file.no_rows")


@case
def workbook_with_titles_and_totals(folder: Path) -> tuple[Path, Expected]:
    rows = [["人口信息表"], ["单位：人"], [], HEADER, row(1), [], row(2), ["合计", 2]]
    return book(folder, rows), Expected(read=2, accepted=2)


@case
def workbook_with_numbers_for_ids(folder: Path) -> tuple[Path, Expected]:
    lines = [[int(rid(n)[:17] + "0"), *row(n)[1:]] for n in range(2)]
    return (
        book(folder, [HEADER, *lines]),
        Expected(read=2, quarantined=2, reasons=("rid.scientific", "rid.scientific")),
    )


@case
def workbook_with_dates_and_numbers(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(2)]
    typed: list[list[object]] = [list(line) for line in lines]
    typed[0][7] = 44469
    typed[1][4] = 339981001201
    return book(folder, [HEADER, *typed]), Expected(read=2, accepted=2)


@case
def workbook_with_formulas(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.xlsx"
    with xlsxwriter.Workbook(str(path)) as target:
        sheet = target.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for number in range(2):
            sheet.write_row(number + 1, 0, row(number))
        sheet.write_formula(1, 5, '="某村"&1&"号"', None, "某村1号")
        sheet.write_formula(2, 5, "=1/0", None, "#DIV/0!")
    return path, Expected(read=2, accepted=1, quarantined=1, reasons=("cell.error",))
