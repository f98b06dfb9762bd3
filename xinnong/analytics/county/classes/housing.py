"""住建: town flats, village houses, unsafe houses."""

from __future__ import annotations

from typing import Final

import numpy as np

from xinnong.analytics.county import families as f
from xinnong.analytics.county.randomness import Floats, Ints, chance, pick
from xinnong.analytics.county.tables import Table, date, flag, hundredths, label, sql, whole
from xinnong.analytics.county.world import World

SHARES: Final = ("单独所有", "1/2", "50%")
GRADES: Final = ("A", "B", "C", "D")
JOINT_OWNERS: Final = 0.55
TOWNS_WITH_FLATS: Final = 12  # street offices 001 to 012
UNSAFE_SHARE: Final = 0.035


def flat_owners(world: World) -> tuple[Ints, Ints, Ints]:
    """Return household, owner and share (place in SHARES) of each entry of a flat."""
    rng = world.random("flats")
    house = np.flatnonzero(world.economy.flat_m2 > 0)
    owner = world.head[house]
    spouse = spouses(world)[owner]
    joint = (spouse >= 0) & chance(rng, JOINT_OWNERS, len(house))
    share = np.where(joint, 1 + rng.integers(0, 2, len(house)), 0)
    return (
        np.r_[house, house[joint]], np.r_[owner, spouse[joint]], np.r_[share, share[joint]],
    )  # fmt: skip


def spouses(world: World) -> Ints:
    """Return the living spouse of each person in the same household, -1 for none."""
    people = world.people
    partner = np.full(len(people), -1)
    for man, woman in ((f.MAN, f.WOMAN), (f.ELDER_MAN, f.ELDER_WOMAN)):
        husbands = np.full(len(world.households), -1)
        wives = np.full(len(world.households), -1)
        here = np.flatnonzero(world.alive & (people.slot == man))
        husbands[people.household[here]] = here
        here = np.flatnonzero(world.alive & (people.slot == woman))
        wives[people.household[here]] = here
        both = (husbands >= 0) & (wives >= 0) & (husbands != wives)
        partner[husbands[both]], partner[wives[both]] = wives[both], husbands[both]
    return partner


def flat_town(world: World, house: Ints) -> Ints:
    """Return the nine-digit code of the street office where a household's flat stands."""
    return 339981000 + 1 + world.household_number(house) * 7 % TOWNS_WITH_FLATS


def urban_flat(world: World) -> Table:
    """Town flats with one row per owner."""
    rng = world.random("urban_flat")
    house, owner, share = flat_owners(world)
    years = rng.uniform(0.5, 18.0, len(world.households))
    return world.table(
        "urban_flat",
        {
            "unit_no": sql("'FW' || lpad(CAST({n} AS VARCHAR), 9, '0')",
                           n=world.household_number(house)),
            "rid": world.rid(owner),
            "share": label(SHARES, share),
            "area_m2": hundredths(_parts(world.economy.flat_m2[house])),
            "town": whole(flat_town(world, house)),
            "deed_on": date(world.today - np.rint(years[house] * 365).astype(np.int64)),
        },
        owner,
    )  # fmt: skip


def village_house(world: World) -> Table:
    """Village houses; those without a licence carry no permit number."""
    house = np.flatnonzero(world.economy.house_m2 > 0)
    licensed = world.economy.licensed[house]
    owner = world.signer[house]
    return world.table(
        "village_house",
        {
            "permit_no": sql(
                "CASE WHEN {ok} THEN '乡字第33' || lpad(CAST({n} AS VARCHAR), 9, '0') || '号' END",
                ok=licensed, n=world.household_number(house),
            ),
            "rid": world.rid(owner),
            "area12": world.area(world.households.home[house]),
            "floor_m2": hundredths(_parts(world.economy.house_m2[house])),
            "built": whole(built_year(world)[house]),
            "licensed": flag(licensed),
        },
        owner,
    )  # fmt: skip


def built_year(world: World) -> Ints:
    """Return the year in which each household's house was built."""
    rng = world.random("built")
    this_year = 1970 + world.today // 365
    return this_year - np.minimum(rng.gamma(3.0, 6.5, len(world.households)), 60).astype(np.int64)


def unsafe_house(world: World) -> Table:
    """Grades of houses that were checked, mostly old ones."""
    rng = world.random("unsafe_house")
    count = len(world.households)
    old = built_year(world) < 1990 + rng.integers(0, 10, count)
    checked = (world.economy.house_m2 > 0) & chance(rng, UNSAFE_SHARE + 0.1 * old, count)
    house = np.flatnonzero(checked)
    owner = world.signer[house]
    return world.table(
        "unsafe_house",
        {
            "rid": world.rid(owner),
            "area12": world.area(world.households.home[house]),
            "grade": label(GRADES, pick(rng, (0.3, 0.45, 0.19, 0.06), len(house))),
            "checked_on": date(world.days_ago(rng, 0.2, 6.0, len(house))),
        },
        owner,
    )


def _parts(square_metres: Floats) -> Ints:
    return np.rint(square_metres * 100).astype(np.int64)


__all__ = ["built_year", "flat_owners", "flat_town", "spouses", "unsafe_house",
           "urban_flat", "village_house"]  # fmt: skip
