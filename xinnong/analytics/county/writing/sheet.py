"""A small XLSX writer: sheet XML comes out of SQL, so large sheets take seconds.

It writes what office programs write: title rows merged over the width, a header, cells as
inline texts, amounts as numbers, dates as serial days with a date format.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import escape

import duckdb

from xinnong.analytics.county.rendering import text_sql
from xinnong.analytics.county.writing.form import Layout

NUMBER_KINDS: Final = ("money", "decimal", "mu", "int")
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        f'"{_TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        f'"{_TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType='
        f'"{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
        f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="宋体"/>'
        '</font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    ),
}


class SheetSink:
    """One workbook with one sheet."""

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path, layout: Layout) -> None:
        self._con, self.path = con, path
        self._layout = layout
        self._piece = path.with_name(f".{path.name}.piece")
        self._rows = path.with_name(f".{path.name}.rows")
        self._file: IO[bytes] = self._rows.open("wb")
        self._last = len(layout.form.titles) + 1
        for place, title in enumerate(layout.form.titles, start=1):
            self._file.write(_text_row(place, [title]))
        self._file.write(_text_row(self._last, layout.headers))

    def append(self, query: str) -> None:
        """Write the rows of `query`."""
        number = f"CAST(row_number() OVER () + {self._last} AS VARCHAR)"
        copied = self._con.execute(
            f"COPY (SELECT {self._row_sql()} FROM (SELECT {number} AS r, * FROM ({query}))) "
            f"TO {text_sql(str(self._piece))} "
            "(FORMAT CSV, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
        ).fetchall()
        self._last += int(copied[0][0])
        with self._piece.open("rb") as source:
            shutil.copyfileobj(source, self._file)

    def append_totals(self, cells: Sequence[str]) -> None:
        """Write a last row that sums up the table."""
        self._last += 1
        self._file.write(_text_row(self._last, cells))

    def finish(self) -> None:
        """Pack the workbook; its bytes depend on nothing but its content."""
        self._file.close()
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as book:
            for name, text in _FIXED_PARTS.items():
                book.writestr(_entry(name), _HEAD + text)
            with book.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
                sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                with self._rows.open("rb") as written:
                    shutil.copyfileobj(written, sheet, 1 << 20)
                sheet.write(f"</sheetData>{self._merged()}</worksheet>".encode())
        self._rows.unlink()
        self._piece.unlink(missing_ok=True)

    def _merged(self) -> str:
        last = _letters(len(self._layout.headers) - 1)
        cells = "".join(
            f'<mergeCell ref="A{row}:{last}{row}"/>'
            for row in range(1, len(self._layout.form.titles) + 1)
        )
        return f"<mergeCells>{cells}</mergeCells>" if cells and last != "A" else ""

    def _row_sql(self) -> str:
        """Return SQL for one row element; `r` holds its number in the sheet."""
        kinds = [field.kind for field in self._layout.fields] + ["text"]
        cells = " || ".join(
            self._cell_sql(header, kind, _letters(place))
            for place, (header, kind) in enumerate(zip(self._layout.headers, kinds, strict=False))
        )
        return f"'<row r=\"' || r || '\">' || {cells} || '</row>'"

    def _cell_sql(self, header: str, kind: str, letters: str) -> str:
        value = f'"{header}"'
        start = f"'<c r=\"{letters}' || r || '\""
        text = (
            f'{start} t="inlineStr"><is><t xml:space="preserve">\' || '
            f"replace(replace({value}, '&', '&amp;'), '<', '&lt;') || '</t></is></c>'"
        )
        number = f"{start}><v>' || {value} || '</v></c>'"
        return f"CASE WHEN {value} IS NULL THEN '' {_when(kind, value, number)} ELSE {text} END"


def _when(kind: str, value: str, number: str) -> str:
    """Return the case in which a cell is a number rather than a text."""
    if kind == "rid":
        return f"WHEN {value} LIKE '%E+17' THEN {number}"
    if kind in NUMBER_KINDS:
        return f"WHEN regexp_full_match({value}, '[0-9]+([.][0-9]+)?') THEN {number}"
    return ""


def _text_row(row: int, texts: Sequence[str]) -> bytes:
    cells = "".join(
        f'<c r="{_letters(place)}{row}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for place, text in enumerate(texts)
        if text
    )
    return f'<row r="{row}">{cells}</row>\n'.encode()


def _letters(place: int) -> str:
    return (chr(ord("A") + place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
