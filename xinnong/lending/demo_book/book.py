"""Everybody and everything that the days of the demo's book need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from xinnong.accounts.models import Institution, User
    from xinnong.lending.demo_book.borrowing import Staff
    from xinnong.lending.demo_book.plan import Tale
    from xinnong.lending.models import Offer
    from xinnong.registry.models import Person


@dataclass
class Book:
    """`loans` by tale, as far as they are drawn; `unpaid`: tales that the bank cannot pay out.

    `answering`: grown-up people of other households, who stand in for borrowers by name.
    """

    staff: Staff
    accountant: User
    bank: Institution
    last_on: date
    offers: dict[str, Offer]
    people: dict[int, Person]
    told: list[Tale]
    unpaid: frozenset[int] = frozenset()
    answering: Sequence[Person] = ()
    loans: dict[int, UUID] = field(default_factory=dict)

    def tale_of(self, loan: UUID) -> int | None:
        """The number of the tale of a loan."""
        return next((number for number, ref in self.loans.items() if ref == loan), None)

    def key(self, tale: Tale, step: str) -> UUID:
        """The key of one step of a tale."""
        return tale.key(self.people[tale.number].ref, step)
