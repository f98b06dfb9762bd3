"""人力社保, 医保, 民政: insurance, employment, medical cover, marriages, assistance."""

from __future__ import annotations

from typing import Final

import numpy as np

from xinnong.analytics.county import economy as e
from xinnong.analytics.county import families as f
from xinnong.analytics.county import people as p
from xinnong.analytics.county.classes.housing import spouses
from xinnong.analytics.county.randomness import Ints, chance, pick
from xinnong.analytics.county.tables import NOTHING, Table, date, label, whole, words
from xinnong.analytics.county.world import World

SCHEMES: Final = ("城乡居民养老", "职工养老", "失业", "工伤")
SCHEME_STATES: Final = ("参保缴费", "暂停缴费", "领取待遇", "终止")
EMPLOYMENT: Final = ("单位就业", "灵活就业", "失业登记")
COVER: Final = ("城乡居民", "职工")
COVER_STATES: Final = ("已缴费", "未缴费", "资助参保")
MARITAL: Final = ("已婚", "离异")
ASSISTANCE: Final = ("低保", "特困", "低保边缘", "临时救助")
INSURED_SHARE: Final = 0.94
REGISTERED_MARRIAGE: Final = 0.88
BOTH_WAYS: Final = 0.12
DIVORCED_LONE_PARENTS: Final = 0.3
ADULT_AGE: Final = 16.0
EARLIER_JOB: Final = 0.55


def social_insurance(world: World, back_years: int) -> Table:
    """Insurance records as they stood some years ago: pensions for all, two more for employees."""
    rng = world.random("social_insurance", back_years)
    day = world.today - 365 * back_years
    age = world.jobs.age - back_years
    insured = chance(world.random("insured"), INSURED_SHARE, len(world.people))
    who = np.flatnonzero(_persons(world) & insured & (age >= ADULT_AGE))
    firm = world.jobs.kind[who] == e.IN_A_FIRM
    retired = age[who] >= e.PENSION_AGE
    scheme = np.where(firm | (retired & world.jobs.employee_pension[who]), 1, 0)
    state = np.where(retired, 2, np.where(chance(rng, 0.1, len(who)), 1, 0))
    workers = who[firm & ~retired]
    rows = np.r_[who, workers, workers]
    scheme = np.r_[scheme, np.full(len(workers), 2), np.full(len(workers), 3)]
    state = np.r_[state, np.zeros(2 * len(workers), np.int64)]
    order = np.argsort(rows, kind="stable")
    rows, scheme, state = rows[order], scheme[order], state[order]
    years = np.minimum(5 + world.people.number[rows] % 22, np.maximum(age[rows] - 16.0, 0.1))
    since = day - np.floor(years * p.DAYS_PER_YEAR).astype(np.int64)
    return world.table(
        "social_insurance",
        {
            "rid": world.rid(rows),
            "kind": label(SCHEMES, scheme),
            "state": label(SCHEME_STATES, state),
            "from_on": date(since),
            "months": whole(np.maximum((years * 11).astype(np.int64), 1)),
        },
        rows,
    )


def _persons(world: World) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say who deals with the county's insurance: members and outsiders."""
    return np.isin(world.people.kind, (p.MEMBER, p.OUTSIDER))


def employment(world: World) -> Table:
    """Present jobs and, for many, an earlier one."""
    rng = world.random("employment")
    jobs = world.jobs.kind
    outsider = world.people.kind == p.OUTSIDER
    works = np.isin(jobs, (e.IN_A_FIRM, e.FLEXIBLE, e.UNEMPLOYED)) | outsider
    who = np.flatnonzero(works & chance(rng, 0.93, len(jobs)))
    kind = np.where(outsider[who], 0, jobs[who] - e.IN_A_FIRM)
    years = np.minimum(rng.uniform(0.1, 14.0, len(who)), world.jobs.age[who] - ADULT_AGE)
    since = world.today - np.floor(np.maximum(years, 0.1) * p.DAYS_PER_YEAR).astype(np.int64)
    before = np.flatnonzero(chance(rng, EARLIER_JOB, len(who)) & (world.jobs.age[who] > years + 18))
    rows = np.r_[who, who[before]]
    kinds = np.r_[kind, np.zeros(len(before), np.int64)]
    firm = world.employers[rng.integers(0, len(world.employers), len(rows))]
    return world.table(
        "employment",
        {
            "rid": world.rid(rows),
            "employer_uscc": words(firm, keep=kinds == 0),
            "kind": label(EMPLOYMENT, kinds),
            "from_on": date(np.r_[since, since[before] - 420]),
            "to_on": date(np.r_[np.full(len(who), NOTHING), since[before] - 15]),
        },
        rows,
    )


def medical_cover(world: World, year: int) -> Table:
    """Whether each person's cover of one year is paid; never anything about health."""
    rng = world.random("medical_cover", year)
    newborn = np.datetime64(f"{year}-10-01").astype(np.int64)
    who = np.flatnonzero(_persons(world) & (world.people.birth < newborn))
    employee = world.jobs.kind[who] == e.IN_A_FIRM
    house = np.maximum(world.people.household[who], 0)
    poor = (world.economy.wealth[house] < -1.7) & ~employee
    careless = (0.03 + 0.05 * (world.economy.honesty[house] < -1)) * ~world.spared[who]
    state = np.where(poor, 2, np.where(chance(rng, careless, len(who)), 1, 0))
    return world.table(
        "medical_cover",
        {
            "rid": world.rid(who),
            "year": whole(np.full(len(who), year)),
            "kind": label(COVER, employee),
            "state": label(COVER_STATES, np.where(employee, 0, state)),
        },
        who,
    )


def marriage(world: World) -> Table:
    """Marriages registered here; a divorce is a later row of the same pair."""
    rng = world.random("marriage")
    husbands = np.flatnonzero((spouses(world) >= 0) & world.people.male)
    wives = spouses(world)[husbands]
    known = chance(rng, REGISTERED_MARRIAGE, len(husbands))
    husbands, wives = husbands[known], wives[known]
    swap = chance(rng, 0.5, len(husbands))
    first, second = np.where(swap, wives, husbands), np.where(swap, husbands, wives)
    both = chance(rng, BOTH_WAYS, len(first))
    left, left_of = _divorced(world)
    day = world.married_on[husbands]
    parted = np.minimum(world.people.birth[left] + 12_000, world.today - 200)
    rows = np.r_[first, second[both], left, left]
    partners = np.r_[second, first[both], left_of, left_of]
    days = np.r_[day, day[both], parted - 2_500, parted]
    state = np.r_[np.zeros(len(rows) - len(left), np.int64), np.ones(len(left), np.int64)]
    return world.table(
        "marriage",
        {
            "rid": world.rid(rows),
            "spouse_rid": world.rid(partners),
            "state": label(MARITAL, state),
            "on": date(days),
        },
        rows,
    )


def _divorced(world: World) -> tuple[Ints, Ints]:
    """Return lone parents and the single people of the part they were married to."""
    rng = world.random("divorced")
    people = world.people
    kind = world.households.kind[np.maximum(people.household, 0)]
    parent = world.alive & np.isin(people.slot, (f.MAN, f.WOMAN)) & (kind == f.LONE)
    single = world.alive & np.isin(people.slot, (f.MAN, f.WOMAN)) & (kind == f.SINGLE)
    left = np.flatnonzero(parent & chance(rng, DIVORCED_LONE_PARENTS, len(people)))
    partners = rng.permutation(np.flatnonzero(single))[: len(left)]
    left = left[: len(partners)]
    other_sex = people.male[left] != people.male[partners]
    return left[other_sex], partners[other_sex]


def assistance(world: World) -> Table:
    """Social assistance: used for protection, never for scoring."""
    rng = world.random("assistance")
    poverty = np.exp(-1.3 * world.economy.wealth) * 0.006
    house = np.flatnonzero(chance(rng, np.minimum(poverty, 0.4), len(world.households)))
    who = world.signer[house]
    since = world.days_ago(rng, 0.1, 5.0, len(house))
    ended = chance(rng, 0.3, len(house))
    return world.table(
        "assistance",
        {
            "rid": world.rid(who),
            "kind": label(ASSISTANCE, pick(rng, (0.5, 0.08, 0.22, 0.2), len(house))),
            "from_on": date(since),
            "to_on": date(np.minimum(since + 360, world.today), keep=ended),
        },
        who,
    )
