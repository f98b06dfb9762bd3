"""The only writer of areas: imports of a county's list."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.db import transaction

from xinnong.areas.models import Area, Level
from xinnong.areas.places import CACHE_KEY
from xinnong.core.errors import InvalidDocument, Problem

COLUMNS = ("code", "level", "parent", "name_zh")
OPTIONAL = ("name_en", "retired_to", "terrain")
PROBLEMS_SHOWN = 100
DIGITS = 12
SHORT_CODES = frozenset({6, 9})
MOST_ENDING_PERCENT = 10
FEW_ENDING = 3
LENGTHS = {"name_zh": 64, "name_en": 96, "terrain": 8}
LEVEL_ORDER = {Level.COUNTY.value: 0, Level.TOWN.value: 1, Level.VILLAGE.value: 2}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an area list."""

    code: str
    level: str
    parent: str
    name: str
    name_en: str = ""
    retired_to: str = ""
    terrain: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed."""

    added: int
    changed: int
    retired: int
    unchanged: int


def decoded(data: bytes) -> str:
    """The text of a list as UTF-8, else as GB18030, which spreadsheets here write.

    Raises UnicodeDecodeError for what is neither.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def read_list(text: str) -> list[Row]:
    """Rows of a CSV with the columns code, level, parent, name_zh (name_en, retired_to, terrain).

    Raises InvalidDocument with every problem found, at most a hundred of them.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        rows = [_row(line) for line in reader] if not missing else []
    except csv.Error as fault:
        line = {"line": reader.line_num}
        raise InvalidDocument(problems=(Problem("areas.not_csv", "", line),)) from fault
    if missing:
        raise InvalidDocument(
            problems=tuple(Problem("areas.column_missing", name) for name in missing)
        )
    problems = list(_problems(rows))[:PROBLEMS_SHOWN]
    if problems:
        raise InvalidDocument(problems=tuple(problems))
    return rows


def import_areas(rows: Sequence[Row], *, valid_from: date, many_may_end: bool = False) -> Imported:
    """Bring the list of one county up to date, in one transaction; the same list changes nothing.

    Codes of the county that are no longer in the list end the day before `valid_from`; a row with
    `retired_to` ends too and points at its successor. No row is ever deleted. A list that would end
    more than a tenth of the county is refused (half a file, most likely) unless `many_may_end`.
    Raises InvalidDocument; nothing has changed then.
    """
    problems = list(_problems(rows))
    if problems:
        raise InvalidDocument(problems=tuple(problems[:PROBLEMS_SHOWN]))
    counties = {row.code[:6] for row in rows}
    with transaction.atomic():
        known = {area.code: area for area in _areas_of(counties)}
        before = {code: _content(area) for code, area in known.items()}
        for row in sorted(rows, key=lambda row: LEVEL_ORDER[row.level]):
            known[row.code] = _save(row, known, valid_from)
        for row in rows:
            if row.retired_to:
                _point_to_successor(known, row, valid_from)
        leaving = [known[code] for code in before.keys() - {row.code for row in rows}]
        if not many_may_end:
            _refuse_many_ends(leaving, of=len(before))
        for area in leaving:
            _end(area, valid_from)
    cache.delete(CACHE_KEY)
    return _count(before, {code: _content(area) for code, area in known.items()})


def _refuse_many_ends(leaving: Sequence[Area], *, of: int) -> None:
    ending = sum(area.valid_to is None for area in leaving)
    if ending > max(FEW_ENDING, of * MOST_ENDING_PERCENT // 100):
        figures = {"ending": ending, "areas": of}
        raise InvalidDocument(problems=(Problem("areas.many_would_end", "code", figures),))


def _row(line: dict[str, str | None]) -> Row:
    texts = {name: (line.get(name) or "").strip() for name in (*COLUMNS, *OPTIONAL)}
    return Row(
        code=twelve(texts["code"]),
        level=texts["level"],
        parent=twelve(texts["parent"]),
        name=texts["name_zh"],
        name_en=texts["name_en"],
        retired_to=twelve(texts["retired_to"]),
        terrain=texts["terrain"],
    )


def twelve(code: str) -> str:
    """A code with the zeros that belong to it. County codes of six and town codes of nine digits are often sent without their zeros."""
    return code.ljust(DIGITS, "0") if len(code) in SHORT_CODES else code


def _problems(rows: Iterable[Row]) -> Iterable[Problem]:
    """Everything wrong with a list, line by line (lines count from 1, below the header)."""
    rows = list(rows)
    by_code = {row.code: row for row in rows}
    seen: set[str] = set()
    if not rows:
        yield Problem("areas.empty", "")
    for number, row in enumerate(rows, start=1):
        yield from _problems_of(row, number, by_code)
        if _leads_back(row, by_code):
            yield Problem("areas.successor_circular", "retired_to", {"line": number})
        if row.code in seen:
            yield Problem("areas.code_twice", "code", {"line": number, "code": row.code})
        seen.add(row.code)


def _problems_of(row: Row, number: int, by_code: dict[str, Row]) -> Iterable[Problem]:
    place = {"line": number, "code": row.code}
    if not (row.code.isascii() and row.code.isdigit() and len(row.code) == DIGITS):
        yield Problem("areas.code_form", "code", place)
    if row.level not in LEVEL_ORDER:
        yield Problem("areas.level_unknown", "level", place)
    elif row.parent != _expected_parent(row):
        yield Problem("areas.parent_wrong", "parent", place)
    elif row.parent and row.parent not in by_code:
        yield Problem("areas.parent_missing", "parent", place)
    if not row.name:
        yield Problem("areas.name_missing", "name_zh", place)
    texts = {"name_zh": row.name, "name_en": row.name_en, "terrain": row.terrain}
    for field, text in texts.items():
        if len(text) > LENGTHS[field] or not text.isprintable():
            yield Problem("areas.text_form", field, place)
    if row.retired_to and (row.retired_to not in by_code or row.retired_to == row.code):
        yield Problem("areas.successor_unknown", "retired_to", place)


def _leads_back(row: Row, by_code: dict[str, Row]) -> bool:
    """Whether the successors of a retired code end nowhere."""
    met: set[str] = set()
    while row.retired_to in by_code and row.code not in met:
        met.add(row.code)
        row = by_code[row.retired_to]
    return row.code in met


def _expected_parent(row: Row) -> str:
    """The code says where it belongs: county of six digits, town of nine."""
    digits = {Level.COUNTY.value: 0, Level.TOWN.value: 6, Level.VILLAGE.value: 9}[row.level]
    return row.code[:digits].ljust(12, "0") if digits else ""


def _areas_of(counties: Iterable[str]) -> list[Area]:
    found: list[Area] = []
    for county in sorted(counties):
        found += Area.objects.filter(code__gte=county, code__lt=county + "~")
    return found


def _save(row: Row, known: dict[str, Area], valid_from: date) -> Area:
    area = known.get(row.code) or Area(code=row.code, valid_from=valid_from)
    before = _content(area)
    area.level, area.name, area.name_en = row.level, row.name, row.name_en
    area.terrain = row.terrain
    area.parent = known[row.parent] if row.parent else None
    if not row.retired_to:
        area.valid_to, area.retired_to = None, None
    if area.pk is None or _content(area) != before:
        area.save()
    return area


def _point_to_successor(known: dict[str, Area], row: Row, valid_from: date) -> None:
    area, successor = known[row.code], known[row.retired_to]
    if area.retired_to_id == successor.pk and area.valid_to is not None:
        return
    area.retired_to = successor
    area.valid_to = max(valid_from - timedelta(days=1), area.valid_from)
    area.save()


def _end(area: Area, valid_from: date) -> None:
    if area.valid_to is None:
        area.valid_to = max(valid_from - timedelta(days=1), area.valid_from)
        area.save(update_fields=["valid_to"])


Content = tuple[object, ...]


def _content(area: Area) -> Content:
    return (
        area.level,
        area.name,
        area.name_en,
        area.terrain,
        area.parent_id,
        area.valid_to,
        area.retired_to_id,
    )


def _count(before: dict[str, Content], after: dict[str, Content]) -> Imported:
    added = len(after.keys() - before.keys())
    differing = [code for code in before if before[code] != after[code]]
    retired = [code for code in differing if before[code][5] is None and after[code][5] is not None]
    return Imported(
        added=added,
        changed=len(differing) - len(retired),
        retired=len(retired),
        unchanged=len(before) - len(differing),
    )
