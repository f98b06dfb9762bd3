"""The rules of values in slow, obvious Python: what the generated SQL must agree with, row by row.

Identifiers, dates and money follow `xinnong.core`; the rest is written here. A notation that the
contract lists (2021/9/30, a spreadsheet's serial day) is no repair; anything beyond it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal, cast

from xinnong.analytics.contracts import Contract, Field
from xinnong.analytics.contracts.kinds import FALSE_WORDS, TRUE_WORDS, UNIT_SYNONYMS, UNITS
from xinnong.analytics.reading.marks import (
    CELL_END,
    LINE_BREAK,
    MERGED,
    NESTED,
    NUL,
    ROW_PROBLEM,
    ROW_PROBLEMS,
    UNDECODABLE,
)
from xinnong.core.cleaning import Cleaned, is_scientific, tidy, unwrapped
from xinnong.core.dates import clean_date
from xinnong.core.ids import clean_area, clean_phone, clean_rid, clean_uscc, rid_birth, rid_sex
from xinnong.core.money import clean_money

Value = str | int | bool | Decimal | date

LISTED_DATES: Final = frozenset({"date.slashes", "date.compact", "date.chinese", "date.serial"})
TEXT_LIMIT: Final = 500
INT_DIGITS: Final = 15
MU_DIGITS: Final = (16, 2)
FORMULA_ERRORS: Final = (
    "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!",
)  # fmt: skip
ENUM_SYNONYMS: Final = {"其它": "其他"}
WORD_BREAKS: Final = ";；,，、|/"
INVISIBLE: Final = "\x1d\u200b\u200c\u200d\u2060\ufeff"

_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
_WIDE.update({code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)})
_NUMBER = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]*))?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_YEAR = re.compile(r"((?:18|19|20|21)[0-9]{2})年?")
_MONTHS = (
    re.compile(r"([0-9]{4})[-/]([0-9]{1,2})(?:-01)?"),
    re.compile(r"([0-9]{4})([0-9]{2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月"),
)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a check may look at beside the row: the file's date, the area list, known counties.

    `areas` maps every known code (12, 9 and 6 digits) to its successor, or to None while it lives.
    `recipients` are the institutions to which consent can be given.
    """

    as_of: date
    areas: Mapping[str, str | None] | None = None
    counties: Container[str] | None = None
    recipients: Container[str] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row: clean values by field, and what was said about each field."""

    values: Mapping[str, Value | None]
    problems: tuple[tuple[str, str], ...]
    repairs: tuple[tuple[str, str], ...]
    remarks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of a class stand in the rows of one file: `width` cells, by position."""

    width: int
    positions: Mapping[str, int]


def check_line(
    contract: Contract, layout: Layout, line: str, surroundings: Surroundings
) -> Verdict:
    """Judge one canonical line: first whether it is a row at all, then its cells."""
    if line.startswith(ROW_PROBLEM):
        return _no_row(contract, ROW_PROBLEMS[line[1]])
    cells = line.split(CELL_END)
    if len(cells) < layout.width or any(cells[layout.width :]):
        return _no_row(contract, "row.ragged")
    named = {name: cells[place] for name, place in layout.positions.items()}
    verdict = check_row(contract, named, surroundings)
    damage = [("", "row.nul")] if NUL in line else []
    damage += [("", "row.encoding")] if UNDECODABLE in line else []
    return replace(verdict, problems=(*damage, *verdict.problems))


def _no_row(contract: Contract, code: str) -> Verdict:
    return Verdict({field.name: None for field in contract.fields}, (("", code),), (), ())


def check_row(contract: Contract, cells: Mapping[str, str], surroundings: Surroundings) -> Verdict:
    """Judge one row given as canonical cell text by field name; absent columns are left out."""
    judged = {
        field.name: clean_cell(field, cells.get(field.name, ""), surroundings)
        for field in contract.fields
    }
    values = {name: cleaned.value for name, cleaned in judged.items()}
    problems = [(name, c.problem) for name, c in judged.items() if c.problem is not None]
    problems += [("", "one_of.missing") for group in contract.one_of if _all_empty(judged, group)]
    repairs = [(name, code) for name, c in judged.items() for code in c.repairs]
    remarks = [(name, code) for name, c in judged.items() for code in c.remarks]
    return Verdict(
        values, tuple(problems), tuple(repairs), tuple(remarks + _contradictions(values))
    )


def _all_empty(judged: Mapping[str, Cleaned[Value]], group: tuple[str, ...]) -> bool:
    return all(judged[name].value is None and judged[name].problem is None for name in group)


def _contradictions(values: Mapping[str, Value | None]) -> list[tuple[str, str]]:
    rid = values.get("rid")
    if not isinstance(rid, str):
        return []
    birth, sex = values.get("birth"), values.get("sex")
    found = []
    if birth is not None and birth != rid_birth(rid):
        found.append(("birth", "birth.differs"))
    if sex is not None and sex != rid_sex(rid):
        found.append(("sex", "sex.differs"))
    return found


def clean_cell(field: Field, cell: str, surroundings: Surroundings) -> Cleaned[Value]:
    """Judge one cell: marks of the reader first, then the rule of its kind."""
    text = cell.removeprefix(MERGED)
    merged = ("cell.merged",) if text != cell else ()
    if text.startswith(NESTED):
        return Cleaned(None, merged, "cell.nested")
    if text.strip() in FORMULA_ERRORS:
        return Cleaned(None, merged, "cell.error")
    cleaned = _clean(field, text, surroundings)
    problem = cleaned.problem
    if problem is not None and problem.endswith(".missing") and not field.required:
        problem = None
    if problem is None and cleaned.value is not None:
        problem = _out_of_bounds(field, cleaned.value)
    value = None if problem else cleaned.value
    return Cleaned(value, (*merged, *cleaned.repairs), problem, cleaned.remarks)


def _out_of_bounds(field: Field, value: Value) -> str | None:
    if isinstance(value, bool | str | date):
        return None
    factor = 1 if field.kind != "money" else 1_000_000 if field.scale else 100
    if field.minimum is not None and value < field.minimum * factor:
        return "number.low"
    if field.maximum is not None and value > field.maximum * factor:
        return "number.high"
    return None


def _clean(field: Field, text: str, surroundings: Surroundings) -> Cleaned[Value]:
    if field.kind == "rid":
        return _loose(clean_rid(text, born_by=surroundings.as_of, counties=surroundings.counties))
    if field.kind in ("area12", "area9", "area6"):
        return _clean_area(field, text, surroundings)
    if field.register is not None:
        return _clean_registered(field, text, surroundings)
    return _RULES[field.kind](field, text)


def _loose(cleaned: Cleaned[str] | Cleaned[int] | Cleaned[date]) -> Cleaned[Value]:
    return cast("Cleaned[Value]", cleaned)


def _clean_area(field: Field, text: str, surroundings: Surroundings) -> Cleaned[Value]:
    digits = cast("Literal[6, 9, 12]", int(field.kind.removeprefix("area")))
    cleaned = clean_area(text, digits)
    if cleaned.value is None or surroundings.areas is None:
        return _loose(cleaned)
    if cleaned.value not in surroundings.areas:
        return Cleaned(cleaned.value, cleaned.repairs, None, ("area.unknown",))
    successor = surroundings.areas[cleaned.value]
    if successor is None:
        return _loose(cleaned)
    return Cleaned(successor, (*cleaned.repairs, "area.retired"))


def _clean_registered(field: Field, text: str, surroundings: Surroundings) -> Cleaned[Value]:
    cleaned = _clean_text(field, text)
    known = surroundings.recipients
    if cleaned.value is None or known is None or cleaned.value in known:
        return cleaned
    return Cleaned(None, cleaned.repairs, "recipient.unknown")


def _clean_date(_field: Field, text: str) -> Cleaned[Value]:
    cleaned = clean_date(text)
    told = tuple(code for code in cleaned.repairs if code not in LISTED_DATES)
    return Cleaned(cleaned.value, told, cleaned.problem)


def _clean_text(field: Field, text: str) -> Cleaned[Value]:
    repairs: list[str] = []
    seen = text.strip()
    steps: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("text.apostrophe", lambda value: unwrapped(value).lstrip("'")),
        ("text.control", _without_controls),
        ("text.fullwidth", lambda value: value.translate(_WIDE) if field.key else value),
        ("text.spaces", lambda value: _tight_name(value) if _is_name(field) else value),
    )
    for code, step in steps:
        mended = step(seen)
        if mended != seen:
            repairs.append(code)
        seen = mended
    if not seen:
        return Cleaned(None, tuple(repairs), "text.missing")
    if len(seen) > (field.arguments[0] if field.arguments else TEXT_LIMIT):
        return Cleaned(None, tuple(repairs), "text.long")
    if field.words and not _only_known(seen, field.words):
        return Cleaned(None, tuple(repairs), "words.unknown")
    return Cleaned(seen, tuple(repairs))


def _only_known(text: str, words: Container[str]) -> bool:
    """Whether there is a word, and every one is known in whatever case."""
    told = [word.lower() for word in re.split(f"[{WORD_BREAKS}\\s]+", text) if word]
    return bool(told) and all(word in words for word in told)


def _without_controls(text: str) -> str:
    bare = "".join(char for char in text if char not in INVISIBLE)
    return re.sub(f"[\t{LINE_BREAK}\x1c]+", " ", bare).strip()


def _is_name(field: Field) -> bool:
    return field.vault and field.name == "name"


def _tight_name(name: str) -> str:
    return name if re.search("[A-Za-z]", name) else re.sub(r"\s+", "", name)


def _clean_enum(field: Field, text: str) -> Cleaned[Value]:
    code, repairs = tidy(text, kind="enum")
    if not code:
        return Cleaned(None, repairs, "enum.missing")
    if code in field.values:
        return Cleaned(code, repairs)
    other = ENUM_SYNONYMS.get(code, code.upper())
    if other in field.values:
        return Cleaned(other, (*repairs, "enum.synonym"))
    return Cleaned(None, repairs, "enum.unknown")


def _clean_bool(_field: Field, text: str) -> Cleaned[Value]:
    code, repairs = tidy(text, kind="bool")
    if not code:
        return Cleaned(None, repairs, "bool.missing")
    if code.upper() in TRUE_WORDS:
        return Cleaned(value=True, repairs=repairs)
    if code.upper() in FALSE_WORDS:
        return Cleaned(value=False, repairs=repairs)
    return Cleaned(None, repairs, "bool.unknown")


def _clean_unit(_field: Field, text: str) -> Cleaned[Value]:
    code, repairs = tidy(text, kind="unit")
    if not code:
        return Cleaned(None, repairs, "unit.missing")
    if code in UNITS:
        return Cleaned(code, repairs)
    if code in UNIT_SYNONYMS:
        return Cleaned(UNIT_SYNONYMS[code], (*repairs, "unit.synonym"))
    return Cleaned(None, repairs, "unit.unknown")


def _clean_code(_field: Field, text: str) -> Cleaned[Value]:
    code, repairs = tidy(text, kind="code")
    if not code:
        return Cleaned(None, repairs, "code.missing")
    return Cleaned(code, repairs) if _CODE.fullmatch(code) else Cleaned(None, repairs, "code.shape")


def _clean_year(_field: Field, text: str) -> Cleaned[Value]:
    code, repairs = tidy(text, kind="year")
    match = _YEAR.fullmatch(code)
    if match is None:
        return Cleaned(None, repairs, "year.shape" if code else "year.missing")
    return Cleaned(int(match[1]), repairs)


def _clean_month(_field: Field, text: str) -> Cleaned[Value]:
    code, repairs = tidy(text, kind="month")
    for shape in _MONTHS:
        match = shape.fullmatch(code)
        if match and 1 <= int(match[2]) <= 12:
            return Cleaned(f"{match[1]}-{int(match[2]):02d}", repairs)
    return Cleaned(None, repairs, "month.shape" if code else "month.missing")


def _clean_number(kind: str, digits: tuple[int, int], text: str) -> Cleaned[Value]:
    code, repairs = tidy(text, kind=kind)
    if not code:
        return Cleaned(None, repairs, f"{kind}.missing")
    if is_scientific(code):
        return Cleaned(None, repairs, f"{kind}.scientific")
    if _GROUPED.fullmatch(code):
        code, repairs = code.replace(",", ""), (*repairs, f"{kind}.grouping")
    match = _NUMBER.fullmatch(code)
    fraction = (match[3] or "").rstrip("0") if match else ""
    if match is None or (kind == "int" and fraction):
        return Cleaned(None, repairs, f"{kind}.shape")
    if len(fraction) > digits[1]:
        return Cleaned(None, repairs, f"{kind}.decimals")
    if len(match[2].lstrip("0")) > digits[0] - digits[1]:
        return Cleaned(None, repairs, f"{kind}.range")
    number = Decimal(f"{match[1]}{match[2]}.{fraction or '0'}")
    return Cleaned(int(number) if kind == "int" else number, repairs)


_RULES: Final[Mapping[str, Callable[[Field, str], Cleaned[Value]]]] = {
    "uscc": lambda _field, text: _loose(clean_uscc(text)),
    "phone": lambda _field, text: _loose(clean_phone(text)),
    "money": lambda field, text: _loose(clean_money(text, scale=field.scale or "yuan")),
    "date": _clean_date,
    "text": _clean_text,
    "enum": _clean_enum,
    "bool": _clean_bool,
    "unit": _clean_unit,
    "code": _clean_code,
    "year": _clean_year,
    "month": _clean_month,
    "int": lambda _field, text: _clean_number("int", (INT_DIGITS, 0), text),
    "decimal": lambda field, text: _clean_number("decimal", field.digits, text),
    "mu": lambda _field, text: _clean_number("mu", MU_DIGITS, text),
}
