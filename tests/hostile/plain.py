"""Broken delimited files, each with what must become of its rows."""

from __future__ import annotations

import codecs
import struct
import zlib
from pathlib import Path

from tests.hostile.cases import HEADER, Expected, case, refused, row, sound, text, write


@case
def empty_file(folder: Path) -> tuple[Path, Expected]:
    return write(folder, b""), refused("file.empty")


@case
def only_line_feeds(folder: Path) -> tuple[Path, Expected]:
    return write(folder, b"\n" * 5000), refused("file.header")


@case
def only_a_byte_order_mark(folder: Path) -> tuple[Path, Expected]:
    return write(folder, codecs.BOM_UTF8), refused("file.header")


@case
def header_only(folder: Path) -> tuple[Path, Expected]:
    return write(folder, text([])), refused("file.no_rows")


@case
def header_without_line_feed(folder: Path) -> tuple[Path, Expected]:
    return write(folder, text([]).rstrip("\n")), refused("file.no_rows")


@case
def no_header(folder: Path) -> tuple[Path, Expected]:
    return write(folder, text([row(1), row(2)], header=False)), refused("file.header")


@case
def header_below_sixty_rows(folder: Path) -> tuple[Path, Expected]:
    return write(folder, "说明\n" * 60 + sound(2)), refused("file.header")


@case
def key_column_missing(folder: Path) -> tuple[Path, Expected]:
    lines = [line[1:] for line in [list(HEADER), row(1)]]
    return write(folder, text(lines, header=False)), refused("column.key_missing")


@case
def required_column_missing(folder: Path) -> tuple[Path, Expected]:
    lines = [line[:6] for line in [list(HEADER), row(1)]]
    return write(folder, text(lines, header=False)), refused("column.missing")


@case
def same_header_twice(folder: Path) -> tuple[Path, Expected]:
    lines = [[*line, line[0]] for line in [list(HEADER), row(1)]]
    return write(folder, text(lines, header=False)), refused("header.duplicate")


@case
def million_columns(folder: Path) -> tuple[Path, Expected]:
    header = ",".join([*HEADER, *(f"列{n}" for n in range(1_000_000))])
    return write(folder, header + "\n"), refused("file.columns")


@case
def million_cells_in_a_row(folder: Path) -> tuple[Path, Expected]:
    return (
        write(folder, sound(1) + "," * 1_000_000 + "x\n" + text([row(2)], header=False)),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.too_long",)),
    )


@case
def gigantic_cell(folder: Path) -> tuple[Path, Expected]:
    big = row(1)
    big[5] = "村" * 3_000_000
    return (
        write(folder, text([row(0), big, row(2)])),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.too_long",)),
    )


@case
def gigantic_last_line(folder: Path) -> tuple[Path, Expected]:
    return (
        write(folder, sound(1) + "x" * 9_000_000),
        Expected(read=2, accepted=1, quarantined=1, reasons=("row.too_long",)),
    )


@case
def one_endless_line(folder: Path) -> tuple[Path, Expected]:
    return write(folder, b"x" * 9_000_000), refused("file.header")


@case
def long_cell(folder: Path) -> tuple[Path, Expected]:
    long = row(1)
    long[5] = "村" * 501
    return (
        write(folder, text([long, row(2)])),
        Expected(read=2, accepted=1, quarantined=1, reasons=("text.long",)),
    )


@case
def cut_in_a_row(folder: Path) -> tuple[Path, Expected]:
    whole = sound(4)
    return (
        write(folder, whole[: whole.rindex("测试")]),
        Expected(read=4, accepted=3, quarantined=1, reasons=("row.cut",)),
    )


@case
def cut_in_a_character(folder: Path) -> tuple[Path, Expected]:
    data = sound(4).encode()
    return (
        write(folder, data[: data.rindex("试".encode()) + 1]),
        Expected(read=4, accepted=3, quarantined=1, reasons=("row.cut",)),
    )


@case
def cut_gb18030(folder: Path) -> tuple[Path, Expected]:
    data = sound(4).encode("gb18030")
    return (
        write(folder, data[: data.rindex("试".encode("gb18030")) + 1]),
        Expected(read=4, accepted=3, quarantined=1, reasons=("row.cut",)),
    )


@case
def ragged_rows(folder: Path) -> tuple[Path, Expected]:
    lines = [row(1)[:5], [*row(2), "多", "余"], [*row(3), "", ""], row(4)]
    return (
        write(folder, text(lines)),
        Expected(read=4, accepted=2, quarantined=2, reasons=("row.ragged", "row.ragged")),
    )


@case
def nul_bytes(folder: Path) -> tuple[Path, Expected]:
    bad = row(1)
    bad[5] = "某\x00村"
    return (
        write(folder, text([bad, row(2)])),
        Expected(read=2, accepted=1, quarantined=1, reasons=("row.nul",)),
    )


@case
def nothing_but_nul(folder: Path) -> tuple[Path, Expected]:
    return write(folder, b"\0" * 100_000), refused("file.encoding")


@case
def nul_tail(folder: Path) -> tuple[Path, Expected]:
    return (
        write(folder, sound(2).encode() + b"\0" * 4096),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.cut",)),
    )


@case
def control_characters(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(3)]
    for line, char in zip(lines, "\x01\x1f\x7f", strict=True):
        line[5] = f"某{char}村"
    return write(folder, text(lines)), Expected(read=3, repaired=3)


@case
def forged_marks(folder: Path) -> tuple[Path, Expected]:
    """Control characters that the reader uses itself, sent from outside."""
    lines = [row(n) for n in range(4)]
    lines[0][5] = "\x1fx"
    lines[1][0] = "\x18q" + lines[1][0]
    lines[2][5] = "某\x1a村\x19\x1b\x1c"
    return (
        write(folder, text(lines)),
        Expected(read=4, accepted=2, repaired=1, quarantined=1, reasons=("rid.length",)),
    )


@case
def vertical_tabs_and_odd_line_ends(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(4)]
    for line, char in zip(lines, "\x0b\x0c\u2028\x85", strict=True):
        line[5] = f"某{char}村"
    return write(folder, text(lines)), Expected(read=4, accepted=2, repaired=2)


@case
def byte_order_mark_in_the_middle(folder: Path) -> tuple[Path, Expected]:
    return (
        write(folder, sound(1) + "\ufeff" + text([row(1)], header=False)),
        Expected(read=2, accepted=1, repaired=1),
    )


@case
def two_files_glued_together(folder: Path) -> tuple[Path, Expected]:
    glued = sound(2) + "\ufeff" + text([row(5)])
    return (
        write(folder, glued),
        Expected(
            read=4, accepted=3, quarantined=1,
            reasons=("rid.length", "date.shape", "date.shape", "area.length", "enum.unknown",
                     "enum.unknown"),
        ),
    )  # fmt: skip


@case
def mixed_encodings(folder: Path) -> tuple[Path, Expected]:
    data = sound(2).encode() + text([row(5)], header=False).encode("gb18030")
    return (
        write(folder, data),
        Expected(read=3, accepted=2, quarantined=1,
                 reasons=("row.encoding", "enum.unknown", "enum.unknown")),
    )  # fmt: skip


@case
def one_bad_byte_in_utf8(folder: Path) -> tuple[Path, Expected]:
    data = sound(3).encode().replace("某村1号".encode(), b"\xff\xfe", 1)
    return (
        write(folder, data),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.encoding",)),
    )


@case
def one_bad_byte_in_gb18030(folder: Path) -> tuple[Path, Expected]:
    data = sound(3).encode("gb18030").replace("某村1号".encode("gb18030"), b"\xff\xff", 1)
    return (
        write(folder, data),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.encoding",)),
    )


@case
def latin_1(folder: Path) -> tuple[Path, Expected]:
    return write(folder, "Prénom;Né\nJosé;é\n".encode("latin-1")), refused("file.encoding")


@case
def random_bytes(folder: Path) -> tuple[Path, Expected]:
    noise = zlib.compress(
        b"".join(struct.pack("<I", n * 2654435761 % 2**32) for n in range(50_000))
    )
    return write(folder, noise), refused("file.encoding")


@case
def utf16_without_mark(folder: Path) -> tuple[Path, Expected]:
    return write(folder, sound(3).encode("utf-16-le")), refused("file.encoding")


@case
def utf16_with_mark(folder: Path) -> tuple[Path, Expected]:
    return write(folder, sound(3).encode("utf-16")), Expected(read=3, accepted=3)


@case
def utf16_cut_in_half_a_unit(folder: Path) -> tuple[Path, Expected]:
    return (
        write(folder, sound(3).encode("utf-16")[:-21]),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.cut",)),
    )


@case
def quote_never_closed(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(200)]
    lines[3][5] = '"某村'
    return (
        write(folder, text(lines)),
        Expected(read=200, accepted=199, quarantined=1, reasons=("row.quote",)),
    )


@case
def quote_never_closed_on_the_last_row(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(3)]
    lines[2][5] = '"某村'
    return (
        write(folder, text(lines)),
        Expected(read=3, accepted=2, quarantined=1, reasons=("row.quote",)),
    )


@case
def every_row_opens_a_quote(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(300)]
    for number, line in enumerate(lines):
        line[5] = '"某村' if number % 2 else "某村"
    return (
        write(folder, text(lines)),
        Expected(read=300, accepted=150, quarantined=150, reasons=("row.quote",) * 150),
    )


@case
def quotes_in_the_middle(folder: Path) -> tuple[Path, Expected]:
    lines = [row(n) for n in range(3)]
    lines[0][5] = '某"村'
    lines[1][5] = '"某""村"'
    lines[2][5] = '"某"村"'
    return write(folder, text(lines)), Expected(read=3, accepted=3)
