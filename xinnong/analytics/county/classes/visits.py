"""What visits to the villages bring: household forms, consents, reviews, honours."""

from __future__ import annotations

from typing import Final

import numpy as np

from xinnong.analytics.county import crops
from xinnong.analytics.county import economy as e
from xinnong.analytics.county.classes.police import RELATIONS, relations
from xinnong.analytics.county.numbers import phones
from xinnong.analytics.county.personas import BY_ROLE
from xinnong.analytics.county.randomness import (
    Flags,
    Floats,
    Ints,
    chance,
    pick,
    rank_within,
    skewed,
)
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
    whole,
    words,
)
from xinnong.analytics.county.tables import table as plain_table
from xinnong.analytics.county.world import World

FORM_SHARE: Final = 0.6
RID_ON_FORM: Final = 0.95
OCCUPATIONS: Final = ("务农", "务工", "经商", "学生", "退休", "其他")
ASSETS: Final = ("房产", "家电", "家具", "交通工具", "农机具", "存款", "股金", "应收款", "其他")
DEBTS: Final = ("贷款", "民间借贷", "对外担保", "其他")
ITEMS: Final = ("种植", "养殖", "商业", "劳务", "生活", "人情", "学费", "医疗支出")
CREDITORS: Final = ("亲戚", "朋友", "穗浦农村商业银行", "邻居", "合作社")
SCOPES: Final = "real_estate;land;income;deposits;insurance;securities;tax;production"
PARTIAL_SCOPES: Final = (
    SCOPES, "real_estate;land;income;production", "land;production", "land;income;production;tax",
    "real_estate;land;income;deposits;insurance;production",
)  # fmt: skip
SCOPE_WEIGHTS: Final = (0.9, 0.03, 0.02, 0.02, 0.03)
RECIPIENTS: Final = ("GOV-339981", "BANK-01", "BANK-02", "SLC-01", "FUND-01")
RECIPIENT_SHARES: Final = (1.0, 0.78, 0.15, 0.04, 0.03)
NOTICES: Final = ("GOV-2024-2", "BANK01-2025-1", "BANK02-2025-1", "SLC01-2024-1", "FUND01-2024-1")
CHANNELS: Final = ("纸质", "面签", "线上")
WHOLE_HOUSEHOLD: Final = 0.62
PART_OF_HOUSEHOLD: Final = 0.13
WITHDRAWN: Final = 0.02
EXPIRED: Final = 0.025
REVIEWED: Final = 0.72
REASONS: Final = ("DEBT", "ARREARS", "ABSENT", "AGE")
TITLES: Final = ("文明家庭", "信用户", "最美庭院", "科技示范户", "优秀志愿者")
HONOUR_LEVELS: Final = ("村级", "镇级", "县级", "市级")


def _visited(world: World) -> Ints:
    known = chance(world.random("visited"), FORM_SHARE, len(world.households))
    known[list(world.cast.values())] = True
    return np.flatnonzero(known)


def _form(world: World, house: Ints) -> Column:
    return sql("'CJ' || lpad(CAST({n} AS VARCHAR), 8, '0')", n=world.household_number(house))


def _spared(world: World, house: Ints) -> Flags:
    return np.isin(house, list(world.cast.values()))


def form_member(world: World) -> Table:
    """Members as they were met; some without an id, by name and birth."""
    rng = world.random("form_member")
    people = world.people
    visited = np.zeros(len(world.households), np.bool_)
    visited[_visited(world)] = True
    who = np.flatnonzero(world.alive & visited[np.maximum(people.household, 0)])
    relation = np.where(
        people.native[who], relations(world, np.where(people.native[who], who, 0)), 8
    )
    age = world.jobs.age[who]
    grown = age >= e.WORKING_AGE[0]
    job = np.select(
        [age >= 66, world.jobs.kind[who] == e.STUDENT, world.jobs.kind[who] == e.IN_A_FIRM,
         world.jobs.kind[who] == e.FLEXIBLE], [4, 3, 1, 2], 0)  # fmt: skip
    has_rid = chance(rng, RID_ON_FORM, len(who)) | world.spared[who]
    return world.table(
        "field_form.member",
        {
            "form_no": _form(world, people.household[who]),
            "seq": whole(rank_within(people.household[who]) + 1),
            "rid": world.rid(who, keep=has_rid),
            "name": world.name(who),
            "birth": date(people.birth[who]),
            "relation": label(RELATIONS, relation),
            "occupation": label(OCCUPATIONS, np.where(grown, job, np.where(age >= 6, 3, -1))),
            "phone": whole(phones(people.number[who]), keep=grown & chance(rng, 0.9, len(who))),
        },
        who,
    )


def form_asset(world: World) -> Table:
    """Assets as told, in 万元."""
    rng = world.random("form_asset")
    house = _visited(world)
    state = world.economy
    told = np.exp(0.15 * rng.standard_normal(len(house)))
    tells = chance(rng, 0.8, len(house)) | _spared(world, house)
    deposits = np.where(tells, state.deposits[house] * told, 0.0)
    columns = (
        (state.house_m2[house] * 900 + state.flat_m2[house] * 7_500) * told,
        skewed(rng, 14_000.0, 0.4, len(house)),
        skewed(rng, 9_000.0, 0.5, len(house)),
        np.where(chance(rng, 0.35, len(house)), skewed(rng, 52_000.0, 0.6, len(house)), 0.0),
        np.where(chance(rng, 0.12, len(house)), skewed(rng, 12_000.0, 0.7, len(house)), 0.0),
        deposits,
        np.where(chance(rng, 0.3, len(house)), skewed(rng, 3_000.0, 0.5, len(house)), 0.0),
        np.where(chance(rng, 0.08, len(house)), skewed(rng, 18_000.0, 0.8, len(house)), 0.0),
    )
    row, kind = np.nonzero(np.column_stack(columns) >= 100.0)
    worth = np.column_stack(columns)[row, kind]
    return plain_table(
        "field_form.asset",
        {
            "form_no": _form(world, house[row]),
            "seq": whole(rank_within(row) + 1),
            "kind": label(ASSETS, kind),
            "quantity": hundredths(np.full(len(row), 100)),
            "value": money(_hundreds(worth)),
        },
        spared=_spared(world, house[row]),
    )


def form_debt(world: World) -> Table:
    """Debts as told, in 万元."""
    rng = world.random("form_debt")
    house = _visited(world)
    known = _spared(world, house)
    private = world.economy.private_debt[house] * (chance(rng, 0.8, len(house)) | known)
    bank = np.where(chance(rng, 0.12, len(house)), skewed(rng, 110_000.0, 0.6, len(house)), 0.0)
    guarantee = np.where(chance(rng, 0.05, len(house)), skewed(rng, 80_000.0, 0.5, len(house)), 0.0)
    amounts = np.column_stack([bank * ~known, private, guarantee * ~known])
    row, kind = np.nonzero(amounts >= 1_000.0)
    creditor = np.where(kind == 0, 2, rng.integers(0, len(CREDITORS), len(row)))
    return plain_table(
        "field_form.debt",
        {
            "form_no": _form(world, house[row]),
            "seq": whole(rank_within(row) + 1),
            "creditor": label(CREDITORS, creditor),
            "kind": label(DEBTS, kind),
            "amount": money(_hundreds(amounts[row, kind])),
        },
        spared=_spared(world, house[row]),
    )


def form_income(world: World) -> Table:
    """Income and expenses of last year and this year, in 万元."""
    rng = world.random("form_income")
    house = _visited(world)
    state = world.economy
    grown = np.isin(state.crop[house, 0], crops.GROWN)
    farm = np.maximum(state.farm_income[house], 0.0)
    size = np.bincount(world.people.household[world.alive], minlength=len(world.households))[house]
    wages = np.bincount(
        world.people.household[world.alive], weights=world.jobs.wage[world.alive],
        minlength=len(world.households),
    )[house]  # fmt: skip
    columns = np.column_stack([
        farm * grown, farm * ~grown, 0.2 * state.turnover[house], wages,
        size * skewed(rng, 9_500.0, 0.3, len(house)), skewed(rng, 4_500.0, 0.5, len(house)),
        size * 1_500.0 * chance(rng, 0.4, len(house)), skewed(rng, 2_600.0, 0.8, len(house)),
    ])  # fmt: skip
    row, kind = np.nonzero(columns >= 100.0)
    last = columns[row, kind] * np.exp(0.1 * rng.standard_normal(len(row)))
    return plain_table(
        "field_form.income_expense",
        {
            "form_no": _form(world, house[row]),
            "seq": whole(rank_within(row) + 1),
            "kind": label(ITEMS, kind),
            "last_year": money(_hundreds(last)),
            "this_year": money(_hundreds(last * 1.04)),
        },
        spared=_spared(world, house[row]),
    )


def consent(world: World) -> Table:
    """Written consents, one per adult and recipient."""
    rng = world.random("consent")
    count = len(world.households)
    plan = pick(
        rng, (WHOLE_HOUSEHOLD, PART_OF_HOUSEHOLD, 1 - WHOLE_HOUSEHOLD - PART_OF_HOUSEHOLD), count
    )
    gives = np.column_stack([chance(rng, share, count) for share in RECIPIENT_SHARES])
    known = list(world.cast.values())
    plan[known], gives[known, :2] = 0, True
    adults = np.flatnonzero(world.adult)
    house = world.people.household[adults]
    signs = (plan[house] == 0) | ((plan[house] == 1) & chance(rng, 0.5, len(adults)))
    row, recipient = np.nonzero(gives[house] & signs[:, None])
    who = adults[row]
    rows = len(who)
    signed = world.days_ago(rng, 0.05, 2.4, rows)
    spared = world.spared[who]
    gone = chance(rng, WITHDRAWN, rows) & ~spared
    until = signed + np.where(chance(rng, EXPIRED, rows) & ~spared, 365, 365 * 5)
    scopes = np.where(spared, 0, pick(rng, SCOPE_WEIGHTS, rows))
    return world.table(
        "consent",
        {
            "rid": world.rid(who),
            "notice_version": label(NOTICES, recipient),
            "scopes": label(PARTIAL_SCOPES, scopes),
            "recipient": label(RECIPIENTS, recipient),
            "signed_on": date(signed),
            "until_on": date(until),
            "withdrawn_on": date(np.minimum(signed + 100, world.today - 1), keep=gone),
            "channel": label(CHANNELS, pick(rng, (0.35, 0.4, 0.25), rows)),
            "scan_ref": sql("'SQ' || lpad(CAST({n} AS VARCHAR), 9, '0') || '-' || {r}",
                            n=world.people.number[who], r=recipient + 1),
        },
        who,
    )  # fmt: skip


def review_result(world: World) -> Table:
    """Back-to-back reviews: five to seven villagers judge each household alone."""
    rng = world.random("review_result")
    reviewed = chance(rng, REVIEWED, len(world.households))
    reviewed[list(world.cast.values())] = True
    house = np.flatnonzero(reviewed)
    panel = 5 + world.households.home[house] % 3
    row = np.repeat(np.arange(len(house)), panel)
    reviewer = rank_within(row)
    house = house[row]
    who = world.signer[house]
    honest = _grade(world.economy.honesty[house] + 0.5 * rng.standard_normal(len(house)))
    able = _grade(world.economy.wealth[house] + 0.6 * rng.standard_normal(len(house)))
    for role, known in world.cast.items():
        honest[house == known], able[house == known] = BY_ROLE[role].marks
    knows = chance(rng, 0.93, len(house)) | world.spared[who]
    against = (honest >= 3) & chance(rng, 0.5, len(house))
    reason = np.where(against & knows, rng.integers(0, len(REASONS), len(house)), -1)
    return world.table(
        "review_result",
        {
            "round": whole(np.ones(len(house), np.int64)),
            "rid": world.rid(who),
            "reviewer_ref": sql(
                "'PY' || {v} || '-' || {k}",
                v=world.places.codes[world.households.home[house]], k=reviewer + 1,
            ),
            "knows": flag(knows),
            "honesty": whole(honest, keep=knows),
            "business": whole(able, keep=knows),
            "suggest": flag(~against, keep=knows),
            "reason": label(REASONS, reason),
            "institution": words(np.full(len(house), "BANK-01", dtype=object)),
        },
        who,
    )  # fmt: skip


def _grade(latent: Floats) -> Ints:
    """Turn a latent quality into a mark: 1 very good to 4 poor."""
    return 4 - np.digitize(latent, (-1.6, -0.7, 0.3))


def honour(world: World) -> Table:
    """Honours of the villages and towns."""
    rng = world.random("honour")
    share = 0.022 * np.exp(0.7 * world.economy.honesty)
    holds = chance(rng, np.minimum(share, 0.6), len(world.households))
    who = world.head[np.flatnonzero(holds)]
    on = world.days_ago(rng, 0.1, 6.0, len(who))
    village = world.households.home[world.people.household[who]]
    return world.table(
        "honour",
        {
            "rid": world.rid(who),
            "title": label(TITLES, pick(rng, (0.35, 0.3, 0.2, 0.1, 0.05), len(who))),
            "level": label(HONOUR_LEVELS, pick(rng, (0.4, 0.3, 0.24, 0.06), len(who))),
            "granted_by": sql("{v} || '评议委员会'", v=world.place_names[village]),
            "on": date(on),
            "until_on": date(np.where(chance(rng, 0.5, len(who)), on + 365 * 3, NOTHING)),
        },
        who,
    )


def _hundreds(yuan: Floats) -> Ints:
    """Round to whole hundreds of yuan, in fen."""
    return np.rint(yuan / 100.0).astype(np.int64) * 10_000
