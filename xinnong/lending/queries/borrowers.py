"""Who may borrow, what their lender has granted, and which offers stand open to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from xinnong.accounts.models import User
from xinnong.accounts.visibility import inside_areas
from xinnong.credit.models import Line, LineKind
from xinnong.registry.models import Identity, Person
from xinnong.registry.queries import current_run
from xinnong.registry.vault import search_hash
from xinnong.scoring.models import Score

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from xinnong.accounts.models import Actor
    from xinnong.registry.models import Household

MOST_FOUND = 20
TAIL = "rid_tail6_hash"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A lender's granted line of a household in the newest run, with what it was made by."""

    line: Line
    known_at: datetime
    scorecard_sha256: str


def person_by_ref(ref: UUID | None) -> Person | None:
    """One person that the reader may know of."""
    if ref is None:
        return None
    return Person.objects.select_related("household").filter(ref=ref).first()


def people_at_counter(actor: Actor, *, tail: str, name: str) -> list[Person]:
    """People whose id ends so and whose name is exactly so, inside the actor's areas.

    Both are asked for: whoever stands at the counter carries the card, and a tail alone would let
    somebody leaf through the village.
    """
    keys = Identity.objects.filter(**{TAIL: search_hash(TAIL, tail)}).order_by()
    found = Person.objects.filter(
        inside_areas(actor), id__in=list(keys.values_list("person_id", flat=True)), name=name
    )
    known = found.filter(household__isnull=False).select_related("household")
    return list(known.order_by("id")[:MOST_FOUND])


def granted_lines(household: Household) -> list[Line]:
    """The lines of the newest run that lenders granted the household and the reader may see."""
    run = current_run()
    if run is None:
        return []
    lines = Line.objects.filter(run=run, household=household, kind=LineKind.GRANTED)
    return list(lines.select_related("policy", "run").order_by("-line_minor", "lender"))


def evidence_of(household: Household, *, institution: str) -> Evidence | None:
    """What the lender had granted by the newest run; None where it had granted nothing."""
    line = next((each for each in granted_lines(household) if each.lender == institution), None)
    if line is None:
        return None
    score = (
        Score.objects.filter(
            run=line.run, household=household, basis=LineKind.GRANTED, lender=institution
        )
        .select_related("scorecard")
        .first()
    )
    return Evidence(line, line.run.known_at, score.scorecard.sha256 if score else "")


def borrower_names(refs: Iterable[UUID]) -> dict[UUID, str]:
    """Names of persons that the reader may know of, by reference."""
    return dict(Person.objects.filter(ref__in=set(refs)).values_list("ref", "name"))


def staff_names(refs: Iterable[UUID]) -> dict[UUID, str]:
    """Names of people who sign in, by reference."""
    return dict(User.objects.filter(ref__in=set(refs)).values_list("ref", "name"))


def colleague(username: str) -> User | None:
    """Somebody who works here, by sign-in name."""
    return User.objects.filter(username=username.lower(), is_active=True).first()
