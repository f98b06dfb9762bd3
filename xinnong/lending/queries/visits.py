"""Whom an officer goes to see: people who wait for an answer or a signature, and those chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xinnong.lending.models import Application, ApplicationState, Contract, ContractState
from xinnong.registry.models import Person

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

MOST_STOPS: Final = 20
"""More doors than this nobody knocks at in a day, and no more is carried out of the house."""
WAITING: Final = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Stop:
    """One person to see at one lender: what waits for an answer, what waits for a signature."""

    person: Person
    applications: Sequence[Application]
    contracts: Sequence[Contract]


def stops(lender: str, *, chosen: Collection[UUID]) -> list[Stop]:
    """The stops of a day, those chosen first, then who waits longest; MOST_STOPS at most."""
    if not lender:
        return []
    waiting = list(
        Application.objects.filter(institution=lender, state__in=WAITING)
        .select_related("offer__product")
        .order_by("id")
    )
    drafted = list(
        Contract.objects.filter(institution=lender, state=ContractState.DRAFTED)
        .select_related("application__offer__product")
        .order_by("id")
    )
    refs = [*chosen, *(each.person for each in waiting), *(each.person for each in drafted)]
    order = list(dict.fromkeys(refs))[:MOST_STOPS]
    found = Person.objects.filter(ref__in=order, household__isnull=False)
    known = {person.ref: person for person in found.select_related("household")}
    return [
        Stop(
            known[ref],
            [each for each in waiting if each.person == ref],
            [each for each in drafted if each.person == ref],
        )
        for ref in order
        if ref in known
    ]
