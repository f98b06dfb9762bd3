"""One part of the county with everything the departments could know about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from xinnong.analytics.county import economy as e
from xinnong.analytics.county import families as f
from xinnong.analytics.county import numbers, people, tables
from xinnong.analytics.county.areas import areas
from xinnong.analytics.county.people import DAYS_PER_YEAR, Households, People
from xinnong.analytics.county.places import Part, Places
from xinnong.analytics.county.randomness import Flags, Ints, Objects, Random, bell, chance, stream

FIRM, ONE_PERSON, CO_OP = 1, 2, 3
BUYERS: Final = 4
EMPLOYERS: Final = 240
ORGANISATIONS_PER_PART: Final = 20_000
FIRST_COLLECTIVE: Final = 1_000
FIRST_OF_PART: Final = 10_000
ELDER_HEADS_UNTIL: Final = 78.0
HEAD_ORDER: Final = np.array([2, 3, 0, 1, 5, 6, 7, 4])  # by slot: man, woman, elders, sibling


@dataclass(frozen=True, eq=False)
class World:
    """One part: people, households, their latent economy, and who heads which book."""

    seed: int
    part: Part
    places: Places
    today: int  # days since 1970
    households: Households
    people: People
    jobs: e.Jobs
    economy: e.Economy
    spared: Flags  # people whose rows stay clean
    cast: Mapping[str, int]  # the known people's households by role

    def random(self, *purpose: str | int) -> Random:
        """Return the random numbers of one purpose in this part."""
        return stream(self.seed, *purpose, self.part.number)

    def table(
        self, class_name: str, columns: Mapping[str, tables.Column], person: Ints
    ) -> tables.Table:
        """Return a table whose rows belong to `person`, so that known people stay clean."""
        return tables.table(class_name, columns, spared=self.spared[person])

    def rid(self, person: Ints, keep: Flags | None = None) -> tables.Column:
        """Return a column of resident ids."""
        return tables.rid(self.people.body[person], self.people.check[person], keep)

    def name(self, person: Ints) -> tables.Column:
        """Return a column of names."""
        names = self.people.names.take(person)
        text = "chr({a}) || chr({b}) || CASE WHEN {c} = 0 THEN '' ELSE chr({c}) END"
        return tables.sql(text, a=names.surname, b=names.first, c=names.second)

    def area(self, village: Ints) -> tables.Column:
        """Return a column of village codes; `village` holds positions in Places."""
        return tables.whole(self.places.codes[village])

    def address(self, village: Ints, number: Ints) -> tables.Column:
        """Return a column of addresses."""
        return tables.sql("{place} || {number} || '号'", place=self.place_names[village],
                          number=number)  # fmt: skip

    def household_number(self, household: Ints) -> Ints:
        """Return county-wide household numbers, from 1."""
        return self.households.first + household

    def days_ago(self, rng: Random, low: float, high: float, count: int) -> Ints:
        """Return days evenly spread between `high` and `low` years before today."""
        return self.today - np.rint(rng.uniform(low, high, count) * DAYS_PER_YEAR).astype(np.int64)

    @cached_property
    def alive(self) -> Flags:
        """Who is a living member of a true household."""
        return np.asarray(self.people.kind == people.MEMBER)

    @cached_property
    def adult(self) -> Flags:
        """Who is a living member of 18 or more."""
        return np.asarray(self.alive & (self.jobs.age >= e.WORKING_AGE[0]))

    @cached_property
    def head(self) -> Ints:
        """The person who runs each true household."""
        member = np.flatnonzero(self.alive)
        order = np.lexsort((HEAD_ORDER[self.people.slot[member]], self.people.household[member]))
        ranked = member[order]
        first = np.r_[True, np.diff(self.people.household[ranked]) > 0]
        return ranked[first]

    @cached_property
    def book_head(self) -> Ints:
        """The head on each hukou book, -1 where nobody stands on the book."""
        listed = np.flatnonzero(self.alive & (self.people.book >= 0))
        slot, book = self.people.slot[listed], self.people.book[listed]
        elder_leads = chance(self.random("book heads"), 0.55, len(self.households))[book]
        elder = np.isin(slot, (f.ELDER_MAN, f.ELDER_WOMAN))
        elder &= elder_leads & (self.jobs.age[listed] < ELDER_HEADS_UNTIL)
        own = self.people.household[listed] == book
        order = np.lexsort((HEAD_ORDER[slot], ~own, ~elder, book))
        first = np.r_[True, np.diff(book[order]) > 0]
        heads = np.full(len(self.households), -1)
        heads[book[order][first]] = listed[order][first]
        return heads

    @cached_property
    def signer(self) -> Ints:
        """Who signs for a household: the head of its own book, or who runs it."""
        return np.where(self.book_head >= 0, self.book_head, self.head)

    @cached_property
    def married_on(self) -> Ints:
        """Day of the wedding of each person's couple, by person; meaningful for couples."""
        rng = self.random("weddings")
        count = len(self.households)
        years = {slot: bell(rng, 24.5, 2.5, count) for slot in (f.WOMAN, f.ELDER_WOMAN)}
        day = np.zeros(len(self.people), dtype=np.int64)
        for wife, husband in ((f.WOMAN, f.MAN), (f.ELDER_WOMAN, f.ELDER_MAN)):
            women = np.flatnonzero(self.people.slot == wife)
            by_house = np.full(count, self.today - 9_000)
            house = self._house(women)
            age = np.clip(years[wife][house], 20.0, 40.0)
            by_house[house] = self.people.birth[women] + np.rint(age * DAYS_PER_YEAR)
            pair = np.isin(self.people.slot, (wife, husband))
            day[pair] = np.minimum(by_house[self._house(np.flatnonzero(pair))], self.today - 40)
        return day

    def _house(self, person: Ints) -> Ints:
        own = self.people.household[person]
        return np.where(own >= 0, own, np.maximum(self.people.book[person], 0))

    @cached_property
    def place_names(self) -> Objects:
        """Name of county, town and village, by position in Places."""
        names = {row.code12: row.name_zh for row in areas()}
        codes = [str(code) for code in self.places.codes.tolist()]
        return np.array(
            [f"穗浦县{names[code[:9] + '000']}{names[code]}" for code in codes], dtype=object
        )

    @cached_property
    def collectives(self) -> Objects:
        """Credit code of each village's share co-operative, by position in Places."""
        count = len(self.places.codes)
        return numbers.usccs(FIRST_COLLECTIVE + np.arange(count), CO_OP)

    @cached_property
    def buyers(self) -> Objects:
        """Credit codes of the chain buyers of the county."""
        return numbers.usccs(np.arange(BUYERS), FIRM)

    @cached_property
    def employers(self) -> Objects:
        """Credit codes of the county's employers."""
        return numbers.usccs(BUYERS + np.arange(EMPLOYERS), FIRM)

    def organisations(self, first: int, count: int, kind: int) -> Objects:
        """Return credit codes of this part's own organisations."""
        start = FIRST_OF_PART + self.part.number * ORGANISATIONS_PER_PART + first
        return numbers.usccs(start + np.arange(count), kind)
