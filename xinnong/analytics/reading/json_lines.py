"""JSON Lines: one flat object per line; the columns are the keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from xinnong.analytics.contracts import Contract
from xinnong.analytics.reading.delimited import one_line_end, write_chunk
from xinnong.analytics.reading.encodings import candidates
from xinnong.analytics.reading.headers import Mapped, field_place, map_columns
from xinnong.analytics.reading.limits import (
    BLOCK_BYTES,
    CHUNK_CHARS,
    COLUMNS,
    HEAD_BYTES,
    LINE_CHARS,
)
from xinnong.analytics.reading.marks import CELL_END, NESTED, mark_cell, put_aside
from xinnong.analytics.reading.refusing import FileRefused
from xinnong.analytics.reading.sources import Chunk, Facts

SAMPLE_LINES: Final = 200


class DuplicateKey(ValueError):
    """An object writes the same key twice."""


class JsonLinesSource:
    """A file with one JSON object per line.

    A canonical line holds every field of the contract in its order, whatever keys the row has, and
    the row's own text as a last cell for the error file.
    """

    def __init__(self, path: Path, contract: Contract | None) -> None:
        """Look at the first lines; FileRefused where they hold no object."""
        self.path = path
        with path.open("rb") as file:
            self.candidate = candidates(path, file.read(HEAD_BYTES))[0]
        self.keys: dict[str, int | None] = {}
        sample = self._sample_keys()
        self.facts = Facts(
            "jsonl", tuple(sample), path.stat().st_size,
            encoding=self.candidate.encoding,
        )  # fmt: skip
        self.contract = contract
        self.cells = len(contract.fields) if contract else 0

    def mapped(self, contract: Contract) -> Mapped:
        """Place every field in its own order; missing is what no sampled row has."""
        found = map_columns(contract, self.facts.header)
        positions = {field.name: place for place, field in enumerate(contract.fields)}
        return replace(found, positions=positions, width=self.cells + 1)

    def _sample_keys(self) -> list[str]:
        found: dict[str, None] = {}
        with self.path.open("rb") as file:
            text = self.candidate.decoder()(file.read(HEAD_BYTES), final=False)
        for line in text.split("\n")[:SAMPLE_LINES]:
            try:
                value = parse_object(line)
            except ValueError:
                continue
            found.update(dict.fromkeys(value))
        if not found:
            raise FileRefused("file.header")
        if len(found) > COLUMNS:
            raise FileRefused("file.columns", columns=len(found), limit=COLUMNS)
        return list(found)

    def chunks(self, folder: Path) -> Iterator[Chunk]:
        """Write the rows as canonical text."""
        lines: list[str] = []
        chars = number = 0
        for text, done in self._lines():
            line = self._row(text)
            if line is None:
                self.facts.skipped["row.blank"] += 1
                continue
            lines.append(line + "\n")
            chars += len(line)
            if chars >= CHUNK_CHARS:
                yield write_chunk(folder, number, lines, done)
                lines, chars, number = [], 0, number + 1
        yield write_chunk(folder, number, lines, self.facts.size_bytes)

    def _lines(self) -> Iterator[tuple[str, int]]:
        decode, digest, done, rest = self.candidate.decoder(), hashlib.sha256(), 0, ""
        with self.path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
                done += len(block)
                text = rest + one_line_end(decode(block, final=False), old_mac=False)
                *lines, rest = text.split("\n")
                for line in lines:
                    yield line, done
                if len(rest) > LINE_CHARS:
                    # Keep one character over the limit: the row is put aside, the rest dropped.
                    rest = rest[: LINE_CHARS + 1]
        self.facts.sha256 = digest.hexdigest()
        rest += decode(b"", final=True)
        if rest:
            yield rest, done

    def _row(self, text: str) -> str | None:
        if len(text) > LINE_CHARS:
            return put_aside("l", mark_cell(text[:200]))
        if not text.strip("\ufeff \t\r\u3000"):
            return None
        raw = mark_cell(text)
        try:
            value = parse_object(text)
        except DuplicateKey:
            return put_aside("d", raw)
        except ValueError:
            return put_aside("j", raw)
        cells = [""] * self.cells
        for key, item in value.items():
            place = self._place(key)
            if place is not None:
                cells[place] = mark_value(item)
        return CELL_END.join((*cells, raw))

    def _place(self, key: str) -> int | None:
        if key not in self.keys:
            if len(self.keys) > COLUMNS:
                return None
            assert self.contract is not None
            self.keys[key] = field_place(self.contract, key)
        return self.keys[key]


def parse_object(text: str) -> dict[str, object]:
    """Parse one line; numbers stay as they are written. ValueError unless it is a sound object."""
    try:
        value = json.loads(
            text.lstrip("\ufeff"),
            object_pairs_hook=_unique,
            parse_float=str,
            parse_int=str,
            parse_constant=_no_constant,
        )
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - json speaks ValueError too
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise DuplicateKey
    return value


def _no_constant(word: str) -> object:
    raise ValueError(word)


def mark_value(value: object) -> str:
    """Write one JSON value as cell text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return mark_cell(value) if isinstance(value, str) else NESTED
