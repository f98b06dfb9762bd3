"""Reading and writing credit policies as published documents.

`load_policy` refuses with every problem it finds. `compile_policy` turns the source that people
write (TOML, yuan) into the canonical bytes to sign.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from xinnong.core.documents import (
    Check,
    Document,
    canonical_bytes,
    inside,
    is_amounts,
    is_integer,
    is_iso_date,
    is_natural,
    is_object,
    is_percent,
    is_percents,
    is_text,
    is_texts,
    plain,
    read_document,
    sha256_hex,
    shape_problems,
)
from xinnong.core.errors import InvalidDocument, Problem
from xinnong.core.money import FEN_PER_HUNDRED_YUAN, FEN_PER_YUAN
from xinnong.core.policy import GATES, KINDS, Policy, Rates

SCHEMA: Final = 1
GRADES: Final = ("AAA", "AA", "A", "B")
WHOLE: Final = 100

Fields = Mapping[str, Any]

POLICY_SHAPE: Final[Mapping[str, Check]] = {
    "schema": is_integer,
    "id": is_text,
    "version": is_text,
    "effective_on": is_iso_date,
    "title_zh": is_text,
    "title_en": is_text,
    "base_minor": is_amounts,
    "net_assets_percent": is_natural,
    "operating_income_percent": is_natural,
    "area_norm_percent": is_natural,
    "cap_product_minor": is_natural,
    "cap_household_minor": is_natural,
    "gates": is_object,
    "rates": is_object,
}
GATES_SHAPE: Final[Mapping[str, Check]] = {"pre": is_texts, "granted": is_texts}
RATES_SHAPE: Final[Mapping[str, Check]] = {
    "base_percent": is_percent,
    "spread_percent": is_percents,
    "floor_percent": is_percent,
    "cap_percent": is_percent,
}
CONSENT_GATES: Final = ("consent", "own_overdue")


class InvalidPolicy(InvalidDocument):
    """The document is no credit policy; `problems` says everything that is wrong with it."""

    code = "policy.invalid"


def load_policy(data: bytes, *, sha256: str | None = None) -> Policy:
    """Read a published policy from its canonical bytes; `sha256` is what it was signed with.

    Raises InvalidPolicy.
    """
    document, problems = read_document(data, sha256=sha256)
    if document is not None:
        problems += policy_problems(document)
    if document is None or problems:
        raise InvalidPolicy(problems=tuple(problems))
    return _policy(document, sha256_hex(data))


def policy_document(policy: Policy) -> bytes:
    """Write a policy as canonical bytes; loading them gives the same policy."""
    rates = policy.rates
    document = {
        "schema": SCHEMA,
        "id": policy.id,
        "version": policy.version,
        "effective_on": policy.effective_on.isoformat(),
        "title_zh": policy.title_zh,
        "title_en": policy.title_en,
        "base_minor": dict(policy.base_minor),
        "net_assets_percent": policy.net_assets_percent,
        "operating_income_percent": policy.operating_income_percent,
        "area_norm_percent": policy.area_norm_percent,
        "cap_product_minor": policy.cap_product_minor,
        "cap_household_minor": policy.cap_household_minor,
        "gates": {kind: list(names) for kind, names in policy.gates.items()},
        "rates": {
            "base_percent": str(rates.base_percent),
            "spread_percent": {grade: str(rate) for grade, rate in rates.spread_percent.items()},
            "floor_percent": str(rates.floor_percent),
            "cap_percent": str(rates.cap_percent),
        },
    }
    return canonical_bytes(document)


def compile_policy(text: str) -> bytes:
    """Turn a source into canonical bytes that `load_policy` accepts.

    The source names amounts in whole yuan (`base_yuan`, `cap_product_yuan`, `cap_household_yuan`)
    and the date as a date. Raises InvalidPolicy.
    """
    try:
        source = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        problem = Problem("source.toml", "", {"at": str(fault)})
        raise InvalidPolicy(problems=(problem,)) from fault
    document: Document = {"schema": SCHEMA}
    for name, value in source.items():
        if name.endswith("_yuan"):
            document[name.removesuffix("_yuan") + "_minor"] = _in_fen(value)
        else:
            document[name] = value
    data = canonical_bytes(plain(document))
    load_policy(data)
    return data


def _in_fen(value: object) -> object:
    if isinstance(value, dict):
        return {name: _in_fen(item) for name, item in value.items()}
    return value * FEN_PER_YUAN if isinstance(value, int) else value


def policy_problems(document: Document) -> list[Problem]:
    """Answer everything wrong with a parsed policy document."""
    problems = list(shape_problems(document, POLICY_SHAPE, ""))
    wrong = {problem.field for problem in problems}
    for names, check in _CHECKS:
        if wrong.isdisjoint(names):
            problems += check(document)
    return problems


def _schema_problems(document: Fields) -> Iterator[Problem]:
    if document["schema"] != SCHEMA:
        yield Problem("schema.unsupported", "schema", {"supported": SCHEMA})


def _base_problems(document: Fields) -> Iterator[Problem]:
    base = document["base_minor"]
    for name in sorted(set(GRADES) ^ set(base)):
        code = "grade.missing" if name in GRADES else "grade.unknown"
        yield Problem(code, inside("base_minor", name))
    amounts = [base[name] for name in GRADES if name in base]
    if any(better < worse for better, worse in pairwise(amounts)):
        yield Problem("base.not_falling", "base_minor")
    if any(amount % FEN_PER_HUNDRED_YUAN for amount in amounts):
        yield Problem("base.not_hundreds", "base_minor")


def _percent_problems(document: Fields) -> Iterator[Problem]:
    for name in ("net_assets_percent", "operating_income_percent", "area_norm_percent"):
        if document[name] > WHOLE:
            yield Problem("percent.over_100", name)


def _cap_problems(document: Fields) -> Iterator[Problem]:
    product, household = document["cap_product_minor"], document["cap_household_minor"]
    if product > household:
        yield Problem("caps.order", "cap_household_minor", {"cap_product_minor": product})
    if max(document["base_minor"].values(), default=0) > product:
        yield Problem("base.over_cap", "base_minor", {"cap_product_minor": product})


def _gate_problems(document: Fields) -> Iterator[Problem]:
    shape = list(shape_problems(document["gates"], GATES_SHAPE, "gates"))
    yield from shape
    if shape:
        return
    for kind in KINDS:
        names, path = document["gates"][kind], inside("gates", kind)
        yield from (
            Problem("gate.unknown", path, {"gate": name}) for name in names if name not in GATES
        )
        if len(set(names)) != len(names):
            yield Problem("gate.twice", path)
        if "grade" not in names:
            yield Problem("gate.missing", path, {"gate": "grade"})
    for name in CONSENT_GATES:
        if name in document["gates"]["pre"]:
            yield Problem("gate.not_for_pre", "gates.pre", {"gate": name})
    if "consent" not in document["gates"]["granted"]:
        yield Problem("gate.missing", "gates.granted", {"gate": "consent"})


def _rate_problems(document: Fields) -> Iterator[Problem]:
    rates = document["rates"]
    shape = list(shape_problems(rates, RATES_SHAPE, "rates"))
    yield from shape
    if shape:
        return
    if set(rates["spread_percent"]) != set(GRADES):
        yield Problem("rates.grades", "rates.spread_percent")
    floor, cap = Decimal(rates["floor_percent"]), Decimal(rates["cap_percent"])
    if not 0 <= floor <= cap:
        yield Problem("rates.floor_over_cap", "rates.floor_percent")


_CHECKS: Final[tuple[tuple[tuple[str, ...], Callable[[Fields], Iterator[Problem]]], ...]] = (
    (("schema",), _schema_problems),
    (("base_minor",), _base_problems),
    (
        ("net_assets_percent", "operating_income_percent", "area_norm_percent"),
        _percent_problems,
    ),
    (("cap_product_minor", "cap_household_minor", "base_minor"), _cap_problems),
    (("gates",), _gate_problems),
    (("rates",), _rate_problems),
)


def _policy(document: Fields, checksum: str) -> Policy:
    rates = document["rates"]
    return Policy(
        id=document["id"],
        version=document["version"],
        effective_on=date.fromisoformat(document["effective_on"]),
        title_zh=document["title_zh"],
        title_en=document["title_en"],
        base_minor={grade: document["base_minor"][grade] for grade in GRADES},
        net_assets_percent=document["net_assets_percent"],
        operating_income_percent=document["operating_income_percent"],
        area_norm_percent=document["area_norm_percent"],
        cap_product_minor=document["cap_product_minor"],
        cap_household_minor=document["cap_household_minor"],
        gates={kind: tuple(document["gates"][kind]) for kind in KINDS},
        rates=Rates(
            base_percent=Decimal(rates["base_percent"]),
            spread_percent={grade: Decimal(rates["spread_percent"][grade]) for grade in GRADES},
            floor_percent=Decimal(rates["floor_percent"]),
            cap_percent=Decimal(rates["cap_percent"]),
        ),
        sha256=checksum,
    )
