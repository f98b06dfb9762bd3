"""Statistical groups at every limit, and their sums."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from xinnong.core.lending_statistics import Group, Loan, groups, labels

GROWER = Loan(
    borrower="household", borrower_ref="wu", is_rural=True, is_operating=True, is_farming=True,
    is_first=True, is_cancelled=False, balance_minor=3_000_000, line_minor=10_000_000,
    rate_percent=Decimal("4.1"),
)  # fmt: skip
FIRM = replace(GROWER, borrower="small_firm", borrower_ref="mill", is_first=False)
FARM = {"farm_household", "agricultural"}
FULL = {*FARM, "inclusive_farm_household", "inclusive_small", "first_loan"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, FULL),
        ({"line_minor": 500_000_000}, FULL),
        ({"line_minor": 500_000_001}, FULL - {"inclusive_farm_household"}),
        ({"line_minor": 1_000_000_001}, {*FARM, "first_loan"}),
        ({"line_minor": None}, {*FARM, "first_loan"}),
        ({"is_operating": False}, {*FARM, "first_loan"}),
        ({"is_rural": False}, {"agricultural", "inclusive_small", "first_loan"}),
        ({"is_rural": False, "is_farming": False}, {"inclusive_small", "first_loan"}),
        ({"is_first": False}, FULL - {"first_loan"}),
        ({"is_cancelled": True}, set()),
    ],
)
def test_it_puts_a_household_into_its_groups(
    changes: dict[str, object], expected: set[str]
) -> None:
    assert labels(replace(GROWER, **changes)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"agricultural", "inclusive_farm_firm", "inclusive_small"}),
        ({"line_minor": 1_000_000_000}, {"agricultural", "inclusive_farm_firm", "inclusive_small"}),
        ({"line_minor": 1_000_000_001}, {"agricultural"}),
        ({"is_rural": False, "is_farming": False}, {"inclusive_small"}),
    ],
)
def test_it_puts_a_small_firm_into_its_groups(
    changes: dict[str, object], expected: set[str]
) -> None:
    assert labels(replace(FIRM, **changes)) == expected  # type: ignore[arg-type]


def test_it_counts_a_borrower_once_and_weights_the_rate_by_balance() -> None:
    second = replace(GROWER, balance_minor=1_000_000, rate_percent=Decimal("5.1"), is_first=False)
    found = groups([GROWER, second, replace(GROWER, is_cancelled=True)])
    assert found["farm_household"] == Group(2, 1, 4_000_000, Decimal("4.350000"))
    assert found["first_loan"] == Group(1, 1, 3_000_000, Decimal("4.100000"))


def test_a_group_in_which_nothing_is_owed_has_no_rate() -> None:
    found = groups([replace(GROWER, balance_minor=0)])
    assert found["farm_household"].weighted_rate_percent is None


def test_no_loans_make_no_groups() -> None:
    assert groups([]) == {}
