"""The one reading across operators of this app: who a name and a resident id belong to.

The register of persons is the county's (kind a). The health bureau's app asks it this question and
no other: one exact name with one exact id (or, for a report of loss, its last six characters). What
comes back is one person or nobody; there is no list to leaf through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from xinnong.accounts.models import Actor
from xinnong.accounts.roles import OwnerKind
from xinnong.accounts.scope import EVERYWHERE, Scope, scoped
from xinnong.accounts.visibility import inside_areas
from xinnong.registry.models import Identity, Person
from xinnong.registry.vault import search_hash

COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Insured:
    """What the register says of one person, as far as a credential needs it."""

    person: UUID
    name: str
    birth: date | None
    insured_area: str
    household: int | None
    number_hash: int | None


def insured_by_id(actor: Actor, *, name: str, rid: str) -> Insured | None:
    """The person with exactly this name and resident id; None where either is another's."""
    with scoped(_register(actor)):
        return _one(_with("rid_hash", rid, name))


def insured_by_tail(actor: Actor, *, name: str, tail: str) -> Insured | None:
    """The one person with this name whose id ends so; a cadre's inside the own areas.

    None for nobody and for several alike: then the whole id is asked for.
    """
    with scoped(_register(actor)):
        found = _with("rid_tail6_hash", tail, name)
        if OwnerKind.COUNTY in actor.owner_kinds:
            found = found.filter(inside_areas(actor, "area12"))
        return _one(found)


def insured_person(actor: Actor, person: UUID) -> Insured | None:
    """As above, by reference: the person behind an account."""
    with scoped(_register(actor)):
        return _one(Person.objects.filter(ref=person))


def is_in_reach(actor: Actor, insured: Insured) -> bool:
    """Whether a cadre works where the person lives; the bureau works everywhere."""
    if OwnerKind.COUNTY not in actor.owner_kinds:
        return True
    with scoped(_register(actor)):
        return Person.objects.filter(inside_areas(actor, "area12"), ref=insured.person).exists()


def hash_of_number(number: str) -> int:
    """The keyed hash under which the register keeps a phone number."""
    return search_hash("phone_hash", number)


def _with(column: str, text: str, name: str) -> QuerySet[Person]:
    keys = Identity.objects.filter(**{column: search_hash(column, text)}).order_by()
    return Person.objects.filter(id__in=list(keys.values_list("person_id", flat=True)), name=name)


def _one(found: QuerySet[Person]) -> Insured | None:
    rows = list(found.select_related("identity")[:2])
    if len(rows) != 1:
        return None
    person, identity = rows[0], getattr(rows[0], "identity", None)
    return Insured(
        person=person.ref,
        name=person.name,
        birth=person.birth,
        insured_area=person.area12[:COUNTY_DIGITS],
        household=person.household_id,
        number_hash=identity.phone_hash if identity is not None else None,
    )


def _register(actor: Actor) -> Scope:
    return Scope(
        actor=actor.ref, kinds=(OwnerKind.COUNTY.value,), areas=(EVERYWHERE,), persons=True
    )
