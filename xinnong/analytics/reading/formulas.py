"""Cells of a workbook whose formula has no usable result.

The parser gives such cells as empty. An empty optional cell would be accepted in silence, so the
sheet's XML is searched for them and their error is put back.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from xinnong.analytics.reading.limits import MIB

NO_RESULT: Final = "#VALUE!"
"""Shown for a formula that was saved without any result."""
_OVERLAP: Final = 64 * 1024

_CELL = re.compile(
    rb"<(?:\w+:)?c\b(?P<attributes>[^>]*)>"
    rb"(?:<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>(?P<value>[^<]*)</(?:\w+:)?v>)?"
    rb"</(?:\w+:)?c>"
)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_SHEET = re.compile(r'<(?:\w+:)?sheet\b[^>]*\bname="([^"]*)"[^>]*\br:id="([^"]*)"')
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(Id|Target)="([^"]*)"')


def failed_formulas(path: Path, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Yield (row, column, error) of cells without a result, both counted from 0."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as book:
        part = _part_of(book, sheet)
        if part is not None:
            yield from _search(book, part)


def _part_of(book: zipfile.ZipFile, sheet: str) -> str | None:
    try:
        listed = book.read("xl/workbook.xml").decode("utf-8", "replace")
        relations = book.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return None
    targets = dict(_targets(relations))
    for name, relation in _SHEET.findall(listed):
        if _plain(name) == sheet and relation in targets:
            target = targets[relation]
            found = (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
            )
            return found if found in book.namelist() else None
    return None


def _targets(relations: str) -> Iterator[tuple[str, str]]:
    for entry in _RELATION.findall(relations):
        attributes = dict(_ATTRIBUTE.findall(entry))
        if "Id" in attributes and "Target" in attributes:
            yield attributes["Id"], attributes["Target"]


def _plain(name: str) -> str:
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        name = name.replace(entity, char)
    return name


def _search(book: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int, str]]:
    with book.open(part) as stream:
        text = b""
        while block := stream.read(4 * MIB):
            text += block
            cut = text.rfind(b"</row>") + 1 or max(0, len(text) - _OVERLAP)
            yield from _in(text[:cut])
            text = text[cut:]
        yield from _in(text)


def _in(text: bytes) -> Iterator[tuple[int, int, str]]:
    if b't="e"' not in text and b"<f" not in text and b":f" not in text:
        return
    for cell in _CELL.finditer(text):
        attributes, value = cell["attributes"], cell["value"]
        failed = b't="e"' in attributes
        if not failed and (value or not _has_formula(cell[0])):
            continue
        place = _PLACE.search(attributes)
        if place is not None:
            error = value.decode("utf-8", "replace") if failed and value else NO_RESULT
            yield int(place[2]) - 1, _column(place[1]), error


def _has_formula(cell: bytes) -> bool:
    return re.search(rb"<(?:\w+:)?f\b", cell) is not None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
