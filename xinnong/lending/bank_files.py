"""Files of banks as rows by field: CSV in UTF-8 or GB18030, XLSX, JSON Lines; read as a stream.

A heading is known by any of its names, Chinese or English, in any order, below any title. A file is
refused as a whole for what cannot be a file of its kind; what is wrong with one row is its reader's
to say.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import ClassVar, Final

from xinnong.analytics.reading.encodings import candidates
from xinnong.analytics.reading.refusing import FileRefused
from xinnong.analytics.reading.sheet_worker import cell_text, list_rows
from xinnong.analytics.reading.sheets import refuse_bomb
from xinnong.core.errors import Refused

MEBIBYTE: Final = 1 << 20
MOST_BYTES: Final = 64 * MEBIBYTE
MOST_SHEET_BYTES: Final = 10 * MEBIBYTE
MOST_CELL: Final = 500
HEAD_ROWS: Final = 20
HEAD_BYTES: Final = 64 * 1024
PDF: Final = b"%PDF-"
SEPARATORS: Final = ",\t;|"
NO_VALUE: Final = "�"
"""Stands for a list or an object where a text is wanted; no reader takes it for one."""

Row = tuple[int, dict[str, str]]


class BankFileTooLarge(Refused):
    """The file is larger than a day of a bank; `limit_mb` is the most."""

    code: ClassVar[str] = "bank_file.too_large"


class BankFileUnreadable(Refused):
    """Neither text in UTF-8 or GB18030 nor a whole workbook."""

    code: ClassVar[str] = "bank_file.unreadable"


class BankFileIsPdf(Refused):
    """A PDF is a picture of lines for people; its figures cannot be read without guessing."""

    code: ClassVar[str] = "bank_file.pdf"


class BankFileHeading(Refused):
    """No row of the first twenty names the columns that are needed; `field` is one that lacks."""

    code: ClassVar[str] = "bank_file.heading"


class BankFileEmpty(Refused):
    """The file has no row below its heading."""

    code: ClassVar[str] = "bank_file.empty"


class BankFileValue(Refused):
    """`row` and `field` say where something stands that cannot be read."""

    code: ClassVar[str] = "bank_file.value"


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a kind of file with the names of their columns, and which it cannot lack."""

    names: Mapping[str, Sequence[str]]
    needed: Sequence[str]

    def field(self, heading: str) -> str | None:
        """The field that a heading names; brackets and units after the name do not matter."""
        plain = heading.strip().casefold().replace(" ", "").replace("_", "")
        plain = plain.partition("(")[0].partition("（")[0]
        for field, names in self.names.items():
            if plain in {name.casefold().replace("_", "") for name in (field, *names)}:
                return field
        return None

    def shown(self, field: str) -> str:
        """A field as its first name."""
        return next(iter(self.names[field]), field)


def read_rows(path: Path, layout: Layout) -> Iterator[Row]:
    """Rows below the heading with the number they have in the file, blank ones left out.

    Raises BankFileTooLarge, BankFileUnreadable, BankFileIsPdf, BankFileHeading, BankFileEmpty.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    is_sheet = head.startswith(b"PK")
    most = MOST_SHEET_BYTES if is_sheet else MOST_BYTES
    if size > most:
        raise BankFileTooLarge(limit_mb=most // MEBIBYTE)
    if not head.strip():
        raise BankFileEmpty
    if head.startswith(PDF):
        raise BankFileIsPdf
    if is_sheet:
        rows = _headed(_sheet_rows(path), layout)
    elif head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        rows = _json_rows(path, layout)
    else:
        rows = _headed(_text_rows(path, head), layout)
    return _some(rows)


def _some(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows. Raises BankFileEmpty where there are none."""
    first = next(rows, None)
    if first is None:
        raise BankFileEmpty
    yield first
    yield from rows


def _headed(rows: Iterator[tuple[int, list[str]]], layout: Layout) -> Iterator[Row]:
    places: dict[int, str] = {}
    best: set[str] = set()
    for _number, cells in islice(rows, HEAD_ROWS):
        found = {at: field for at, cell in enumerate(cells) if (field := layout.field(cell))}
        best = max(best, set(found.values()), key=len)
        if set(layout.needed) <= set(found.values()):
            places = found
            break
    if not places:
        lacking = next(field for field in layout.needed if field not in best)
        raise BankFileHeading(field=layout.shown(lacking))
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            values = {
                field: cells[at].strip()[:MOST_CELL] if at < len(cells) else ""
                for at, field in places.items()
            }
            yield number, values


def _text_rows(path: Path, head: bytes) -> Iterator[tuple[int, list[str]]]:
    chosen = candidates(path, head)[0]
    if not chosen.certain or (b"\0" in head and chosen.encoding != "utf-16"):
        raise BankFileUnreadable
    text = head.decode(chosen.encoding, errors="ignore")
    separator = max(SEPARATORS, key=text.count)
    try:
        with path.open(encoding=chosen.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=separator)
            for cells in reader:
                yield reader.line_num, cells
    except (UnicodeDecodeError, csv.Error) as broken:
        raise BankFileUnreadable from broken


def _json_rows(path: Path, layout: Layout) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _json_row(json.loads(line, parse_float=str), layout)
    except (UnicodeDecodeError, ValueError, RecursionError) as broken:
        raise BankFileUnreadable from broken


def _json_row(told: object, layout: Layout) -> dict[str, str]:
    """The known fields of one object; anything but text and numbers is told as no value."""
    if not isinstance(told, dict):
        raise BankFileUnreadable
    found = {}
    for name, value in told.items():
        field = layout.field(str(name))
        if field is not None:
            is_plain = isinstance(value, str | int) and not isinstance(value, bool)
            found[field] = str(value).strip()[:MOST_CELL] if is_plain else NO_VALUE
    return found


def _sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineWorkbook

    try:
        refuse_bomb(path)
        book = CalamineWorkbook.from_path(path)
        rows = list_rows(book.get_sheet_by_index(0))
    except FileRefused as refused:
        raise BankFileUnreadable from refused
    except Exception as broken:  # the parser has no one kind of its own
        raise BankFileUnreadable from broken
    for number, cells in enumerate(rows, 1):
        yield number, [cell_text(cell) for cell in cells]
