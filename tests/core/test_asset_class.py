"""Classes by days past due at every edge, by judgement, and what is set aside."""

from __future__ import annotations

from datetime import date

import pytest

from xinnong.core.asset_class import (
    AssetClass,
    Classified,
    LoanState,
    classify,
    reserves,
    special_provision,
)

NOW = date(2026, 3, 1)
BEFORE = date(2023, 6, 30)
N, M, S, D, L = AssetClass


@pytest.mark.parametrize(
    ("days", "now", "before"),
    [
        (0, N, N), (1, M, M), (90, M, M), (91, S, S), (180, S, S), (181, S, D),
        (270, S, D), (271, D, D), (360, D, D), (361, L, L), (5000, L, L),
    ],
)  # fmt: skip
def test_it_classes_by_days_past_due_under_the_rules_of_the_day(
    days: int, now: AssetClass, before: AssetClass
) -> None:
    state = LoanState(days_past_due=days)
    assert classify(state, on=NOW).asset_class == now
    assert classify(state, on=BEFORE).asset_class == before


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (LoanState(days_past_due=0), Classified(N, ())),
        (LoanState(days_past_due=7, technical=True), Classified(N, ())),
        (LoanState(days_past_due=8, technical=True), Classified(M, ("class.past_due",))),
        (LoanState(days_past_due=0, misused=True), Classified(M, ("class.misused",))),
        (
            LoanState(days_past_due=3, misused=True, restructured=True),
            Classified(M, ("class.past_due", "class.misused", "class.restructured")),
        ),
        (LoanState(days_past_due=100, misused=True), Classified(S, ("class.past_due",))),
        (LoanState(days_past_due=0, expected_loss_percent=49), Classified(N, ())),
        (LoanState(days_past_due=0, expected_loss_percent=50), Classified(D, ("class.expected_loss",))),
        (LoanState(days_past_due=95, expected_loss_percent=90), Classified(L, ("class.expected_loss",))),
    ],
)  # fmt: skip
def test_it_takes_the_worst_class_and_tells_its_reasons(
    state: LoanState, expected: Classified
) -> None:
    assert classify(state, on=NOW) == expected


def test_no_technical_delay_was_excused_before() -> None:
    assert classify(LoanState(days_past_due=1, technical=True), on=BEFORE).asset_class == M


def test_it_sets_aside_two_twentyfive_fifty_and_a_hundred_percent() -> None:
    assert [special_provision(10_001, each) for each in AssetClass] == [0, 201, 2501, 5001, 10_001]


def test_the_rule_that_asks_for_most_decides_the_reserves() -> None:
    fine = reserves([(100_000_000, N), (2_000_000, M)])
    assert (fine.special_minor, fine.by_loans_minor, fine.by_bad_minor) == (40_000, 2_550_000, 0)
    assert fine.required_minor == 2_550_000
    bad = reserves([(100_000_000, N), (3_000_000, S)])
    assert bad.required_minor == bad.by_bad_minor == 4_500_000
    assert reserves([]).required_minor == 0
