"""The result of cleaning one value, and the repairs that every kind of value shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_APOSTROPHES = "'`\u2018\u2019\u00b4"
_SPACES = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
_WRAPPED = re.compile(r'="(.*)"')
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Cleaned(Generic[T]):
    """What became of one value.

    Exactly one of `value` and `problem` is set. `repairs` names every change that was needed to
    read the value, in the order they were made; `remarks` names what is odd but no error.
    """

    value: T | None
    repairs: tuple[str, ...] = ()
    problem: str | None = None
    remarks: tuple[str, ...] = ()


def tidy(text: str, *, kind: str) -> tuple[str, tuple[str, ...]]:
    """Undo what spreadsheets and keyboards do to codes.

    Full-width characters become ASCII; a leading apostrophe, `="…"` and all white space go. The
    repairs are named `<kind>.fullwidth`, `<kind>.apostrophe`, `<kind>.spaces`, in this order.
    """
    repairs: list[str] = []
    narrow = text.translate(_FULLWIDTH)
    if narrow != text:
        repairs.append(f"{kind}.fullwidth")
    bare = unwrapped(narrow.strip()).lstrip(_APOSTROPHES)
    if bare != narrow.strip():
        repairs.append(f"{kind}.apostrophe")
    tight = _SPACES.sub("", bare)
    if tight != bare or narrow != narrow.strip():
        repairs.append(f"{kind}.spaces")
    return tight, tuple(repairs)


def unwrapped(text: str) -> str:
    """Take `="0019"` apart: how an export makes a spreadsheet keep a number as text."""
    wrapped = _WRAPPED.fullmatch(text)
    return wrapped[1] if wrapped else text


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet turned a long number into 3.39981E+17: its tail is lost."""
    return _SCIENTIFIC.fullmatch(text) is not None
