"""Three known households in every county: what the founding page tells, under other names.

The grower has no house to mortgage and no bank flow, and borrows for the first time; the
breeder has an unlicensed house and 200 pigs; the manager runs a co-operative and applied online.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from xinnong.analytics.county import crops
from xinnong.analytics.county import economy as e
from xinnong.analytics.county import families as f
from xinnong.analytics.county.people import Households, People
from xinnong.analytics.county.places import Part, Places

GROWER, BREEDER, MANAGER = "grower", "breeder", "manager"


@dataclass(frozen=True, slots=True)
class Known:
    """One known household: where, who, and its economy. Amounts in yuan, scales in units."""

    role: str
    page_name: str  # as the founding page calls the person
    name: str
    village: int
    kind: int
    ages: Mapping[int, float]  # by slot
    sexes: Mapping[int, bool]  # male, where the slot leaves it open
    farming: tuple[tuple[int, float], ...]  # crop and scale
    skill: float
    house_m2: float
    licensed: bool
    flat_m2: float
    deposits: float
    private_debt: float
    marks: tuple[int, int]  # reviewers' marks for honesty and business, 1 very good to 4 poor
    story: str
    line_yuan: int  # the line of the page
    custody_yuan: int = 0  # entrusted assets that this line needs, after the haircut


KNOWN: Final = (
    Known(
        GROWER, "伍先生", "邬根水", 339981101200, f.COUPLE, {f.MAN: 64.3, f.WOMAN: 66.2}, {},
        ((crops.CANE, 15.49), (crops.RAPE, 5.0)), 0.8, 0, licensed=False, flat_m2=0,
        deposits=8_000, private_debt=20_000, marks=(2, 2), line_yuan=100_000,
        story="年过六旬，种甘蔗和油菜二十亩，无房可抵、无银行流水，首次贷款，信用贷款 10 万元",
    ),
    Known(
        BREEDER, "胡先生", "何永昌", 339981105200, f.THREE,
        {f.MAN: 52.4, f.WOMAN: 49.7, f.ELDER_WOMAN: 75.5, f.CHILD_1: 16.3, f.CHILD_2: 12.2},
        {f.CHILD_1: False, f.CHILD_2: True}, ((crops.PIG, 200.0),), 1.2, 240, licensed=False,
        flat_m2=0, deposits=60_000, private_debt=80_000, marks=(1, 2), line_yuan=300_000,
        custody_yuan=300_000,
        story="未办证农房和 200 头生猪授托代管，信用贷款 30 万元",
    ),
    Known(
        MANAGER, "周先生", "邹海燕", 339981103200, f.NUCLEAR,
        {f.MAN: 44.6, f.WOMAN: 42.1, f.CHILD_1: 15.4, f.CHILD_2: 11.8},
        {f.CHILD_1: True, f.CHILD_2: False}, ((crops.RICE, 260.0), (crops.CAULIFLOWER, 40.0)), 1.25,
        200, licensed=True, flat_m2=110, deposits=150_000, private_debt=0, marks=(1, 1),
        line_yuan=200_000,
        story="合作社负责人，当天线上申请，次日早上到账 20 万元",
    ),
)  # fmt: skip
BY_ROLE: Final = {known.role: known for known in KNOWN}


def choose(places: Places, part: Part, households: Households) -> Mapping[str, int]:
    """Return the local household of each known person who lives in this part.

    Each has a home village; a county too small to have it gives the first households.
    """
    cast: dict[str, int] = {}
    for turn, known in enumerate(KNOWN):
        village = np.flatnonzero(places.codes == known.village)
        if len(village):
            found = np.flatnonzero(households.home == village[0])[:1]
        else:
            found = np.arange(len(households))[turn : turn + 1]
            found = found[: int(part.number == 0)]
        cast.update((known.role, int(place)) for place in found)
    return cast


def shape_families(cast: Mapping[str, int], households: Households, families: f.Families) -> None:
    """Give the known people their families and their own book (changes the arrays in place)."""
    for role, house in cast.items():
        known = BY_ROLE[role]
        families.fixed[house] = True
        families.kind[house] = known.kind
        families.present[house] = False
        for slot, age in known.ages.items():
            families.present[house, slot], families.age[house, slot] = True, age
            families.male[house, slot] = known.sexes.get(slot, slot in (f.MAN, f.ELDER_MAN))
        households.book[house] = house
        households.book[households.book == house] = np.flatnonzero(households.book == house)
        households.lives[house] = households.home[house]
        households.surname[house] = ord(known.name[0])


def name_heads(cast: Mapping[str, int], people: People) -> None:
    """Write the known names (changes the arrays in place)."""
    for role, house in cast.items():
        person = np.flatnonzero((people.household == house) & (people.slot == f.MAN))
        surname, first, second = (ord(char) for char in BY_ROLE[role].name)
        people.names.surname[person], people.names.first[person] = surname, first
        people.names.second[person] = second


def shape_economy(cast: Mapping[str, int], people: People, jobs: e.Jobs, state: e.Economy) -> None:
    """Give the known people the farms and debts of the story (changes the arrays in place)."""
    for role, house in cast.items():
        known = BY_ROLE[role]
        jobs.kind[(people.household == house) & np.isin(jobs.kind, e.WORKING)] = e.IDLE
        state.crop[house], state.scale[house] = crops.NONE, 0
        for place, (crop, scale) in enumerate(known.farming):
            state.crop[house, place], state.scale[house, place] = crop, round(scale * 100)
        state.skill[house] = known.skill
        state.house_m2[house], state.flat_m2[house] = known.house_m2, known.flat_m2
        state.licensed[house] = known.licensed
        state.business[house], state.turnover[house] = False, 0.0
        state.deposits[house], state.private_debt[house] = known.deposits, known.private_debt
        state.defaults[house], state.wealth[house], state.honesty[house] = False, 0.0, 1.0
