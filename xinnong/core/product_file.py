"""Reading and writing loan products as published documents.

`load_product` refuses with every problem it finds. `compile_product` turns the source that people
write (TOML, yuan) into the canonical bytes to sign.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from xinnong.core.documents import (
    Check,
    Document,
    canonical_bytes,
    inside,
    is_integer,
    is_iso_date,
    is_list,
    is_natural,
    is_object,
    is_percent,
    is_text,
    is_texts,
    plain,
    read_document,
    sha256_hex,
    shape_problems,
)
from xinnong.core.errors import InvalidDocument, Problem
from xinnong.core.money import FEN_PER_YUAN
from xinnong.core.products import (
    BORROWERS,
    CONDITIONS,
    DAY_COUNTS,
    DOCUMENTS,
    INTEREST_PERIODS,
    LENDERS,
    METHODS,
    PAYEES,
    SECURITIES,
    SIGNINGS,
    UNITS,
    Later,
    MortgageRule,
    Overdue,
    Product,
    RateRule,
    Way,
)

SCHEMA: Final = 1
BANK: Final = "bank"
LATE_PERCENT: Final = (130, 150)
MISUSE_PERCENT: Final = (150, 200)
"""银发〔2003〕251号: 30 to 50 percent on top for late payment, 50 to 100 for misuse."""

Fields = Mapping[str, Any]


def is_flag(value: object) -> bool:
    """Hold for true and false."""
    return isinstance(value, bool)


def is_natural_or_null(value: object) -> bool:
    """Hold for null and whole numbers from zero."""
    return value is None or is_natural(value)


def is_percent_or_null(value: object) -> bool:
    """Hold for null and percentages written as text."""
    return value is None or is_percent(value)


PRODUCT_SHAPE: Final[Mapping[str, Check]] = {
    "schema": is_integer,
    "id": is_text,
    "version": is_text,
    "effective_on": is_iso_date,
    "title_zh": is_text,
    "title_en": is_text,
    "says_zh": is_text,
    "says_en": is_text,
    "lenders": is_texts,
    "borrowers": is_texts,
    "produces": is_texts,
    "least_minor": is_natural,
    "most_minor": is_natural,
    "least_months": is_natural,
    "most_months": is_natural,
    "rate": is_object,
    "ways": is_list,
    "day_count": is_text,
    "interest_period": is_text,
    "most_grace": is_natural,
    "revolving": is_flag,
    "payees": is_texts,
    "cooling_off_days": is_natural,
    "securities": is_texts,
    "conditions": is_texts,
    "documents": is_texts,
    "signing": is_texts,
    "overdue": is_object,
    "later": is_object,
}
RATE_SHAPE: Final[Mapping[str, Check]] = {
    "floor_percent": is_percent,
    "cap_percent": is_percent,
    "lpr_multiple": is_percent_or_null,
}
WAY_SHAPE: Final[Mapping[str, Check]] = {"method": is_text, "every": is_natural, "unit": is_text}
OVERDUE_SHAPE: Final[Mapping[str, Check]] = {
    "late_percent": is_natural,
    "misuse_percent": is_natural,
    "compound": is_flag,
    "principal_first_after_days": is_natural_or_null,
}
MORTGAGE_SHAPE: Final[Mapping[str, Check]] = {
    "least_coverage_percent": is_natural,
    "basis": is_text,
}
MORTGAGE: Final = {
    "least_coverage_percent": 100,
    "basis": "商业银行押品管理指引（银监发〔2017〕16号）",
}
"""What a version means that was published before products named it."""
COVERAGE_PERCENT: Final = (100, 300)
"""All of the loan; more than three times as much would be taking too much."""
LATER_SHAPE: Final[Mapping[str, Check]] = {"renewal": is_flag, "extension": is_flag}
LISTS: Final[Mapping[str, tuple[tuple[str, ...], bool]]] = {
    "lenders": (LENDERS, True),
    "borrowers": (BORROWERS, True),
    "payees": (PAYEES, True),
    "securities": (SECURITIES, True),
    "conditions": (CONDITIONS, True),
    "documents": (DOCUMENTS, True),
    "signing": (SIGNINGS, True),
}
"""Words allowed in each list, and whether it must name at least one."""


class InvalidProduct(InvalidDocument):
    """The document is no loan product; `problems` says everything that is wrong with it."""

    code = "product.invalid"


def load_product(data: bytes, *, sha256: str | None = None) -> Product:
    """Read a published product from its canonical bytes; `sha256` is what it was signed with.

    Raises InvalidProduct.
    """
    document, problems = read_document(data, sha256=sha256)
    if document is not None:
        problems += product_problems(document)
    if document is None or problems:
        raise InvalidProduct(problems=tuple(problems))
    return _product(document, sha256_hex(data))


def compile_product(text: str) -> bytes:
    """Turn a source into canonical bytes that `load_product` accepts.

    The source names amounts in whole yuan (`least_yuan`, `most_yuan`), dates as dates, and leaves
    out what is none: `lpr_multiple`, `principal_first_after_days`. Raises InvalidProduct.
    """
    try:
        source = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        problem = Problem("source.toml", "", {"at": str(fault)})
        raise InvalidProduct(problems=(problem,)) from fault
    document: Document = {"schema": SCHEMA, "produces": []}
    for name, value in source.items():
        if name.endswith("_yuan") and isinstance(value, int):
            document[name.removesuffix("_yuan") + "_minor"] = value * FEN_PER_YUAN
        else:
            document[name] = value
    _name_nothing(document, "rate", "lpr_multiple")
    _name_nothing(document, "overdue", "principal_first_after_days")
    data = canonical_bytes(plain(document))
    load_product(data)
    return data


def product_source(data: bytes) -> str:
    """Write a published product the way people edit it; compiling it gives the same bytes."""
    product = load_product(data)
    document = cast("dict[str, Any]", json.loads(data))
    plainly = [_line(name, document[name]) for name in document if name in _PLAIN]
    lines = [*plainly, _line("effective_on", product.effective_on)]
    lines += [
        _line(f"{bound}_yuan", document[f"{bound}_minor"] // FEN_PER_YUAN)
        for bound in ("least", "most")
    ]
    for table in ("rate", "overdue", "later", "mortgage"):
        if table not in document:
            continue
        held = {name: value for name, value in document[table].items() if value is not None}
        lines += ["", f"[{table}]", *(_line(name, value) for name, value in held.items())]
    for way in document["ways"]:
        lines += ["", "[[ways]]", *(_line(name, value) for name, value in way.items())]
    return "\n".join(lines) + "\n"


def _line(name: str, value: object) -> str:
    if isinstance(value, date):
        return f"{name} = {value.isoformat()}"
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"


def _name_nothing(document: Document, table: str, name: str) -> None:
    """TOML has no null: what a source leaves out is written as none."""
    part = document.get(table)
    if isinstance(part, dict):
        part.setdefault(name, None)


def product_problems(document: Document) -> list[Problem]:
    """Answer everything wrong with a parsed product document."""
    own = {name: value for name, value in document.items() if name != "mortgage"}
    problems = list(shape_problems(own, PRODUCT_SHAPE, ""))
    problems += _mortgage_problems(document)
    wrong = {problem.field for problem in problems}
    for names, check in _CHECKS:
        if wrong.isdisjoint(names):
            problems += check(document)
    return problems


def _schema_problems(document: Fields) -> Iterator[Problem]:
    if document["schema"] != SCHEMA:
        yield Problem("schema.unsupported", "schema", {"supported": SCHEMA})


def _list_problems(document: Fields) -> Iterator[Problem]:
    for name, (known, needed) in LISTS.items():
        words = document[name]
        yield from (
            Problem("word.unknown", name, {"word": word, "known": known})
            for word in words
            if word not in known
        )
        if len(set(words)) != len(words):
            yield Problem("word.twice", name)
        if needed and not words:
            yield Problem("list.empty", name)


def _bound_problems(document: Fields) -> Iterator[Problem]:
    for name in ("minor", "months"):
        least, most = document[f"least_{name}"], document[f"most_{name}"]
        if not 0 < least <= most:
            yield Problem("bounds.order", f"least_{name}", {"most": most})


def _rate_problems(document: Fields) -> Iterator[Problem]:
    rate = document["rate"]
    shape = list(shape_problems(rate, RATE_SHAPE, "rate"))
    yield from shape
    if shape:
        return
    if not 0 <= Decimal(rate["floor_percent"]) <= Decimal(rate["cap_percent"]):
        yield Problem("rate.floor_over_cap", "rate.floor_percent")
    if rate["lpr_multiple"] is None and set(document["lenders"]) - {BANK}:
        yield Problem("rate.total_cost", "rate.lpr_multiple", {"lenders": document["lenders"]})


def _way_problems(document: Fields) -> Iterator[Problem]:
    for place, way in enumerate(document["ways"]):
        path = inside("ways", place)
        shape = list(shape_problems(way, WAY_SHAPE, path))
        yield from shape
        if shape:
            continue
        if way["method"] not in METHODS:
            yield Problem("word.unknown", inside(path, "method"), {"word": way["method"]})
        if way["unit"] not in UNITS:
            yield Problem("word.unknown", inside(path, "unit"), {"word": way["unit"]})
        if way["every"] < 1:
            yield Problem("way.every", inside(path, "every"))
    if not document["ways"]:
        yield Problem("list.empty", "ways")


def _method_problems(document: Fields) -> Iterator[Problem]:
    methods = [way.get("method") for way in document["ways"] if isinstance(way, dict)]
    if len(set(methods)) != len(methods):
        yield Problem("word.twice", "ways")
    if ("revolving" in methods) != document["revolving"]:
        yield Problem("revolving.ways", "revolving")
    for name, known in (("day_count", DAY_COUNTS), ("interest_period", INTEREST_PERIODS)):
        if document[name] not in known:
            yield Problem("word.unknown", name, {"word": document[name], "known": known})


def _overdue_problems(document: Fields) -> Iterator[Problem]:
    overdue = document["overdue"]
    shape = list(shape_problems(overdue, OVERDUE_SHAPE, "overdue"))
    yield from shape
    if shape:
        return
    for name, (least, most) in (
        ("late_percent", LATE_PERCENT),
        ("misuse_percent", MISUSE_PERCENT),
    ):
        if not least <= overdue[name] <= most:
            yield Problem("overdue.bounds", inside("overdue", name), {"least": least, "most": most})


def _mortgage_problems(document: Fields) -> Iterator[Problem]:
    """What a product says of mortgages, where it says anything; only one that takes them does."""
    if "mortgage" not in document:
        return
    rule, path = document["mortgage"], inside("mortgage", "least_coverage_percent")
    shape = list(shape_problems(rule, MORTGAGE_SHAPE, "mortgage"))
    yield from shape
    if shape:
        return
    securities = document.get("securities")
    if isinstance(securities, list) and "mortgage" not in securities:
        yield Problem("mortgage.not_taken", "mortgage")
    least, most = COVERAGE_PERCENT
    if not least <= rule["least_coverage_percent"] <= most:
        yield Problem("overdue.bounds", path, {"least": least, "most": most})


def _later_problems(document: Fields) -> Iterator[Problem]:
    yield from shape_problems(document["later"], LATER_SHAPE, "later")


_CHECKS: Final[tuple[tuple[tuple[str, ...], Callable[[Fields], Iterator[Problem]]], ...]] = (
    (("schema",), _schema_problems),
    (tuple(LISTS), _list_problems),
    (("least_minor", "most_minor", "least_months", "most_months"), _bound_problems),
    (("rate", "lenders"), _rate_problems),
    (("ways",), _way_problems),
    (("ways", "revolving", "day_count", "interest_period"), _method_problems),
    (("overdue",), _overdue_problems),
    (("later",), _later_problems),
)
_TEXTS: Final = (
    "id", "version", "title_zh", "title_en", "says_zh", "says_en", "day_count", "interest_period",
)  # fmt: skip
_NUMBERS: Final = (
    "least_minor", "most_minor", "least_months", "most_months", "most_grace", "revolving",
    "cooling_off_days",
)  # fmt: skip
_WORDS: Final = (*LISTS, "produces")
_PLAIN: Final = frozenset({*_TEXTS, *_NUMBERS, *_WORDS} - {"least_minor", "most_minor"})


def _product(document: Fields, checksum: str) -> Product:
    rate, overdue, later = document["rate"], document["overdue"], document["later"]
    multiple = rate["lpr_multiple"]
    plainly: Fields = {name: document[name] for name in (*_TEXTS, *_NUMBERS)}
    lists: Fields = {name: tuple(document[name]) for name in _WORDS}
    return Product(
        **plainly,
        **lists,
        effective_on=date.fromisoformat(document["effective_on"]),
        rate=RateRule(
            floor_percent=Decimal(rate["floor_percent"]),
            cap_percent=Decimal(rate["cap_percent"]),
            lpr_multiple=None if multiple is None else Decimal(multiple),
        ),
        ways=tuple(Way(way["method"], way["every"], way["unit"]) for way in document["ways"]),
        overdue=Overdue(**overdue),
        later=Later(**later),
        mortgage=MortgageRule(**document.get("mortgage", MORTGAGE)),
        sha256=checksum,
    )
