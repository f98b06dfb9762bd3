"""Reads of parties and runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from xinnong.registry.models import Household, Organisation, Person, Run, RunStage, RunState

SHOWN = (RunState.CURRENT, RunState.PAST)


def current_run() -> Run | None:
    """The run whose results people see, or None before the first refresh."""
    return Run.objects.filter(state=RunState.CURRENT).first()


def run_known_on(day: date) -> Run | None:
    """The run that was shown at the end of a day, by what was known then; None before the first."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    shown = Run.objects.filter(state__in=SHOWN, known_at__lt=end)
    return shown.order_by("-known_at", "-pk").first()


def shown_run_by_ref(ref: UUID) -> Run | None:
    """One run whose results people see or saw; a failed or unfinished one is none."""
    return Run.objects.filter(ref=ref, state__in=SHOWN).first()


def organisations_found(*, name: str = "", uscc: str = "", limit: int) -> Sequence[Organisation]:
    """Organisations with that code, or whose name holds a text; registrations are public."""
    found = Organisation.objects.order_by("name", "id")
    if uscc:
        return list(found.filter(uscc=uscc)[:limit])
    return list(found.filter(name__contains=name)[:limit]) if name else []


def organisation_by_ref(ref: UUID) -> Organisation | None:
    """One organisation by its public reference."""
    return Organisation.objects.select_related("last_run").filter(ref=ref).first()


def organisations_headed_by(person: Person) -> Sequence[Organisation]:
    """What somebody heads by the register, by name."""
    return list(Organisation.objects.filter(head_key=person.key).order_by("name", "id"))


def household_of_head(organisation: Organisation) -> Household | None:
    """The household of who heads an organisation, where the reader may know of it."""
    if organisation.head_key is None:
        return None
    head = Person.objects.filter(key=organisation.head_key).select_related("household").first()
    return head.household if head else None


def recent_runs(limit: int) -> Sequence[Run]:
    """The newest runs, whatever became of them."""
    return list(Run.objects.order_by("-pk")[:limit])


def run_by_ref(ref: UUID) -> Run | None:
    """One run by its public reference."""
    return Run.objects.filter(ref=ref).first()


def stages_of(run: Run) -> Sequence[RunStage]:
    """What the stages of a run cost, in the order they ran."""
    return list(RunStage.objects.filter(run=run))


def households_of_person(ref: UUID) -> Sequence[int]:
    """The household numbers a person belongs to; a farmer's scope is filled from it."""
    mine = Person.objects.filter(ref=ref, household__isnull=False)
    return list(mine.values_list("household_id", flat=True))


def next_household_number(*, using: str) -> int:
    """The first number never given to a household."""
    newest = Household.objects.using(using).order_by("-pk").values_list("pk", flat=True).first()
    return (newest or 0) + 1
