"""贷款机构: each lender's own loans, month by month, and its monthly return by town."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from xinnong.analytics.county import families as f
from xinnong.analytics.county.classes.land import thousands
from xinnong.analytics.county.randomness import (
    Flags,
    Floats,
    Ints,
    Random,
    chance,
    pick,
    skewed,
    stream,
)
from xinnong.analytics.county.tables import Table, date, hundredths, label, money, sql, whole, words
from xinnong.analytics.county.tables import table as plain_table
from xinnong.analytics.county.world import World

BANK, BRANCH, SMALL_LOANS, FUND = "BANK-01", "BANK-02", "SLC-01", "FUND-01"
RETURNING: Final = (BANK, BRANCH, "BANK-03", "BANK-04", SMALL_LOANS, FUND)
MONTHS: Final = 24
MONTH_DAYS: Final = 30.4375
TICKET_SPREAD: Final = 0.5
EARLIER_LOAN: Final = 0.22
BULLET: Final = 0.7
LATE_ONCE: Final = 0.13
OLDEST_BORROWER: Final = 68.0
PURPOSES: Final = ("种植", "养殖", "农资采购", "农机购置", "农产品收购", "经营周转")


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the founding page tells it: share of households that draw, mean ticket."""

    name: str
    lender: str
    share: float
    mean_yuan: float
    rate: int  # millionths of a percent a year


PRODUCTS: Final = (
    Product("普惠贷", BANK, 13_500 / 260_000, 133_000, 4_350_000),
    Product("农民资产授托代管贷款", BANK, 20_500 / 260_000, 152_000, 4_450_000),
    Product("农户综合信息平台贷款", BANK, 6_836 / 260_000, 120_000, 4_250_000),
    Product("无忧贷款", BANK, 1_100 / 260_000, 142_000, 4_200_000),
    Product("农户经营贷款", BANK, 0.045, 330_000, 4_600_000),
    Product("农户信用贷款", BRANCH, 2_900 / 260_000, 109_000, 4_100_000),
    Product("农户抵押经营贷款", BRANCH, 0.012, 410_000, 3_800_000),
    Product("小额贷款", SMALL_LOANS, 0.004, 78_000, 9_600_000),
    Product("互助金", FUND, 570 / 260_000, 169_000, 5_400_000),
)


@dataclass(frozen=True, slots=True)
class Loans:
    """Loan contracts of one part, current ones and repaid ones."""

    house: Ints
    product: Ints
    principal: Ints  # fen
    since: Ints
    due: Ints
    closed: Ints  # day of full repayment, or after today
    bullet: Flags
    bad_from: Ints  # day the arrears begin, or after today
    late_days: Ints  # once late in good loans


@lru_cache(maxsize=2)
def loans(world: World) -> Loans:
    """Return the contracts of all lenders in this part."""
    rng = world.random("loans")
    count = len(world.households)
    able = (world.jobs.age[world.head] < OLDEST_BORROWER) & (world.households.kind != f.ELDER_ALONE)
    able[list(world.cast.values())] = False
    share = np.array([product.share for product in PRODUCTS])
    lift = count / max(1, int(able.sum()))
    product = pick(rng, [*share * lift, max(0.0, 1 - share.sum() * lift)], count)
    house = np.flatnonzero(able & (product < len(PRODUCTS)))
    earlier = house[chance(rng, EARLIER_LOAN, len(house))]
    others = np.flatnonzero(able & (product == len(PRODUCTS)) & chance(rng, 0.05, count))
    old = np.r_[earlier, others]
    return _contracts(world, rng, np.r_[house, old], np.r_[product[house], product[earlier],
                      pick(rng, share, len(others))], len(house))  # fmt: skip


def _contracts(world: World, rng: Random, house: Ints, product: Ints, current: int) -> Loans:
    count = len(house)
    is_current = np.arange(count) < current
    mean = np.array([item.mean_yuan for item in PRODUCTS])[product]
    ticket = skewed(rng, mean * np.exp(-(TICKET_SPREAD**2) / 2), TICKET_SPREAD, count)
    term = np.array((12, 12, 24, 36))[rng.integers(0, 4, count)]
    begun = np.where(is_current, rng.uniform(0.05, 0.95, count) * term,
                     term + rng.uniform(1, 30, count))  # fmt: skip
    since = world.today - np.rint(begun * MONTH_DAYS).astype(np.int64)
    due = since + np.rint(term * MONTH_DAYS).astype(np.int64)
    bad = is_current & world.economy.defaults[house]
    bad_from = np.where(bad, world.today - rng.integers(20, 420, count), world.today + 1)
    return Loans(
        house, product, np.minimum(thousands(ticket), 300_000_000), since, due,
        np.where(is_current, world.today + 1, np.minimum(due, world.today - 5)),
        chance(rng, BULLET, count), np.maximum(bad_from, since + 25),
        np.where(chance(rng, LATE_ONCE, count), rng.integers(1, 60, count), 0),
    )  # fmt: skip


def month_ends(today: int) -> Ints:
    """Return the last days of the 24 months up to today, today's month cut at today."""
    month = np.datetime64(today, "D").astype("datetime64[M]")
    ends = (month - np.arange(MONTHS)[::-1] + 1).astype("datetime64[D]").astype(np.int64) - 1
    return np.asarray(np.minimum(ends, today), dtype=np.int64)


def loan_history(world: World, lender: str) -> Table:
    """One lender's contracts at each month end."""
    rng = world.random("loan_history", lender)
    all_loans = loans(world)
    mine = np.isin(
        all_loans.product, [i for i, item in enumerate(PRODUCTS) if item.lender == lender]
    )
    ends = month_ends(world.today)
    loan, month = np.nonzero(
        mine[:, None]
        & (all_loans.since[:, None] <= ends[None, :])
        & (all_loans.closed[:, None] + 31 > ends[None, :])
    )
    day = ends[month]
    house = all_loans.house[loan]
    who = world.head[house]
    purpose = all_loans.product * 7 + all_loans.house
    return world.table(
        "loan_history",
        {
            "institution": words(np.full(len(loan), lender, dtype=object)),
            "contract_no": sql(
                "'HT' || lpad(CAST({p} AS VARCHAR), 2, '0') || lpad(CAST({n} AS VARCHAR), 7, '0')",
                p=np.full(len(loan), world.part.number), n=loan + 1,
            ),
            "rid": world.rid(who),
            "product": label([item.name for item in PRODUCTS], all_loans.product[loan]),
            "principal": money(all_loans.principal[loan]),
            "rate": sql("printf('%.4f', {r} / 1000000.0)", r=_rates(rng, all_loans)[loan]),
            "from_on": date(all_loans.since[loan]),
            "due_on": date(all_loans.due[loan]),
            "balance": money(_balance(all_loans, loan, day)),
            "days_past_due_max": whole(_arrears(all_loans, loan, day)),
            "purpose": label(PURPOSES, purpose[loan] % len(PURPOSES)),
            "as_of": date(day),
        },
        who,
    )  # fmt: skip


def _rates(rng: Random, all_loans: Loans) -> Ints:
    base = np.array([item.rate for item in PRODUCTS])[all_loans.product]
    return base + rng.integers(-6, 7, len(base)) * 25_000


def _balance(all_loans: Loans, loan: Ints, day: Ints) -> Ints:
    principal, since, due = all_loans.principal[loan], all_loans.since[loan], all_loans.due[loan]
    left = np.clip((due - np.minimum(day, all_loans.bad_from[loan])) / (due - since), 0.0, 1.0)
    paid_down = np.rint(principal * left / 100).astype(np.int64) * 100
    open_balance = np.where(all_loans.bullet[loan], principal, paid_down)
    return np.where(day >= all_loans.closed[loan], 0, open_balance)


def _arrears(all_loans: Loans, loan: Ints, day: Ints) -> Ints:
    bad = np.maximum(day - all_loans.bad_from[loan], 0)
    middle = (all_loans.since[loan] + np.minimum(all_loans.due[loan], all_loans.closed[loan])) // 2
    late = np.where(day > middle, all_loans.late_days[loan], 0)
    return np.asarray(np.maximum(bad, late), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A county figure of the founding page at 260,000 households, and the growth behind it."""

    name: str
    value: float  # for the whole county at the last month
    households: int
    start: float  # share of the value 24 months earlier
    lenders: tuple[float, ...]  # split over RETURNING


INDICATORS: Final = (
    Indicator("涉农贷款余额（万元）", 12_970_000, 0, 0.78, (0.34, 0.2, 0.13, 0.3, 0.02, 0.01)),
    Indicator("普惠型农户经营贷款余额（万元）", 2_500_000, 81_000, 0.66,
              (0.52, 0.19, 0.12, 0.15, 0.015, 0.005)),
    Indicator("农民资产授托代管贷款余额（万元）", 312_200, 20_500, 0.313, (1, 0, 0, 0, 0, 0)),
    Indicator("普惠贷签约额（万元）", 399_000, 30_000, 0.1, (1, 0, 0, 0, 0, 0)),
    Indicator("普惠贷用信余额（万元）", 180_000, 13_500, 0.08, (1, 0, 0, 0, 0, 0)),
    Indicator("农户综合信息平台用信余额（万元）", 82_000, 6_836, 0.05, (1, 0, 0, 0, 0, 0)),
    Indicator("无忧贷款授信额（万元）", 15_600, 1_100, 0.02, (1, 0, 0, 0, 0, 0)),
    Indicator("农户信用贷款余额（万元）", 31_500, 2_900, 0.45, (0, 1, 0, 0, 0, 0)),
    Indicator("资金互助累计投放（万元）", 9_626, 570, 0.3, (0, 0, 0, 0, 0, 1)),
    Indicator("首贷户贷款余额（万元）", 96_000, 9_800, 0.3, (0.7, 0.16, 0.08, 0.05, 0.01, 0)),
    Indicator("小额贷款保证保险规模（万元）", 41_800, 3_400, 0.5, (0.7, 0.2, 0.05, 0.05, 0, 0)),
)  # fmt: skip
REFERENCE_HOUSEHOLDS: Final = 260_000
RATE_NAME: Final = "加权平均利率（%）"
START_RATES: Final = (5.6, 5.1, 5.4, 5.5, 10.2, 6.4)
LAST_RATES: Final = (4.5, 4.1, 4.4, 4.6, 9.4, 5.4)


def bank_return(world: World) -> Table:
    """Every lender's figures by month and town; the last part of the county writes them."""
    towns = np.unique(world.places.codes // 1000)
    ends = month_ends(world.today)
    last = world.part.number == world.part.count - 1
    if not last:
        ends = ends[:0]
    shape = (len(ends), len(towns), len(RETURNING), len(INDICATORS) + 1)
    month, town, lender, indicator = (axis.ravel() for axis in np.indices(shape))
    value, households = _returned(world, towns, month, town, lender, indicator)
    names = [*(item.name for item in INDICATORS), RATE_NAME]
    kept = np.flatnonzero(value > 0)
    months = np.datetime_as_string(ends.astype("datetime64[D]").astype("datetime64[M]"))
    return plain_table(
        "bank_return",
        {
            "institution": label(RETURNING, lender[kept]),
            "month": words(months.astype(object)[month[kept]]),
            "town": whole(towns[town[kept]]),
            "indicator": label(names, indicator[kept]),
            "value": hundredths(value[kept]),
            "households": whole(households[kept], keep=(indicator < len(INDICATORS))[kept]),
        },
    )


def _returned(
    world: World, towns: Ints, month: Ints, town: Ints, lender: Ints, indicator: Ints
) -> tuple[Ints, Ints]:
    """Return value in hundredths and households of each cell."""
    rng = stream(world.seed, "bank_return")
    size = int(world.places.households.sum()) / REFERENCE_HOUSEHOLDS
    where = np.searchsorted(towns, world.places.codes // 1000)
    weight = np.bincount(where, weights=world.places.households, minlength=len(towns))
    weight = weight * np.exp(0.15 * rng.standard_normal(len(towns)))
    weight = weight / weight.sum()
    split = np.array([[*item.lenders] for item in INDICATORS] + [[1.0] * len(RETURNING)])
    totals = np.array([item.value for item in INDICATORS] + [0.0])
    people = np.array([float(item.households) for item in INDICATORS] + [0.0])
    start = np.array([item.start for item in INDICATORS] + [1.0])
    path = start[indicator] ** (1 - month / max(MONTHS - 1, 1))
    part = split[indicator, lender] * weight[town] * path * size
    rate = _rate_path(month, lender)
    value = np.where(indicator < len(INDICATORS), totals[indicator] * part, rate)
    return np.rint(value * 100).astype(np.int64), np.rint(people[indicator] * part).astype(np.int64)


def _rate_path(month: Ints, lender: Ints) -> Floats:
    first, last = np.array(START_RATES)[lender], np.array(LAST_RATES)[lender]
    return np.asarray(first + (last - first) * month / max(MONTHS - 1, 1))
