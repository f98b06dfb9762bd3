"""Who may guarantee, for how much, and what no ring of guarantees hides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.guarantees import (
    NEVER,
    Candidate,
    guarantee_problems,
    guaranteed_problems,
    policy_on,
    ring_of,
)

DAY = date(2026, 11, 20)
POLICY = policy_on(DAY)
NEIGHBOUR = Candidate(
    kind="person",
    is_borrower=False,
    is_same_household=False,
    is_spouse=False,
    is_of_age=True,
    income_minor=6_000_000,
    net_assets_minor=20_000_000,
    exposure_minor=0,
)


def codes(amount_minor: int = 10_000_000, **changes: object) -> list[str]:
    candidate = replace(NEIGHBOUR, **changes)  # type: ignore[arg-type]
    found = guarantee_problems(candidate, amount_minor=amount_minor, policy=POLICY)
    return [each.code for each in found]


def test_a_neighbour_with_means_may() -> None:
    assert codes() == []


def test_the_lesser_of_income_and_assets_bounds_all_guarantees_together() -> None:
    assert codes(20_000_000) == []
    assert codes(20_000_001) == ["guarantee.over"]
    assert codes(10_000_001, exposure_minor=10_000_000) == ["guarantee.over"]
    assert codes(20_000_000, income_minor=3_999_999) == ["guarantee.over"]
    assert codes(1, net_assets_minor=-5) == ["guarantee.over"]


def test_what_is_not_known_refuses() -> None:
    assert codes(income_minor=None) == ["guarantee.means_unknown"]
    assert codes(net_assets_minor=None) == ["guarantee.means_unknown"]
    assert codes(kind="") == ["guarantee.kind"]
    assert codes(0) == ["guarantee.amount"]
    early = policy_on(date(2025, 12, 31))
    found = guarantee_problems(NEIGHBOUR, amount_minor=1, policy=early)
    assert [each.code for each in found] == ["guarantee.policy_unknown"]


def test_the_law_refuses_by_name() -> None:
    assert {kind: codes(kind=kind) for kind in NEVER} == {k: [code] for k, code in NEVER.items()}


def test_family_children_and_the_borrower_do_not_count() -> None:
    assert codes(is_spouse=True) == ["guarantee.family"]
    assert codes(is_same_household=True) == ["guarantee.family"]
    assert codes(is_borrower=True, is_same_household=True) == ["guarantee.borrower"]
    assert codes(is_of_age=False) == ["guarantee.not_of_age"]


def test_a_guarantee_company_is_bound_by_its_own_law() -> None:
    company = {"kind": "guarantee_company", "income_minor": None, "net_assets_minor": 100_000_000}
    assert codes(10_000_000, **company) == []
    assert codes(10_000_001, **company) == ["guarantee.client"]
    assert codes(5_000_001, client_minor=5_000_000, **company) == ["guarantee.client"]
    assert codes(1, exposure_minor=1_000_000_000, **company) == ["guarantee.over"]


def test_nobody_guarantees_in_a_ring() -> None:
    assert ring_of([("B", "A")], "A", "B") == 2
    assert ring_of([("B", "C"), ("C", "A")], "A", "B") == 3
    assert ring_of([("A", "C"), ("C", "B")], "A", "B") is None
    assert codes(ring=2) == ["guarantee.mutual"]
    assert codes(ring=3) == ["guarantee.ring"]


def test_a_policy_may_allow_a_ring_of_so_many() -> None:
    assert POLICY is not None
    joint = replace(POLICY, most_ring=5)
    for ring, wanted in ((5, []), (6, ["guarantee.ring"])):
        found = guarantee_problems(replace(NEIGHBOUR, ring=ring), amount_minor=1, policy=joint)
        assert [each.code for each in found] == wanted


def test_all_of_the_loan_is_answered_for() -> None:
    assert [p.code for p in guaranteed_problems([], needed_minor=1)] == ["guarantee.nobody"]
    assert [p.code for p in guaranteed_problems([3, 4], needed_minor=8)] == ["guarantee.short"]
    assert guaranteed_problems([3, 5], needed_minor=8) == ()


def shortest_by_trying(edges: set[tuple[str, str]], guarantor: str, borrower: str) -> int | None:
    """Grow the set of those reached step by step; slow and plain."""
    reached, steps = {borrower}, 1
    while guarantor not in reached:
        more = reached | {other for one, other in edges if one in reached}
        if more == reached:
            return None
        reached, steps = more, steps + 1
    return steps


PAIRS = [(one, other) for one in "ABCDE" for other in "ABCDE"]


@given(st.integers(0, 2 ** len(PAIRS) - 1), st.sampled_from(PAIRS))
def test_a_ring_is_found_as_by_trying(drawn: int, pair: tuple[str, str]) -> None:
    edges = {each for place, each in enumerate(PAIRS) if drawn >> place & 1}
    one, other = pair
    assert ring_of(sorted(edges), one, other) == shortest_by_trying(edges, one, other)
