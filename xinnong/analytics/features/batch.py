"""The features of every household in one set of statements.

Aggregates are joined to households, and figures that are the same for everybody who may see them
are worked out once a household: `plain`. Every result is such a row with masks, one for each set of
scopes that figures ask for: zero where this basis may read them, unknown where not. A figure plus
its masks is what the basis sees, so that one statement makes the features of all bases. The medians
of towns come from the base figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from xinnong.analytics.engine import Engine, coded
from xinnong.analytics.features.aggregates import AGGREGATES, Aggregate
from xinnong.analytics.features.consent import Recipients, consent_condition
from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.declared import FEATURES, consent_scopes, shown_features
from xinnong.analytics.features.windows import Norms, Windows
from xinnong.analytics.linking.live import table_name

PER_UNIT = ("agg_urban_flat", "agg_real_estate")
PER_LENDER = ("agg_loan", "agg_review")
SMALLEST_AREA = 10
LOAN_COLUMNS = ("contracts", "balance", "open_principal", "repaid", "worst_dpd", "over_90")
REVIEW_COLUMNS = ("reviews", "marks")
UNKNOWN = "CAST(NULL AS BIGINT)"
KNOWN = "CAST(0 AS BIGINT)"
GATE = "gate"

TOWNS = """SELECT COALESCE(a.area9, i.area9) AS area9,
  a.median AS assets_median, i.median AS income_median
FROM town_assets AS a FULL JOIN town_income AS i ON i.area9 = a.area9"""


@dataclass(frozen=True, slots=True)
class Basis:
    """One reading of the facts: which recipient's consent counts, whose own records are read."""

    name: str
    recipient: str | None
    lender: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to work with: dates, norms, delivered classes, recipients, lenders."""

    windows: Windows
    norms: Norms
    delivered: frozenset[str]
    recipients: Recipients
    reporting_lenders: frozenset[str]

    @property
    def bases(self) -> tuple[Basis, ...]:
        """Pre, base, then one per lender."""
        service, *lenders = self.recipients.codes
        granted = [Basis("granted", code, code) for code in lenders]
        return (Basis("pre", None, None), Basis("base", service, None), *granted)


def compute_features(engine: Engine, plan: Plan) -> None:
    """Make the medians of towns and `features`; what they are made of stays in memory."""
    texts = {a.name: aggregate_sql(a, plan) for a in AGGREGATES}
    held = {name: engine.whole_numbers(texts[name])[0] for name in PER_LENDER}
    held |= {"plain": plain_sql(engine, texts, plan), "base_totals": totals_sql(plan)}
    with engine.holding(held):
        engine.step("town_assets", median_sql("assets_total"))
        engine.step("town_income", median_sql("income_total"))
        engine.step("features", features_sql(plan), of_numbers=True)


def placeholders(plan: Plan) -> dict[str, str]:
    """Every constant and macro the statements may name."""
    norms = plan.norms
    values = plan.windows.sql() | plan.recipients.macros() | {"any_consent": "consented"}
    values["crop_norm"] = _choice("crop", norms.input_fen_mu_by_crop, norms.input_fen_mu)
    values["flat_price"] = _choice(
        "COALESCE(f.town, h.area9)", norms.flat_fen_m2_by_town, norms.flat_fen_m2
    )
    return values | {
        "house": str(norms.house_fen_m2),
        "unlicensed": str(norms.unlicensed_percent),
        "land": str(norms.land_fen_mu_year),
        "forest": str(norms.forest_fen_mu),
        "share": str(norms.share_fen),
        "wage": str(norms.wage_fen_year),
        "pension": str(norms.pension_fen_year),
        "service": str(norms.debt_service_percent),
    }


def _choice(column: str, values: Mapping[str, int], otherwise: int) -> str:
    cases = " ".join(f"WHEN '{key}' THEN {value}" for key, value in sorted(values.items()))
    return f"CASE {column} {cases} ELSE {otherwise} END" if cases else str(otherwise)


def aggregate_sql(aggregate: Aggregate, plan: Plan) -> str:
    """Write one aggregate with its dates and consent columns; stale classes have no rows."""
    text = aggregate.sql.format(**placeholders(plan))
    for name in aggregate.reads:
        if name not in plan.delivered:
            table = f"linked_{table_name(name)}"
            nothing = f"FROM (SELECT * FROM {table} WHERE FALSE) AS stale"
            text = re.sub(rf"FROM {table}\b", nothing, text)
    return text


def plain_sql(engine: Engine, aggregates: Mapping[str, str], plan: Plan) -> str:
    """Write level 1 of every household once, before consent, beside who consented to what.

    The aggregates are joined as they are computed; columns are prefixed by their source.
    """
    columns, consents, joins = ["h.household_no", "h.area12", "h.area9"], list[str](), list[str]()
    for name, text in aggregates.items():
        if name in PER_UNIT + PER_LENDER:
            continue
        units = [f"{unit} AS ({aggregates[unit]})" for unit in PER_UNIT if unit in text]
        sql, own = engine.whole_numbers(f"WITH {', '.join(units)} {text}" if units else text)
        joins.append(f"LEFT JOIN ({sql}) AS {name} ON {name}.household_no = h.household_no")
        prefix = name.removeprefix("agg_")
        columns += [f"{name}.{c} AS {prefix}_{c}" for c in own if c != "household_no"]
        consents += [f"{prefix}_{c}" for c in own if c.startswith(("all_", "any_"))]
    figures = [f"{_plain(f, plan)} AS {f.name}" for f in FEATURES if f.level == 1 and _is_plain(f)]
    return f"""SELECT household_no, area12, area9, {", ".join(consents)},
  {", ".join(figures)}
FROM (SELECT {", ".join(columns)}
FROM homes AS h
{" ".join(joins)}) AS wide"""


def _is_plain(feature: Feature) -> bool:
    """Whether a figure is the same on every basis that may read it."""
    return not feature.lender_only and "consent" not in feature.classes


def _plain(feature: Feature, plan: Plan) -> str:
    if any(name not in plan.delivered for name in feature.classes):
        return UNKNOWN
    return f"CAST({feature.sql.format(**placeholders(plan))} AS BIGINT)"


def figures_sql(bases: Sequence[Basis], plan: Plan) -> str:
    """Write levels 1 and 2 of some bases, one row a result: masked figures, then their totals."""
    first = [f"{_masked(f, plan)} AS {f.name}" for f in FEATURES if f.level == 1]
    second = [f"{_level_sql(f, plan)} AS {f.name}" for f in FEATURES if f.level == 2]
    rows = "\nUNION ALL\n".join(_rows_of(basis, plan) for basis in bases)
    return f"""SELECT *, {", ".join(second)}
FROM (SELECT household_no, area12, area9, basis, lender, history, loan_contracts AS own_contracts,
    {", ".join(first)}
  FROM ({rows}) AS results) AS level_1"""


def _masked(feature: Feature, plan: Plan) -> str:
    """Add the masks a feature stands behind: zeros where it may be read, unknown where not."""
    value = feature.name if _is_plain(feature) else _plain(feature, plan)
    return " + ".join([value, *_masks_of(feature)])


def _masks_of(feature: Feature) -> list[str]:
    found = []
    if scopes := _scopes_by_class(feature):
        found.append(f"allowed_{_scope_sets().index(scopes)}")
    if "consent" in feature.classes:
        found.append("named")
    if feature.lender_only:
        found.append("reported" if "loan_history" in feature.classes else "lent")
    return found


@cache
def _scope_sets() -> list[dict[str, Sequence[str]]]:
    """Every different set of scopes that features ask for, by class."""
    asked = [_scopes_by_class(feature) for feature in FEATURES if feature.level == 1]
    return [scopes for n, scopes in enumerate(asked) if scopes and scopes not in asked[:n]]


def _rows_of(basis: Basis, plan: Plan) -> str:
    """Write the rows of a basis: all households, or those a lender was asked by or lends to."""
    consented, masks = "FALSE", dict.fromkeys(map(str, range(len(_scope_sets()))), UNKNOWN)
    if basis.recipient is not None:
        column, bits = (
            plan.recipients.column(basis.recipient),
            plan.recipients.mask(basis.recipient),
        )
        consented = f"(member_any_{column} & {bits}) <> 0"
        for number, scopes in enumerate(_scope_sets()):
            condition = consent_condition(plan.recipients, basis.recipient, scopes)
            masks[str(number)] = f"CASE WHEN {condition} THEN {KNOWN} END"
    named = KNOWN if basis.recipient else UNKNOWN
    lent = KNOWN if basis.lender else UNKNOWN
    reports = basis.lender in plan.reporting_lenders
    text = "NULL" if basis.lender is None else f"'{basis.lender}'"
    lender = f"CAST({text} AS {coded(plan.recipients.codes[1:])})"
    named_basis = f"CAST('{basis.name}' AS {coded(each.name for each in plan.bases)})"
    columns = [f"{sql} AS allowed_{number}" for number, sql in masks.items()]
    own = _own_columns(basis)
    rows = f"""SELECT p.*, {named_basis} AS basis, {lender} AS lender, {own},
  {"TRUE" if reports else "FALSE"} AS history, {consented} AS consented,
  {", ".join(columns)}, {named} AS named, {lent} AS lent,
  {KNOWN if reports else UNKNOWN} AS reported
FROM plain AS p"""
    if basis.lender is None:
        return rows
    mine = f"institution = '{basis.lender}'"
    return f"""{rows}
LEFT JOIN (SELECT * FROM agg_loan WHERE {mine}) AS l ON l.household_no = p.household_no
LEFT JOIN (SELECT * FROM agg_review WHERE {mine}) AS r ON r.household_no = p.household_no
LEFT JOIN (SELECT * FROM agg_review WHERE institution IS NULL) AS s
  ON s.household_no = p.household_no
WHERE {consented} OR l.contracts IS NOT NULL"""


def _own_columns(basis: Basis) -> str:
    loans, reviews = LOAN_COLUMNS, REVIEW_COLUMNS
    if basis.lender is None:
        return ", ".join(
            [f"{UNKNOWN} AS loan_{name}" for name in loans]
            + [f"{UNKNOWN} AS review_{name}" for name in reviews]
        )
    return ", ".join(
        [f"l.{name} AS loan_{name}" for name in loans]
        + [f"COALESCE(r.{name}, s.{name}) AS review_{name}" for name in reviews]
    )


def _scopes_by_class(feature: Feature) -> dict[str, Sequence[str]]:
    """Scopes a feature needs in each class it reads."""
    asked: dict[str, list[str]] = {}
    for name in (*feature.reads, *feature.also_reads):
        scope = consent_scopes().get(name)
        if scope is not None:
            asked.setdefault(name.rpartition(".")[0], []).append(scope)
    return {name: tuple(dict.fromkeys(scopes)) for name, scopes in asked.items()}


def _level_sql(feature: Feature, plan: Plan) -> str:
    return f"CAST({feature.sql.format(**placeholders(plan))} AS BIGINT)"


def totals_sql(plan: Plan) -> str:
    """Write the base figures that towns have medians of."""
    base = [basis for basis in plan.bases if basis.name == "base"]
    return f"SELECT area9, assets_total, income_total FROM ({figures_sql(base, plan)}) AS f"


def median_sql(column: str) -> str:
    """Write the exact median of a figure by town: the middle value, or the floor of their mean."""
    return f"""SELECT area9, CAST(FLOOR((MIN({column}) + MAX({column})) / 2) AS BIGINT) AS median
FROM (SELECT area9, {column},
    ROW_NUMBER() OVER (PARTITION BY area9 ORDER BY {column}) AS place,
    COUNT(*) OVER (PARTITION BY area9) AS known
  FROM base_totals WHERE {column} IS NOT NULL) AS ranked
WHERE known >= {SMALLEST_AREA} AND 2 * place >= known AND 2 * place <= known + 2
GROUP BY area9"""


def features_sql(plan: Plan) -> str:
    """Write what needs the medians, and the count of known features, of all bases together."""
    shown = [feature.name for feature in shown_features()]
    third = ", ".join(f"{_level_sql(f, plan)} AS {f.name}" for f in FEATURES if f.level == 3)
    counted = [f for f in shown_features() if f.dimension != GATE]
    known = " + ".join(f"CAST({f.name} IS NOT NULL AS INTEGER)" for f in counted)
    of_anybody = sum(not f.lender_only for f in counted)
    return f"""SELECT household_no, area12, area9, basis, lender,
  history AND own_contracts IS NULL AND COALESCE(lines_elsewhere, 0) = 0 AS first_borrower,
  {", ".join(shown)}, known_features,
  CAST(FLOOR(known_features * 100 / CASE WHEN lender IS NULL THEN {of_anybody}
    ELSE {len(counted)} END) AS INTEGER) AS completeness_percent
FROM (SELECT *, CAST({known} AS INTEGER) AS known_features FROM (SELECT figures.*, {third} FROM (
    SELECT f.*, t.assets_median, t.income_median FROM ({figures_sql(plan.bases, plan)}) AS f
    LEFT JOIN ({TOWNS}) AS t ON t.area9 = f.area9) AS figures) AS level_3) AS counted"""
