"""A code as the square that scanners read."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString


def picture_of(digits: str) -> SafeString:
    """An inline SVG without style or script; digits alone make a small square."""
    assert digits.isdecimal(), "codes are digits"
    return SafeString(segno.make(digits, error="m").svg_inline(border=4, omitsize=True))
