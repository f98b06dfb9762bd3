"""公安: persons, hukou books, residence, vehicles."""

from __future__ import annotations

from typing import Final

import numpy as np

from xinnong.analytics.county import families as f
from xinnong.analytics.county import people as p
from xinnong.analytics.county.randomness import Ints, chance, pick, skewed
from xinnong.analytics.county.tables import NOTHING, Table, date, label, money, sql, whole
from xinnong.analytics.county.world import World

STATES: Final = ("正常", "死亡", "注销", "迁出")
SEXES: Final = ("女", "男")
RELATIONS: Final = (
    "户主", "配偶", "子女", "父母", "孙子女", "祖父母", "兄弟姐妹", "儿媳女婿", "其他",
)  # fmt: skip
HEAD, SPOUSE, CHILD, PARENT, GRANDCHILD, GRANDPARENT, BROTHER, IN_LAW, OTHER = range(9)
_OF_ELDER: Final = (SPOUSE, SPOUSE, CHILD, IN_LAW, GRANDCHILD, GRANDCHILD, GRANDCHILD, CHILD)
_OF_MAN: Final = (PARENT, PARENT, HEAD, SPOUSE, CHILD, CHILD, CHILD, BROTHER)
_OF_WOMAN: Final = (PARENT, PARENT, SPOUSE, HEAD, CHILD, CHILD, CHILD, OTHER)
_OF_CHILD: Final = (GRANDPARENT, GRANDPARENT, PARENT, PARENT, BROTHER, BROTHER, BROTHER, OTHER)
_OF_SIBLING: Final = (PARENT, PARENT, BROTHER, OTHER, OTHER, OTHER, OTHER, HEAD)
RELATION_BY_HEAD: Final = np.array(
    (_OF_ELDER, _OF_ELDER, _OF_MAN, _OF_WOMAN, _OF_CHILD, _OF_CHILD, _OF_CHILD, _OF_SIBLING)
)

DEATH_RECORDED: Final = 0.99
STRUCK_OFF: Final = 0.7
MOVED_STRUCK_OFF: Final = 0.85
HOUSEHOLD_HAS_RESIDENCE: Final = 0.88
PERSON_HAS_RESIDENCE: Final = 0.93
EARLIER_ADDRESS: Final = 0.14
FIRST_BOOK: Final = 90_000_000
VEHICLES: Final = ("小型客车", "货车", "摩托车", "农用车", "其他")
VEHICLE_WEIGHTS: Final = (0.58, 0.07, 0.23, 0.1, 0.02)
VEHICLE_PRICES: Final = (98_000.0, 86_000.0, 6_500.0, 32_000.0, 20_000.0)
VEHICLE_STATES: Final = ("正常", "抵押", "查封", "注销")
VEHICLE_OWNERS: Final = 0.3


def person(world: World) -> Table:
    """Everyone registered in the county, the dead and the departed included."""
    rng = world.random("person")
    people = world.people
    who = np.flatnonzero(people.native)
    died = (people.kind[who] == p.DECEASED) & chance(rng, DEATH_RECORDED, len(who))
    state = np.where(died, 1, np.where(people.kind[who] == p.MOVED, 3, 0))
    village = world.households.home[people.book[who]]
    return world.table(
        "person",
        {
            "rid": world.rid(who),
            "name": world.name(who),
            "sex": label(SEXES, people.male[who]),
            "birth": date(people.birth[who]),
            "area": world.area(village),
            "address": world.address(village, 1 + people.book[who] % 997),
            "state": label(STATES, state),
            "state_on": date(people.event[who], keep=state > 0),
        },
        who,
    )


def hukou_member(world: World) -> Table:
    """Every book with those on it, in book order."""
    rng = world.random("hukou_member")
    people = world.people
    listed = np.flatnonzero(people.book >= 0)
    who = listed[np.argsort(people.book[listed], kind="stable")]
    book, kind = people.book[who], people.kind[who]
    struck = (kind == p.DECEASED) & chance(rng, STRUCK_OFF, len(who))
    struck |= (kind == p.MOVED) & chance(rng, MOVED_STRUCK_OFF, len(who))
    return world.table(
        "hukou_member",
        {
            "hukou_no": whole(FIRST_BOOK + world.household_number(book)),
            "rid": world.rid(who),
            "relation": label(RELATIONS, relations(world, who)),
            "in_on": date(_joined(world, who)),
            "out_on": date(people.event[who], keep=struck),
        },
        who,
    )


def relations(world: World, who: Ints) -> Ints:
    """Return the relation of each person to the head of the book the person stands on."""
    people = world.people
    head = world.book_head[people.book[who]]
    head_slot = np.where(head >= 0, people.slot[head], f.MAN)
    relation = RELATION_BY_HEAD[head_slot, people.slot[who]]
    own_book = world.households.book[np.maximum(people.household[who], 0)]
    daughter = (people.slot[who] == f.WOMAN) & (people.book[who] != own_book)
    elder_head = np.isin(head_slot, (f.ELDER_MAN, f.ELDER_WOMAN))
    relation = np.where(daughter, np.where(elder_head, CHILD, BROTHER), relation)
    return np.where(who == head, HEAD, relation)


def _joined(world: World, who: Ints) -> Ints:
    """Return the day of joining the book: wives when they married, others at birth."""
    people = world.people
    wife = np.isin(people.slot[who], (f.WOMAN, f.ELDER_WOMAN))
    at_parents = people.book[who] != world.households.book[np.maximum(people.household[who], 0)]
    came = wife & ~at_parents
    return np.where(came, world.married_on[who] + 30, people.birth[who] + 12)


def residence(world: World) -> Table:
    """Where people really live, as far as they registered it."""
    rng = world.random("residence")
    people = world.people
    known = chance(rng, HOUSEHOLD_HAS_RESIDENCE, len(world.households))
    here = (people.kind == p.MEMBER) & known[np.maximum(people.household, 0)]
    here |= people.kind == p.OUTSIDER
    who = np.flatnonzero(here & chance(rng, PERSON_HAS_RESIDENCE, len(people)))
    village = _lives(world, who)
    years = np.minimum(rng.uniform(0.3, 16.0, len(who)), np.maximum(world.jobs.age[who], 0.1))
    since = world.today - np.floor(years * p.DAYS_PER_YEAR).astype(np.int64)
    moved = np.flatnonzero(
        chance(rng, EARLIER_ADDRESS, len(who)) & (world.jobs.age[who] > years + 2)
    )
    earlier = rng.choice(world.part.villages, len(moved))
    rows = np.r_[who, who[moved]]
    return world.table(
        "residence",
        {
            "rid": world.rid(rows),
            "area": world.area(np.r_[village, earlier]),
            "address": world.address(np.r_[village, earlier], _door(world, rows)),
            "from_on": date(np.r_[since, since[moved] - 500]),
            "to_on": date(np.r_[np.full(len(who), NOTHING), since[moved] - 1]),
        },
        rows,
    )


def _door(world: World, who: Ints) -> Ints:
    """Return house numbers: one per household, for outsiders one of their own."""
    house = world.people.household[who]
    return 1 + np.where(house >= 0, house, world.people.number[who]) % 997


def _lives(world: World, who: Ints) -> Ints:
    """Return the village where each person lives; outsiders are spread over the part."""
    village = world.households.lives[np.maximum(world.people.household[who], 0)]
    spread = world.part.villages[world.people.number[who] % len(world.part.villages)]
    return np.where(world.people.kind[who] == p.OUTSIDER, spread, village)


def vehicle(world: World) -> Table:
    """Vehicles of adults."""
    rng = world.random("vehicle")
    people, count = world.people, len(world.people)
    wealth = world.economy.wealth[np.maximum(people.household, 0)]
    young = world.jobs.age < 70
    owns = world.adult & young & chance(rng, VEHICLE_OWNERS * np.exp(0.25 * wealth), count)
    who = np.flatnonzero(owns)
    kind = pick(rng, VEHICLE_WEIGHTS, len(who))
    price = np.array(VEHICLE_PRICES)[kind] * np.exp(0.15 * wealth[who])
    in_trouble = world.economy.defaults[people.household[who]] & chance(rng, 0.2, len(who))
    state = np.where(in_trouble, 2, pick(rng, (0.93, 0.05, 0.0, 0.02), len(who)))
    return world.table(
        "vehicle",
        {
            "plate": sql("'浙Z' || lpad(hex({number}), 7, '0')", number=people.number[who]),
            "rid": world.rid(who),
            "kind": label(VEHICLES, kind),
            "registered_on": date(world.days_ago(rng, 0.1, 14.0, len(who))),
            "price": money(_hundreds(skewed(rng, price, 0.3, len(who)))),
            "state": label(VEHICLE_STATES, state),
        },
        who,
    )


def _hundreds(yuan: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Ints:
    """Round to whole hundreds of yuan, in fen."""
    return np.rint(yuan / 100.0).astype(np.int64) * 10_000


__all__ = ["hukou_member", "person", "relations", "residence", "vehicle"]
