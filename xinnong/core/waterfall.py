"""Where a payment goes: costs, then interest, then principal, the oldest due first.

中华人民共和国民法典 561: what does not pay for everything pays the costs of enforcing the debt, then
interest, then the principal, unless the parties agreed otherwise. Penalty and compound interest are
interest. Amounts are fen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

COMPONENTS: Final = ("fee", "interest", "penalty", "compound", "principal")
PRINCIPAL_FIRST: Final = ("fee", "principal", "interest", "penalty", "compound")


@dataclass(frozen=True, slots=True)
class Owed:
    """What is due and unpaid of one instalment; `n` orders instalments, the oldest first."""

    n: int
    fee: int = 0
    interest: int = 0
    penalty: int = 0
    compound: int = 0
    principal: int = 0

    @property
    def total(self) -> int:
        """Everything owed of this instalment."""
        return sum(getattr(self, name) for name in COMPONENTS)


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a payment for one component of one instalment."""

    n: int
    component: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """A payment spread: its parts in the order they were paid, and what nothing was owed for."""

    parts: tuple[Part, ...]
    rest_minor: int

    def paid(self, component: str) -> int:
        """Sum paid for a component over all instalments."""
        return sum(part.amount_minor for part in self.parts if part.component == component)


def allocate(
    owed: Sequence[Owed], amount_minor: int, *, principal_first: bool = False
) -> Allocation:
    """Spread a payment over what is owed; parts and rest sum to the payment exactly.

    A component is paid over all instalments, the oldest first, before the next one begins.
    `principal_first` is for contracts that say so once a payment is long overdue.
    """
    assert amount_minor >= 0, amount_minor
    assert all(getattr(each, name) >= 0 for each in owed for name in COMPONENTS), "owed"
    parts = tuple(_parts(owed, amount_minor, PRINCIPAL_FIRST if principal_first else COMPONENTS))
    return Allocation(parts, amount_minor - sum(part.amount_minor for part in parts))


def _parts(owed: Sequence[Owed], left: int, order: Sequence[str]) -> Iterator[Part]:
    oldest_first = sorted(owed, key=lambda each: each.n)
    for component in order:
        for each in oldest_first:
            amount = min(left, getattr(each, component))
            if amount:
                yield Part(each.n, component, amount)
                left -= amount
