"""Files on disk: the spool of uploads, and the sweep of what nobody names.

Everything lies under the data folder and is readable by its owner alone.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from xinnong.analytics.lake import sweep as lake_sweep
from xinnong.core.errors import Refused
from xinnong.sources.queries import referenced_paths

MEBIBYTE: Final = 1 << 20
UPLOAD_BYTES: Final = 5 * 1024 * MEBIBYTE
LARGEST: Final = {
    ".csv": UPLOAD_BYTES,
    ".txt": UPLOAD_BYTES,
    ".tsv": UPLOAD_BYTES,
    ".jsonl": UPLOAD_BYTES,
    ".parquet": UPLOAD_BYTES,
    ".zip": UPLOAD_BYTES,
    ".xlsx": 200 * MEBIBYTE,
}
"""Largest upload by type, checked before anything is parsed."""
FIRST_BYTES: Final = {".zip": b"PK", ".xlsx": b"PK", ".parquet": b"PAR1"}
TYPES: Final = tuple(LARGEST)
FORM_ALLOWANCE: Final = MEBIBYTE
"""Bytes a multipart form may add around the file."""
NAME_LENGTH: Final = 120


class FileTooLarge(Refused):
    """The file is larger than the limit of its type; nothing of it was read."""

    code = "file.too_large"


class FileEmpty(Refused):
    """The file holds nothing."""

    code = "file.empty"


class FileFormat(Refused):
    """Name and first bytes do not say a type that is read here."""

    code = "file.format"


@dataclass(frozen=True, slots=True)
class Spooled:
    """An upload that waits for its check; `place` is relative to the spool."""

    place: str
    name: str
    size_bytes: int


def lake() -> Path:
    """The lake."""
    return Path(settings.XINNONG_LAKE)


def spool() -> Path:
    """Where uploads wait."""
    return Path(settings.XINNONG_DATA) / "spool"


def spool_upload(upload: UploadedFile[bytes], *, ref: UUID) -> Spooled:
    """Move a streamed upload into the spool, after checking its size and type.

    Refuses file.too_large, file.empty and file.format; the upload is not kept then.
    """
    assert isinstance(upload, TemporaryUploadedFile), "uploads are streamed to disk"
    name = plain_name(upload.name or "")
    size = upload.size or 0
    source = Path(upload.temporary_file_path())
    check_upload(name, size, source)
    folder = spool() / ref.hex
    folder.mkdir(mode=0o700, parents=True)
    target = folder / name
    source.rename(target)
    target.chmod(0o600)
    _sync(target)
    return Spooled(f"{ref.hex}/{name}", name, size)


def check_upload(name: str, size: int, path: Path) -> None:
    """Refuse what is too large, empty or of a type not read here."""
    suffix = Path(name).suffix.lower()
    if suffix not in LARGEST:
        raise FileFormat(types=" ".join(TYPES))
    if size > LARGEST[suffix]:
        raise FileTooLarge(limit_mb=LARGEST[suffix] // MEBIBYTE)
    if size == 0:
        raise FileEmpty
    wanted = FIRST_BYTES.get(suffix, b"")
    with path.open("rb") as opened:
        if opened.read(len(wanted)) != wanted:
            raise FileFormat(types=suffix)


def plain_name(name: str) -> str:
    """A file name without folders and odd characters, its end kept; safe on any disk."""
    base = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w.()\-]", "_", base).lstrip(".")
    return kept[-NAME_LENGTH:] or "file"


def discard_spooled(place: str) -> None:
    """Remove an upload after its check."""
    if place:
        shutil.rmtree(spool() / Path(place).parts[0], ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(*, now: datetime) -> int:
    """Remove lake files that no batch names and uploads nobody took up, once a day old.

    Returns how many. Call inside a scope that sees every batch.
    """
    named = {lake() / path for path in referenced_paths()}
    gone = [*lake_sweep(lake(), named=named, now=now), *lake_sweep(spool(), named=(), now=now)]
    return len(gone)
