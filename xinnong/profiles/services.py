"""The only writer of profiles: publishes the feature tables of a county refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.profiles.models import Profile

if TYPE_CHECKING:
    from xinnong.analytics.loading import Loader

FIXED_COLUMNS = ("id", "run", "household", "area12", "basis", "lender")


def feature_columns() -> tuple[str, ...]:
    """Names of the value columns of a profile, in model order."""
    return tuple(
        field.name
        for field in Profile._meta.concrete_fields
        if field.name not in (*FIXED_COLUMNS, "completeness_percent", "known_features")
    )


def publish_profiles(loader: Loader, *, run_id: int) -> int:
    """Insert one row per household and basis from DuckDB table `features`; return the count."""
    values = feature_columns()
    columns = {"household_id": "bigint", "basis": "text", "lender": "text"}
    columns |= {"completeness_percent": "smallint", "known_features": "smallint"}
    columns |= dict.fromkeys(values, "bigint")
    staged = loader.stage(
        "incoming_profile",
        columns,
        f"""SELECT household_no, basis, coalesce(lender, ''), completeness_percent,
                   known_features, {", ".join(values)} FROM features""",
    )
    named = ", ".join(columns)
    loader.execute(
        f"""INSERT INTO profiles_profile (run_id, area12, {named})
            SELECT %s, h.area12, {", ".join(f"i.{column}" for column in columns)}
            FROM incoming_profile i JOIN registry_household h ON h.id = i.household_id""",
        [run_id],
    )
    return staged


def publish_contested(loader: Loader, *, run_id: int) -> int:
    """Insert winners and losers of fields on which sources disagree; return the count."""
    staged = loader.stage(
        "incoming_contested",
        {
            "household_id": "bigint",
            "field": "text",
            "value": "text",
            "source_class": "text",
            "batch": "bigint",
            "row_number": "integer",
            "as_of": "date",
            "won": "boolean",
            "rule": "text",
        },
        """SELECT household_no, field, left(value, 64), source_class, batch, "row", as_of, won, rule
           FROM contested""",
    )
    loader.execute(
        """INSERT INTO profiles_contestedfact (run_id, household_id, area12, field, value,
               source_class, batch, "row", as_of, won, rule)
           SELECT %s, i.household_id, h.area12, i.field, i.value, i.source_class, i.batch,
                  i.row_number, i.as_of, i.won, i.rule
           FROM incoming_contested i JOIN registry_household h ON h.id = i.household_id""",
        [run_id],
    )
    return staged


def publish_medians(loader: Loader, *, run_id: int) -> int:
    """Insert the median points of each dimension by village and town; return the count."""
    staged = loader.stage(
        "incoming_median",
        {
            "area": "text",
            "basis": "text",
            "dimension": "text",
            "households": "integer",
            "median_points": "smallint",
        },
        "SELECT area, basis, dimension, households, median_points FROM medians",
    )
    loader.execute(
        """INSERT INTO profiles_dimensionmedian (run_id, area, basis, dimension, households,
               median_points)
           SELECT %s, area, basis, dimension, households, median_points FROM incoming_median""",
        [run_id],
    )
    return staged


def publish_completeness(loader: Loader, *, run_id: int) -> int:
    """Insert how many households each data class reaches; return the count."""
    staged = loader.stage(
        "incoming_completeness",
        {"source_class": "text", "households_with_fact": "integer", "households": "integer"},
        "SELECT source_class, households_with_fact, households FROM completeness",
    )
    loader.execute(
        """INSERT INTO profiles_sourcecompleteness (run_id, source_class, households_with_fact,
               households)
           SELECT %s, source_class, households_with_fact, households FROM incoming_completeness""",
        [run_id],
    )
    return staged
