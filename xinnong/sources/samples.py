"""A few turned-back cells of a batch as examples, masked where they are about a person."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from django.conf import settings

from xinnong.analytics.checking.error_file import REASON_HEADERS, error_encoding
from xinnong.analytics.contracts import Contract, Field, load_contracts
from xinnong.analytics.reading.headers import plain_header
from xinnong.sources.error_files import opened_error_file
from xinnong.sources.models import Batch
from xinnong.sources.refusals import ErrorFileNone
from xinnong.sources.storage import MEBIBYTE, lake

SAMPLE_CELLS: Final = 8
WHOLE_FILE_BYTES: Final = 8 * MEBIBYTE
"""Workbooks and Parquet open only as a whole; larger ones give no sample."""
SHOWN_LENGTH: Final = 40
SHOWN_START, SHOWN_END = 4, 2
CODES_HEADER, ROW_HEADER = REASON_HEADERS[1], REASON_HEADERS[3]
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """One cell that was turned back: row of the delivery, column, masked value, code."""

    row: str
    header: str
    shown: str
    code: str


def examples_of(batch: Batch) -> list[Example]:
    """Return the first turned-back cells; nothing where no error file is kept or it is too large."""
    contract = load_contracts().get(batch.class_name)
    if contract is None or not batch.errors_path:
        return []
    try:
        rows = islice(_rows(batch), SAMPLE_CELLS)
        found = chain.from_iterable(_examples(row, contract) for row in rows)
        return list(islice(found, SAMPLE_CELLS))
    except ErrorFileNone:
        return []


def _examples(row: Row, contract: Contract) -> Iterator[Example]:
    for told in row.get(CODES_HEADER, "").split(";"):
        name, parted, code = told.rpartition(":")
        if not parted:
            yield Example(row.get(ROW_HEADER, ""), "", "", code)
            continue
        field = contract.field(name)
        yield Example(row.get(ROW_HEADER, ""), field.header, _shown(row, field), code)


def _shown(row: Row, field: Field) -> str:
    wanted = {plain_header(header) for header in field.headers}
    cells = (cell for header, cell in row.items() if plain_header(header) in wanted)
    value = next(cells, "")
    is_personal = field.vault or field.kind in {"rid", "phone"}
    return masked(value) if is_personal else value[:SHOWN_LENGTH]


def masked(value: str) -> str:
    """Show the ends of a long value and nothing of a short one."""
    hidden = len(value) - SHOWN_START - SHOWN_END
    if hidden < SHOWN_START:
        return "*" * len(value)
    return f"{value[:SHOWN_START]}{'*' * min(hidden, SHOWN_LENGTH)}{value[-SHOWN_END:]}"


def _rows(batch: Batch) -> Iterator[Row]:
    """First rows of an error file by header, whatever its format."""
    pieces = opened_error_file(batch)
    if batch.error_format == "csv":
        return _text_rows(pieces, batch)
    if batch.error_format == "jsonl":
        return _json_rows(pieces)
    if (lake() / batch.errors_path).stat().st_size > WHOLE_FILE_BYTES:
        return iter(())
    whole = b"".join(pieces)
    return _sheet_rows(whole) if batch.error_format == "xlsx" else _parquet_rows(whole)


def _text_rows(pieces: Iterable[bytes], batch: Batch) -> Iterator[Row]:
    text = next(iter(pieces), b"").decode(error_encoding(batch.encoding), "replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=batch.separator or ",")
    return _by_header(reader)


def _json_rows(pieces: Iterable[bytes]) -> Iterator[Row]:
    text = next(iter(pieces), b"").decode("utf-8", "replace")
    whole_lines = text.split("\n")[:-1]
    for line in whole_lines:
        yield {str(key): _text(value) for key, value in json.loads(line).items()}


def _sheet_rows(whole: bytes) -> Iterator[Row]:
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(whole)).get_sheet_by_index(0)
    return _by_header([_text(cell) for cell in row] for row in sheet.iter_rows())


def _parquet_rows(whole: bytes) -> Iterator[Row]:
    import duckdb

    folder = Path(settings.XINNONG_WORK)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder) as clear, duckdb.connect() as duck:
        clear.write(whole)
        clear.flush()
        duck.execute("SELECT * FROM read_parquet(?) LIMIT ?", [clear.name, SAMPLE_CELLS])
        header = [str(column[0]) for column in duck.description or ()]
        found = [[_text(cell) for cell in row] for row in duck.fetchall()]
    return _by_header(iter([header, *found]))


def _by_header(rows: Iterator[list[str]]) -> Iterator[Row]:
    header = next(rows, [])
    return (dict(zip(header, row, strict=False)) for row in rows)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
