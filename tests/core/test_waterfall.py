"""A payment is spread to the fen, in the order of the law or of the contract."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.waterfall import COMPONENTS, Allocation, Owed, Part, allocate

SPRING = Owed(1, fee=2_000, interest=30_000, penalty=500, compound=40, principal=800_000)
SUMMER = Owed(2, interest=28_000, principal=800_000)


def test_it_pays_costs_then_all_interest_then_principal() -> None:
    assert allocate([SPRING, SUMMER], 100_000) == Allocation(
        (
            Part(1, "fee", 2_000),
            Part(1, "interest", 30_000),
            Part(2, "interest", 28_000),
            Part(1, "penalty", 500),
            Part(1, "compound", 40),
            Part(1, "principal", 39_460),
        ),
        0,
    )


def test_it_pays_principal_first_where_the_contract_says_so() -> None:
    assert allocate([SUMMER, SPRING], 900_000, principal_first=True) == Allocation(
        (Part(1, "fee", 2_000), Part(1, "principal", 800_000), Part(2, "principal", 98_000)), 0
    )


def test_it_keeps_what_nothing_is_owed_for() -> None:
    assert allocate([SUMMER], 828_001).rest_minor == 1
    assert allocate([], 500) == Allocation((), 500)


def test_it_refuses_a_negative_amount() -> None:
    with pytest.raises(AssertionError):
        allocate([SPRING], -1)
    with pytest.raises(AssertionError):
        allocate([Owed(1, interest=-1)], 1)


FEN = st.integers(0, 10_000)
OWED = st.lists(
    st.builds(
        Owed, n=st.integers(1, 50), fee=FEN, interest=FEN, penalty=FEN, compound=FEN, principal=FEN
    ),
    max_size=6,
    unique_by=lambda each: each.n,
)


def slow_allocate(owed: list[Owed], amount: int, *, principal_first: bool) -> dict[str, int]:
    """Fen by fen: the first open component of the first instalment that owes it."""
    order = COMPONENTS
    if principal_first:
        order = ("fee", "principal", "interest", "penalty", "compound")
    open_parts = {
        (order.index(name), each.n): getattr(each, name) for each in owed for name in COMPONENTS
    }
    paid = dict.fromkeys(map(str, sorted(open_parts)), 0)
    for key in sorted(open_parts):
        while amount and open_parts[key]:
            amount, open_parts[key] = amount - 1, open_parts[key] - 1
            paid[str(key)] += 1
    return {key: value for key, value in paid.items() if value} | {"rest": amount}


@given(owed=OWED, amount=st.integers(0, 60_000), principal_first=st.booleans())
def test_it_agrees_with_paying_fen_by_fen(
    owed: list[Owed], amount: int, *, principal_first: bool
) -> None:
    order = COMPONENTS
    if principal_first:
        order = ("fee", "principal", "interest", "penalty", "compound")
    spread = allocate(owed, amount, principal_first=principal_first)
    fast = {str((order.index(part.component), part.n)): part.amount_minor for part in spread.parts}
    assert fast | {"rest": spread.rest_minor} == slow_allocate(
        owed, amount, principal_first=principal_first
    )
    assert sum(part.amount_minor for part in spread.parts) + spread.rest_minor == amount
