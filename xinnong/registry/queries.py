"""Reads of parties and runs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from xinnong.registry.models import Household, Person, Run, RunState


def current_run() -> Run | None:
    """The run whose results people see, or None before the first refresh."""
    return Run.objects.filter(state=RunState.CURRENT).first()


def households_of_person(ref: UUID) -> Sequence[int]:
    """The household numbers a person belongs to; a farmer's scope is filled from it."""
    mine = Person.objects.filter(ref=ref, household__isnull=False)
    return list(mine.values_list("household_id", flat=True))


def next_household_number(*, using: str) -> int:
    """The first number never given to a household."""
    newest = Household.objects.using(using).order_by("-pk").values_list("pk", flat=True).first()
    return (newest or 0) + 1
