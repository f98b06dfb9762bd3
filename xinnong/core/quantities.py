"""Quantities of farm goods and the few units that convert."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from xinnong.core.errors import Refused

UNITS = frozenset({"亩", "头", "只", "羽", "箱", "口(网箱)", "尾", "株", "吨", "公斤", "斤"})
_KILOGRAMS = {"斤": Decimal("0.5"), "公斤": Decimal(1), "吨": Decimal(1000)}


class UnknownUnit(Refused):
    """The unit is none of those a contract lists."""

    code: ClassVar[str] = "unit.unknown"


def in_base_unit(quantity: Decimal, unit: str) -> tuple[Decimal, str]:
    """Weights become 公斤 (斤 is half a kilogram), every other unit stays as it is."""
    if unit not in UNITS:
        raise UnknownUnit(unit=unit)
    if unit in _KILOGRAMS:
        return quantity * _KILOGRAMS[unit], "公斤"
    return quantity, unit


def hundredths(quantity: Decimal) -> int:
    """Write a quantity as a whole number of hundredths, rounded down."""
    return int(quantity * 100 // 1)
