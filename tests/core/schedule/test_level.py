"""The level instalment against the textbook sum, in fractions, and its exact rounding."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.schedule import reference
from tests.core.schedule.loans import Said, documents, many_loans
from xinnong.core.schedule import InvalidTerms, build_schedule, terms_from
from xinnong.core.schedule.due_dates import periods_of
from xinnong.core.schedule.exact import RATE_UNIT, annuity, annuity_bounds, divide, level_amount
from xinnong.core.schedule.terms import InterestRounding, Terms

NEVER = 1_000_000  # a gap no loan has: no second try


def level_terms(said: Said) -> Terms:
    said["method"], said["last_installment_gap_pct"] = "equal_installment", NEVER
    for name in ("calendar", "balloon", "level"):
        said.pop(name, None)
    try:
        return terms_from(said)
    except InvalidTerms:
        assume(condition=False)
        raise


@many_loans
@given(documents(events=False, plain=True))
def test_it_is_principal_over_the_sum_of_discounted_ones(said: Said) -> None:
    terms = level_terms(said)
    dates, wanted = reference.dues(terms)
    rate, worth, grown = Fraction(terms.annual_rate_percent) / 100, Fraction(0), Fraction(1)
    for start, due in zip([terms.disbursed_on, *dates], dates, strict=False):
        grown *= 1 + rate * sum(reference.shares(terms, start, due, wanted).values())
        worth += 1 / grown
    level = reference.rounded(terms, terms.principal_minor / worth)
    rows = build_schedule(terms).rows
    for row in rows[:-1]:
        assert row.total_minor == max(level, row.interest_minor)


@many_loans
@given(documents(events=False))
def test_the_bounds_hold_the_exact_worth(said: Said) -> None:
    terms = level_terms(said)
    periods, rate = periods_of(terms), int(terms.annual_rate_percent * 10**6)
    low, high, discount = annuity_bounds(periods, rate)
    worth, end = annuity(periods, rate)
    one = 1 << 112
    assert low <= worth * one <= high
    assert discount <= end * one <= discount + len(periods)


@pytest.mark.parametrize(
    ("rounding", "level"), [(InterestRounding.HALF_EVEN, 12), (InterestRounding.HALF_UP, 13)]
)
def test_a_half_is_decided_exactly(rounding: InterestRounding, level: int) -> None:
    terms = terms_from(
        {
            "method": "equal_installment",
            "principal": "0.25",
            "annual_rate": "0",
            "number_of_repayments": 2,
            "disbursed_on": "2026-01-01",
        }
    )
    (_, later) = periods_of(terms)
    found = level_amount((25, 1), [later], rate=0, left_minor=0, rounding=rounding, unit=1)
    assert found == level


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.sampled_from([1, 10, 100]))
def test_division_rounds_as_fractions_do(number: int, by: int, unit: int) -> None:
    exact = Fraction(number, by * unit)
    assert divide(number, by, InterestRounding.HALF_EVEN, unit) == round(exact) * unit
    half_up = int(exact + Fraction(1, 2)) * unit
    assert divide(number, by, InterestRounding.HALF_UP, unit) == half_up
    assert RATE_UNIT == 10**8
