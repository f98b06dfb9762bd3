"""A turn of a call as a document of VoiceXML 2.1 (https://www.w3.org/TR/voicexml21/), keys as SRGS.

Long numbers are read digit by digit: they are marked so, and written with spaces for voices that pass
over the mark. Dates and hours are written as they are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.outreach.published_rules import bureau_number
from xinnong.outreach.voice import CATALOGUES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xinnong.outreach.voice import Language, Line, Turn

MEDIA_TYPE: Final = "application/voicexml+xml; charset=utf-8"
TONGUES: Final[Mapping[Language, str]] = {"zh": "zh-CN", "en": "en-US"}
LEAST_SPELLED: Final = 3
SPOKEN: Final = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?!\d)|(?P<hour>\d{2}):(?P<minute>\d{2})(?!\d)"
    r"|(?P<number>\d+(?:-\d+)*)(?!年)",
    re.ASCII,
)
NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words, or a number whose digits are read one by one."""

    text: str
    is_spelled: bool = False


def document(turn: Turn, *, address: str) -> str:
    """The document of a turn; keys and place go to `address` by POST."""
    language = turn.call.language
    with translation.override(CATALOGUES[language]):
        fault = _("电话出了毛病。请打%(bureau)s问。") % {"bureau": bureau_number()}
        shown = {
            "tongue": TONGUES[language],
            "lines": [(TONGUES[each.language], _pieces(each.text)) for each in turn.lines],
            "fault": _pieces(fault), "turn": turn, "address": address, "digits": "0123456789",
        }  # fmt: skip
        return render_to_string("outreach/voice.xml", shown)


def plain(line: Line) -> str:
    """A sentence as it is heard, for a terminal."""
    with translation.override(CATALOGUES[line.language]):
        return "".join(each.text for each in _pieces(line.text))


def _pieces(text: str) -> list[Piece]:
    return list(_spoken(NO_XML.sub(" ", text)))


def _spoken(text: str) -> Iterator[Piece]:
    at = 0
    for found in SPOKEN.finditer(text):
        yield Piece(text[at : found.start()])
        yield _said(found)
        at = found.end()
    yield Piece(text[at:])


def _said(found: re.Match[str]) -> Piece:
    if found["date"]:
        try:
            return Piece(date_format(date.fromisoformat(found["date"]), "DATE_FORMAT"))
        except ValueError:
            return Piece(found["date"])
    if found["hour"]:
        said = found[0] if found["minute"] != "00" else _("%(hour)s点") % {"hour": found["hour"]}
        return Piece(said)
    digits = found["number"].replace("-", "")
    is_spelled = len(digits) >= LEAST_SPELLED
    return Piece(" ".join(digits) if is_spelled else found["number"], is_spelled)
