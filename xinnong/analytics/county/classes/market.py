"""市场监管, 税务, 法院: businesses, penalties, tax grades, court lists, cases."""

from __future__ import annotations

from typing import Final

import numpy as np

from xinnong.analytics.county.classes.land import thousands
from xinnong.analytics.county.randomness import Ints, Objects, chance, pick, skewed
from xinnong.analytics.county.tables import Table, date, label, money, sql, whole, words
from xinnong.analytics.county.tables import table as plain_table
from xinnong.analytics.county.world import FIRM, ONE_PERSON, World

KINDS: Final = ("个体工商户", "公司", "合作社")
STATES: Final = ("存续", "吊销", "注销")
TRADES: Final = (
    "农产品经营部",
    "小吃店",
    "百货店",
    "农资店",
    "五金店",
    "水产行",
    "运输服务部",
    "农家乐",
)
FIRST_BUSINESS: Final = 8_000
FIRM_SHARE: Final = 0.13
PENALTIES: Final = (
    "未按规定公示年报",
    "食品标签不合格",
    "超范围经营",
    "农药使用记录不全",
    "占道经营",
)
TAX_GRADES: Final = ("A", "B", "M", "C", "D")
CAUSES: Final = (
    "民间借贷纠纷",
    "金融借款合同纠纷",
    "买卖合同纠纷",
    "土地承包合同纠纷",
    "相邻关系纠纷",
)
ROLES: Final = ("原告", "被告", "第三人")


def _owners(world: World) -> tuple[Ints, Objects, Ints]:
    """Return households with a business, its credit code and its kind."""
    house = np.flatnonzero(world.economy.business)
    kind = chance(world.random("business kinds"), FIRM_SHARE, len(house)).astype(np.int64)
    single = world.organisations(FIRST_BUSINESS, len(house), ONE_PERSON)
    firms = world.organisations(FIRST_BUSINESS, len(house), FIRM)
    return house, np.where(kind == 1, firms, single), kind


def business(world: World) -> Table:
    """Registered businesses of farm households."""
    rng = world.random("business")
    house, codes, kind = _owners(world)
    owner = world.head[house]
    turnover = world.economy.turnover[house]
    return world.table(
        "business",
        {
            "uscc": words(codes),
            "name": sql(
                "'穗浦县' || chr({s}) || '记' || {n} || '号' || {t}",
                s=world.people.names.surname[owner], n=world.household_number(house),
                t=np.array(TRADES, dtype=object)[rng.integers(0, len(TRADES), len(house))],
            ),
            "kind": label(KINDS, kind),
            "rid": world.rid(owner),
            "capital": money(thousands(turnover * np.where(kind == 1, 1.5, 0.2))),
            "state": label(STATES, pick(rng, (0.93, 0.015, 0.055), len(house))),
            "opened_on": date(world.days_ago(rng, 0.2, 15.0, len(house))),
        },
        owner,
    )  # fmt: skip


def penalty(world: World) -> Table:
    """Penalties against businesses or persons."""
    rng = world.random("penalty")
    house, codes, _ = _owners(world)
    hit = np.flatnonzero(chance(rng, 0.06, len(house)))
    others = np.flatnonzero(chance(rng, 0.0008, len(world.households)))
    person = np.r_[world.head[house[hit]], world.head[others]]
    firm = np.r_[np.ones(len(hit), np.bool_), np.zeros(len(others), np.bool_)]
    codes = np.r_[codes[hit], np.full(len(others), None, dtype=object)]
    on = world.days_ago(rng, 0.05, 5.0, len(person))
    closed = chance(rng, 0.75, len(person))
    return world.table(
        "penalty",
        {
            "doc_no": sql(
                "'穗' || CASE WHEN {f} THEN '市监' ELSE '综执' END || '罚〔' || {y} || '〕' || {n} "
                "|| '号'",
                f=firm, y=1970 + on // 365, n=world.household_number(np.r_[house[hit], others]),
            ),
            "rid": world.rid(person, keep=~firm),
            "uscc": words(codes),
            "kind": label(PENALTIES, rng.integers(0, len(PENALTIES), len(person))),
            "amount": money(np.rint(skewed(rng, 9.0, 0.9, len(person))).astype(np.int64) * 10_000),
            "on": date(on),
            "closed_on": date(np.minimum(on + 60, world.today), keep=closed),
        },
        person,
    )  # fmt: skip


def tax(world: World, year: int) -> Table:
    """Yearly tax grades of businesses."""
    rng = world.random("tax", year)
    house, codes, _ = _owners(world)
    rated = np.flatnonzero(chance(rng, 0.8, len(house)))
    bad = world.economy.honesty[house[rated]] < -1.6
    grade = np.where(
        bad, 3 + chance(rng, 0.4, len(rated)), pick(rng, (0.22, 0.38, 0.4), len(rated))
    )
    owes = bad & chance(rng, 0.5, len(rated))
    return plain_table(
        "tax",
        {
            "uscc": words(codes[rated]),
            "year": whole(np.full(len(rated), year)),
            "grade": label(TAX_GRADES, grade),
            "arrears": money(np.rint(skewed(rng, 40.0, 1.0, len(rated))).astype(np.int64) * 10_000,
                             keep=owes),
        },
        spared=np.isin(house[rated], list(world.cast.values())),
    )  # fmt: skip


def _troubled(world: World, share_of_bad: float, share_of_others: float, purpose: str) -> Ints:
    bad = world.economy.defaults
    share = np.where(bad, share_of_bad, share_of_others * np.exp(-0.5 * world.economy.honesty))
    hit = chance(world.random(purpose), share, len(bad))
    hit[list(world.cast.values())] = False
    return np.flatnonzero(hit)


def dishonest(world: World) -> Table:
    """People on the court's list of dishonest debtors; most entries are later removed."""
    rng = world.random("dishonest")
    house = _troubled(world, 0.12, 0.0012, "dishonest debtors")
    who = world.head[house]
    listed = world.days_ago(rng, 0.1, 6.0, len(house))
    removed = chance(rng, 0.45, len(house))
    return world.table(
        "dishonest",
        {
            "case_no": sql("'（' || {y} || '）浙9981执' || {n} || '号'", y=1970 + listed // 365,
                           n=world.household_number(house)),
            "rid": world.rid(who),
            "amount": money(thousands(skewed(rng, 95_000.0, 0.9, len(house)))),
            "listed_on": date(listed),
            "removed_on": date(np.minimum(listed + 500, world.today - 1), keep=removed),
        },
        who,
    )  # fmt: skip


def litigation(world: World) -> Table:
    """Cases before the county court."""
    rng = world.random("litigation")
    house = _troubled(world, 0.3, 0.02, "litigants")
    who = world.head[house]
    bad = world.economy.defaults[house]
    role = np.where(bad, 1, pick(rng, (0.45, 0.47, 0.08), len(house)))
    filed = world.days_ago(rng, 0.05, 5.0, len(house))
    closed = chance(rng, np.where(bad, 0.35, 0.8), len(house))
    return world.table(
        "litigation",
        {
            "case_no": sql("'（' || {y} || '）浙9981民初' || {n} || '号'", y=1970 + filed // 365,
                           n=world.household_number(house)),
            "rid": world.rid(who),
            "role": label(ROLES, role),
            "cause": label(CAUSES, pick(rng, (0.4, 0.25, 0.2, 0.08, 0.07), len(house))),
            "amount": money(thousands(skewed(rng, 60_000.0, 0.9, len(house)))),
            "filed_on": date(filed),
            "closed_on": date(np.minimum(filed + 170, world.today), keep=closed),
        },
        who,
    )  # fmt: skip
