"""自然资源和规划: real estate, encumbrances, homesteads, forest rights."""

from __future__ import annotations

from typing import Final

import numpy as np

from xinnong.analytics.county.classes.housing import SHARES, flat_owners
from xinnong.analytics.county.randomness import Flags, Ints, chance, pick, skewed
from xinnong.analytics.county.tables import (
    NOTHING,
    Column,
    Table,
    date,
    flag,
    hundredths,
    label,
    money,
    sql,
)
from xinnong.analytics.county.tables import table as plain_table
from xinnong.analytics.county.world import World

FLAT_REGISTERED: Final = 0.95
HOUSE_REGISTERED: Final = 0.6  # of the licensed
USES: Final = ("城镇住宅", "农村宅基地/住宅")
RIGHTS: Final = ("国有建设用地使用权/房屋所有权", "宅基地使用权/房屋所有权")
LIMITS: Final = ("抵押", "查封", "预告", "异议")
CREDITORS: Final = (
    "穗浦农村商业银行", "穗浦县农业支行", "穗浦城市银行", "穗浦县人民法院", "穗浦小额贷款公司",
)  # fmt: skip
FORESTS: Final = ("用材林", "经济林", "竹林", "生态公益林")
HILL: Final = 2
HOMESTEAD_SHARE: Final = 0.9


def unit_number(household_number: Ints, flat: Flags) -> Column:
    """Return 28-character real-estate unit numbers (GB/T 37346), one per household and kind."""
    return sql(
        "'339981' || lpad(CAST({n} % 900 + 1 AS VARCHAR), 3, '0') || '001' || "
        "CASE WHEN {flat} THEN 'GB' ELSE 'JC' END || lpad(CAST({n} // 900 AS VARCHAR), 5, '0') || "
        "'F' || lpad(CAST({n} % 900 + 1 AS VARCHAR), 8, '0')",
        n=household_number, flat=flat,
    )  # fmt: skip


def _registered_houses(world: World) -> Ints:
    rng = world.random("registered houses")
    state = world.economy
    known = chance(rng, HOUSE_REGISTERED, len(world.households))
    return np.flatnonzero((state.house_m2 > 0) & state.licensed & known)


def _registered_flats(world: World) -> Flags:
    """Say per household whether its flat stands in the real-estate register."""
    rng = world.random("registered flats")
    return (world.economy.flat_m2 > 0) & chance(rng, FLAT_REGISTERED, len(world.households))


def real_estate(world: World) -> Table:
    """Flats and certified village houses, one row per owner."""
    rng = world.random("real_estate")
    flats, owners, share = flat_owners(world)
    known = _registered_flats(world)[flats]
    flats, owners, share = flats[known], owners[known], share[known]
    houses = _registered_houses(world)
    house, owner = np.r_[flats, houses], np.r_[owners, world.signer[houses]]
    flat = np.r_[np.ones(len(flats), np.bool_), np.zeros(len(houses), np.bool_)]
    area = np.where(flat, world.economy.flat_m2[house], world.economy.house_m2[house])
    day = world.days_ago(rng, 0.3, 15.0, len(world.households))
    return world.table(
        "real_estate",
        {
            "unit_no": unit_number(world.household_number(house), flat),
            "rid": world.rid(owner),
            "share": label(SHARES, np.r_[share, np.zeros(len(houses), np.int64)]),
            "use": label(USES, ~flat),
            "right": label(RIGHTS, ~flat),
            "area_m2": hundredths(np.rint(area * 100).astype(np.int64)),
            "registered_on": date(day[house]),
        },
        owner,
    )


def encumbrance(world: World) -> Table:
    """Mortgages, seizures and the like on registered units."""
    rng = world.random("encumbrance")
    flats, houses = np.flatnonzero(_registered_flats(world)), _registered_houses(world)
    house = np.r_[flats, houses]
    flat = np.r_[np.ones(len(flats), np.bool_), np.zeros(len(houses), np.bool_)]
    trouble = world.economy.defaults[house] & chance(rng, 0.25, len(house))
    bound = trouble | chance(rng, np.where(flat, 0.3, 0.035), len(house))
    house, flat, trouble = house[bound], flat[bound], trouble[bound]
    kind = np.where(trouble, 1, pick(rng, (0.93, 0.0, 0.06, 0.01), len(house)))
    since = world.days_ago(rng, 0.1, 9.0, len(house))
    ended = (kind != 1) & chance(rng, 0.35, len(house))
    creditor = np.where(trouble, 3, pick(rng, (0.5, 0.25, 0.2, 0.0, 0.05), len(house)))
    until = np.minimum(since + 400 + rng.integers(0, 900, len(house)), world.today)
    return plain_table(
        "encumbrance",
        {
            "unit_no": unit_number(world.household_number(house), flat),
            "kind": label(LIMITS, kind),
            "creditor": label(CREDITORS, creditor),
            "amount": money(thousands(skewed(rng, 320_000.0, 0.6, len(house)))),
            "from_on": date(since),
            "to_on": date(until, keep=ended),
        },
        spared=np.isin(house, list(world.cast.values())),
    )


def thousands(yuan: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Ints:
    """Round to whole thousands of yuan, at least one, in fen."""
    return np.maximum(np.rint(yuan / 1000.0), 1.0).astype(np.int64) * 100_000


def homestead(world: World) -> Table:
    """House plots of the villages."""
    rng = world.random("homestead")
    known = chance(rng, HOMESTEAD_SHARE, len(world.households))
    house = np.flatnonzero((world.economy.house_m2 > 0) & known)
    owner = world.signer[house]
    plot = np.clip(world.economy.house_m2[house] * rng.uniform(0.45, 0.75, len(house)), 40, 160)
    return world.table(
        "homestead",
        {
            "parcel_no": sql("'339981JC' || lpad(CAST({n} AS VARCHAR), 8, '0')",
                             n=world.household_number(house)),
            "rid": world.rid(owner),
            "area12": world.area(world.households.home[house]),
            "area_m2": hundredths(np.rint(plot * 100).astype(np.int64)),
            "certified": flag(world.economy.licensed[house] & chance(rng, 0.95, len(house))),
        },
        owner,
    )  # fmt: skip


def forest_right(world: World) -> Table:
    """Forest rights, mostly in the hills."""
    rng = world.random("forest_right")
    hill = world.places.terrain[world.households.home] == HILL
    house = np.flatnonzero(chance(rng, np.where(hill, 0.26, 0.015), len(world.households)))
    owner = world.signer[house]
    until = world.today + np.rint(rng.uniform(1.0, 32.0, len(house)) * 365).astype(np.int64)
    area = np.rint(skewed(rng, 6.5, 0.8, len(house)) * 100).astype(np.int64) + 10
    return world.table(
        "forest_right",
        {
            "cert_no": sql("'浙林证字339981第' || lpad(CAST({n} AS VARCHAR), 8, '0') || '号'",
                           n=world.household_number(house)),
            "rid": world.rid(owner),
            "area12": world.area(world.households.home[house]),
            "area_mu": hundredths(area),
            "kind": label(FORESTS, pick(rng, (0.25, 0.3, 0.25, 0.2), len(house))),
            "until_on": date(np.where(chance(rng, 0.05, len(house)), NOTHING, until)),
        },
        owner,
    )  # fmt: skip
