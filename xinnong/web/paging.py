"""Keyset paging: a page starts after a known row, so page 10,000 costs what page 1 costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import QueryDict

PAGE_ROWS = 20
AFTER = "after"

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Pager:
    """Addresses of the first and the next page; empty where there is none."""

    first_url: str
    next_url: str
    shown: int


def page_of(
    rows: Sequence[Row],
    *,
    size: int,
    address: QueryDict,
    key: Callable[[Row], str],
) -> tuple[Sequence[Row], Pager]:
    """Cut `size + 1` fetched rows to a page; `key` must not carry personal data into the URL."""
    shown = rows[:size]
    next_url = _with_after(address, key(shown[-1])) if len(rows) > size else ""
    first_url = _with_after(address, "") if AFTER in address else ""
    return shown, Pager(first_url=first_url, next_url=next_url, shown=len(shown))


def _with_after(address: QueryDict, after: str) -> str:
    changed = address.copy()
    changed.pop(AFTER, None)
    if after:
        changed[AFTER] = after
    return f"?{changed.urlencode()}"
