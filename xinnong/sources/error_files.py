"""Error files: a department's own rows with the reasons beside them, sealed at rest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Final

from django.conf import settings

from xinnong.analytics.checking.error_file import as_workbook, error_encoding
from xinnong.analytics.lake import seal_context
from xinnong.analytics.sealing import open_sealed
from xinnong.sources.keys import lake_keys
from xinnong.sources.models import Batch
from xinnong.sources.refusals import ErrorFileNone
from xinnong.sources.storage import lake, plain_name

PIECE_BYTES: Final = 1 << 20


def error_file_name(batch: Batch, kind: str = "") -> str:
    """Name under which the department gets its rows back; tells class and date when it returns."""
    own = PurePath(batch.file.rsplit("!", maxsplit=1)[-1])
    is_sheet = "#" in own.name
    stem = f"{batch.class_name}_{batch.as_of:%Y%m%d}" if is_sheet else own.stem
    return f"{stem}.errors.{kind or batch.error_format or 'csv'}"


def opened_error_file(batch: Batch) -> Iterator[bytes]:
    """The clear content in pieces. Refuses error_file.none where nothing is kept."""
    path = lake() / batch.errors_path
    if not batch.errors_path or not path.exists():
        raise ErrorFileNone
    origin = batch.repeats or batch
    context = seal_context("errors", class_name=batch.class_name, batch=origin.pk)
    return open_sealed(path, keys=lake_keys(), context=context)


def opened_error_workbook(batch: Batch) -> Iterator[bytes]:
    """Give the rows of a delimited error file as a workbook, in pieces.

    Refuses error_file.none where nothing is kept, or where the error file is not delimited text.
    """
    if batch.error_format != "csv":
        raise ErrorFileNone
    return _as_workbook(opened_error_file(batch), batch)


def _as_workbook(pieces: Iterator[bytes], batch: Batch) -> Iterator[bytes]:
    work = Path(settings.XINNONG_WORK)
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work) as folder:
        text, book = Path(folder, "errors.csv"), Path(folder, "errors.xlsx")
        with text.open("wb") as clear:
            clear.writelines(pieces)
        as_workbook(text, book, encoding=error_encoding(batch.encoding), separator=batch.separator)
        with book.open("rb") as finished:
            while piece := finished.read(PIECE_BYTES):
                yield piece


def kept_error_file(batch: Batch, folder: Path) -> str | None:
    """Write the error file in clear for whoever ran a command; its path, None where there is none.

    The folder is private to the operating-system user and swept like everything nobody names.
    """
    try:
        pieces = opened_error_file(batch)
    except ErrorFileNone:
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{batch.pk}-{plain_name(error_file_name(batch))}"
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as clear:
        clear.writelines(pieces)
    return str(target)
