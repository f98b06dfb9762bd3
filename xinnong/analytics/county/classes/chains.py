"""产业链: what households grow and keep, and what they deliver to registered buyers."""

from __future__ import annotations

from typing import Final

import numpy as np

from xinnong.analytics.county import crops
from xinnong.analytics.county.personas import GROWER
from xinnong.analytics.county.randomness import Floats, Ints, chance, stream
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
from xinnong.analytics.county.world import World

RECORDED_SHARE: Final = 0.9
SELLS_THROUGH_BUYERS: Final = 0.78
PAID_LATE: Final = 0.06
UNPAID: Final = 0.02
SALE_UNITS: Final = ("公斤", "斤", "吨")
JULY: Final = 7
LONGEST_WAIT: Final = 300  # days from the last record of a season to the data date
RICE_MILLS: Final = (0, 1)
CAULIFLOWER_CHAIN: Final = 2
MIXED_CHAIN: Final = 3
"""Places among the four buyers, the chains of the founding page."""
HALVES: Final = ("上半年", "下半年")


def _lines(world: World) -> tuple[Ints, Ints, Ints]:
    """Return household, crop and scale (hundredths) of every line of farming."""
    house, place = np.nonzero(world.economy.crop != crops.NONE)
    return house, world.economy.crop[house, place], world.economy.scale[house, place]


def production(world: World, year: int) -> Table:
    """Records of one year: crops once in their season, animals every half-year."""
    rng = world.random("production", year)
    house, crop, scale = _lines(world)
    known = chance(world.random("recorded"), RECORDED_SHARE, len(world.households))
    known[list(world.cast.values())] = True
    line, half = np.nonzero(np.column_stack([np.ones_like(crop), ~np.isin(crop, crops.GROWN)]))
    house, crop, scale = house[line], crop[line], scale[line]
    jitter = world.people.number[world.head[house]] % 25
    day = _record_day(world, year, _recorded(crop, half), jitter)
    kept = np.flatnonzero(known[house] & (day < world.today))
    house, crop, scale, half, day = (values[kept] for values in (house, crop, scale, half, day))
    who = world.signer[house]
    noise = np.where(world.spared[who], 0.0, 0.05 * rng.standard_normal(len(house)))
    grown = scale / 100.0 * np.exp(noise)
    plants = np.isin(crop, crops.GROWN)
    shown = np.where(plants, np.rint(grown * 100), np.maximum(np.rint(grown), 1) * 100)
    part = np.where(plants, 1.0, 0.5)
    output = grown * crops.KILOGRAMS[crop] * crops.PRICE[crop] * world.economy.skill[house] * part
    return world.table(
        "production",
        {
            "rid": world.rid(who),
            "season": label([f"{year}年{name}" for name in HALVES],
                            (_recorded(crop, half) >= JULY).astype(np.int64)),
            "crop": label(crops.NAMES, crop),
            "scale": hundredths(shown.astype(np.int64)),
            "unit": label(crops.UNITS, crop),
            "input_cost": money(_fen(grown * crops.INPUT_COST[crop] * part)),
            "expected_output": money(_fen(output)),
            "recorded_on": date(day),
        },
        who,
    )  # fmt: skip


def _recorded(crop: Ints, half: Ints) -> Ints:
    """Return the month of a record: animals are counted again half a year later."""
    return np.asarray(crops.RECORDED[crop] + 6 * half, dtype=np.int64)


def _record_day(world: World, year: int, month: Ints, jitter: Ints) -> Ints:
    """Return the day of a record: the same every year, and the last one never long ago.

    A record due soon after the data date was made up to two months later the year before, so
    that the twelve months before any near date hold exactly one record of each season.
    """
    this_year = int(np.datetime64(world.today, "D").astype("datetime64[Y]").astype(int)) + 1970
    latest = _first_of_month(this_year, month) + jitter
    latest = np.where(latest < world.today, latest, _first_of_month(this_year - 1, month) + jitter)
    late = np.maximum(world.today - latest - LONGEST_WAIT, 0)
    return np.asarray(_first_of_month(year, month) + jitter + late, dtype=np.int64)


def _first_of_month(year: int, month: Ints) -> Ints:
    """Return the first day of a month of a year, as days since 1970."""
    months = np.asarray((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def sale(world: World, year: int) -> Table:
    """Deliveries of one year: most around the harvest, paid within weeks."""
    rng = world.random("sale", year)
    house, crop, scale = _lines(world)
    sells = chance(world.random("sellers"), SELLS_THROUGH_BUYERS, len(world.households))
    for role, known in world.cast.items():
        sells[known] = role != GROWER  # the grower has no bank flow at all
    kept = sells[house]
    house, crop, scale = house[kept], crop[kept], scale[kept]
    times = np.maximum(rng.poisson(crops.DELIVERIES[crop]), 1)
    line = np.repeat(np.arange(len(house)), times)
    year_output = scale / 100.0 * crops.KILOGRAMS[crop] * world.economy.skill[house]
    kilograms = year_output[line] / times[line] * np.exp(0.25 * rng.standard_normal(len(line)))
    house, crop = house[line], crop[line]
    number = np.arange(len(line)) + 1
    harvest = np.datetime64(f"{year}-01-15").astype(np.int64) + (crops.HARVEST[crop] - 1) * 30
    day = harvest + np.rint(22 * rng.standard_normal(len(line))).astype(np.int64)
    first = np.datetime64(f"{year}-01-01").astype(np.int64)
    day = first + (day - first) % 365
    past = np.flatnonzero((day < world.today - 2) & (kilograms > 1))
    return _sale_table(
        world, year, house[past], crop[past], kilograms[past], number[past], day[past]
    )


def _sale_table(
    world: World, year: int, house: Ints, crop: Ints, kilograms: Floats, number: Ints, day: Ints
) -> Table:
    rng = world.random("sale details", year)
    count = len(house)
    unit = np.where(chance(rng, 0.12, count), 1, np.where(kilograms > 20_000, 2, 0))
    shown = kilograms * np.array([1.0, 2.0, 0.001])[unit]
    price = crops.PRICE[crop] * np.exp(0.08 * rng.standard_normal(count)) * _year_price(world, year)
    wait = np.where(chance(rng, PAID_LATE, count), 75, 2 + rng.integers(0, 20, count))
    paid = np.where(chance(rng, UNPAID, count) | (day + wait > world.today), NOTHING, day + wait)
    who = world.signer[house]
    return world.table(
        "sale",
        {
            "buyer_uscc": words(world.buyers[_buyer(world, house, crop)]),
            "delivery_no": sql(
                f"'{year % 100}' || lpad(CAST({{p}} AS VARCHAR), 2, '0') || "
                "lpad(CAST({n} AS VARCHAR), 7, '0')",
                p=np.full(count, world.part.number), n=number,
            ),
            "rid": world.rid(who),
            "crop": label(crops.NAMES, crop),
            "quantity": hundredths(np.maximum(np.rint(shown * 100).astype(np.int64), 1)),
            "unit": label(SALE_UNITS, unit),
            "amount": money(_fen(kilograms * price)),
            "on": date(day),
            "paid_on": date(paid),
        },
        who,
    )  # fmt: skip


def _buyer(world: World, house: Ints, crop: Ints) -> Ints:
    """Return the chain that takes a crop: two rice mills by village, cauliflower, all the rest."""
    mill = world.households.home[house] % len(RICE_MILLS)
    other = np.where(crop == crops.CAULIFLOWER, CAULIFLOWER_CHAIN, MIXED_CHAIN)
    return np.asarray(np.where(crop == crops.RICE, np.array(RICE_MILLS)[mill], other))


def _year_price(world: World, year: int) -> float:
    """Return how the prices of a year compare with the average, for the whole county."""
    return float(np.exp(0.07 * stream(world.seed, "prices", year).standard_normal()))


def _fen(yuan: Floats) -> Ints:
    return np.maximum(np.rint(yuan).astype(np.int64), 1) * 100
