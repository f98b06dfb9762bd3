"""What may be mortgaged, and what it covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from xinnong.core.collateral import (
    FORBIDDEN,
    HAIRCUTS,
    KINDS,
    Title,
    Value,
    counted_minor,
    coverage_problems,
    insured_at_least_until,
    title_problems,
    value_problems,
)

DAY = date(2026, 11, 20)
HOUSE = Title(
    kind="town_house", is_disputed=False, is_seized=False, is_to_be_demolished=False,
    is_dangerous=False,
)  # fmt: skip
VALUES = [Value(100_000_000, "market", "陈估", DAY), Value(90_000_000, "cost", "林估", DAY)]


def codes(**changes: object) -> list[str]:
    return [each.code for each in title_problems(replace(HOUSE, **changes))]  # type: ignore[arg-type]


def test_a_clean_house_in_town_may_be_mortgaged() -> None:
    assert codes() == []


@pytest.mark.parametrize("kind", sorted(FORBIDDEN))
def test_the_law_refuses_by_name(kind: str) -> None:
    assert codes(kind=kind) == [FORBIDDEN[kind]]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("is_disputed", "collateral.disputed"),
        ("is_seized", "collateral.seized"),
        ("is_to_be_demolished", "collateral.demolition"),
        ("is_dangerous", "collateral.dangerous"),
    ],
)
def test_a_fault_of_title_refuses_and_so_does_not_knowing(field: str, code: str) -> None:
    assert codes(**{field: True}) == [code]
    assert codes(**{field: None}) == ["collateral.unknown"]


def test_an_unknown_kind_is_refused_and_land_needs_its_grantor() -> None:
    assert codes(kind="moon") == ["collateral.kind"]
    assert codes(kind="land_management_right") == ["collateral.grantor"]
    assert codes(kind="land_management_right", has_grantor_consent=True) == []
    assert codes(kind="vehicle", is_dangerous=None) == []


def test_every_kind_has_a_haircut() -> None:
    assert [set(table.percent) for table in HAIRCUTS] == [set(KINDS)] * len(HAIRCUTS)


def test_the_lower_of_two_values_counts_less_haircut_and_prior_claims() -> None:
    assert counted_minor("town_house", VALUES, prior_minor=0, on=DAY) == 63_000_000
    assert counted_minor("town_house", VALUES, prior_minor=60_000_000, on=DAY) == 3_000_000
    assert counted_minor("town_house", VALUES, prior_minor=70_000_000, on=DAY) == 0
    assert counted_minor("town_house", VALUES, prior_minor=0, on=date(2025, 1, 1)) == 0
    assert counted_minor("moon", VALUES, prior_minor=0, on=DAY) == 0


def test_two_people_value_and_not_too_long_ago() -> None:
    old = DAY - timedelta(days=366)
    for values in (
        VALUES[:1],
        [VALUES[0], replace(VALUES[1], valuer="陈估")],
        [VALUES[0], replace(VALUES[1], on=old)],
        [VALUES[0], replace(VALUES[1], on=DAY + timedelta(days=1))],
        [VALUES[0], replace(VALUES[1], method="guess")],
    ):
        assert [each.code for each in value_problems(values, on=DAY)] == ["collateral.values"]
        assert counted_minor("town_house", values, prior_minor=0, on=DAY) == 0


def test_a_valuers_newer_value_takes_the_older_ones_place() -> None:
    later = [*VALUES, replace(VALUES[1], value_minor=120_000_000, on=DAY)]
    assert counted_minor("town_house", later, prior_minor=0, on=DAY) == 70_000_000


def test_it_is_insured_for_most_of_a_year_or_until_the_end() -> None:
    assert insured_at_least_until(DAY, date(2036, 11, 20)) == date(2027, 10, 16)
    assert insured_at_least_until(DAY, date(2027, 2, 20)) == date(2027, 2, 20)
    assert insured_at_least_until(date(2025, 1, 1), DAY) is None


def test_it_covers_as_much_of_the_loan_as_the_product_says() -> None:
    def wanting(*counted: int, percent: int = 100) -> list[str]:
        found = coverage_problems(counted, needed_minor=10, least_percent=percent)
        return [each.code for each in found]

    assert (wanting(), wanting(4, 5), wanting(4, 6)) == (
        ["collateral.nothing"], ["collateral.short"], [],
    )  # fmt: skip
    assert wanting(4, 6, percent=101) == ["collateral.short"]
    assert wanting(5, 6, percent=101) == []
