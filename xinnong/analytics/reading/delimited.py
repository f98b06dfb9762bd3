"""CSV and its relatives: any encoding and separator departments use, read in bounded memory.

Blocks without a quote are converted whole; lines with quotes go through the csv module. A quote
that is never closed costs one row, not the rest of the file.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from xinnong.analytics.contracts import Contract
from xinnong.analytics.reading.encodings import Candidate, candidates
from xinnong.analytics.reading.headers import Mapped, find_header, map_columns
from xinnong.analytics.reading.limits import (
    BLOCK_BYTES,
    CHUNK_CHARS,
    COLUMNS,
    HEAD_BYTES,
    HEADER_ROWS,
    LINE_CHARS,
    QUOTED_LINES,
)
from xinnong.analytics.reading.marks import (
    CELL_END,
    LINE_BREAK,
    ROW_PROBLEM,
    mark_controls,
    put_aside,
)
from xinnong.analytics.reading.refusing import FileRefused
from xinnong.analytics.reading.sources import Chunk, Facts, Tail, closing_line

SEPARATORS: Final = (",", "\t", "|", ";")
NUL_SHARE: Final = 10
"""One NUL byte in so many is no text in any encoding we read: UTF-16 without its mark, or data."""
_BLANK = re.compile(f"\n(?:[{CELL_END} \t\u3000]*\n)+")
"""Begins at a line feed, which the search leaps to; a test at the start of lines halts everywhere."""

csv.field_size_limit(LINE_CHARS * 4)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one text file is written: encoding, separator, header and the lines above its rows."""

    candidate: Candidate
    separator: str
    header: tuple[str, ...]
    lines_above: int
    titles: int
    old_mac: bool


class DelimitedSource:
    """A text file with one row per line."""

    def __init__(self, path: Path, known: frozenset[str]) -> None:
        """Find encoding, separator and header; FileRefused where there is none."""
        self.path = path
        self.dialect = sniff(path, known)
        self.facts = Facts(
            "csv", self.dialect.header, path.stat().st_size,
            encoding=self.dialect.candidate.encoding, separator=self.dialect.separator,
        )  # fmt: skip
        if self.dialect.titles:
            self.facts.skipped["row.title"] = self.dialect.titles

    def mapped(self, contract: Contract) -> Mapped:
        """Give each field its column."""
        return map_columns(contract, self.facts.header)

    def chunks(self, folder: Path) -> Iterator[Chunk]:
        """Write the rows as canonical text, about CHUNK_CHARS at a time."""
        pieces: list[str] = []
        chars = number = 0
        tail = Tail()
        for lines, done in self._converted():
            ready = tail.pass_on(lines)
            pieces.append(ready)
            chars += len(ready)
            if chars >= CHUNK_CHARS:
                yield write_chunk(folder, number, pieces, done)
                pieces, chars, number = [], 0, number + 1
        rest, closing = tail.finish(CELL_END)
        self.facts.skipped += closing
        yield write_chunk(folder, number, [*pieces, rest], self.facts.size_bytes)

    def _converted(self) -> Iterator[tuple[str, int]]:
        """Yield canonical lines without blank ones, and the bytes read so far."""
        parser = LineParser(self.dialect.separator, len(self.dialect.header))
        for text, done, last in self._blocks():
            lines = parser.parse(text, last=last)
            full = _BLANK.sub("\n", "\n" + lines)[1:]
            if len(full) < len(lines):
                self.facts.skipped["row.blank"] += lines.count("\n") - full.count("\n")
            yield full, done

    def _blocks(self) -> Iterator[tuple[str, int, bool]]:
        """Yield decoded text with line feeds only, the lines above the rows left out."""
        decode = self.dialect.candidate.decoder()
        digest = hashlib.sha256()
        to_skip, done = self.dialect.lines_above, 0
        with self.path.open("rb") as file:
            while True:
                block = file.read(BLOCK_BYTES)
                digest.update(block)
                done += len(block)
                text = one_line_end(decode(block, final=not block), old_mac=self.dialect.old_mac)
                while to_skip and (end := text.find("\n")) >= 0:
                    text, to_skip = text[end + 1 :], to_skip - 1
                yield "" if to_skip else text, done, not block
                if not block:
                    break
        self.facts.sha256 = digest.hexdigest()


def one_line_end(text: str, *, old_mac: bool) -> str:
    """Turn CR LF (and CR alone in files that know no LF) into LF."""
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    return text.replace("\r", "\n") if old_mac else text


def write_chunk(folder: Path, number: int, pieces: list[str], done: int) -> Chunk:
    """Write canonical lines to a file of their own."""
    path = folder / f"chunk{number}.txt"
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for piece in pieces:
            rows += piece.count("\n")
            file.write(piece)
    return Chunk(path, rows, done)


class LineParser:
    """Turns text into canonical lines, block by block."""

    def __init__(self, separator: str, width: int) -> None:
        self.separator = separator
        self.width = width
        self.rest = ""
        self.in_long_line = False

    def parse(self, text: str, *, last: bool) -> str:
        """Return the complete rows of what came so far, each ended by a line feed."""
        text = self._without_long_line(self.rest + mark_controls(text))
        end = text.rfind("\n") + 1
        body, self.rest = text[:end], text[end:]
        unfinished = ""
        if last:
            unfinished, self.rest = self.rest, ""
        elif len(self.rest) > LINE_CHARS:
            body += put_aside("l", self.rest[:200]) + "\n"
            self.rest, self.in_long_line = "", True
        lines = self._convert(self._shortened(body), last=last)
        return lines + self._last_line(unfinished) if unfinished else lines

    def _without_long_line(self, text: str) -> str:
        if not self.in_long_line:
            return text
        end = text.find("\n")
        self.in_long_line = end < 0
        return text[end + 1 :] if end >= 0 else ""

    def _shortened(self, body: str) -> str:
        """Replace lines over the limit; steps over the text one limit at a time."""
        start = 0
        while len(body) - start > LINE_CHARS:
            end = body.rfind("\n", start, start + LINE_CHARS + 1)
            if end < 0:
                end = body.find("\n", start)
                told = put_aside("l", body[start : start + 200])
                body = body[:start] + told + body[end:]
                end = start + len(told)
            start = end + 1
        return body

    def _convert(self, body: str, *, last: bool) -> str:
        if '"' not in body:
            return body.replace(self.separator, CELL_END)
        return self._quoted(body.split("\n")[:-1], last=last)

    def _quoted(self, lines: list[str], *, last: bool) -> str:
        rows: list[str] = []
        start = 0
        while start < len(lines):
            stop = start
            while stop < len(lines) and _paired(lines[stop]):
                stop += 1
            rows += self._even(lines[start:stop])
            start = stop
            if start < len(lines):
                used, row = self._spanning(lines, start, last=last)
                if not used:
                    self.rest = "\n".join(lines[start:]) + "\n" + self.rest
                    break
                rows.append(row)
                start += used
        return "\n".join(rows) + "\n" if rows else ""

    def _even(self, lines: list[str]) -> list[str]:
        """Parse lines whose quotes come in pairs: each is a row of its own."""
        rows = list(csv.reader(lines, delimiter=self.separator))
        if len(rows) == len(lines):
            return list(map(CELL_END.join, rows))
        return [self._alone(line) for line in lines]

    def _alone(self, line: str) -> str:
        if quotes_of(line, self.separator) == "open":
            return put_aside("q", line)
        return CELL_END.join(next(csv.reader([line], delimiter=self.separator), []))

    def _spanning(self, lines: list[str], start: int, *, last: bool) -> tuple[int, str]:
        """Parse a row that may go over several lines: (lines used, row); 0 when more must come."""
        text = lines[start]
        if text.startswith(ROW_PROBLEM):
            return 1, text
        for used in range(1, QUOTED_LINES + 2):
            state = quotes_of(text, self.separator)
            if state == "torn" and used > 1:
                break
            if state != "open":
                parts = text.replace("\n", "\n\r").split("\r")
                row = next(csv.reader(parts, delimiter=self.separator))
                return used, CELL_END.join(row).replace("\n", LINE_BREAK)
            if used > QUOTED_LINES or len(text) > LINE_CHARS:
                break
            if start + used >= len(lines):
                if last:
                    break
                return 0, ""
            text += "\n" + lines[start + used]
        return 1, put_aside("q", lines[start])

    def _last_line(self, text: str) -> str:
        """Convert a last line without its line feed: with cells missing the file was cut there."""
        line = self._convert(text + "\n", last=True)
        cells = line.rstrip("\n").split(CELL_END)
        blank = not line.strip(f"{CELL_END} \t\n")
        whole = len(cells) >= self.width or blank or bool(closing_line(cells))
        return line if whole else put_aside("c", text) + "\n"


def _paired(line: str) -> bool:
    return line.count('"') % 2 == 0 and not line.startswith(ROW_PROBLEM)


Quotes = Literal["closed", "open", "torn"]


def quotes_of(text: str, separator: str) -> Quotes:
    """Tell how the quoted cells of `text` end; line feeds stand inside quotes.

    `open`: the last one is still open. `torn`: text follows a closing quote, which within one line
    is a habit, but over several lines means that the quote of another row was taken for the end.
    """
    place = 0
    state: Quotes = "closed"
    while True:
        if text.startswith('"', place):
            place = _after_quote(text, place + 1)
            if place < 0:
                return "open"
            following = text.find(separator, place)
            rest = text[place:] if following < 0 else text[place:following]
            state = "torn" if rest.strip() else state
        else:
            following = text.find(separator, place)
        if following < 0:
            return state
        place = following + 1


def _after_quote(text: str, place: int) -> int:
    """Return the place after the closing quote, -1 when there is none; doubled quotes count not."""
    while (end := text.find('"', place)) >= 0:
        if not text.startswith('"', end + 1):
            return end + 1
        place = end + 2
    return -1


def sniff(path: Path, known: frozenset[str]) -> Dialect:
    """Find how a text file is written by the header it shows."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    found = candidates(path, head)
    for candidate in found:
        text = candidate.decoder()(head, final=False)
        old_mac = "\n" not in text and "\r" in text
        text = one_line_end(text, old_mac=old_mac)
        dialect = _by_header(candidate, text, known, old_mac=old_mac)
        if dialect is not None:
            return dialect
    binary = head.count(0) * NUL_SHARE > len(head)
    raise FileRefused("file.header" if found[0].certain and not binary else "file.encoding")


def _by_header(
    candidate: Candidate, text: str, known: frozenset[str], *, old_mac: bool
) -> Dialect | None:
    best: Dialect | None = None
    for separator in SEPARATORS:
        rows, ends = head_rows(text, separator)
        index = find_header(rows, known)
        if index is None or (best and len(rows[index]) <= len(best.header)):
            continue
        if len(rows[index]) > COLUMNS:
            raise FileRefused("file.columns", columns=len(rows[index]), limit=COLUMNS)
        titles = sum(1 for row in rows[:index] if any(cell.strip() for cell in row))
        header = tuple(mark_controls(cell) for cell in rows[index])
        best = Dialect(candidate, separator, header, ends[index], titles, old_mac)
    return best


def head_rows(text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """Parse the first rows; beside each, the number of physical lines up to its end."""
    rows: list[list[str]] = []
    ends: list[int] = []
    lines = text.split("\n", HEADER_ROWS * 4)[: HEADER_ROWS * 4]
    reader = csv.reader((line + "\n" for line in lines), delimiter=separator)
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) >= HEADER_ROWS:
                break
    except csv.Error:
        pass  # what was parsed so far decides
    return rows, ends
