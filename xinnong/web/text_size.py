"""长辈版: three steps of text size, kept in a cookie so that it works before sign-in."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

COOKIE = "text_size"
COOKIE_SECONDS = 365 * 24 * 3600


class TextSize(StrEnum):
    """Main text of 12 pt, at least 18 pt and at least 30 pt (工信厅信管函〔2021〕67号)."""

    STANDARD = "standard"
    ELDER = "elder"
    LARGEST = "largest"


def text_size_of(request: HttpRequest) -> TextSize:
    """Return the size the reader chose; anything unknown is the standard size."""
    chosen = request.COOKIES.get(COOKIE, "")
    return TextSize(chosen) if chosen in set(TextSize) else TextSize.STANDARD
