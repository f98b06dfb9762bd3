"""Households with random facts, for both the batch statements and the plain reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from tests.analytics.lakes import key, write_rows
from xinnong.analytics.contracts.declarations import CONSENT_SCOPES, Field, load_contracts
from xinnong.analytics.engine import Engine
from xinnong.analytics.features.batch import Plan, compute_features
from xinnong.analytics.features.consent import Recipients
from xinnong.analytics.features.declared import consent_scopes, features
from xinnong.analytics.features.household import HouseholdFacts, Member
from xinnong.analytics.features.windows import Windows, norms
from xinnong.analytics.linking.live import table_name
from xinnong.analytics.linking.rows import linked_classes

TODAY = date(2026, 11, 20)
SERVICE = "GOV-339981"
LENDERS = ("BANK-01", "SLC-01")
TOWN = "339981101"
TEXTS: Mapping[str, Sequence[str]] = {
    "unit_no": ("u1", "u2", "u3"), "permit_no": ("p1", "p2"), "crop": ("水稻", "甘蔗", "苦瓜"),
    "unit": ("亩", "头"), "use": ("城镇住宅", "商业"), "contract_no": ("c1", "c2", "c3"),
    "town": (TOWN, "339981001"), "area12": (TOWN + "201",), "area": (TOWN + "201",),
    "share": ("1/2",), "season": ("2026", "2025"),
}  # fmt: skip
MANY = {"review_result": 8, "production": 9}
"""Classes of which some figures need a good many rows."""
WITHOUT_PERSON = ("field_form.asset", "field_form.debt", "field_form.income_expense")


@dataclass(frozen=True, slots=True)
class Household:
    """One generated household: members and rows by class, as linking would hand them over."""

    number: int
    members: Sequence[Member]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]


def draw_households(random: Random, count: int, delivered: Sequence[str]) -> list[Household]:
    """Draw households; every class has between no and three rows."""
    return [_household(random, number, delivered) for number in range(1, count + 1)]


def _household(random: Random, number: int, delivered: Sequence[str]) -> Household:
    members = [
        Member(key(number * 10 + i), _birth(random), random.random() < 0.9, _scopes(random))
        for i in range(random.randint(1, 4))
    ]
    rows = {name: _rows(random, name, number, members) for name in delivered}
    if not rows.get("field_form.member"):
        for name in WITHOUT_PERSON:
            rows.pop(name, None)
    return Household(number, members, rows)


def _birth(random: Random) -> date | None:
    if random.random() < 0.05:
        return None
    age = random.choice((4, 6, 17, 18, 22, 23, 40, 64, 65, 66, 80))
    return date(TODAY.year - age, TODAY.month, TODAY.day) + timedelta(random.randint(-1, 1))


def _scopes(random: Random) -> dict[str, frozenset[str]]:
    """Mostly everything to everybody, sometimes a part, sometimes nothing."""
    given = {}
    for recipient in (SERVICE, *LENDERS):
        share = random.choice((1.0, 1.0, 1.0, 0.8, 0.0))
        given[recipient] = frozenset(s for s in CONSENT_SCOPES if random.random() < share)
    return given


def _rows(
    random: Random, name: str, number: int, members: Sequence[Member]
) -> list[dict[str, Any]]:
    contract = load_contracts()[name]
    count = random.choice((0, 0, 1, 2, 3, MANY.get(name, 3)))
    rows: list[dict[str, Any]] = []
    for _ in range(count):
        row: dict[str, Any] = {
            field.lake_name: _value(random, field)
            for field in contract.fields
            if field.lake_name is not None and field.kind != "rid"
        }
        row |= {"as_of": row.get("as_of") or _day(random), "batch": 1, "row": len(rows) + 1}
        if name not in WITHOUT_PERSON:
            row["person_key"] = random.choice(members).person_key
        if name == "land_transfer":
            row["role"] = random.choice(("lessor", "lessee"))
        if name in ("urban_flat", "real_estate"):
            row["share_parts"] = random.choice((10_000, 5_000, 3_333))
        if "form_no" in row:
            row["form_no"] = f"f{number}"
        rows.append(row)
    if name == "production":
        _let_some_earn(random, rows)
    if name == "review_result":
        return _one_round(random, rows)
    if name != "loan_history":
        return rows
    return list({(r["institution"], r["contract_no"], r["as_of"]): r for r in rows}.values())


def _let_some_earn(random: Random, rows: list[dict[str, Any]]) -> None:
    """Let every season of half the households bring more than it cost."""
    if random.random() < 0.5:
        for row in rows:
            row["expected_output_minor"] = (row["input_cost_minor"] or 0) + random.randint(1, 10**7)


def _one_round(random: Random, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mostly one lender's reviewers in one round who know the household, at times none who does."""
    if random.random() < 0.8:
        shared = {"institution": random.choice((None, *LENDERS)), "round": 1}
        knows = random.random() < 0.8
        for row in rows:
            marks = {"honesty": row["honesty"] or 3, "business": row["business"] or 2}
            row.update(shared | marks | {"knows": knows})
    others = ({**row, "institution": None} for row in rows if random.random() < 0.3)
    return [*rows, *others]


def _day(random: Random) -> date:
    """Days around the edges of the windows."""
    months = random.choice((-20, -1, 0, 0, 1, 6, 11, 12, 13, 20, 24, 25, 36, 37, 90, 130))
    index = TODAY.year * 12 + TODAY.month - 1 - months
    return date(index // 12, index % 12 + 1, random.choice((1, 19, 20, 21, 28)))


def _value(random: Random, field: Field) -> object:
    if not field.required and random.random() < 0.25:
        return None
    if field.values:
        return random.choice(field.values)
    if field.name in ("honesty", "business"):
        return random.randint(1, 4)
    if field.name == "round":
        return random.choice((1, 1, 1, 2))
    if field.name == "days_past_due_max":
        return random.choice((0, 0, 5, 90, 91))
    return _by_kind(random, field)


def _by_kind(random: Random, field: Field) -> object:
    match field.kind:
        case "money":
            return random.choice((0, 1, 99, random.randint(0, 50_000_000)))
        case "date":
            return _day(random)
        case "bool":
            return random.random() < 0.9
        case "code":
            return random.choice(LENDERS)
        case "year":
            return TODAY.year - random.randint(0, 4)
        case "int":
            top = 4 if field.name == "year" else 400
            base = TODAY.year if field.name == "year" else 400
            return base - random.randint(0, top)
        case "mu" | "decimal":
            return Decimal(random.randint(0, 900_000)) / 10_000
        case _:
            return random.choice(TEXTS.get(field.name, ("x", "y")))


def plan_for(households: Sequence[Household], delivered: Sequence[str]) -> Plan:
    """The plan of a run over these households."""
    loans = [row for h in households for row in h.rows.get("loan_history", ())]
    return Plan(
        windows=Windows(TODAY, "339981"),
        norms=norms(),
        delivered=frozenset(delivered),
        recipients=Recipients((SERVICE, *LENDERS)),
        reporting_lenders=frozenset(row["institution"] for row in loans),
    )


def run_batch(
    folder: Path, households: Sequence[Household], plan: Plan
) -> dict[tuple[int, str, str | None], dict[str, Any]]:
    """Compute `features` with the statements; rows by household, basis and lender."""
    with Engine(folder, memory_limit="1GB", threads=1) as engine:
        _write_members(engine, folder, households, plan.recipients)
        for contract in linked_classes(load_contracts().values()):
            write_linked(engine, folder, contract.name, households, plan.recipients)
        compute_features(engine, plan)
        names = list(engine.columns("features"))
        found = engine.query("SELECT * FROM features")
    rows: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in found]
    return {(r["household_no"], r["basis"], r["lender"]): r for r in rows}


def _grants(member: Member, recipients: Recipients) -> int:
    return sum(recipients.mask(code, member.scopes.get(code, ())) for code in recipients.codes)


def _write_members(
    engine: Engine, folder: Path, households: Sequence[Household], recipients: Recipients
) -> None:
    members = [
        {
            "household_no": h.number, "person_key": m.person_key, "birth": m.birth,
            "adult": m.adult(TODAY), "in_county": int(m.in_county),
            "grants_0": _grants(m, recipients),
        }
        for h in households for m in h.members
    ]  # fmt: skip
    columns = [("household_no", "BIGINT"), ("person_key", "UUID"), ("birth", "DATE")]
    columns += [("adult", "BOOLEAN"), ("in_county", "INTEGER"), ("grants_0", "BIGINT")]
    write_rows(folder / "member.parquet", columns, members)
    homes = [{"household_no": h.number, "area12": TOWN + "201", "area9": TOWN} for h in households]
    home_columns = [("household_no", "BIGINT"), ("area12", "VARCHAR"), ("area9", "VARCHAR")]
    write_rows(folder / "homes.parquet", home_columns, homes)
    engine.source("member", [folder / "member.parquet"])
    engine.source("homes", [folder / "homes.parquet"])


def write_linked(
    engine: Engine,
    folder: Path,
    name: str,
    households: Sequence[Household],
    recipients: Recipients,
) -> None:
    """Write the rows of one class as linking would, and name them in the engine."""
    contract = load_contracts()[name]
    columns = [("household_no", "BIGINT"), ("adult", "BOOLEAN"), ("grants_0", "BIGINT")]
    columns += [column for column in contract.lake_columns() if column[0] != "row_hash"]
    if name not in WITHOUT_PERSON and "person_key" not in dict(columns):
        columns.append(("person_key", "UUID"))
    if name == "land_transfer":
        columns.append(("role", "VARCHAR"))
    if name in ("urban_flat", "real_estate"):
        columns.append(("share_parts", "BIGINT"))
    rows = [
        {**row, "household_no": h.number, **_consent_columns(h, row, recipients)}
        for h in households
        for row in h.rows.get(name, ())
    ]
    path = folder / f"linked_{table_name(name)}.parquet"
    write_rows(path, columns, rows)
    engine.source(f"linked_{table_name(name)}", [path])


def _consent_columns(
    household: Household, row: Mapping[str, Any], recipients: Recipients
) -> dict[str, Any]:
    if "person_key" not in row:
        return {"adult": False, "grants_0": 0}
    member = next(m for m in household.members if m.person_key == row["person_key"])
    return {"adult": member.adult(TODAY), "grants_0": _grants(member, recipients)}


def reference(
    household: Household,
    plan: Plan,
    *,
    recipient: str | None,
    lender: str | None,
    medians: Mapping[str, int | None] | None = None,
) -> HouseholdFacts:
    """The plain view of one household on one basis."""
    return HouseholdFacts(
        today=TODAY,
        norms=plan.norms,
        area12=TOWN + "201",
        members=household.members,
        rows=household.rows,
        delivered=plan.delivered,
        consent_scopes=consent_scopes(),
        features=features(),
        recipient=recipient,
        lender=lender,
        reporting_lenders=plan.reporting_lenders,
        medians=medians or {},
    )
