"""Numbers and money as people read them, in the language of the page.

Amounts come in as whole fen. Nothing here computes: a half fen cannot arise.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

FEN_A_YUAN = 100
FEN_A_WAN = 1_000_000
FEN_A_YI = 10_000_000_000
FEN_A_MILLION = 100_000_000
FEN_A_BILLION = 100_000_000_000


def count(number: int) -> str:
    """Return 260000 as 260,000."""
    return f"{number:,}"


def yuan(minor: int) -> str:
    """Return fen to the cent: 1,234.50 元, or ¥1,234.50."""
    return _in_currency(f"{Decimal(minor).scaleb(-2):,.2f}")


def whole_yuan(minor: int) -> str:
    """Return fen as yuan without cents where there are none: 50,000 元, or ¥50,000."""
    if minor % FEN_A_YUAN:
        return yuan(minor)
    return _in_currency(f"{minor // FEN_A_YUAN:,}")


def large_yuan(minor: int) -> str:
    """Return a sum in 亿 or 万, or in English in billions or millions, to two decimals."""
    if is_english():
        return _in_steps(minor, ((FEN_A_BILLION, "¥{} billion"), (FEN_A_MILLION, "¥{} million")))
    return _in_steps(minor, ((FEN_A_YI, "{} 亿元"), (FEN_A_WAN, "{} 万元")))


def percent(part: int, whole: int) -> str:
    """Return a share to one decimal; a share of nothing is a dash, never 0 %."""
    if whole == 0:
        return "—"
    tenths = Decimal(part * 100) / Decimal(whole)
    return f"{tenths.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def hundredths(number: int) -> str:
    """Return 1234 hundredths as 12.34, without trailing zeros."""
    return decimal(Decimal(number).scaleb(-2))


def decimal(number: Decimal) -> str:
    """Return a decimal with thousands and without trailing zeros."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_english() -> bool:
    """Return whether the page is being written in English."""
    return (get_language() or "").startswith("en")


def _in_currency(digits: str) -> str:
    sign, digits = ("−", digits[1:]) if digits.startswith("-") else ("", digits)
    return sign + _("%(digits)s 元") % {"digits": digits}


def _in_steps(minor: int, steps: tuple[tuple[int, str], ...]) -> str:
    for step, form in steps:
        if abs(minor) >= step:
            amount = (Decimal(minor) / step).quantize(Decimal("0.01"), ROUND_DOWN)
            return form.format(f"{amount:,.2f}")
    return whole_yuan(minor)
