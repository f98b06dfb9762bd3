"""One open output file: rows come as SQL, part by part, and end up as bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Final, Protocol

import duckdb
import numpy as np

from xinnong.analytics.county.randomness import Ints
from xinnong.analytics.county.rendering import text_sql
from xinnong.analytics.county.writing.form import Layout
from xinnong.analytics.county.writing.sheet import SheetSink

BLANK_LINE_EVERY: Final = 4_000
ENCODE_BYTES: Final = 1 << 22
BOM: Final = b"\xef\xbb\xbf"


class Sink(Protocol):
    """An output file that grows by query results."""

    path: Path

    def append(self, query: str) -> None:
        """Write the rows of `query`."""

    def append_totals(self, cells: Sequence[str]) -> None:
        """Write a last row that sums up the table."""

    def finish(self) -> None:
        """Complete and close the file."""


class TextSink:
    """CSV in any of the encodings and separators, with blank lines where departments leave them."""

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path, layout: Layout) -> None:
        self._con, self.path = con, path
        self._form = layout.form
        self._piece = path.with_name(f".{path.name}.piece")
        self._codec = "gb18030" if self._form.encoding == "gb18030" else "utf-8"
        self._file: IO[bytes] = path.open("wb")
        if self._form.encoding == "utf-8-sig":
            self._file.write(BOM)
        for title in self._form.titles:
            self._write(f"{title}\n".encode())
        self._write((self._form.separator.join(layout.headers) + "\n").encode())

    def append(self, query: str) -> None:
        """Write the rows of `query`."""
        separator = text_sql(self._form.separator)
        self._con.execute(
            f"COPY ({query}) TO {text_sql(str(self._piece))} "
            f"(FORMAT CSV, HEADER false, DELIMITER {separator})"
        ).fetchall()
        text = self._piece.read_bytes()
        for piece in _cut(text, blank_lines=self._form.blank_lines):
            self._write(piece)

    def append_totals(self, cells: Sequence[str]) -> None:
        """Write a last row that sums up the table."""
        self._write((self._form.separator.join(cells) + "\n").encode())

    def finish(self) -> None:
        """Close the file."""
        self._file.close()
        self._piece.unlink(missing_ok=True)

    def _write(self, text: bytes) -> None:
        if self._codec == "gb18030":
            text = text.replace(b"\n", b"\r\n").decode().encode(self._codec)
        self._file.write(text)


def _cut(text: bytes, *, blank_lines: bool) -> list[bytes]:
    """Cut at line ends into bounded pieces; blank lines stand between some of them."""
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")) + 1
    if not len(ends):
        return []
    step = BLANK_LINE_EVERY if blank_lines else max(1, len(ends) * ENCODE_BYTES // len(text))
    return _slices(text, ends[step - 1 :: step], b"\n" if blank_lines else b"")


def _slices(text: bytes, cuts: Ints, between: bytes) -> list[bytes]:
    places = [0, *cuts.tolist(), len(text)]
    pieces = [text[a:b] for a, b in pairwise(places) if b > a]
    return [piece + between for piece in pieces[:-1]] + pieces[-1:]


class JsonLinesSink:
    """JSON Lines: one object per row, empty cells as null."""

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._con, self.path = con, path
        self._piece = path.with_name(f".{path.name}.piece")
        self._file: IO[bytes] = path.open("wb")

    def append(self, query: str) -> None:
        """Write the rows of `query`."""
        self._con.execute(
            f"COPY ({query}) TO {text_sql(str(self._piece))} (FORMAT JSON)"
        ).fetchall()
        self._file.write(self._piece.read_bytes())

    def append_totals(self, cells: Sequence[str]) -> None:
        """Refuse: machines that write this format add no totals row."""
        raise AssertionError(cells)

    def finish(self) -> None:
        """Close the file."""
        self._file.close()
        self._piece.unlink(missing_ok=True)


class ParquetSink:
    """Parquet: pieces are merged at the end, in order."""

    def __init__(self, con: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._con, self.path = con, path
        self._pieces: list[Path] = []

    def append(self, query: str) -> None:
        """Write the rows of `query` as one piece."""
        piece = self.path.with_name(f".{self.path.name}.{len(self._pieces)}")
        self._con.execute(f"COPY ({query}) TO {text_sql(str(piece))} (FORMAT PARQUET)").fetchall()
        self._pieces.append(piece)

    def append_totals(self, cells: Sequence[str]) -> None:
        """Refuse: machines that write this format add no totals row."""
        raise AssertionError(cells)

    def finish(self) -> None:
        """Merge the pieces."""
        if len(self._pieces) == 1:
            self._pieces[0].rename(self.path)
            return
        names = ", ".join(text_sql(str(piece)) for piece in self._pieces)
        self._con.execute(
            f"COPY (SELECT * FROM read_parquet([{names}])) TO {text_sql(str(self.path))} "
            "(FORMAT PARQUET)"
        ).fetchall()
        for piece in self._pieces:
            piece.unlink()


def open_sink(con: duckdb.DuckDBPyConnection, path: Path, layout: Layout) -> Sink:
    """Open the output file a layout asks for."""
    match layout.form.extension:
        case "csv":
            return TextSink(con, path, layout)
        case "jsonl":
            return JsonLinesSink(con, path)
        case "parquet":
            return ParquetSink(con, path)
        case "xlsx":
            return SheetSink(con, path, layout)


def zip_together(path: Path, members: list[Path]) -> None:
    """Pack files into a zip whose bytes depend on nothing but theirs, and remove them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            entry = zipfile.ZipInfo(member.name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with member.open("rb") as source, archive.open(entry, "w") as target:
                while block := source.read(ENCODE_BYTES):
                    target.write(block)
            member.unlink()
