"""Numbers of bank cards: recognised, and never kept in the clear."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from xinnong.core.errors import Refused

LAST: Final = 4
_SHAPE: Final = re.compile(r"[0-9]{16,19}")


class NotACard(Refused):
    """The digits are no card number; nothing of them is repeated."""

    code: ClassVar[str] = "card.number"


def clean_card(text: str) -> str:
    """The digits of a card number, without spaces and dashes. Raises NotACard."""
    digits = re.sub(r"[ \-]", "", text.strip())
    if not _SHAPE.fullmatch(digits) or not has_right_check_digit(digits):
        raise NotACard
    return digits


def has_right_check_digit(digits: str) -> bool:
    """Tell whether the last digit is that of the others (ISO/IEC 7812-1, Luhn)."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(int(digit) for digit in digits[::-2])) % 10 == 0
