"""The kinds of value a contract can declare: what a department may write, what the lake stores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

KindName = Literal[
    "rid", "uscc", "phone", "area12", "area9", "area6", "decimal", "code", "date", "month",
    "money", "mu", "int", "bool", "enum", "year", "text", "unit",
]  # fmt: skip

UNITS: Final = ("亩", "头", "只", "羽", "箱", "口(网箱)", "尾", "株", "吨", "公斤", "斤")
"""Units of quantity; 斤 is half a kilogram, 口(网箱) counts net cages."""

UNIT_SYNONYMS: Final = {
    "口": "口(网箱)",
    "网箱": "口(网箱)",
    "千克": "公斤",
    "kg": "公斤",
    "市斤": "斤",
}

TRUE_WORDS: Final = ("是", "Y", "1")
FALSE_WORDS: Final = ("否", "N", "0")

DECIMAL_LAKE_TYPE: Final = "DECIMAL(18,4)"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value.

    `pattern` matches the canonical writing; departments may also use every notation in `also`.
    `lake_type` is the DuckDB type of the stored column.
    """

    name: KindName
    pattern: str
    example: str
    lake_type: str
    title_zh: str
    title_en: str
    also: tuple[str, ...] = ()


def _kinds() -> tuple[Kind, ...]:
    return (
        Kind(
            "rid", r"^[1-9]\d{16}[\dX]$", "33998119580312001X", "UUID",
            "居民身份证号（GB 11643）", "Resident id (GB 11643)",
            ("15-digit old form", "lower-case x", "full-width digits", "leading apostrophe"),
        ),
        Kind(
            "uscc", r"^[0-9A-HJ-NP-RTUWXY]{18}$", "93330381MA2T00015T", "VARCHAR",
            "统一社会信用代码（GB 32100）", "Unified social credit code (GB 32100)",
            ("lower-case letters", "full-width characters", "leading apostrophe"),
        ),
        Kind("phone", r"^1[3-9]\d{9}$", "19800000001", "VARCHAR", "手机号", "Mobile number",
             ("+86 in front", "spaces or hyphens inside")),
        Kind("area12", r"^\d{12}$", "339981001201", "VARCHAR", "12 位村级区划代码",
             "12-digit village code", ("retired codes",)),
        Kind("area9", r"^\d{9}$", "339981001", "VARCHAR", "9 位乡镇（街道）代码",
             "9-digit town code", ("12 digits that end in 000",)),
        Kind("area6", r"^\d{6}$", "339981", "VARCHAR", "6 位县级代码", "6-digit county code",
             ("12 digits that end in 000000",)),
        Kind("decimal", r"^-?\d+(\.\d+)?$", "128.50", DECIMAL_LAKE_TYPE, "小数", "Decimal number",
             ("1,234.5",)),
        Kind("code", r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", "BANK-01", "VARCHAR", "代码", "Code"),
        Kind("date", r"^\d{4}-\d{2}-\d{2}$", "2021-09-30", "DATE", "日期", "Date",
             ("2021/9/30", "20210930", "2021年9月30日", "Excel serial 44469")),
        Kind("month", r"^\d{4}-\d{2}$", "2026-10", "VARCHAR", "月份", "Month",
             ("202610", "2026/10", "2026年10月")),
        Kind("money", r"^-?\d+(\.\d{1,2})?$", "12000.50", "BIGINT", "金额（元，最多两位小数）",
             "Money in yuan, at most two decimals; stored as whole fen", ("1,234.50", "¥1234.50")),
        Kind("mu", r"^\d+(\.\d{1,2})?$", "3.50", DECIMAL_LAKE_TYPE, "亩，最多两位小数",
             "Area in mu, at most two decimals"),
        Kind("int", r"^-?\d+$", "12", "BIGINT", "整数", "Whole number", ("12.0", "1,200")),
        Kind("bool", r"^(是|否)$", "是", "BOOLEAN", "是否", "Yes or no", ("Y/N", "1/0")),
        Kind("enum", "", "", "VARCHAR", "列举值", "One of the listed values"),
        Kind("year", r"^(18|19|20|21)\d{2}$", "2018", "BIGINT", "年份", "Year", ("2018年",)),
        Kind("text", r"^[^\x00-\x1f]{1,500}$", "文字", "VARCHAR", "文字", "Text"),
        Kind("unit", f"^({'|'.join(map(re.escape, UNITS))})$", "亩", "VARCHAR", "计量单位", "Unit of quantity",
             tuple(UNIT_SYNONYMS)),
    )  # fmt: skip


KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _kinds()}

_DECLARED = re.compile(r"^([a-z0-9]+)(?:\((\d+)(?:,(\d+))?\))?$")


def read_type(declared: str) -> tuple[Kind, tuple[int, ...]]:
    """Split `decimal(12,2)` into its kind and arguments.

    Raises ValueError for a kind that does not exist.
    """
    match = _DECLARED.match(declared)
    kind = KINDS.get(match.group(1)) if match else None
    if match is None or kind is None:
        raise ValueError(f"unknown type {declared!r}")
    return kind, tuple(int(part) for part in match.groups()[1:] if part)
