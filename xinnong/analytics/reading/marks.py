"""The canonical text of a delivery: one row per line, cells parted by a control character.

Readers of every format write it, the checks read it. Control characters of the source are
replaced, so that the few below can carry what the checks must know about a row or a cell.
"""

from __future__ import annotations

import re
from typing import Final

CELL_END: Final = "\x1f"
LINE_BREAK: Final = "\x1e"
"""A line break inside a cell."""
CONTROL: Final = "\x1d"
"""Any other control character of the source."""
NUL: Final = "\x1c"
UNDECODABLE: Final = "\x1b"
MERGED: Final = "\x1a"
"""Stands before a value that was copied from a merged cell."""
NESTED: Final = "\x19"
"""Stands for a cell that holds a list or an object."""
ROW_PROBLEM: Final = "\x18"
"""Begins a row that could not be parted into cells; a letter of ROW_PROBLEMS follows."""

ROW_PROBLEMS: Final = {
    "q": "row.quote",
    "l": "row.too_long",
    "j": "row.json",
    "d": "row.json_duplicate",
    "c": "row.cut",
}

_PLAIN = re.compile("[\x20-\x7e\n\x80-\ud7ff\ue000-\U0010ffff\t]*")
"""Text without control characters: matching what may stand is twice as quick as looking for the rest."""
_TABLE = dict.fromkeys((*range(1, 9), *range(11, 32), 127), CONTROL)
_TABLE.update({0: NUL, 0x0D: LINE_BREAK})
_SURROGATES = re.compile("[\ud800-\udfff]")


def mark_controls(text: str) -> str:
    """Replace every control character but tab and line feed, and every undecodable byte."""
    if _PLAIN.fullmatch(text):
        return text
    return _SURROGATES.sub(UNDECODABLE, text.translate(_TABLE))


def mark_cell(text: str) -> str:
    """Replace the control characters of one cell; line breaks become LINE_BREAK."""
    marked = mark_controls(text.replace("\r\n", "\n"))
    return marked.replace("\n", LINE_BREAK) if "\n" in marked else marked


def put_aside(letter: str, marked: str) -> str:
    """Write a row that has no cells, with the (already marked) text it came with."""
    return ROW_PROBLEM + letter + marked


def readable(cell: str) -> str:
    """Return a cell as a person should see it: line breaks back, marks gone."""
    return _MARKS.sub("", cell.replace(LINE_BREAK, "\n"))


_MARKS = re.compile("[\x18-\x1d\x1f]")
