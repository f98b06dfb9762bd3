"""What somebody typed into the search box, as one kind of search.

A full id, a full phone or the tail of either is recognised here and leaves this module only to be
hashed: it never stands in an address, a log line or a page.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from xinnong.core.errors import Refused
from xinnong.core.ids import clean_uscc

LONGEST_TEXT = 40


class TermKind(StrEnum):
    """How a text is searched."""

    NOTHING = "nothing"
    NAME = "name"
    INITIALS = "initials"
    HOUSEHOLD = "household"
    ORGANISATION = "organisation"
    RID = "rid"
    PHONE = "phone"
    TAIL4 = "tail4"
    TAIL5 = "tail5"
    TAIL6 = "tail6"


class TermNotUnderstood(Refused):
    """The text is neither a name, initials, a household number nor a usable part of an id."""

    code = "search.term"


@dataclass(frozen=True, slots=True)
class Term:
    """A kind and the cleaned text."""

    kind: TermKind
    text: str = ""

    @property
    def is_secret(self) -> bool:
        """Whether the text is part of an id or a phone."""
        return self.kind in _SECRET


_SECRET = frozenset({TermKind.RID, TermKind.PHONE, TermKind.TAIL4, TermKind.TAIL5, TermKind.TAIL6})
_SHAPES: tuple[tuple[re.Pattern[str], TermKind], ...] = (
    (re.compile(r"H[0-9]{13}"), TermKind.HOUSEHOLD),
    (re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}"), TermKind.RID),
    (re.compile(r"1[3-9][0-9]{9}"), TermKind.PHONE),
    (re.compile(r"[0-9]{3}[0-9X]"), TermKind.TAIL4),
    (re.compile(r"[0-9]{4}[0-9X]"), TermKind.TAIL5),
    (re.compile(r"[0-9]{5}[0-9X]"), TermKind.TAIL6),
    (re.compile(r"[A-Z]{1,12}"), TermKind.INITIALS),
    (re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{1,30}"), TermKind.NAME),
)


def read_term(text: str) -> Term:
    """Recognise a text; raise TermNotUnderstood for anything else."""
    cleaned = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).strip().upper()
    cleaned = re.sub(r"[\s\-]+", "", cleaned).replace("•", "·")
    if not cleaned:
        return Term(TermKind.NOTHING)
    if _is_uscc(cleaned):
        return Term(TermKind.ORGANISATION, cleaned)
    for shape, kind in _SHAPES:
        if shape.fullmatch(cleaned):
            return Term(kind, cleaned)
    raise TermNotUnderstood


def _is_uscc(text: str) -> bool:
    """A code of an organisation; eighteen digits are one only where no resident id begins so."""
    return clean_uscc(text).value is not None and (text[0] == "9" or not text.isdecimal())
