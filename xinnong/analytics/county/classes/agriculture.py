"""农业农村: contracted land, transfers, subsidies, farm entities, machines, collective shares."""

from __future__ import annotations

from typing import Final

import numpy as np

from xinnong.analytics.county import crops
from xinnong.analytics.county import economy as e
from xinnong.analytics.county.randomness import Flags, Floats, Ints, Random, chance, pick, skewed
from xinnong.analytics.county.tables import (
    NOTHING,
    Table,
    date,
    hundredths,
    label,
    money,
    sql,
    words,
)
from xinnong.analytics.county.world import CO_OP, ONE_PERSON, World

LAND_SHARE: Final = 0.82
ISLAND: Final = 3
LESSOR_SHARE: Final = 0.24
LARGE_SCALE: Final = 2_500  # hundredths of a mu: lessees are those who farm more
TO_ORGANISATION: Final = 0.25
PROGRAMS: Final = (
    "耕地地力保护补贴", "实际种粮农民一次性补贴", "油菜扩种补贴", "蔬菜基地补贴", "茶园改造补贴",
    "果园提升补贴", "生猪稳产补贴", "肉牛良种补贴", "渔业资源养护补贴", "糖料甘蔗良种补贴",
    "农资综合补贴",
)  # fmt: skip
PROGRAM_OF_CROP: Final = np.array([1, 9, 2, 3, 4, 5, 6, 7, 8])
RATE_OF_CROP: Final = np.array([120.0, 180.0, 150.0, 90.0, 160.0, 110.0, 45.0, 220.0, 300.0])
LAND_RATE: Final = 108.0  # yuan per mu
GENERAL_RATE: Final = 46.0
ENTITY_KINDS: Final = ("家庭农场", "农民专业合作社", "农业企业")
LEVELS: Final = ("无", "县级", "市级", "省级", "国家级")
ROLES: Final = ("负责人", "成员")
HOUSEHOLDS_PER_CO_OP: Final = 240
MEMBER_SHARE: Final = 0.11
FAMILY_FARM_SHARE: Final = 0.012
MACHINES: Final = (
    "手扶拖拉机",
    "轮式拖拉机",
    "联合收割机",
    "插秧机",
    "微耕机",
    "植保无人机",
    "茶叶炒干机",
)
MACHINE_WEIGHTS: Final = (0.26, 0.12, 0.07, 0.08, 0.3, 0.07, 0.1)
MACHINE_PRICES: Final = (9_000.0, 62_000.0, 98_000.0, 36_000.0, 5_200.0, 42_000.0, 8_800.0)
MACHINE_SHARE: Final = 0.1
SHARE_HOLDERS: Final = 0.95


def land_holders(world: World) -> tuple[Ints, Ints]:
    """Return households with contracted land and its area in hundredths of a mu."""
    rng = world.random("land")
    count = len(world.households)
    inland = world.places.terrain[world.households.home] != ISLAND
    house = np.flatnonzero(inland & chance(rng, LAND_SHARE, count))
    size = np.bincount(world.people.household[world.alive], minlength=count)[house]
    area = np.rint(size * skewed(rng, 0.72, 0.35, len(house)) * 100).astype(np.int64) + 15
    return house, area


def land_contract(world: World) -> Table:
    """Contracted land by household; households that divided hold their own contracts."""
    rng = world.random("land_contract")
    house, area = land_holders(world)
    owner = world.signer[house]
    until = np.where(chance(rng, 0.9, len(house)), 20_000 + 1_459, 20_000 + 365 * 28)
    return world.table(
        "land_contract",
        {
            "contract_no": sql(
                "CAST({v} AS VARCHAR) || lpad(CAST({n} AS VARCHAR), 7, '0') || 'J'",
                v=world.places.codes[world.households.home[house]],
                n=world.household_number(house),
            ),
            "rid": world.rid(owner),
            "area12": world.area(world.households.home[house]),
            "area_mu": hundredths(area),
            "until_on": date(np.where(chance(rng, 0.03, len(house)), NOTHING, until)),
        },
        owner,
    )  # fmt: skip


def land_transfer(world: World) -> Table:
    """Land let to larger farms and to co-operatives."""
    rng = world.random("land_transfer")
    house, area = land_holders(world)
    idle = (world.economy.crop[house, 0] == crops.NONE) | chance(rng, 0.15, len(house))
    lets = np.flatnonzero(idle & chance(rng, LESSOR_SHARE * 1.6, len(house)))
    lessor, area = world.signer[house[lets]], area[lets]
    large = world.signer[np.flatnonzero(_grown_area(world) > LARGE_SCALE)]
    to_firm = chance(rng, TO_ORGANISATION, len(lets)) | (len(large) == 0)
    lessee = large[rng.integers(0, max(1, len(large)), len(lets))] if len(large) else lessor
    to_firm |= lessee == lessor
    co_ops = _co_ops(world)
    since = world.days_ago(rng, 0.2, 8.0, len(lets))
    return world.table(
        "land_transfer",
        {
            "transfer_no": sql("'LZ' || lpad(CAST({n} AS VARCHAR), 8, '0')",
                               n=world.household_number(house[lets])),
            "lessor_rid": world.rid(lessor),
            "lessee_rid": world.rid(lessee, keep=~to_firm),
            "lessee_uscc": words(
                co_ops[rng.integers(0, len(co_ops), len(lets))], keep=to_firm),
            "area_mu": hundredths(np.maximum(area * rng.integers(4, 10, len(lets)) // 10, 10)),
            "rent_per_mu": money(np.rint(skewed(rng, 620.0, 0.35, len(lets)) / 10).astype(np.int64)
                                 * 1_000),
            "from_on": date(since),
            "to_on": date(since + 365 * rng.integers(3, 16, len(lets))),
        },
        lessor,
    )  # fmt: skip


def _grown_area(world: World) -> Ints:
    grown = np.isin(world.economy.crop, crops.GROWN)
    return np.asarray(np.where(grown, world.economy.scale, 0).sum(axis=1), dtype=np.int64)


def subsidy(world: World, year: int) -> Table:
    """Subsidies paid in one year: land, crops and animals, a general one."""
    rng = world.random("subsidy", year)
    holders, area = land_holders(world)
    farms = np.flatnonzero(world.economy.crop[:, 0] != crops.NONE)
    rows = [(holders, np.zeros(len(holders), np.int64), area / 100.0 * LAND_RATE, 6)]
    rows.append((farms, np.full(len(farms), 10), GENERAL_RATE * _units(world, farms), 3))
    for place in (0, 1):
        crop, scale = world.economy.crop[:, place], world.economy.scale[:, place] / 100.0
        here = np.flatnonzero((crop != crops.NONE) & chance(rng, 0.72, len(crop)))
        amount = scale[here] * RATE_OF_CROP[crop[here]]
        rows.append((here, PROGRAM_OF_CROP[crop[here]], amount, 9))
    return _subsidy_table(world, rng, year, rows)


def _units(world: World, house: Ints) -> Floats:
    return np.asarray(np.minimum(world.economy.scale[house].sum(axis=1) / 100.0, 60.0))


def _subsidy_table(
    world: World, rng: Random, year: int, rows: list[tuple[Ints, Ints, Floats, int]]
) -> Table:
    house = np.concatenate([part[0] for part in rows])
    program = np.concatenate([part[1] for part in rows])
    amount = np.concatenate([part[2] for part in rows])
    month = np.concatenate([np.full(len(part[0]), part[3]) for part in rows])
    first = np.datetime64(f"{year}-01-01").astype(np.int64) + (month - 1) * 30
    day = first + 5 + world.households.home[house] % 20
    keep = (day < world.today) & (amount >= 1.0) & chance(rng, 0.97, len(house))
    house, program, amount, day = house[keep], program[keep], amount[keep], day[keep]
    owner = world.signer[house]
    return world.table(
        "subsidy",
        {
            "rid": world.rid(owner),
            "program": label([f"{year}年{name}" for name in PROGRAMS], program),
            "amount": money(np.rint(amount * 100).astype(np.int64)),
            "paid_on": date(day),
        },
        owner,
    )


def _co_ops(world: World) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    count = max(1, len(world.households) // HOUSEHOLDS_PER_CO_OP)
    return world.organisations(0, count, CO_OP)


def members(world: World) -> tuple[Ints, Ints]:
    """Return households in a co-operative and its number in this part."""
    rng = world.random("co-op members")
    farms = world.economy.crop[:, 0] != crops.NONE
    joins = farms & chance(rng, MEMBER_SHARE * np.exp(0.3 * world.economy.wealth), len(farms))
    joins[[house for role, house in world.cast.items() if role == "manager"]] = True
    house = np.flatnonzero(joins)
    return house, rng.integers(0, len(_co_ops(world)), len(house))


def farm_entity(world: World) -> Table:
    """Co-operatives with their members, and family farms."""
    rng = world.random("farm_entity")
    house, co_op = members(world)
    order = np.lexsort((_not_known(world, house), co_op))
    house, co_op = house[order], co_op[order]
    leads = np.r_[True, np.diff(co_op) > 0] if len(co_op) else np.zeros(0, np.bool_)
    farms = np.flatnonzero(_is_family_farm(world, rng))
    usccs = np.r_[_co_ops(world)[co_op], world.organisations(4_000, len(farms), ONE_PERSON)]
    person = world.signer[np.r_[house, farms]]
    number = np.r_[co_op, np.arange(len(farms))]
    family = np.r_[np.zeros(len(house), np.int64), np.ones(len(farms), np.int64)] == 1
    level = pick(rng, (0.7, 0.17, 0.08, 0.04, 0.01), max(len(_co_ops(world)), len(farms), 1))
    return world.table(
        "farm_entity",
        {
            "uscc": words(usccs),
            "name": sql(
                "CASE WHEN {f} THEN '穗浦县第' || {n} || '家庭农场' "
                "ELSE '穗浦县第' || {n} || '农民专业合作社' END",
                f=family, n=number + 1 + world.part.number * 4_000,
            ),
            "kind": label(ENTITY_KINDS, np.where(family, 0, 1)),
            "rid": world.rid(person),
            "role": label(ROLES, ~np.r_[leads, np.ones(len(farms), np.bool_)]),
            "model_level": label(LEVELS, level[number]),
        },
        person,
    )  # fmt: skip


def _not_known(world: World, house: Ints) -> Flags:
    """Sort key: a known manager leads the co-operative."""
    return ~np.isin(house, [place for role, place in world.cast.items() if role == "manager"])


def _is_family_farm(world: World, rng: Random) -> Flags:
    large = _grown_area(world) > LARGE_SCALE
    return chance(rng, np.where(large, 0.2, FAMILY_FARM_SHARE / 4), len(world.households))


def farm_machine(world: World) -> Table:
    """Registered farm machines."""
    rng = world.random("farm_machine")
    share = MACHINE_SHARE * np.where(_grown_area(world) > LARGE_SCALE, 5.0, 1.0)
    farms = world.economy.crop[:, 0] != crops.NONE
    house = np.flatnonzero(farms & chance(rng, share, len(farms)))
    owner = world.signer[house]
    kind = pick(rng, MACHINE_WEIGHTS, len(house))
    price = np.rint(skewed(rng, np.array(MACHINE_PRICES)[kind], 0.2, len(house)) / 100) * 100
    return world.table(
        "farm_machine",
        {
            "machine_no": sql("'浙农33' || lpad(CAST({n} AS VARCHAR), 7, '0')",
                              n=world.household_number(house)),
            "rid": world.rid(owner),
            "kind": label(MACHINES, kind),
            "price": money((price * 100).astype(np.int64)),
            "subsidy": money(np.rint(price * 0.3).astype(np.int64) * 100),
            "bought_on": date(world.days_ago(rng, 0.1, 12.0, len(house))),
        },
        owner,
    )  # fmt: skip


def collective_share(world: World, year: int) -> Table:
    """Shares in the village collectives with the dividend of the year before."""
    rng = world.random("collective_share", year)
    holds = world.alive & world.people.native
    listed = chance(world.random("holders"), SHARE_HOLDERS, len(world.people))
    born = world.people.birth < np.datetime64(f"{year - 1}-01-01").astype(np.int64)
    who = np.flatnonzero(holds & listed & born)
    village = world.households.home[world.people.book[who]]
    shares = np.where(world.jobs.age[who] >= e.WORKING_AGE[0], 1_000, 500)
    per_share = skewed(rng, 9.0, 0.8, len(world.places.codes))[village]
    day = np.datetime64(f"{year}-12-31").astype(np.int64)
    return world.table(
        "collective_share",
        {
            "coop_uscc": words(world.collectives[village]),
            "rid": world.rid(who),
            "shares": hundredths(shares),
            "dividend": money(np.rint(shares * per_share).astype(np.int64)),
            "as_of": date(np.full(len(who), min(day, world.today))),
        },
        who,
    )


__all__ = [
    "collective_share", "farm_entity", "farm_machine", "land_contract", "land_holders",
    "land_transfer", "members", "subsidy",
]  # fmt: skip
