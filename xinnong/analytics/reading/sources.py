"""What every reader offers: the header of a file and its rows as chunks of canonical text."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from xinnong.analytics.contracts import Contract
from xinnong.analytics.reading.headers import Mapped
from xinnong.analytics.reading.limits import BLOCK_BYTES, TAIL_ROWS

Format = Literal["csv", "xlsx", "parquet", "jsonl"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A file of canonical lines, in order; `done_bytes` of `size_bytes` of the source are read."""

    path: Path
    rows: int
    done_bytes: int


@dataclass(slots=True)
class Facts:
    """What is known about a file; counts of skipped lines and `sha256` are final after reading."""

    format: Format
    header: tuple[str, ...]
    size_bytes: int
    encoding: str = ""
    separator: str = ""
    sha256: str = ""
    skipped: Counter[str] = field(default_factory=Counter)


class Source(Protocol):
    """One opened file."""

    facts: Facts

    def mapped(self, contract: Contract) -> Mapped:
        """Tell which cell of a line holds which field."""

    def chunks(self, folder: Path) -> Iterator[Chunk]:
        """Write the rows into `folder` and yield each file; the caller removes it."""


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


_TOTALS = re.compile(r"(?:[合总共小]\s*[计数]|total)\s*[:：]?.{0,12}", re.IGNORECASE | re.DOTALL)
_SIGNATURE = re.compile(
    r"(?:制表|填表|填报|报送|审核|复核|经办|负责|联系|打印|导出|备注|说明|注)[^:：]{0,8}[:：].*",
    re.DOTALL,
)


def closing_line(cells: Sequence[str]) -> str:
    """Name what a row at the bottom is beside data: row.totals, row.footer, or nothing."""
    filled = [text for cell in cells if (text := cell.strip())]
    if not filled:
        return ""
    if _TOTALS.fullmatch(filled[0]):
        return "row.totals"
    return "row.footer" if all(map(_SIGNATURE.fullmatch, filled)) else ""


@dataclass(slots=True)
class Tail:
    """Holds back the last lines until the end is known, to leave out totals and signatures."""

    held: list[str] = field(default_factory=list)

    def pass_on(self, lines: str) -> str:
        """Return what may go on of `lines` (each ended by a line feed); keep the last few."""
        text = "".join(self.held) + lines
        cut = len(text)
        for _ in range(TAIL_ROWS):
            cut = text.rfind("\n", 0, cut - 1) + 1 if cut > 0 else 0
        self.held = [line + "\n" for line in text[cut:].split("\n")[:-1]]
        return text[:cut]

    def finish(self, separator: str) -> tuple[str, Counter[str]]:
        """Return the rows among the lines held back, and what the others were."""
        kinds = [closing_line(line.rstrip("\n").split(separator)) for line in self.held]
        rows = [line for line, kind in zip(self.held, kinds, strict=True) if not kind]
        return "".join(rows), Counter(kind for kind in kinds if kind)
