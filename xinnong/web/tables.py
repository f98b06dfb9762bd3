"""A table as data: the component draws it as a table, and as cards where space is short."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import _StrPromise

    from xinnong.web.paging import Pager


DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; figures are set to the right in even digits."""

    label: str | _StrPromise
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; `tone` is good, warn, bad or plain and shows it as a badge."""

    text: str | _StrPromise
    url: str = ""
    tone: str = ""
    note: str | _StrPromise = ""

    @property
    def is_day(self) -> bool:
        """Whether it is a date, which stays on one line."""
        return bool(DAY.fullmatch(str(self.text)))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows have one cell for each column; the first cell of a row names the row."""

    caption: str | _StrPromise
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    pager: Pager | None = None
    empty_title: str | _StrPromise = ""
    empty_hint: str | _StrPromise = ""
    is_caption_hidden: bool = False

    def lines(self) -> list[list[tuple[Column, Cell]]]:
        """Return the rows with each cell beside its column."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and its value, for definition lists."""

    term: str | _StrPromise
    value: str | _StrPromise
    note: str | _StrPromise = ""
    url: str = ""
    tone: str = field(default="")
