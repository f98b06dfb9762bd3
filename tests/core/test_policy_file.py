"""A policy document is taken whole or refused with everything that is wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.cards import DEFAULT_POLICY, policy
from xinnong.core.documents import canonical_bytes, sha256_hex
from xinnong.core.policy_file import InvalidPolicy, compile_policy, load_policy, policy_document

Changes = dict[str, Any]


def document(**changes: object) -> Changes:
    loaded: Changes = json.loads(DEFAULT_POLICY.read_bytes())
    return loaded | changes


def refused(**changes: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidPolicy) as refusal:
        load_policy(canonical_bytes(document(**changes)))
    return [(problem.field, problem.code) for problem in refusal.value.problems]


def test_the_published_policy_is_what_its_source_says() -> None:
    source = DEFAULT_POLICY.with_suffix(".toml").read_text("utf-8")
    assert DEFAULT_POLICY.read_bytes() == compile_policy(source), (
        "run: python -m tests.core.publish"
    )


def test_a_written_policy_loads_as_itself() -> None:
    data = policy_document(policy())
    assert data == DEFAULT_POLICY.read_bytes()
    assert load_policy(data, sha256=sha256_hex(data)) == policy()


GATES = {"pre": ["grade"], "granted": ["grade", "consent"]}
RATES = {
    "base_percent": "4.100000",
    "floor_percent": "3.000000",
    "cap_percent": "12.000000",
    "spread_percent": dict.fromkeys(("AAA", "AA", "A", "B"), "0.000000"),
}
BASE = {"AAA": 10_000_000, "AA": 8_000_000, "A": 5_000_000, "B": 3_000_000}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"schema": 2}, [("schema", "schema.unsupported")]),
        ({"base_minor": {**BASE, "C": 0}}, [("base_minor.C", "grade.unknown")]),
        ({"base_minor": {**BASE, "A": 9_000_000}}, [("base_minor", "base.not_falling")]),
        ({"base_minor": {**BASE, "B": 2_999_999}}, [("base_minor", "base.not_hundreds")]),
        ({"base_minor": {**BASE, "AAA": 30_000_000}}, [("base_minor", "base.over_cap")]),
        ({"base_minor": {**BASE, "B": -1}}, [("base_minor", "field.type")]),
        ({"net_assets_percent": 101}, [("net_assets_percent", "percent.over_100")]),
        ({"net_assets_percent": "10"}, [("net_assets_percent", "field.type")]),
        ({"cap_household_minor": 10_000_000}, [("cap_household_minor", "caps.order")]),
        ({"gates": {**GATES, "pre": ["grade", "age", "age"]}}, [("gates.pre", "gate.twice")]),
        ({"gates": {**GATES, "pre": ["age"]}}, [("gates.pre", "gate.missing")]),
        ({"gates": {**GATES, "pre": ["grade", "luck"]}}, [("gates.pre", "gate.unknown")]),
        ({"gates": {**GATES, "pre": ["grade", "consent"]}}, [("gates.pre", "gate.not_for_pre")]),
        ({"gates": {**GATES, "granted": ["grade"]}}, [("gates.granted", "gate.missing")]),
        ({"gates": {"pre": ["grade"]}}, [("gates.granted", "field.missing")]),
        ({"rates": {**RATES, "base_percent": "4.1"}}, [("rates.base_percent", "field.type")]),
        ({"rates": {**RATES, "base_percent": "Infinity"}}, [("rates.base_percent", "field.type")]),
        (
            {"rates": {**RATES, "cap_percent": "2.000000"}},
            [("rates.floor_percent", "rates.floor_over_cap")],
        ),
        (
            {"rates": {**RATES, "spread_percent": {"A": "0.000000"}}},
            [("rates.spread_percent", "rates.grades")],
        ),
    ],
)
def test_it_refuses_by_name(changes: Changes, expected: list[tuple[str, str]]) -> None:
    assert refused(**changes) == expected


def test_it_names_all_problems_at_once() -> None:
    found = refused(schema=2, net_assets_percent=101, cap_household_minor=0, gates={}, surplus=1)
    assert found == [
        ("surplus", "field.extra"),
        ("schema", "schema.unsupported"),
        ("net_assets_percent", "percent.over_100"),
        ("cap_household_minor", "caps.order"),
        ("gates.granted", "field.missing"),
        ("gates.pre", "field.missing"),
    ]


LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JUNK = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(st.sampled_from(sorted(document())), JUNK)
def test_any_one_field_of_junk_is_refused_or_read(name: str, junk: object) -> None:
    with suppress(InvalidPolicy):
        load_policy(canonical_bytes(document(**{name: junk})))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("AAA = 100_000", "AAA = 'many'", ("base_minor", "field.type")),
        ('id = "default"', "", ("id", "field.missing")),
        ("[rates]", "[rates", ("", "source.toml")),
        ("= 10 ", "= 10.5 ", ("net_assets_percent", "field.type")),
    ],
)
def test_a_source_is_refused_by_name(old: str, new: str, expected: tuple[str, str]) -> None:
    source = DEFAULT_POLICY.with_suffix(".toml").read_text("utf-8")
    assert old in source
    with pytest.raises(InvalidPolicy) as refusal:
        compile_policy(source.replace(old, new, 1))
    assert expected in [(each.field, each.code) for each in refusal.value.problems]
