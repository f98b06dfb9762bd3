"""What every reader offers: the header of a file and its rows as chunks of canonical text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from xinnong.analytics.contracts import Contract
from xinnong.analytics.reading.headers import Mapped
from xinnong.analytics.reading.limits import TAIL_ROWS

Format = Literal["csv", "xlsx", "parquet", "jsonl"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A file of canonical lines, in order; `done_bytes` of `size_bytes` of the source are read."""

    path: Path
    rows: int
    done_bytes: int


@dataclass(slots=True)
class Facts:
    """What is known about a file; counts of skipped lines and `sha256` are final after reading.

    `raw_tail` says that each line ends in one further cell: the row as it was delivered.
    """

    format: Format
    header: tuple[str, ...]
    size_bytes: int
    encoding: str = ""
    separator: str = ""
    sha256: str = ""
    raw_tail: bool = False
    skipped: Counter[str] = field(default_factory=Counter)


class Source(Protocol):
    """One opened file."""

    facts: Facts

    def mapped(self, contract: Contract) -> Mapped:
        """Tell which cell of a line holds which field."""

    def chunks(self, folder: Path) -> Iterator[Chunk]:
        """Write the rows into `folder` and yield each file; the caller removes it."""


_TOTALS = re.compile(r"(?:[合总共小]\s*[计数]|total)\s*[:：]?.{0,12}", re.IGNORECASE | re.DOTALL)


def is_totals(cells: Sequence[str]) -> bool:
    """Whether a row at the bottom sums up the table."""
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return _TOTALS.fullmatch(first) is not None


@dataclass(slots=True)
class Tail:
    """Holds back the last lines until the end is known, to leave out the totals row."""

    held: list[str] = field(default_factory=list)

    def pass_on(self, lines: str) -> str:
        """Return what may go on of `lines` (each ended by a line feed); keep the last few."""
        text = "".join(self.held) + lines
        cut = len(text)
        for _ in range(TAIL_ROWS):
            cut = text.rfind("\n", 0, cut - 1) + 1 if cut > 0 else 0
        self.held = [line + "\n" for line in text[cut:].split("\n")[:-1]]
        return text[:cut]

    def finish(self, separator: str) -> tuple[str, int]:
        """Return the lines held back without totals, and how many totals rows there were."""
        kept = [line for line in self.held if not is_totals(line.rstrip("\n").split(separator))]
        return "".join(kept), len(self.held) - len(kept)
