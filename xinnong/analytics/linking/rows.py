"""Link once: every row of a class to the integer number of its household, sorted by it.

Rows name a person, an organisation, a dwelling or a field form; each class says how its rows find
their people. Rows of people in no household are left out here and stay in the lake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xinnong.analytics.contracts.declarations import Contract
from xinnong.analytics.engine import Engine
from xinnong.analytics.linking.live import table_name

NOT_FACTS = ("consent", "bank_return", "marriage", "assistance")
"""Classes that describe consent or the county, or that no profile may show."""

SHARE_PARTS = """CASE WHEN r.share IS NULL OR r.share IN ('', '单独所有') THEN 10000
  WHEN r.share LIKE '%/%' THEN COALESCE(CAST(FLOOR(10000
      * TRY_CAST(SPLIT_PART(r.share, '/', 1) AS DECIMAL(9, 2))
      / NULLIF(TRY_CAST(SPLIT_PART(r.share, '/', 2) AS DECIMAL(9, 2)), 0)) AS BIGINT), 10000)
  WHEN r.share LIKE '%\\%' ESCAPE '\\' THEN
    COALESCE(CAST(FLOOR(100 * TRY_CAST(REPLACE(r.share, '%', '') AS DECIMAL(9, 2))) AS BIGINT), 10000)
  ELSE 10000 END"""

OWNERS = """SELECT DISTINCT unit_no, person_key FROM (
  SELECT unit_no, person_key FROM live_urban_flat
  UNION ALL SELECT unit_no, person_key FROM live_real_estate) AS titles"""

HEADS_OF_FIRMS = """SELECT uscc, person_key FROM (
  SELECT uscc, person_key, ROW_NUMBER() OVER (PARTITION BY uscc ORDER BY rank, opened_on) AS place
  FROM (SELECT uscc, person_key, 0 AS rank, opened_on FROM live_business
        UNION ALL SELECT uscc, person_key, 1, NULL FROM live_farm_entity WHERE role = '负责人'
  ) AS named) AS ranked WHERE place = 1"""

FORM_HOMES = """SELECT form_no, household_no FROM (
  SELECT f.form_no, m.household_no, ROW_NUMBER() OVER (PARTITION BY f.form_no ORDER BY
      CASE f.relation WHEN '户主' THEN 0 ELSE 1 END, f.seq) AS place
  FROM live_field_form_member AS f JOIN member AS m ON m.person_key = f.person_key
) AS ranked WHERE place = 1"""

NEWEST_FORMS = """SELECT form_no, household_no FROM (
  SELECT h.form_no, h.household_no, ROW_NUMBER() OVER (
      PARTITION BY h.household_no ORDER BY d.as_of DESC, h.form_no DESC) AS place
  FROM form_homes AS h JOIN (SELECT form_no, MAX(as_of) AS as_of FROM live_field_form_member
                             GROUP BY form_no) AS d ON d.form_no = h.form_no) AS ranked
WHERE place = 1"""

BY_PERSON = """SELECT m.household_no, m.adult, {grants}, {columns}
FROM {view} AS r JOIN member AS m ON m.person_key = r.person_key"""

BY_ROLE = """SELECT m.household_no, m.adult, {grants}, p.role, p.person_key, {columns}
FROM (SELECT *, 'lessor' AS role, lessor_key AS person_key FROM {view}
      UNION ALL SELECT *, 'lessee', lessee_key FROM {view} WHERE lessee_key IS NOT NULL) AS p
JOIN member AS m ON m.person_key = p.person_key"""

BY_UNIT = """SELECT m.household_no, m.adult, {grants}, o.person_key, {columns}
FROM {view} AS r JOIN unit_owners AS o ON o.unit_no = r.unit_no
JOIN member AS m ON m.person_key = o.person_key"""

BY_FIRM = """SELECT m.household_no, m.adult, {grants}, b.person_key, {columns}
FROM {view} AS r JOIN firm_heads AS b ON b.uscc = r.uscc
JOIN member AS m ON m.person_key = b.person_key"""

BY_PERSON_OR_FIRM = """SELECT m.household_no, m.adult, {grants},
  COALESCE(r.person_key, b.person_key) AS person_key, {columns}
FROM {view} AS r LEFT JOIN firm_heads AS b ON b.uscc = r.uscc
JOIN member AS m ON m.person_key = COALESCE(r.person_key, b.person_key)"""

BY_FORM = """SELECT h.household_no, FALSE AS adult, {no_grants}, {columns}
FROM {view} AS r JOIN newest_forms AS h ON h.form_no = r.form_no"""

FORM_MEMBER = """SELECT h.household_no, COALESCE(m.adult, FALSE) AS adult, {grants_or_none}, {columns}
FROM {view} AS r JOIN newest_forms AS h ON h.form_no = r.form_no
LEFT JOIN member AS m ON m.person_key = r.person_key"""

RULES = {
    "land_transfer": BY_ROLE,
    "encumbrance": BY_UNIT,
    "tax": BY_FIRM,
    "penalty": BY_PERSON_OR_FIRM,
    "field_form.member": FORM_MEMBER,
    "field_form.asset": BY_FORM,
    "field_form.debt": BY_FORM,
    "field_form.income_expense": BY_FORM,
}
SHARED = ("urban_flat", "real_estate")


def linked_classes(contracts: Iterable[Contract]) -> list[Contract]:
    """Return the classes whose rows become facts of households."""
    return [contract for contract in contracts if contract.name not in NOT_FACTS]


def prepare_links(engine: Engine) -> None:
    """Make the small tables through which dwellings, firms and forms find people."""
    engine.step("unit_owners", OWNERS)
    engine.step("firm_heads", HEADS_OF_FIRMS)
    engine.step("form_homes", FORM_HOMES)
    engine.step("newest_forms", NEWEST_FORMS)


def link_class(engine: Engine, contract: Contract, grants: tuple[str, ...]) -> int:
    """Make `linked_<class>`, and `superseded_<class>` where newer deliveries replaced rows."""
    name = table_name(contract.name)
    if engine.has(f"old_{name}"):
        old = link_sql(contract, f"old_{name}", grants)
        engine.step(f"superseded_{name}", old, sorted_pieces=True)
    live = link_sql(contract, f"live_{name}", grants)
    return engine.step(f"linked_{name}", live, sorted_pieces=True)


def link_sql(contract: Contract, view: str, grants: tuple[str, ...]) -> str:
    """Write the statement that links one class; `grants` are the consent columns of `member`."""
    rule = RULES.get(contract.name, BY_PERSON)
    source = "p" if rule is BY_ROLE else "r"
    own_key = rule not in (BY_ROLE, BY_UNIT, BY_FIRM, BY_PERSON_OR_FIRM)
    columns = [
        f'{source}."{name}"'
        for name, _ in contract.lake_columns()
        if name != "row_hash" and (own_key or name != "person_key")
    ]
    if contract.name in SHARED:
        columns.append(f"{SHARE_PARTS} AS share_parts")
    return _filled(rule, view, grants, columns) + "\nORDER BY household_no"


def _filled(rule: str, view: str, grants: tuple[str, ...], columns: list[str]) -> str:
    values: Mapping[str, str] = {
        "view": view,
        "columns": ", ".join(columns),
        "grants": ", ".join(f"m.{name}" for name in grants),
        "grants_or_none": ", ".join(f"COALESCE(m.{name}, 0) AS {name}" for name in grants),
        "no_grants": ", ".join(f"CAST(0 AS BIGINT) AS {name}" for name in grants),
    }
    return rule.format(**values)
