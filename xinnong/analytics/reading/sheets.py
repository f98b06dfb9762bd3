"""Workbooks: looked at for bombs before parsing, then parsed in a process of their own.

A crafted workbook can make any parser ask for all memory there is; the child process runs under a
memory and time limit and hands over canonical text, so only it can die.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xinnong.analytics.contracts import Contract
from xinnong.analytics.reading.headers import Mapped, map_columns
from xinnong.analytics.reading.limits import (
    XLSX_FILE_BYTES,
    XLSX_PART_BYTES,
    XLSX_RATIO,
    XLSX_SMALL_BYTES,
)
from xinnong.analytics.reading.refusing import FileRefused
from xinnong.analytics.reading.sources import Chunk, Facts, sha256_of

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_DECLARATIONS: Final = (b"<!DOCTYPE", b"<!ENTITY")
_XML_HEAD: Final = 64 * 1024
_OLE_HEAD: Final = 1 << 20
_WORKER: Final = "xinnong.analytics.reading.sheet_worker"
_ROOT: Final = str(Path(__file__).resolve().parents[3])


class SheetSource:
    """One sheet of a workbook."""

    def __init__(self, path: Path, *, sheet: str | None, class_name: str | None) -> None:
        """Check the container and ask the child for the header."""
        refuse_bomb(path)
        self.path = path
        self.sheet = sheet
        self.class_name = class_name
        told = next(self._messages(None), {})
        header = told.get("header")
        assert isinstance(header, list), told
        self.facts = Facts("xlsx", tuple(map(str, header)), path.stat().st_size)

    def mapped(self, contract: Contract) -> Mapped:
        """Give each field its column."""
        return map_columns(contract, self.facts.header)

    def chunks(self, folder: Path) -> Iterator[Chunk]:
        """Let the child write the rows as canonical text and pass its chunks on."""
        self.facts.sha256 = sha256_of(self.path)
        for told in self._messages(folder):
            if "chunk" in told:
                rows, done = int(str(told["rows"])), int(str(told["permille"]))
                bytes_done = self.facts.size_bytes * done // 1000
                yield Chunk(folder / str(told["chunk"]), rows, bytes_done)
            elif isinstance(skipped := told.get("done"), dict):
                self.facts.skipped.update({str(k): int(str(v)) for k, v in skipped.items()})

    def _messages(self, folder: Path | None) -> Iterator[dict[str, object]]:
        command = [sys.executable, "-m", _WORKER, str(self.path), self.sheet or "",
                   self.class_name or "", str(folder or "")]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": _ROOT}
        with subprocess.Popen(  # noqa: S603 - our own module with a path of ours
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        ) as child:
            assert child.stdout is not None
            try:
                for line in child.stdout:
                    told = json.loads(line)
                    if "refused" in told:
                        raise FileRefused(told["refused"])
                    yield told
                if child.wait():
                    # Ended by a signal: out of memory or time. By itself: its parser gave up.
                    raise FileRefused("xlsx.bomb" if child.returncode < 0 else "xlsx.corrupt")
            finally:
                child.kill()


def refuse_bomb(path: Path) -> None:
    """Look at the container of a workbook without parsing it."""
    if path.stat().st_size > XLSX_FILE_BYTES:
        raise FileRefused("file.too_large", limit=XLSX_FILE_BYTES)
    with path.open("rb") as file:
        head = file.read(_OLE_HEAD)
    if head.startswith(OLE):
        if _ENCRYPTED in head:
            raise FileRefused("xlsx.encrypted")
        return
    try:
        with zipfile.ZipFile(path) as book:
            _look_inside(book)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as broken:
        raise FileRefused("xlsx.corrupt") from broken


def _look_inside(book: zipfile.ZipFile) -> None:
    for part in book.infolist():
        if part.flag_bits & 1:
            raise FileRefused("xlsx.encrypted")
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > XLSX_PART_BYTES:
            raise FileRefused("xlsx.bomb", bytes=part.file_size)
        if part.file_size > XLSX_SMALL_BYTES and ratio > XLSX_RATIO:
            raise FileRefused("xlsx.bomb", bytes=part.file_size)
        if part.filename.endswith((".xml", ".rels")):
            with book.open(part) as stream:
                head = stream.read(_XML_HEAD)
            if any(mark in head for mark in _DECLARATIONS):
                raise FileRefused("xlsx.entities")
