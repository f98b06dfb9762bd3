"""The engine and the day-by-day reference, which was written without it, give the same rows."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from tests.core.schedule_by_day import schedule_by_day
from xinnong.core.schedule import InvalidTerms, Schedule, build_schedule, load_terms

pytestmark = pytest.mark.slow
LEVEL = ("equal_installment", "balloon")
SPREAD = (*LEVEL, "equal_principal", "flat")
METHODS = (*SPREAD, "interest_first", "at_maturity")
DAY_COUNTS = ("actual/actual", "actual/365", "actual/360", "actual/364", "30/360")
RATES = ("0", "3.5", "4.1", "9.4822", "12", "18.25")
FIRST = date(2023, 1, 1)
few = st.integers(1, 14)


def _known(terms: dict[str, Any]) -> bool:
    """Between weeks or days the reference takes 30/360 as days over 360, the engine by months."""
    return not (terms["day_count"] == "30/360" and terms["unit"] in ("days", "weeks"))


def _built(terms: dict[str, Any]) -> Schedule:
    try:
        return build_schedule(load_terms(json.dumps(terms).encode()))
    except InvalidTerms:
        reject()


@st.composite
def loans(draw: st.DrawFn) -> dict[str, Any]:
    """Any method, day count, rhythm and grace; a first period of another length; a new rate."""
    method, count = draw(st.sampled_from(METHODS)), draw(few)
    unit = draw(st.sampled_from(("days", "weeks", "months", "months", "quarters", "years")))
    start = FIRST + timedelta(days=draw(st.integers(0, 800)))
    terms: dict[str, Any] = {
        "method": method,
        "principal": str(draw(st.integers(100, 500_000))),
        "annual_rate": draw(st.sampled_from(RATES)),
        "day_count": draw(st.sampled_from(DAY_COUNTS)),
        "interest_period": draw(st.sampled_from(("daily", "same_as_repayment"))),
        "number_of_repayments": count,
        "every": draw(st.integers(7, 30) if unit == "days" else st.integers(1, 3)),
        "unit": unit,
        "disbursed_on": start.isoformat(),
        "rounding": draw(_roundings(spread=method in SPREAD)),
    }
    if method == "balloon":
        terms["balloon"] = {"amount": "50"}
    if count > 2 and method != "balloon":
        terms["grace"] = draw(_graces(count, spread=method in SPREAD))
    if draw(st.booleans()):
        first = start + timedelta(days=draw(st.integers(1, 70)))
        terms["first_due_on"] = first.isoformat()
    return terms


def _roundings(*, spread: bool) -> st.SearchStrategy[dict[str, Any]]:
    mode = st.sampled_from(("HALF_EVEN", "HALF_UP"))
    multiple = {"installment_multiple": st.sampled_from(("1", "10", "100"))} if spread else {}
    return st.fixed_dictionaries(
        {"interest": mode, "currency_digits": st.integers(0, 2)}, optional=multiple
    )


def _graces(count: int, *, spread: bool) -> st.SearchStrategy[dict[str, int]]:
    kinds = ("principal", "interest_payment", "interest_free")[0 if spread else 1 :]
    return st.fixed_dictionaries({}, optional={kind: st.integers(1, count - 1) for kind in kinds})


def _same(terms: dict[str, Any]) -> None:
    schedule = _built(terms)
    scale = 10 ** (2 - int(terms["rounding"]["currency_digits"]))
    assert [
        (row.n, row.due, row.days, row.principal_minor, row.interest_minor, row.balance_after_minor)
        for row in schedule.rows
    ] == [
        (row.n, row.due, row.days, row.principal * scale, row.interest * scale, rest * scale)
        for row in schedule_by_day(terms)
        for rest in (row.balance_after,)
    ]


EDGES: dict[str, dict[str, Any]] = {
    "flat, where rounding up all along has asked for more than the one sum": {
        "method": "flat",
        "principal": "112",
        "annual_rate": "4.1",
        "day_count": "actual/actual",
        "number_of_repayments": 13,
        "every": 7,
        "unit": "days",
        "rounding": {"interest": "HALF_UP", "currency_digits": 1},
    },
    "flat in tens: it ends early, within the time in which interest is put off": {
        "method": "flat",
        "principal": "112",
        "annual_rate": "3.5",
        "number_of_repayments": 7,
        "every": 3,
        "unit": "years",
        "grace": {"interest_payment": 6},
        "rounding": {"interest": "HALF_EVEN", "currency_digits": 0, "installment_multiple": "10"},
    },
    "flat in tens: the one sum is made whole where it ends": {
        "method": "flat",
        "principal": "100",
        "annual_rate": "9.4822",
        "day_count": "actual/360",
        "number_of_repayments": 13,
        "every": 2,
        "unit": "years",
        "rounding": {"interest": "HALF_EVEN", "currency_digits": 1, "installment_multiple": "10"},
    },
    "the interest of three years is more than the instalment": {
        "method": "equal_installment",
        "principal": "1068",
        "annual_rate": "18.25",
        "number_of_repayments": 6,
        "every": 3,
        "unit": "years",
        "rounding": {"interest": "HALF_EVEN", "currency_digits": 0},
        "events": [{"on": "2025-02-01", "kind": "rate_change", "rate": "0"}],
    },
}


@pytest.mark.parametrize("edge", EDGES)
def test_edges_give_the_rows_of_the_reference(edge: str) -> None:
    terms = {"interest_period": "daily", "disbursed_on": "2023-02-09", **EDGES[edge]}
    _same({"day_count": "actual/actual", **terms})


@settings(max_examples=150, deadline=None)
@given(loans().filter(_known))
def test_it_gives_the_rows_of_the_reference(terms: dict[str, Any]) -> None:
    _same(terms)


@settings(max_examples=100, deadline=None)
@given(loans().filter(_known), st.sampled_from(RATES), st.integers(1, 1000))
def test_a_new_rate_gives_the_rows_of_the_reference(
    terms: dict[str, Any], rate: str, days: int
) -> None:
    assume(terms["method"] != "flat")
    on = date.fromisoformat(terms["disbursed_on"]) + timedelta(days=days)
    assume(on < schedule_by_day(terms)[-1].due)
    change = {"kind": "rate_change", "rate": rate, "effect": "reduce_installment"}
    _same({**terms, "events": [{"on": on.isoformat(), **change}]})


@settings(max_examples=100, deadline=None)
@given(loans().filter(_known), st.integers(1, 1000))
def test_a_second_drawdown_gives_the_rows_of_the_reference(
    terms: dict[str, Any], days: int
) -> None:
    assume(terms["method"] in ("equal_installment", "equal_principal", "interest_first"))
    on = date.fromisoformat(terms["disbursed_on"]) + timedelta(days=days)
    dues = [row.due for row in schedule_by_day(terms)]
    assume(on < dues[-1])
    assume(on not in dues)
    half = int(terms["principal"]) // 2
    draws = [(terms["disbursed_on"], half), (on.isoformat(), int(terms["principal"]) - half)]
    _same({**terms, "disbursements": [{"on": day, "amount": str(sum_)} for day, sum_ in draws]})
