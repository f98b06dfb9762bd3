"""Money in whole fen (CNY); yuan only at the edge, as text."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar, Literal

from xinnong.core.cleaning import Cleaned, is_scientific, tidy
from xinnong.core.errors import Refused

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
FEN_PER_HUNDRED_YUAN = 10_000
MAX_MINOR = 10**17

_AMOUNT = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")


class NotAnAmount(Refused):
    """The text is no amount of money with at most two decimals."""

    code: ClassVar[str] = "money.invalid"


def clean_money(text: str | None, *, scale: Literal["yuan", "wan"] = "yuan") -> Cleaned[int]:
    """Read an amount in yuan, or in 万元 for columns declared so, as fen.

    Repairs: money.fullwidth, money.apostrophe, money.spaces, money.symbol (¥ or 元),
    money.grouping (thousands separators). Problems: money.missing, money.scientific, money.shape,
    money.decimals (finer than a fen), money.range.
    """
    code, repairs = tidy(text or "", kind="money")
    bare = code.lstrip("¥￥").removesuffix("万元" if scale == "wan" else "元")
    if bare != code:
        repairs = (*repairs, "money.symbol")
    if _GROUPED.fullmatch(bare):
        bare, repairs = bare.replace(",", ""), (*repairs, "money.grouping")
    problem, minor = _read_minor(bare, 6 if scale == "wan" else 2)
    return Cleaned(None, repairs, problem) if problem else Cleaned(minor, repairs)


def _read_minor(text: str, decimals: int) -> tuple[str | None, int]:
    if not text:
        return "money.missing", 0
    if is_scientific(text):
        return "money.scientific", 0
    match = _AMOUNT.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return "money.shape", 0
    fraction = (match[3] or "").rstrip("0")
    if len(fraction) > decimals:
        return "money.decimals", 0
    minor = int(match[2] or "0") * 10**decimals + int(fraction.ljust(decimals, "0"))
    if minor >= MAX_MINOR:
        return "money.range", 0
    return None, -minor if match[1] == "-" else minor


def parse_yuan(text: str) -> int:
    """Read yuan as fen: '1,234.5' is 123450. Raises NotAnAmount with the `problem` it found."""
    cleaned = clean_money(text)
    if cleaned.value is None:
        raise NotAnAmount(problem=cleaned.problem)
    return cleaned.value


def yuan(minor: int) -> str:
    """Write fen as yuan with two decimals: 123450 is '1234.50'."""
    whole, rest = divmod(abs(minor), FEN_PER_YUAN)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:02d}"


def floor_hundreds(minor: int) -> int:
    """Round fen down to whole hundreds of yuan: lines are offered so."""
    return minor // FEN_PER_HUNDRED_YUAN * FEN_PER_HUNDRED_YUAN


def share(minor: int, percent: int) -> int:
    """Take a whole percentage of an amount that is not negative, rounded down to the fen."""
    assert minor >= 0, minor
    return minor * percent // 100


def percent(text: str) -> Decimal:
    """Read a rate in percent a year with six decimals, as NUMERIC(9,6) stores it."""
    return Decimal(text).quantize(Decimal("0.000001"))
