"""Latent economy of the true households: what the files only show in part.

Wealth, honesty, farming, jobs, houses and debts hang together; the default outcome
follows from them and from chance. All amounts are yuan here, fen in the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xinnong.analytics.county import crops
from xinnong.analytics.county import families as f
from xinnong.analytics.county.people import DAYS_PER_YEAR, MEMBER, Households, People
from xinnong.analytics.county.places import Places
from xinnong.analytics.county.randomness import (
    Flags,
    Floats,
    Ints,
    Random,
    chance,
    pick_rows,
    skewed,
    stream,
)

IDLE, IN_A_FIRM, FLEXIBLE, UNEMPLOYED, STUDENT = range(5)
WORKING: Final = (IN_A_FIRM, FLEXIBLE, UNEMPLOYED)
FARM_SHARE: Final = np.array([0.66, 0.56, 0.78, 0.7])  # by terrain
STREET_FARM_SHARE: Final = 0.82  # less farming in street offices
SECOND_CROP_SHARE: Final = 0.42
LARGE_FARM_SHARE: Final = 0.035
LARGE_FARM_FACTOR: Final = 9.0
WAGE_MEDIAN: Final = (0.0, 54_000.0, 31_000.0, 0.0, 0.0)
PENSION: Final = 3_600.0
EMPLOYEE_PENSION: Final = 34_000.0
WORKING_AGE: Final = (18.0, 64.0)
SCHOOL_AGE: Final = 6.0
GRADUATION_AGE: Final = 22.0
PENSION_AGE: Final = 60.0
HOUSE_SHARE: Final = 0.86
LICENSED_SHARE: Final = 0.72
FLAT_SHARE: Final = 0.11
BUSINESS_SHARE: Final = 0.065
DEFAULT_INTERCEPT: Final = -4.1


@dataclass(frozen=True, slots=True)
class Jobs:
    """Work of each person of the part, by local number."""

    age: Floats
    kind: Ints
    wage: Floats  # yuan a year
    employee_pension: Flags


@dataclass(frozen=True, slots=True)
class Economy:
    """Latent state of each household."""

    wealth: Floats  # standard normal
    honesty: Floats  # standard normal
    crop: Ints  # shape (households, 2), crops.NONE for none
    scale: Ints  # hundredths of the unit, same shape
    skill: Floats  # factor on yields
    house_m2: Floats  # 0 for none
    licensed: Flags
    flat_m2: Floats
    business: Flags
    turnover: Floats  # of the business, yuan a year
    deposits: Floats
    private_debt: Floats
    income: Floats
    farm_income: Floats
    assets: Floats
    default_chance: Floats
    defaults: Flags


def live(
    seed: int, part: int, places: Places, households: Households, people: People, today: int
) -> tuple[Jobs, Economy]:
    """Return jobs and latent economy of one part."""
    rng = stream(seed, "economy", part)
    wealth = rng.standard_normal(len(households))
    jobs = _jobs(rng, people, wealth, today)
    return jobs, _economy(rng, places, households, people, jobs, wealth)


def _jobs(rng: Random, people: People, wealth: Floats, today: int) -> Jobs:
    age = (today - people.birth) / DAYS_PER_YEAR
    count = len(age)
    own = wealth[np.maximum(people.household, 0)]
    young = np.clip((58.0 - age) / 25.0, 0.1, 1.0)
    kind = pick_rows(
        rng, np.column_stack([0.34 + 0 * age, 0.62 * young, 0.3 + 0 * age, 0.03 * young])
    )
    works = (age >= WORKING_AGE[0]) & (age < WORKING_AGE[1]) & (people.kind == MEMBER)
    kind = np.where(works, kind, IDLE)
    schooled = (age >= SCHOOL_AGE) & (age < WORKING_AGE[0])
    student = (age >= WORKING_AGE[0]) & (age < GRADUATION_AGE) & chance(rng, 0.6, count)
    studies = schooled | student
    kind = np.where(studies & (people.kind == MEMBER), STUDENT, kind)
    wage = np.array(WAGE_MEDIAN)[kind] * np.exp(0.4 * rng.standard_normal(count) + 0.22 * own)
    return Jobs(age, kind, wage, chance(rng, 0.17, count))


def _economy(
    rng: Random, places: Places, households: Households, people: People, jobs: Jobs, wealth: Floats
) -> Economy:
    count = len(households)
    honesty = rng.standard_normal(count)
    crop, scale = _farming(rng, places, households, wealth)
    skill = np.exp(0.18 * rng.standard_normal(count) + 0.08 * wealth)
    farm_income = _farm_income(crop, scale, skill)
    business = chance(rng, BUSINESS_SHARE * np.exp(0.4 * wealth), count)
    turnover = np.where(business, skewed(rng, 220_000.0, 0.8, count), 0.0)
    house, licensed, flat = _houses(rng, households, wealth)
    income = farm_income + 0.2 * turnover + _household_sums(people, jobs, count)
    deposits = skewed(rng, 0.45, 0.9, count) * np.maximum(income, 4_000.0)
    private_debt = np.where(chance(rng, 0.16, count), skewed(rng, 35_000.0, 0.8, count), 0.0)
    assets = house * 900.0 + flat * 8_000.0 + deposits + 0.6 * turnover
    burden = np.log1p(private_debt / np.maximum(income, 3_000.0))
    risk = DEFAULT_INTERCEPT - 0.6 * wealth - 0.9 * honesty + 0.5 * burden
    probability = 1.0 / (1.0 + np.exp(-risk - 0.25 * rng.standard_normal(count)))
    return Economy(
        wealth, honesty, crop, scale, skill, house, licensed, flat, business, turnover, deposits,
        private_debt, income, farm_income, assets, probability, chance(rng, probability, count),
    )  # fmt: skip


def _farming(
    rng: Random, places: Places, households: Households, wealth: Floats
) -> tuple[Ints, Ints]:
    count = len(households)
    terrain, street = places.terrain[households.home], places.street[households.home]
    first = _main_crop(rng, places, households)
    second = pick_rows(
        rng, crops.TERRAIN[terrain] * (np.arange(len(crops.CROPS)) <= crops.BAYBERRY)
    )
    share = FARM_SHARE[terrain] * np.where(street == 1, STREET_FARM_SHARE, 1.0)
    farms = chance(rng, share, count)
    crop = np.column_stack([first, second])
    crop[~farms] = crops.NONE
    alone = ~chance(rng, SECOND_CROP_SHARE, count) | (crop[:, 0] == crop[:, 1])
    crop[alone | (terrain == 3), 1] = crops.NONE
    small = np.where(np.isin(households.kind, (f.ELDERS, f.ELDER_ALONE)), 0.5, 1.0)
    large = np.where(chance(rng, LARGE_FARM_SHARE, count), LARGE_FARM_FACTOR, 1.0)
    factor = (small * large * np.exp(0.15 * wealth))[:, None]
    scale = crops.MEDIAN_SCALE[crop] * factor * np.exp(0.55 * rng.standard_normal((count, 2)))
    grown = np.isin(crop, crops.GROWN)
    parts = np.where(grown, np.rint(scale * 100), np.maximum(np.rint(scale), 1.0) * 100)
    return crop, np.where(crop == crops.NONE, 0, np.maximum(parts, 20)).astype(np.int64)


def _main_crop(rng: Random, places: Places, households: Households) -> Ints:
    town = places.codes[households.home] // 1000
    chosen = pick_rows(rng, crops.TERRAIN[places.terrain[households.home]])
    favoured = chance(rng, crops.FAVOURITE_SHARE, len(households))
    for code, crop in crops.TOWN_FAVOURITES.items():
        chosen[favoured & (town == code)] = crop
    return chosen


def _farm_income(crop: Ints, scale: Ints, skill: Floats) -> Floats:
    per_unit = crops.KILOGRAMS[crop] * crops.PRICE[crop] * skill[:, None] - crops.INPUT_COST[crop]
    return np.asarray((scale / 100.0 * per_unit).sum(axis=1))


def _houses(rng: Random, households: Households, wealth: Floats) -> tuple[Floats, Flags, Floats]:
    count = len(households)
    owns = chance(rng, HOUSE_SHARE, count)
    house = np.where(owns, np.rint(skewed(rng, 145.0, 0.35, count) * np.exp(0.1 * wealth)), 0.0)
    flat_share = FLAT_SHARE * np.exp(0.6 * wealth)
    flat = np.where(chance(rng, flat_share, count), np.rint(skewed(rng, 98.0, 0.2, count)), 0.0)
    return house, chance(rng, LICENSED_SHARE, count), flat


def _household_sums(people: People, jobs: Jobs, count: int) -> Floats:
    """Return wages and pensions of each household, yuan a year."""
    member = people.kind == MEMBER
    retired = member & (jobs.age >= PENSION_AGE)
    pension = np.where(retired, np.where(jobs.employee_pension, EMPLOYEE_PENSION, PENSION), 0.0)
    sums = np.bincount(
        people.household[member], weights=(jobs.wage + pension)[member], minlength=count
    )
    return np.asarray(sums, dtype=np.float64)
