"""Broken workbooks, JSON Lines and Parquet files, each with what must become of its rows."""

from __future__ import annotations

import zipfile
from pathlib import Path

import xlsxwriter

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
    with_part,
    write,
)


@case
def workbook_with_merged_cells(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.xlsx"
    with xlsxwriter.Workbook(str(path)) as target:
        sheet = target.add_worksheet()
        sheet.merge_range(0, 0, 0, 7, "人口信息表")
        sheet.write_row(1, 0, HEADER)
        for number in range(3):
            sheet.write_row(number + 2, 0, row(number))
        sheet.merge_range(2, 4, 4, 4, "339981001201")
    return path, Expected(read=3, accepted=1, repaired=2)


@case
def workbook_with_a_far_cell(folder: Path) -> tuple[Path, Expected]:
    path = folder / f"{NAME}.xlsx"
    with xlsxwriter.Workbook(str(path)) as target:
        sheet = target.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, row(1))
        sheet.write_string(1_048_575, 16_383, "x")
    return path, refused("xlsx.bomb")


@case
def workbook_bomb(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings2.xml", b"<x>" + b" " * 100_000_000)
    return path, refused("xlsx.bomb")


@case
def workbook_with_external_entities(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    declared = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    with_part(path, "xl/worksheets/sheet1.xml", lambda data: declared + data)
    return path, refused("xlsx.entities")


@case
def workbook_with_a_billion_laughs(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with_part(path, "xl/workbook.xml", lambda data: laughs + data)
    return path, refused("xlsx.entities")


@case
def workbook_with_broken_xml(folder: Path) -> tuple[Path, Expected]:
    path = book(folder, [HEADER, row(1)])
    with_part(path, "xl/worksheets/sheet1.xml", lambda data: data[: len(data) // 2])
    return path, refused("xlsx.corrupt")


@case
def encrypted_workbook(folder: Path) -> tuple[Path, Expected]:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000
    data = ole + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000
    return write(folder, data, f"{NAME}.xlsx"), refused("xlsx.encrypted")


@case
def old_office_file_that_is_none(folder: Path) -> tuple[Path, Expected]:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5000
    return write(folder, data, f"{NAME}.xls"), refused("xlsx.corrupt")


@case
def json_array(folder: Path) -> tuple[Path, Expected]:
    data = "[" + ",".join(objects([row(1), row(2)])) + "]"
    return write(folder, data, f"{NAME}.jsonl"), refused("file.format")


@case
def json_nested(folder: Path) -> tuple[Path, Expected]:
    lines = objects([row(1), row(2)])
    lines[1] = lines[1].replace('"某村1号"', '{"村": ["某村"]}')
    return (
        write(folder, "\n".join(lines), f"{NAME}.jsonl"),
        Expected(read=2, accepted=1, quarantined=1, reasons=("cell.nested",)),
    )


@case
def json_nested_too_deep(folder: Path) -> tuple[Path, Expected]:
    lines = objects([row(1), row(2)])
    lines[1] = lines[1].replace('"某村1号"', "[" * 90_000 + "]" * 90_000)
    return (
        write(folder, "\n".join(lines), f"{NAME}.jsonl"),
        Expected(read=2, accepted=1, quarantined=1, reasons=("row.json",)),
    )


@case
def json_duplicate_keys(folder: Path) -> tuple[Path, Expected]:
    lines = objects([row(1), row(2)])
    lines[1] = lines[1][:-1] + ', "状态": "死亡"}'
    return (
        write(folder, "\n".join(lines), f"{NAME}.jsonl"),
        Expected(read=2, accepted=1, quarantined=1, reasons=("row.json_duplicate",)),
    )


@case
def json_not_a_number(folder: Path) -> tuple[Path, Expected]:
    lines = objects([row(1), row(2)])
    lines[1] = lines[1].replace('"某村1号"', "NaN")
    return (
        write(folder, "\n".join(lines), f"{NAME}.jsonl"),
        Expected(read=2, accepted=1, quarantined=1, reasons=("row.json",)),
    )


@case
def json_numbers_and_nulls(folder: Path) -> tuple[Path, Expected]:
    lines = objects([row(n) for n in range(3)])
    lines[0] = lines[0].replace('"339981001201"', "339981001201").replace('""', "null")
    lines[1] = lines[1].replace(f'"{rid(1)}"', "3.3998119580312E+17")
    lines[2] = lines[2].replace('"某村1号"', "1" * 5000)
    return (
        write(folder, "\n".join(lines), f"{NAME}.jsonl"),
        Expected(read=3, accepted=1, quarantined=2, reasons=("rid.scientific", "text.long")),
    )


@case
def json_broken_lines(folder: Path) -> tuple[Path, Expected]:
    lines = [
        *objects([row(1)]),
        '{"身份证号": ',
        "[1, 2]",
        '"text"',
        "",
        "null",
        *objects([row(2)]),
    ]
    return (
        write(folder, "\n".join(lines), f"{NAME}.jsonl"),
        Expected(read=6, accepted=2, quarantined=4, reasons=("row.json",) * 4),
    )


@case
def json_escaped_controls(folder: Path) -> tuple[Path, Expected]:
    lines = objects([row(n) for n in range(3)])
    lines[0] = lines[0].replace("某村1号", "某\\u0000村")
    lines[1] = lines[1].replace("某村1号", "某\\u001f村\\n")
    lines[2] = lines[2].replace("某村1号", "\\ud800")
    return (
        write(folder, "\n".join(lines), f"{NAME}.jsonl"),
        Expected(
            read=3, repaired=1, quarantined=2, reasons=("row.nul", "row.encoding"),
        ),
    )  # fmt: skip


@case
def json_cut(folder: Path) -> tuple[Path, Expected]:
    data = "\n".join(objects([row(n) for n in range(3)]))
    return (
        write(folder, data[:-30], f"{NAME}.jsonl"),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.json",)),
    )


@case
def json_endless_line(folder: Path) -> tuple[Path, Expected]:
    data = objects([row(1)])[0] + '\n{"身份证号": "' + "x" * 9_000_000
    return (
        write(folder, data, f"{NAME}.jsonl"),
        Expected(read=2, accepted=1, quarantined=1, reasons=("row.too_long",)),
    )


@case
def json_without_known_keys(folder: Path) -> tuple[Path, Expected]:
    return write(folder, '{"a": 1}\n' * 10, f"{NAME}.jsonl"), refused("column.key_missing")


@case
def parquet_cut(folder: Path) -> tuple[Path, Expected]:
    path = parquet(folder, one_row())
    path.write_bytes(path.read_bytes()[:-30])
    return path, refused("parquet.corrupt")


@case
def parquet_with_damaged_pages(folder: Path) -> tuple[Path, Expected]:
    path = parquet(folder, one_row() + " FROM range(20000)")
    data = bytearray(path.read_bytes())
    data[4:200] = b"\xff" * 196
    path.write_bytes(data)
    return path, refused("parquet.corrupt")


@case
def parquet_head_alone(folder: Path) -> tuple[Path, Expected]:
    return write(folder, b"PAR1" + b"\0" * 50 + b"PAR1", f"{NAME}.parquet"), refused(
        "parquet.corrupt"
    )


@case
def parquet_without_rows(folder: Path) -> tuple[Path, Expected]:
    return parquet(folder, one_row() + " WHERE false"), refused("file.no_rows")


@case
def parquet_with_typed_columns(folder: Path) -> tuple[Path, Expected]:
    born = rid(1)
    changed = {
        "出生日期": f"DATE '{born[6:10]}-{born[10:12]}-{born[12:14]}'",
        "户籍地": "339981001201::BIGINT",
        "状态日期": "TIMESTAMP '2020-01-01 00:00:00'",
    }
    return parquet(folder, one_row(**changed)), Expected(read=1, accepted=1)


@case
def parquet_with_ids_as_doubles(folder: Path) -> tuple[Path, Expected]:
    return (
        parquet(folder, one_row(身份证号="339981195803120019::DOUBLE")),
        Expected(read=1, quarantined=1, reasons=("rid.scientific",)),
    )


@case
def parquet_with_nested_columns(folder: Path) -> tuple[Path, Expected]:
    return (
        parquet(folder, one_row(姓名="['张', '三']", 户籍地址="{'村': 'x'}")),
        Expected(read=1, quarantined=1, reasons=("cell.nested", "cell.nested")),
    )


@case
def parquet_with_blobs(folder: Path) -> tuple[Path, Expected]:
    return (
        parquet(folder, one_row(姓名="'\\xFF\\x00'::BLOB")),
        Expected(read=1, quarantined=1, reasons=("cell.nested",)),
    )


@case
def parquet_with_controls(folder: Path) -> tuple[Path, Expected]:
    return (
        parquet(folder, one_row(户籍地址="'某' || chr(31) || '村' || chr(10) || chr(24)")),
        Expected(read=1, repaired=1),
    )


@case
def parquet_dictionary_bomb(folder: Path) -> tuple[Path, Expected]:
    return (
        parquet(folder, one_row(户籍地址="repeat('村', 300000)") + " FROM range(20000)"),
        refused("parquet.bomb"),
    )


@case
def parquet_with_a_gigantic_cell(folder: Path) -> tuple[Path, Expected]:
    bomb = "CASE WHEN i = 5 THEN repeat('村', 300000) ELSE '某村' END"
    return (
        parquet(folder, one_row(户籍地址=bomb) + " FROM range(20) AS t(i)"),
        Expected(read=20, accepted=1, duplicate=18, quarantined=1, reasons=("row.too_long",)),
    )


@case
def parquet_with_thousands_of_columns(folder: Path) -> tuple[Path, Expected]:
    many = ", ".join(f"1 AS c{n}" for n in range(1_500))
    return parquet(folder, f"{one_row()}, {many}"), refused("file.columns")
