"""Which encoding a text file is written in."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from xinnong.analytics.reading.limits import BLOCK_BYTES

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Decode(Protocol):
    """A running decoder."""

    def __call__(self, data: bytes, /, *, final: bool) -> str:
        """Decode one more block."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoding the file may have; `certain` when nothing speaks against it."""

    encoding: str
    certain: bool

    def decoder(self) -> Decode:
        """Return a decoder that keeps undecodable bytes as lone surrogates."""
        errors = "replace" if self.encoding == "utf-16" else "surrogateescape"
        running = codecs.getincrementaldecoder(self.encoding)(errors)
        if self.encoding == "utf-16":
            return _bad_marks_kept(running.decode)

        def decode(data: bytes, /, *, final: bool) -> str:
            return running.decode(data, final)

        return decode


def _bad_marks_kept(inner: Callable[[bytes, bool], str]) -> Decode:
    def decode(data: bytes, /, *, final: bool) -> str:
        return inner(data, final).replace("\ufffd", "\udcff")

    return decode


def candidates(path: Path, head: bytes) -> list[Candidate]:
    """Return the encodings worth trying, the likeliest first.

    A byte order mark decides. Then UTF-8 where the head is UTF-8 with more than ASCII in it, or
    the whole file is UTF-8; then GB18030 where the whole file is. A file that is neither keeps
    both as uncertain: its header decides, and its bad rows are put aside.
    """
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return [Candidate(encoding, certain=True)]
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    if not whole_lines.isascii() and _decodes(whole_lines, "utf-8"):
        return [Candidate("utf-8", certain=True), Candidate("gb18030", certain=False)]
    if _file_decodes(path, "utf-8"):
        return [Candidate("utf-8", certain=True)]
    if _file_decodes(path, "gb18030"):
        return [Candidate("gb18030", certain=True), Candidate("utf-8", certain=False)]
    return [Candidate("utf-8", certain=False), Candidate("gb18030", certain=False)]


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _file_decodes(path: Path, encoding: str) -> bool:
    running = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                running.decode(block)
        running.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
