"""Error files: a department's own rows with the reasons beside them, sealed at rest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from xinnong.analytics.lake import seal_context
from xinnong.analytics.sealing import open_sealed
from xinnong.sources.keys import lake_keys
from xinnong.sources.models import Batch
from xinnong.sources.refusals import ErrorFileNone
from xinnong.sources.storage import lake, plain_name


def error_file_name(batch: Batch) -> str:
    """Name under which the department gets its rows back."""
    stem = PurePath(batch.file.replace("!", "_")).stem
    return f"{stem}.errors.{batch.error_format or 'csv'}"


def opened_error_file(batch: Batch) -> Iterator[bytes]:
    """The clear content in pieces. Refuses error_file.none where nothing is kept."""
    path = lake() / batch.errors_path
    if not batch.errors_path or not path.exists():
        raise ErrorFileNone
    origin = batch.repeats or batch
    context = seal_context("errors", class_name=batch.class_name, batch=origin.pk)
    return open_sealed(path, keys=lake_keys(), context=context)


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
