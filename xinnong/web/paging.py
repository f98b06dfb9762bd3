"""Keyset paging: a page starts beside a known row, so page 10,000 costs what page 1 costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import QueryDict

PAGE_ROWS = 20
AFTER = "after"
BEFORE = "before"
LONGEST_KEY = 48
LONGEST_NUMBER = 18

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page is asked for: the rows after a key, or before it; no key is the first page."""

    key: str = ""
    is_back: bool = False

    @property
    def number(self) -> int | None:
        """The key as a row number, or None where it is none."""
        plain = self.key.isascii() and self.key.isdecimal() and len(self.key) <= LONGEST_NUMBER
        return int(self.key) if plain else None


@dataclass(frozen=True, slots=True)
class Pager:
    """Addresses of the first, the previous and the next page; empty where there is none."""

    first_url: str
    next_url: str
    shown: int
    previous_url: str = ""


def turn_of(address: QueryDict) -> Turn:
    """Read the page asked for from an address; a key that cannot be one is the first page."""
    for name, is_back in ((BEFORE, True), (AFTER, False)):
        key = address.get(name, "")
        if key and len(key) <= LONGEST_KEY and key.isprintable():
            return Turn(key, is_back)
    return Turn()


def page_of(
    rows: Sequence[Row],
    *,
    size: int,
    address: QueryDict,
    key: Callable[[Row], str],
) -> tuple[Sequence[Row], Pager]:
    """Cut `size + 1` fetched rows to a page; `key` must not carry personal data into the URL.

    Rows before a key are fetched against the list's order, nearest first, and turned round here.
    """
    turn = turn_of(address)
    shown = rows[:size]
    is_cut = len(rows) > size
    if turn.is_back:
        shown = list(reversed(shown))
    has_next = bool(shown) if turn.is_back else is_cut
    has_previous = is_cut if turn.is_back else bool(turn.key and shown)
    return shown, Pager(
        first_url=_with(address) if turn.key else "",
        next_url=_with(address, AFTER, key(shown[-1])) if has_next else "",
        shown=len(shown),
        previous_url=_with(address, BEFORE, key(shown[0])) if has_previous else "",
    )


def _with(address: QueryDict, name: str = "", key: str = "") -> str:
    changed = address.copy()
    for old in (AFTER, BEFORE):
        changed.pop(old, None)
    if name:
        changed[name] = key
    return f"?{changed.urlencode()}"
