"""What guard tells a lender about a drawing: wait or not, a public reason, an appeal number. Nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.guard.marks import mark_of_known_phone
from xinnong.guard.models import Case, CaseNumber, CaseState, Verdict
from xinnong.registry.models import Identity

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

NUMBER: Final = "guard.number_in_case"
VILLAGE: Final = "guard.village_in_case"
URGENT: Final = "urgent"
VILLAGE_WAITS: Final = timedelta(days=3)
"""A whole village waits only while an urgent case there is fresh, unless people said it is none."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Draws wait: a public reason code, and the number under which to appeal."""

    reason: str
    appeal: str


def draw_hold(person: UUID, village: str, now: datetime) -> Hold | None:
    """Whether new draws of a person (public reference) in a village wait. A named read across owners."""
    with scoped(SYSTEM):
        mark = _mark_of(person)
        held = CaseNumber.objects.filter(mark=mark, holds=True, case__state=CaseState.OPEN)
        case = Case.objects.filter(pk__in=held.values("case_id")).order_by("pk").first()
        if mark is not None and case is not None:
            return Hold(NUMBER, appeal_number(case, mark))
        case = _case_in(village, now)
        return Hold(VILLAGE, appeal_number(case, village)) if case else None


def appeal_number(case: Case, what: str) -> str:
    """A number that an officer finds the case by, and that tells nobody else anything."""
    return "G" + hashlib.sha256(f"{case.ref}:{what}".encode()).hexdigest()[:10].upper()


def case_of_appeal(number: str) -> Case | None:
    """The open or closed case that an appeal number belongs to, for the officer who is asked."""
    for case in Case.objects.order_by("-pk"):
        known = [*case.villages, *case.numbers.values_list("mark", flat=True)]
        if any(appeal_number(case, what) == number for what in known):
            return case
    return None


def _mark_of(person: UUID) -> str | None:
    found = Identity.objects.filter(person__ref=person, phone_hash__isnull=False)
    phone_hash = found.values_list("phone_hash", flat=True).first()
    return mark_of_known_phone(phone_hash) if phone_hash is not None else None


def _case_in(village: str, now: datetime) -> Case | None:
    return (
        Case.objects.filter(
            villages__contains=[village], state=CaseState.OPEN, severity=URGENT,
            opened_at__gt=now - VILLAGE_WAITS,
        )
        .exclude(verdict__in=[Verdict.NOT, Verdict.UNCLEAR])
        .order_by("pk")
        .first()
    )  # fmt: skip
