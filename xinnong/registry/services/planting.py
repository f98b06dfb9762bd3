"""Puts invented households into the register, where they look like any, and takes them out again.

Runs on the publisher's connection. The resident ids are of the county code that was never assigned, so
that no id is anybody's; there is no telephone and no address, so that nothing reaches anybody.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from xinnong.analytics.county.names import MEN, SURNAMES, WOMEN
from xinnong.analytics.keyed import hash63
from xinnong.analytics.linking.pinyin import initials_of
from xinnong.audit.refs import new_ref
from xinnong.core.ids import household_ref, rid_check
from xinnong.privacy.vault import KEY_ID, TAILS, seal, search_key
from xinnong.registry.models import Household, HouseholdState, Identity, Membership, Person
from xinnong.registry.queries import next_household_number
from xinnong.registry.vault import search_hash

if TYPE_CHECKING:
    from xinnong.registry.models import Run

UNASSIGNED_COUNTY: Final = "339981"
MALE: Final = frozenset({"男", "1"})
SPOUSE: Final = "配偶"
YEAR_UNKNOWN: Final = 1970
DAYS: Final = 365
SERIALS: Final = 500


@dataclass(frozen=True, slots=True)
class _Somebody:
    """One invented person."""

    name: str
    sex: str
    birth: date
    rid: str


def plant_household(*, like: int, area12: str, head_name: str, run: Run, using: str) -> int:
    """Write an invented household with as many people, of the same ages, as the one it is `like`.

    Answers its number.
    """
    model = Household.objects.using(using).get(pk=like)
    number = next_household_number(using=using)
    home = Household.objects.using(using).create(
        id=number, ref=household_ref(number), area12=area12, head_name=head_name,
        members_count=model.members_count, workers_count=model.workers_count,
        state=HouseholdState.ACTIVE, first_run=run, last_run=run,
    )  # fmt: skip
    draw = random.SystemRandom()
    for each in Person.objects.using(using).filter(household=model).order_by("-is_head", "id"):
        _plant_person(home, each, _somebody(each, head_name, draw), run, using)
    return number


def remove_household(number: int, *, run: Run, using: str) -> None:
    """Let an invented household leave the register as real ones do: gone, with its people parted from it."""
    home = Household.objects.using(using).filter(pk=number, state=HouseholdState.ACTIVE).first()
    if home is None:
        return
    people = Person.objects.using(using).filter(household=home)
    Membership.objects.using(using).filter(household=home, until_run=None).update(until_run=run)
    people.update(household=None, is_head=False)
    home.state, home.last_run = HouseholdState.GONE, run
    home.save(using=using, update_fields=["state", "last_run"])


def _somebody(like: Person, head_name: str, draw: random.SystemRandom) -> _Somebody:
    """Somebody of the same sex and year of birth; whoever married in has another surname."""
    male = like.sex in MALE
    year = like.birth.year if like.birth else YEAR_UNKNOWN
    birth = date(year, 1, 1) + timedelta(days=draw.randrange(DAYS))
    name = head_name
    if not like.is_head:
        surname = draw.choice(SURNAMES) if like.relation == SPOUSE else head_name[:1]
        letters = [each for since, each in (MEN if male else WOMEN) if since <= year][-1]
        name = surname + "".join(draw.sample(letters, 2))
    serial = draw.randrange(SERIALS) * 2 + male
    body = f"{UNASSIGNED_COUNTY}{birth:%Y%m%d}{serial:03d}"
    return _Somebody(name, like.sex, birth, body + rid_check(body))


def _plant_person(home: Household, like: Person, who: _Somebody, run: Run, using: str) -> None:
    person = Person.objects.using(using).create(
        ref=new_ref(), key=UUID(bytes=os.urandom(16)), household=home, relation=like.relation,
        evidence=like.evidence, name=who.name, initials=initials_of([who.name])[0],
        birth=who.birth, sex=who.sex, area12=home.area12, state=like.state, is_head=like.is_head,
    )  # fmt: skip
    Membership.objects.using(using).create(
        household=home, person=person, area12=home.area12, relation=like.relation,
        evidence=like.evidence, since_run=run,
    )  # fmt: skip
    tails = {
        f"rid_tail{length}_hash": search_hash(f"rid_tail{length}_hash", who.rid[-length:])
        for length in TAILS
    }
    Identity.objects.using(using).create(
        person=person, area12=home.area12, key_id=KEY_ID,
        sealed=seal({"rid": who.rid}, person=person.key),
        content_hash=hash63(search_key("content"), f"{who.rid}\x1f\x1f"),
        rid_hash=search_hash("rid_hash", who.rid), **tails,
    )  # fmt: skip
