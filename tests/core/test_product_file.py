"""A product document is taken whole or refused with everything that is wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.documents import canonical_bytes, sha256_hex
from xinnong.core.product_file import (
    InvalidProduct,
    compile_product,
    load_product,
    product_source,
)

PUBLISHED = Path(__file__).parents[2] / "xinnong" / "lending" / "published" / "products"
SOURCES = sorted(PUBLISHED.glob("*.toml"))
TEA = PUBLISHED / "tea-2026.1.json"

Changes = dict[str, Any]


def document(**changes: object) -> Changes:
    loaded: Changes = json.loads(TEA.read_bytes())
    return loaded | changes


def refused(**changes: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidProduct) as refusal:
        load_product(canonical_bytes(document(**changes)))
    return [(problem.field, problem.code) for problem in refusal.value.problems]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_each_published_product_is_what_its_source_says(source: Path) -> None:
    data = source.with_suffix(".json").read_bytes()
    assert data == compile_product(source.read_text("utf-8")), "run: python -m tests.core.publish"
    product = load_product(data, sha256=sha256_hex(data))
    assert f"{product.id}-{product.version}" == source.stem


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_it_writes_a_product_back_as_people_edit_it(source: Path) -> None:
    data = source.with_suffix(".json").read_bytes()
    assert compile_product(product_source(data)) == data


def test_it_publishes_every_product_of_the_page() -> None:
    assert len(SOURCES) == 13


RATE = {"floor_percent": "3.000000", "cap_percent": "12.000000", "lpr_multiple": None}
OVERDUE = {
    "late_percent": 150, "misuse_percent": 200, "compound": True,
    "principal_first_after_days": None,
}  # fmt: skip
WAY = {"method": "seasonal", "every": 1, "unit": "months"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"schema": 2}, [("schema", "schema.unsupported")]),
        ({"colour": "red"}, [("colour", "field.extra")]),
        ({"most_minor": 999_999}, [("least_minor", "bounds.order")]),
        ({"least_months": 0}, [("least_months", "bounds.order")]),
        ({"lenders": ["bank", "shark"]}, [
            ("lenders", "word.unknown"), ("rate.lpr_multiple", "rate.total_cost"),
        ]),
        ({"lenders": []}, [("lenders", "list.empty")]),
        ({"signing": ["one_time_code"]}, [("signing", "word.unknown")]),
        ({"signing": []}, [("signing", "list.empty")]),
        ({"payees": ["own_card", "own_card"]}, [("payees", "word.twice")]),
        ({"rate": {**RATE, "floor_percent": "13.000000"}}, [("rate.floor_percent", "rate.floor_over_cap")]),
        ({"rate": {**RATE, "cap_percent": 12}}, [("rate.cap_percent", "field.type")]),
        ({"lenders": ["small_loan"]}, [("rate.lpr_multiple", "rate.total_cost")]),
        ({"ways": []}, [("ways", "list.empty")]),
        ({"ways": [{**WAY, "method": "weekly"}]}, [("ways[0].method", "word.unknown")]),
        ({"ways": [{**WAY, "every": 0}]}, [("ways[0].every", "way.every")]),
        ({"ways": [WAY, WAY]}, [("ways", "word.twice")]),
        ({"ways": [3]}, [("ways[0]", "field.type")]),
        ({"revolving": True}, [("revolving", "revolving.ways")]),
        ({"day_count": "actual/366"}, [("day_count", "word.unknown")]),
        ({"overdue": {**OVERDUE, "late_percent": 151}}, [("overdue.late_percent", "overdue.bounds")]),
        ({"overdue": {**OVERDUE, "misuse_percent": 149}}, [("overdue.misuse_percent", "overdue.bounds")]),
        ({"later": {"renewal": True}}, [("later.extension", "field.missing")]),
        ({"schema": 2, "most_minor": 1, "lenders": []}, [
            ("schema", "schema.unsupported"), ("lenders", "list.empty"),
            ("least_minor", "bounds.order"),
        ]),
    ],
)  # fmt: skip
def test_it_names_what_is_wrong(changes: Changes, expected: list[tuple[str, str]]) -> None:
    assert refused(**changes) == expected


def test_it_refuses_other_bytes_than_were_signed() -> None:
    with pytest.raises(InvalidProduct, match=r"document\.checksum"):
        load_product(TEA.read_bytes(), sha256="0" * 64)


def test_it_tells_where_a_source_breaks_off() -> None:
    with pytest.raises(InvalidProduct, match=r"source\.toml"):
        compile_product('id = "tea')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(name=st.sampled_from(sorted(document())), value=JSON)
def test_it_never_fails_otherwise_than_by_refusing(name: str, value: object) -> None:
    with suppress(InvalidProduct):
        load_product(canonical_bytes(document(**{name: value})))


MORTGAGE = PUBLISHED / "mortgage-2026.1.toml"


def with_rule(rule: str) -> str:
    return MORTGAGE.read_text("utf-8") + f"\n[mortgage]\n{rule}\n"


def test_a_version_that_says_nothing_of_coverage_wants_the_whole_loan_covered() -> None:
    product = load_product(MORTGAGE.with_suffix(".json").read_bytes())
    assert product.mortgage.least_coverage_percent == 100


def test_a_version_names_its_coverage_and_by_what_rule() -> None:
    text = with_rule('least_coverage_percent = 130\nbasis = "本行抵押管理办法 2026 第 8 条"')
    data = compile_product(text)
    rule = load_product(data).mortgage
    assert (rule.least_coverage_percent, rule.basis) == (130, "本行抵押管理办法 2026 第 8 条")
    assert compile_product(product_source(data)) == data


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ('least_coverage_percent = 99\nbasis = "x"', "overdue.bounds"),
        ('least_coverage_percent = 301\nbasis = "x"', "overdue.bounds"),
        ('least_coverage_percent = "130"\nbasis = "x"', "field.type"),
        ("least_coverage_percent = 130", "field.missing"),
        ('least_coverage_percent = 130\nbasis = " "', "field.type"),
        ('least_coverage_percent = 130\nbasis = "x"\nrank = 2', "field.extra"),
    ],
)
def test_a_wrong_coverage_is_refused_by_name(rule: str, code: str) -> None:
    with pytest.raises(InvalidProduct) as refusal:
        compile_product(with_rule(rule))
    assert [each.code for each in refusal.value.problems] == [code]


def test_a_product_without_mortgages_asks_for_no_coverage() -> None:
    text = (PUBLISHED / "tea-2026.1.toml").read_text("utf-8")
    text += '\n[mortgage]\nleast_coverage_percent = 130\nbasis = "x"\n'
    with pytest.raises(InvalidProduct) as refusal:
        compile_product(text)
    assert [each.code for each in refusal.value.problems] == ["mortgage.not_taken"]
