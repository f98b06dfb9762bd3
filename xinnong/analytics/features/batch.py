"""The features of every household in one set of statements.

Aggregates give one wide row a household; a basis is a projection of it with consent applied; the
medians of towns come from the base figures; `features` unites all bases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xinnong.analytics.engine import Engine
from xinnong.analytics.features.aggregates import AGGREGATES, Aggregate
from xinnong.analytics.features.consent import Recipients, consent_condition
from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.declared import FEATURES, consent_scopes, shown_features
from xinnong.analytics.features.windows import Norms, Windows
from xinnong.analytics.linking.live import table_name

PER_UNIT = ("agg_urban_flat", "agg_real_estate")
PER_LENDER = ("agg_loan", "agg_review")
SMALLEST_AREA = 10
UNKNOWN = "CAST(NULL AS BIGINT)"
GATE = "gate"


@dataclass(frozen=True, slots=True)
class Basis:
    """One reading of the facts: which recipient's consent counts, whose own records are read."""

    name: str
    recipient: str | None
    lender: str | None

    @property
    def table(self) -> str:
        """Name of the step with the figures of this basis."""
        suffix = "" if self.lender is None else "_" + self.lender.lower().replace("-", "_")
        return f"figures_{self.name}{suffix}"


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
    """Make every aggregate, `wide`, the figures of each basis, medians, and `features`."""
    for aggregate in AGGREGATES:
        engine.step(aggregate.name, aggregate_sql(aggregate, plan), of_numbers=True)
    engine.step("wide", wide_sql(engine), of_numbers=True)
    for basis in plan.bases[1:]:
        if basis.lender is None:  # the medians read base twice
            engine.step(basis.table, figures_sql(basis, plan), of_numbers=True)
        else:
            engine.view(basis.table, figures_sql(basis, plan))
    engine.step("town_assets", median_sql("assets_total"))
    engine.step("town_income", median_sql("income_total"))
    engine.step("features", features_sql(plan), of_numbers=True)


def placeholders(plan: Plan) -> dict[str, str]:
    """Every constant and macro the statements may name."""
    norms = plan.norms
    values = plan.windows.sql() | plan.recipients.macros()
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


def wide_sql(engine: Engine) -> str:
    """Join every per-household aggregate to the households, columns prefixed by source."""
    joined = [a.name for a in AGGREGATES if a.name not in PER_UNIT + PER_LENDER]
    columns = ["h.household_no", "h.area12", "h.area9"]
    for name in joined:
        prefix = name.removeprefix("agg_")
        own = [column for column in engine.columns(name) if column != "household_no"]
        columns += [f"{name}.{column} AS {prefix}_{column}" for column in own]
    joins = "\n".join(
        f"LEFT JOIN {name} ON {name}.household_no = h.household_no" for name in joined
    )
    return f"SELECT {', '.join(columns)}\nFROM homes AS h\n{joins}"


def figures_sql(basis: Basis, plan: Plan) -> str:
    """Write levels 1 and 2 of one basis: masked figures, then totals of them."""
    first = [f"{feature_sql(f, basis, plan)} AS {f.name}" for f in FEATURES if f.level == 1]
    second = [f"{_level_sql(f, plan)} AS {f.name}" for f in FEATURES if f.level == 2]
    history = "loan_contracts" if basis.lender else UNKNOWN
    inner = (
        f"SELECT w.household_no, area12, area9, {history} AS own_contracts,\n  "
        + ",\n  ".join(first)
        + f"\nFROM {_rows_of(basis, plan)}"
    )
    return f"SELECT *,\n  {', '.join(second)}\nFROM ({inner}) AS level_1"


def feature_sql(feature: Feature, basis: Basis, plan: Plan) -> str:
    """Write one level 1 feature as a basis may see it: unknown, plain, or under consent."""
    if not _readable(feature, basis, plan):
        return UNKNOWN
    values = placeholders(plan)
    if basis.recipient is not None:
        column = plan.recipients.column(basis.recipient)
        bits = plan.recipients.mask(basis.recipient)
        values["any_consent"] = f"(member_any_{column} & {bits}) <> 0"
    value = f"CAST({feature.sql.format(**values)} AS BIGINT)"
    asked = _scopes_by_class(feature)
    if not asked:
        return value
    assert basis.recipient is not None, feature.name
    return (
        f"CASE WHEN {consent_condition(plan.recipients, basis.recipient, asked)} THEN {value} END"
    )


def _readable(feature: Feature, basis: Basis, plan: Plan) -> bool:
    if any(name not in plan.delivered for name in feature.classes):
        return False
    if basis.recipient is None and (_scopes_by_class(feature) or "consent" in feature.classes):
        return False
    if not feature.lender_only:
        return True
    reports = basis.lender in plan.reporting_lenders or "loan_history" not in feature.classes
    return basis.lender is not None and reports


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


def _rows_of(basis: Basis, plan: Plan) -> str:
    """Name the rows of a basis: all households, or those a lender was asked by or lends to."""
    if basis.lender is None:
        return "wide AS w"
    column = plan.recipients.column(basis.lender)
    bits = plan.recipients.mask(basis.lender)
    own = f"institution = '{basis.lender}'"
    return f"""(
  SELECT w.*, l.contracts AS loan_contracts, l.balance AS loan_balance,
    l.open_principal AS loan_open_principal, l.repaid AS loan_repaid,
    l.worst_dpd AS loan_worst_dpd, l.over_90 AS loan_over_90,
    COALESCE(r.reviews, s.reviews) AS review_reviews, COALESCE(r.marks, s.marks) AS review_marks
  FROM wide AS w
  LEFT JOIN (SELECT * FROM agg_loan WHERE {own}) AS l ON l.household_no = w.household_no
  LEFT JOIN (SELECT * FROM agg_review WHERE {own}) AS r ON r.household_no = w.household_no
  LEFT JOIN (SELECT * FROM agg_review WHERE institution IS NULL) AS s
    ON s.household_no = w.household_no
  WHERE (member_any_{column} & {bits}) <> 0 OR l.contracts IS NOT NULL
) AS w"""


def median_sql(column: str) -> str:
    """Write the exact median of a figure by town: the middle value, or the floor of their mean."""
    return f"""SELECT area9, CAST(FLOOR((MIN({column}) + MAX({column})) / 2) AS BIGINT) AS median
FROM (SELECT area9, {column},
    ROW_NUMBER() OVER (PARTITION BY area9 ORDER BY {column}) AS place,
    COUNT(*) OVER (PARTITION BY area9) AS known
  FROM figures_base WHERE {column} IS NOT NULL) AS ranked
WHERE known >= {SMALLEST_AREA} AND 2 * place >= known AND 2 * place <= known + 2
GROUP BY area9"""


def features_sql(plan: Plan) -> str:
    """Unite the bases and add what needs the medians and the count of known features."""
    shown = [feature.name for feature in shown_features()]
    parts = [_finished_sql(basis, plan, shown) for basis in plan.bases]
    return "\nUNION ALL\n".join(parts)


def _finished_sql(basis: Basis, plan: Plan, shown: Sequence[str]) -> str:
    third = ", ".join(f"{_level_sql(f, plan)} AS {f.name}" for f in FEATURES if f.level == 3)
    rows = basis.table if basis.recipient else f"({figures_sql(basis, plan)})"
    counted = _counted(basis)
    known = " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in counted)
    lender = "CAST(NULL AS VARCHAR)" if basis.lender is None else f"'{basis.lender}'"
    first = "FALSE"
    if basis.lender in plan.reporting_lenders:
        first = "own_contracts IS NULL AND COALESCE(lines_elsewhere, 0) = 0"
    return f"""SELECT household_no, area12, area9, '{basis.name}' AS basis, {lender} AS lender,
  {first} AS first_borrower, {", ".join(shown)},
  CAST({known} AS INTEGER) AS known_features,
  CAST(FLOOR(({known}) * 100 / {len(counted)}) AS INTEGER) AS completeness_percent
FROM (SELECT figures.*, {third} FROM (
    SELECT f.*, a.median AS assets_median, i.median AS income_median FROM {rows} AS f
    LEFT JOIN town_assets AS a ON a.area9 = f.area9
    LEFT JOIN town_income AS i ON i.area9 = f.area9) AS figures) AS level_3"""


def _counted(basis: Basis) -> list[str]:
    """Features of the six dimensions that a basis could know at all."""
    own = basis.lender is not None
    return [f.name for f in shown_features() if f.dimension != GATE and (own or not f.lender_only)]
