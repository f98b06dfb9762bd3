"""Lines: the sum of their steps, closed by any gate that is not open."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.cards import policy
from xinnong.core.policy import KINDS, LineInputs, LineKind, closed_gates, decide_line
from xinnong.core.policy import inputs_from_features as from_features

AMOUNTS = st.integers(-(10**10), 10**11)
HUNDRED = 10_000
GRADES = ("AAA", "AA", "A", "B", "C")


@st.composite
def inputs(
    draw: st.DrawFn, kind: LineKind | None = None, *, gates_open: bool = False
) -> LineInputs:
    gate = st.just(value=True) if gates_open else st.sampled_from([True, True, True, False, None])
    maybe = st.none() | AMOUNTS
    return LineInputs(
        kind=draw(st.sampled_from(KINDS)) if kind is None else kind,
        grade=draw(st.sampled_from(GRADES[: 4 if gates_open else 5])),
        first_borrower=draw(st.booleans()),
        adult_18_65=draw(gate),
        lives_in_county=draw(gate),
        court_list_clear=draw(gate),
        consent_given=draw(gate),
        own_loans_current=draw(gate),
        net_assets_minor=draw(maybe),
        operating_income_minor=draw(maybe),
        norm_input_minor=draw(maybe),
        elsewhere_minor=draw(st.none() | st.integers(0, 10**11)),
        custody_minor=draw(st.integers(0, 10**9)),
    )  # fmt: skip


OPEN = LineInputs(
    kind="granted",
    grade="A",
    adult_18_65=True,
    lives_in_county=True,
    court_list_clear=True,
    consent_given=True,
    own_loans_current=True,
)


@given(inputs())
def test_a_line_is_the_sum_of_its_steps_in_whole_hundreds_within_the_caps(
    given: LineInputs,
) -> None:
    result = decide_line(policy(), given)
    assert sum(step.amount_minor for step in result.steps) == result.line_minor
    assert result.line_minor % HUNDRED == 0
    cap = policy().cap_household_minor if given.custody_minor else policy().cap_product_minor
    assert 0 <= result.line_minor <= cap
    assert (result.rate_percent is None) == (result.line_minor == 0)


@given(inputs())
def test_any_gate_that_is_not_open_means_no_line_and_no_rate(given: LineInputs) -> None:
    result = decide_line(policy(), given)
    if result.closed_gates:
        assert (result.line_minor, result.rate_percent) == (0, None)
        assert result.steps[-1].code == "step.gates"
    else:
        assert "step.gates" not in {step.code for step in result.steps}


@given(inputs("pre"), inputs("granted"))
def test_a_pre_line_reads_nothing_that_needs_consent(pre: LineInputs, other: LineInputs) -> None:
    changed = replace(
        pre,
        consent_given=other.consent_given,
        own_loans_current=other.own_loans_current,
        net_assets_minor=other.net_assets_minor,
        operating_income_minor=other.operating_income_minor,
        norm_input_minor=other.norm_input_minor,
        elsewhere_minor=other.elsewhere_minor,
        custody_minor=other.custody_minor,
        first_borrower=other.first_borrower,
    )
    assert decide_line(policy(), changed) == decide_line(policy(), pre)


@given(inputs("pre", gates_open=True))
def test_a_pre_line_is_the_base_of_its_grade(given: LineInputs) -> None:
    assert decide_line(policy(), given).line_minor == policy().base_minor[given.grade]


@pytest.mark.parametrize("name", ["net_assets_minor", "operating_income_minor", "norm_input_minor"])
@given(given=inputs("granted", gates_open=True), low=AMOUNTS, more=st.integers(0, 10**11))
def test_more_never_lowers_a_line(name: str, given: LineInputs, low: int, more: int) -> None:
    lines = [
        decide_line(policy(), replace(given, **_one(name, amount))).line_minor
        for amount in (low, low + more)
    ]
    assert lines[0] <= lines[1]


def _one(name: str, amount: int) -> dict[str, Any]:
    return {name: amount}


@given(inputs("granted", gates_open=True), st.integers(0, 10**10), st.integers(0, 10**10))
def test_more_lines_elsewhere_never_raise_a_line(given: LineInputs, some: int, more: int) -> None:
    less = decide_line(policy(), replace(given, elsewhere_minor=some + more))
    assert less.line_minor <= decide_line(policy(), replace(given, elsewhere_minor=some)).line_minor


@given(inputs("granted", gates_open=True))
def test_a_better_grade_never_lowers_a_line_or_raises_its_rate(given: LineInputs) -> None:
    results = [decide_line(policy(), replace(given, grade=g)) for g in ("B", "A", "AA", "AAA")]
    lines = [result.line_minor for result in results]
    rates = [policy().rates.of(grade) for grade in ("B", "A", "AA", "AAA")]
    assert lines == sorted(lines)
    assert rates == sorted(rates, reverse=True)


@given(inputs("granted", gates_open=True))
def test_being_a_first_borrower_never_lowers_a_line(given: LineInputs) -> None:
    first = decide_line(policy(), replace(given, first_borrower=True))
    other = decide_line(policy(), replace(given, first_borrower=False))
    assert first.line_minor >= other.line_minor


@given(inputs())
def test_the_terms_the_batch_stores_agree_with_the_steps(given: LineInputs) -> None:
    result = decide_line(policy(), given)
    amounts = {step.code: step.amount_minor for step in result.steps}
    terms = result.terms
    assert amounts["step.base"] == terms.base_minor
    assert amounts.get("step.net_assets", 0) == (terms.assets_minor or 0)
    assert amounts.get("step.operating_income", 0) == (terms.income_minor or 0)
    rule = terms.base_minor + (terms.assets_minor or 0) + (terms.income_minor or 0)
    larger = max(rule, terms.area_minor or 0)
    assert terms.uncapped_minor == max(0, larger - (terms.elsewhere_minor or 0))
    assert amounts.get("step.custody", 0) == (terms.custody_minor or 0)
    assert bool(terms.cap_code) == bool({"step.cap_product", "step.cap_household"} & set(amounts))


GATE_FIELDS = {
    "age": "adult_18_65",
    "residence": "lives_in_county",
    "court_list": "court_list_clear",
    "consent": "consent_given",
    "own_overdue": "own_loans_current",
}


@pytest.mark.parametrize(("name", "fact"), list(product(GATE_FIELDS, (False, None))))
def test_each_gate_closes_alone_and_says_whether_it_is_shut_or_unknown(
    *, name: str, fact: bool | None
) -> None:
    changed: dict[str, Any] = {GATE_FIELDS[name]: fact}
    (gate,) = decide_line(policy(), replace(OPEN, **changed)).closed_gates
    assert gate.code == f"gate.{name}.{'unknown' if fact is None else 'closed'}"


def test_with_no_source_at_all_every_gate_is_closed() -> None:
    gates = closed_gates(policy(), LineInputs(kind="granted", grade="C"))
    assert [gate.code for gate in gates] == [
        "gate.grade.closed",
        "gate.consent.unknown",
        "gate.age.unknown",
        "gate.residence.unknown",
        "gate.court_list.unknown",
        "gate.own_overdue.unknown",
    ]


def test_an_unknown_grade_name_opens_nothing() -> None:
    assert decide_line(policy(), replace(OPEN, grade="AAAA")).line_minor == 0


def test_features_of_a_run_become_the_inputs_of_a_line() -> None:
    features = {
        "adult_18_65": 1,
        "lives_in_county": 0,
        "court_list_open": 2,
        "consent_ok": None,
        "own_dpd_over_90": 0,
        "net_assets": 5,
        "operating_income": 6,
        "norm_input": 7,
        "lines_elsewhere": None,
    }
    found = from_features(kind="granted", grade="A", first_borrower=True, features=features)
    assert found == LineInputs(
        kind="granted",
        grade="A",
        first_borrower=True,
        adult_18_65=True,
        lives_in_county=False,
        court_list_clear=False,
        consent_given=None,
        own_loans_current=True,
        net_assets_minor=5,
        operating_income_minor=6,
        norm_input_minor=7,
        elsewhere_minor=None,
    )


def test_rates_stay_between_floor_and_cap() -> None:
    rates = replace(policy().rates, floor_percent=Decimal("4.000000"))
    assert rates.of("AAA") == Decimal("4.000000")
    assert rates.of("B") == Decimal("4.500000")
    assert replace(rates, cap_percent=Decimal("4.200000")).of("B") == Decimal("4.200000")
