"""Everyone of one part of the county: members of true households and those on their books.

The hukou book lags behind life: married women still on their parents' book, households
that divided but share a book, the dead not struck off, people who moved away, and
outsiders who live here but are on no book of the county.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xinnong.analytics.county import families as f
from xinnong.analytics.county import names as n
from xinnong.analytics.county import numbers
from xinnong.analytics.county.places import Part, Places
from xinnong.analytics.county.randomness import Flags, Ints, Random, chance, rank_within, stream

MEMBER, DECEASED, MOVED, OUTSIDER = range(4)
KIND_NAMES: Final = ("member", "deceased", "moved", "outsider")
PERSONS_PER_PART: Final = 400_000  # room for the numbers of one part
DAYS_PER_YEAR: Final = 365.2425
SERIALS: Final = 500
OTHER_COUNTIES: Final = np.arange(339901, 339961, 5)

MARRIED_STILL_AT_PARENTS: Final = 0.05  # of wives
MARRIED_FROM_ELSEWHERE: Final = 0.02
DIVIDED_ON_ONE_BOOK: Final = 0.08  # of elders living alone
DIVIDED_LIVES_APART: Final = 0.75  # of these, in another village
LIVES_ELSEWHERE: Final = 0.04  # household lives in another village than its book
WIDOWED: Final = 0.8  # of elders alone had a spouse on the book
MOVED_PER_HOUSEHOLD: Final = 0.03
OUTSIDERS_PER_HOUSEHOLD: Final = 0.05


@dataclass(frozen=True, slots=True)
class Households:
    """True households of one part, by local number."""

    first: int  # number in the county of the first one, from 1
    kind: Ints
    book: Ints  # the household on whose hukou book the middle couple stands
    home: Ints  # village of its own book, a position in Places
    lives: Ints  # village where it lives
    surname: n.Points

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class People:
    """People of one part, by local number; members come first, household by household."""

    number: Ints  # unique in the county
    household: Ints  # local number of the true household, -1 for none
    kind: Ints
    slot: Ints
    male: Flags
    birth: Ints  # days since 1970
    names: n.Names
    native: Flags  # registered in this county
    book: Ints  # household whose hukou book carries the person, -1 for none
    body: Ints  # 17 digits of the resident id
    check: Ints
    event: Ints  # day of death or of moving away, 0 otherwise

    def __len__(self) -> int:
        return len(self.household)

    @property
    def members(self) -> int:
        """How many live in a household of the county; they are the first ones."""
        return int((self.kind == MEMBER).sum())


@dataclass(frozen=True, slots=True)
class Draft:
    """People before they have numbers and names; one entry per person."""

    household: Ints
    kind: Ints
    slot: Ints
    male: Flags
    age: np.ndarray[tuple[int], np.dtype[np.float64]]


def settle(seed: int, places: Places, part: Part) -> tuple[Households, f.Families]:
    """Form the true households of a part and say where they live and are registered."""
    rng = stream(seed, "families", part.number)
    home = np.repeat(part.villages, places.households[part.villages])
    families = f.form(rng, len(home))
    surname = n.draw_surnames(rng, home, len(places.codes))
    lives = home.copy()
    movers = chance(rng, LIVES_ELSEWHERE, len(home))
    lives[movers] = rng.choice(part.villages, int(movers.sum()))
    book = np.arange(len(home))
    _divide(rng, families.kind, home, book)
    divided = book != np.arange(len(home))
    surname[divided] = surname[book[divided]]
    apart = divided & chance(rng, DIVIDED_LIVES_APART, len(home))
    lives[apart] = rng.choice(part.villages, int(apart.sum()))
    return Households(part.first_household, families.kind, book, home, lives, surname), families


def _divide(rng: Random, kind: Ints, home: Ints, book: Ints) -> None:
    """Let some younger households stand on the book of elders of the same village."""
    elders = np.flatnonzero(
        np.isin(kind, (f.ELDERS, f.ELDER_ALONE)) & chance(rng, DIVIDED_ON_ONE_BOOK, len(kind))
    )
    young = np.flatnonzero(np.isin(kind, (f.NUCLEAR, f.COUPLE)))
    starts = np.searchsorted(home[young], home[elders])
    places = starts + rank_within(home[elders])
    fits = places < len(young)
    elders, places = elders[fits], places[fits]
    same = home[young[places]] == home[elders]
    book[young[places[same]]] = elders[same]


def populate(
    seed: int, part: Part, households: Households, families: f.Families, today: int
) -> People:
    """Return everyone of a part with names and resident ids."""
    rng = stream(seed, "people", part.number)
    draft = _everyone(rng, families)
    event = _events(rng, draft, today)
    birth = _births(draft, today)
    native, book = _registration(rng, draft, households, families.fixed)
    county = np.where(native, numbers.COUNTY, rng.choice(OTHER_COUNTIES, len(birth)))
    width = max(1, SERIALS // part.count)
    body = numbers.rid_bodies(
        birth=birth, male=draft.male, county=county, first=part.number * width, width=width
    )
    return People(
        number=part.number * PERSONS_PER_PART + np.arange(len(birth)),
        household=np.where(draft.kind == MEMBER, draft.household, -1),
        kind=draft.kind,
        slot=draft.slot,
        male=draft.male,
        birth=birth,
        names=_names(rng, draft, households, book, birth),
        native=native,
        book=book,
        body=body,
        check=numbers.rid_checks(body),
        event=event,
    )


def _everyone(rng: Random, families: f.Families) -> Draft:
    household, slot = np.nonzero(families.present)
    members = Draft(
        household,
        np.full(len(household), MEMBER),
        slot,
        families.male[household, slot],
        families.age[household, slot],
    )
    drafts = (members, _deceased(rng, families), _moved(rng, families), _outsiders(rng, families))
    return Draft(*(np.concatenate(columns) for columns in zip(*map(_columns, drafts), strict=True)))


def _columns(draft: Draft) -> tuple[np.ndarray[tuple[int], np.dtype[np.generic]], ...]:
    return draft.household, draft.kind, draft.slot, draft.male, draft.age


def _deceased(rng: Random, families: f.Families) -> Draft:
    man, woman = families.present[:, f.ELDER_MAN], families.present[:, f.ELDER_WOMAN]
    widowed = (man ^ woman) & chance(rng, WIDOWED, len(man)) & ~families.fixed
    household = np.flatnonzero(widowed)
    slot = np.where(man[household], f.ELDER_WOMAN, f.ELDER_MAN)
    age = families.age[household, slot]
    return Draft(household, np.full(len(slot), DECEASED), slot, slot == f.ELDER_MAN, age)


def _moved(rng: Random, families: f.Families) -> Draft:
    count = len(families.kind)
    household = np.flatnonzero(chance(rng, MOVED_PER_HOUSEHOLD, count) & ~families.fixed)
    age = rng.uniform(21.0, 40.0, len(household))
    slot = np.full(len(household), f.CHILD_1)
    return Draft(household, np.full(len(slot), MOVED), slot, chance(rng, 0.2, len(slot)), age)


def _outsiders(rng: Random, families: f.Families) -> Draft:
    count = len(families.kind)
    household = np.flatnonzero(chance(rng, OUTSIDERS_PER_HOUSEHOLD, count))
    age = rng.uniform(19.0, 52.0, len(household))
    slot = np.full(len(household), f.MAN)
    return Draft(household, np.full(len(slot), OUTSIDER), slot, chance(rng, 0.6, len(slot)), age)


def _births(draft: Draft, today: int) -> Ints:
    return np.asarray(today - 1 - np.floor(draft.age * DAYS_PER_YEAR), dtype=np.int64)


def _events(rng: Random, draft: Draft, today: int) -> Ints:
    """Return the day of death or move, within the last twelve years and after 18."""
    span = np.minimum(12.0, draft.age - 18.0) * DAYS_PER_YEAR
    day = today - 20 - np.floor(rng.random(len(span)) * np.maximum(span, 30.0))
    return np.where(np.isin(draft.kind, (DECEASED, MOVED)), day, 0).astype(np.int64)


def _registration(
    rng: Random, draft: Draft, households: Households, fixed: Flags
) -> tuple[Flags, Ints]:
    """Return who is registered in the county and on whose book."""
    wife = (draft.kind == MEMBER) & (draft.slot == f.WOMAN) & ~fixed[draft.household]
    wife &= np.isin(households.kind, (f.THREE, f.NUCLEAR, f.COUPLE))[draft.household]
    foreign = wife & chance(rng, MARRIED_FROM_ELSEWHERE, len(wife))
    native = (draft.kind != OUTSIDER) & ~foreign
    middle = np.isin(draft.slot, (f.MAN, f.WOMAN, f.CHILD_1, f.CHILD_2, f.CHILD_3))
    book = np.where(middle, households.book[draft.household], draft.household)
    at_parents = np.flatnonzero(wife & ~foreign & chance(rng, MARRIED_STILL_AT_PARENTS, len(wife)))
    parents = _parents(rng, draft, households, at_parents, fixed)
    book[at_parents[parents >= 0]] = parents[parents >= 0]
    return native, np.where(native, book, -1)


def _parents(rng: Random, draft: Draft, households: Households, wives: Ints, fixed: Flags) -> Ints:
    """Return for each wife a household with elders old enough, or -1."""
    mother = (draft.kind == MEMBER) & (draft.slot == f.ELDER_WOMAN) & ~fixed[draft.household]
    mothers = np.flatnonzero(mother & (households.kind != f.LONE)[draft.household])
    if not len(mothers):
        return np.full(len(wives), -1)
    chosen = mothers[rng.integers(0, len(mothers), len(wives))]
    gap = draft.age[chosen] - draft.age[wives]
    other = draft.household[chosen] != draft.household[wives]
    fits = other & (gap > 19) & (gap < 42)
    return np.where(fits, draft.household[chosen], -1)


def _names(rng: Random, draft: Draft, households: Households, book: Ints, birth: Ints) -> n.Names:
    """Return names: the family's surname, but a wife keeps that of her own parents."""
    own = n.draw_surnames(rng, households.home[draft.household], int(households.home.max()) + 1)
    family = households.surname[draft.household]
    married_in = np.isin(draft.slot, (f.WOMAN, f.ELDER_WOMAN)) | (draft.kind == OUTSIDER)
    surname = np.where(married_in, own, family)
    at_parents = (draft.slot == f.WOMAN) & (book >= 0) & (book != draft.household)
    at_parents &= households.book[draft.household] != book
    surname[at_parents] = households.surname[book[at_parents]]
    year = numbers.ymd(birth) // 10_000
    first, second = n.draw_given(rng, draft.male, year)
    return n.Names(surname.astype(np.int32), first, second)
