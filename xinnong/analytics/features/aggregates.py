"""One pass per source: rows of a class, already linked to households, become one row a household.

Placeholders: {today}, {m12} … (days that many months or years before), {month} and {year} as
numbers, {county}, {all} (what every adult with rows in the class has consented to, as a bit set).
Statements keep to functions that mean the same in other engines. Money is fen, area hundredths of a
mu.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A statement with one row per household; `reads` are the linked classes it scans."""

    name: str
    reads: tuple[str, ...]
    sql: str


MEMBERS = (
    Aggregate(
        "agg_member",
        ("person",),
        """SELECT household_no, COUNT(*) AS members, COUNT(birth) AS births,
  SUM(CASE WHEN birth <= {y18} AND birth > {y65} THEN 1 ELSE 0 END) AS workers,
  MAX(CASE WHEN birth <= {y18} AND birth > {y66} THEN 1 ELSE 0 END) AS adult_18_65,
  SUM(CASE WHEN birth <= {y6} AND birth > {y23} THEN 1 ELSE 0 END) AS schooling,
  MAX(in_county) AS in_county, {any}
FROM member GROUP BY household_no""",
    ),
    Aggregate(
        "agg_hukou_member",
        ("hukou_member",),
        """SELECT household_no, MIN(in_on) AS first_in_on
FROM linked_hukou_member WHERE out_on IS NULL OR out_on > {today}
GROUP BY household_no""",
    ),
)

ASSETS = (
    Aggregate(
        "agg_urban_flat",
        ("urban_flat",),
        """SELECT household_no, unit_no, MAX(area_m2) AS area_m2,
  LEAST(SUM(share_parts), 10000) AS share_parts, MAX(town) AS town, MAX(as_of) AS as_of, {all}
FROM linked_urban_flat GROUP BY household_no, unit_no""",
    ),
    Aggregate(
        "agg_real_estate",
        ("real_estate",),
        """SELECT household_no, unit_no,
  MAX(CASE WHEN "use" LIKE '%住宅%' THEN area_m2 END) AS area_m2,
  LEAST(SUM(share_parts), 10000) AS share_parts, MAX(as_of) AS as_of, {all}
FROM linked_real_estate GROUP BY household_no, unit_no""",
    ),
    Aggregate(
        "agg_house",
        ("urban_flat", "real_estate"),
        """SELECT units.household_no, SUM(CASE WHEN area_m2 IS NULL THEN 0 ELSE
    CAST(FLOOR(CAST(FLOOR(area_m2 * 100) AS BIGINT) * share_parts * price / 1000000) AS BIGINT)
    END) AS worth, {all_of_all}
FROM (SELECT COALESCE(f.household_no, e.household_no) AS household_no,
    CASE WHEN e.area_m2 IS NOT NULL AND (f.area_m2 IS NULL OR e.as_of >= f.as_of)
      THEN e.area_m2 ELSE f.area_m2 END AS area_m2,
    CASE WHEN e.area_m2 IS NOT NULL AND (f.area_m2 IS NULL OR e.as_of >= f.as_of)
      THEN e.share_parts ELSE f.share_parts END AS share_parts,
    {flat_price} AS price, {both_all}
  FROM agg_urban_flat AS f FULL JOIN agg_real_estate AS e
    ON f.household_no = e.household_no AND f.unit_no = e.unit_no
  LEFT JOIN homes AS h ON h.household_no = COALESCE(f.household_no, e.household_no)
) AS units GROUP BY units.household_no""",
    ),
    Aggregate(
        "agg_village_house",
        ("village_house",),
        """SELECT household_no, SUM(floor_parts) AS floor_parts,
  SUM(unlicensed_parts) AS unlicensed_parts, {all_of_all}
FROM (SELECT household_no, permit_no, area12,
    CASE WHEN permit_no IS NULL THEN person_key END AS builder,
    MAX(CASE WHEN licensed THEN CAST(FLOOR(floor_m2 * 100) AS BIGINT) ELSE 0 END) AS floor_parts,
    MAX(CASE WHEN licensed THEN 0 ELSE CAST(FLOOR(floor_m2 * 100) AS BIGINT) END)
      AS unlicensed_parts, {all}
  FROM linked_village_house
  GROUP BY household_no, permit_no, area12, CASE WHEN permit_no IS NULL THEN person_key END
) AS houses GROUP BY household_no""",
    ),
    Aggregate(
        "agg_land_contract",
        ("land_contract",),
        """SELECT household_no, SUM(CAST(FLOOR(area_mu * 100) AS BIGINT)) AS area,
  SUM(CAST(FLOOR(area_mu * 100) AS BIGINT) * months_left) AS mu_months, {all}
FROM (SELECT household_no, area_mu, adult,
    GREATEST(COALESCE(YEAR(until_on) * 12 + MONTH(until_on), {month} + 12) - {month}, 0)
      AS months_left, {grants}
  FROM linked_land_contract) AS contracts GROUP BY household_no""",
    ),
    Aggregate(
        "agg_land_transfer",
        ("land_transfer",),
        """SELECT household_no,
  SUM(CASE WHEN role = 'lessee' THEN parts * months_left ELSE 0 - parts * months_left END)
    AS mu_months, {all}
FROM (SELECT household_no, role, CAST(FLOOR(area_mu * 100) AS BIGINT) AS parts, adult,
    CASE WHEN from_on > {today} THEN 0
      ELSE GREATEST(YEAR(to_on) * 12 + MONTH(to_on) - {month}, 0) END AS months_left, {grants}
  FROM linked_land_transfer) AS transfers GROUP BY household_no""",
    ),
    Aggregate(
        "agg_forest_right",
        ("forest_right",),
        """SELECT household_no,
  SUM(CASE WHEN until_on IS NULL OR until_on > {today}
    THEN CAST(FLOOR(area_mu * 100) AS BIGINT) ELSE 0 END) AS area, {all}
FROM linked_forest_right GROUP BY household_no""",
    ),
    Aggregate(
        "agg_farm_machine",
        ("farm_machine",),
        """SELECT household_no, SUM(CAST(FLOOR(price_minor * months_left / 96) AS BIGINT)) AS worth
FROM (SELECT household_no, price_minor,
    GREATEST(96 - ({month} - YEAR(bought_on) * 12 - MONTH(bought_on)), 0) AS months_left
  FROM linked_farm_machine) AS machines GROUP BY household_no""",
    ),
    Aggregate(
        "agg_vehicle",
        ("vehicle",),
        """SELECT household_no,
  SUM(CASE WHEN state IN ('正常', '抵押')
    THEN CAST(FLOOR(COALESCE(price_minor, 0) * months_left / 120) AS BIGINT) ELSE 0 END) AS worth,
  SUM(CASE WHEN state = '查封' THEN 1 ELSE 0 END) AS seized,
  SUM(CASE WHEN state = '抵押' THEN 1 ELSE 0 END) AS mortgaged
FROM (SELECT household_no, price_minor, state,
    GREATEST(120 - ({month} - YEAR(registered_on) * 12 - MONTH(registered_on)), 0) AS months_left
  FROM linked_vehicle) AS vehicles GROUP BY household_no""",
    ),
    Aggregate(
        "agg_collective_share",
        ("collective_share",),
        """SELECT household_no, SUM(CAST(FLOOR(shares * 100) AS BIGINT)) AS parts,
  SUM(COALESCE(dividend_minor, 0)) AS dividends, {all}
FROM linked_collective_share GROUP BY household_no""",
    ),
)

LIABILITIES = (
    Aggregate(
        "agg_encumbrance",
        ("encumbrance",),
        """SELECT household_no,
  SUM(CASE WHEN kind = '抵押' THEN 1 ELSE 0 END) AS mortgages,
  SUM(CASE WHEN kind = '查封' THEN 1 ELSE 0 END) AS seizures
FROM (SELECT DISTINCT household_no, unit_no, kind, from_on FROM linked_encumbrance
  WHERE to_on IS NULL OR to_on > {today}) AS open_ones GROUP BY household_no""",
    ),
    Aggregate(
        "agg_dishonest",
        ("dishonest",),
        """SELECT household_no, COUNT(*) AS listed, SUM(COALESCE(amount_minor, 0)) AS amount
FROM linked_dishonest WHERE removed_on IS NULL OR removed_on > {today} GROUP BY household_no""",
    ),
    Aggregate(
        "agg_litigation",
        ("litigation",),
        """SELECT household_no, COUNT(*) AS cases, SUM(amount) AS amount
FROM (SELECT household_no, case_no, MAX(COALESCE(amount_minor, 0)) AS amount
  FROM linked_litigation WHERE role = '被告' AND (closed_on IS NULL OR closed_on > {today})
  GROUP BY household_no, case_no) AS open_cases GROUP BY household_no""",
    ),
    Aggregate(
        "agg_field_form_debt",
        ("field_form.debt",),
        """SELECT household_no,
  SUM(CASE WHEN kind = '贷款' THEN amount_minor ELSE 0 END) AS loans,
  SUM(CASE WHEN kind = '民间借贷' THEN amount_minor ELSE 0 END) AS private,
  SUM(CASE WHEN kind = '对外担保' THEN amount_minor ELSE 0 END) AS guarantees,
  SUM(CASE WHEN kind = '其他' THEN amount_minor ELSE 0 END) AS others
FROM linked_field_form_debt GROUP BY household_no""",
    ),
    Aggregate(
        "agg_field_form_asset",
        ("field_form.asset",),
        """SELECT household_no,
  SUM(CASE WHEN kind = '存款' THEN value_minor ELSE 0 END) AS deposits
FROM linked_field_form_asset GROUP BY household_no""",
    ),
    Aggregate(
        "agg_form",
        ("field_form.member",),
        """SELECT household_no, COUNT(*) AS people, {all}
FROM linked_field_form_member GROUP BY household_no""",
    ),
)

INCOME = (
    Aggregate(
        "agg_production",
        ("production",),
        """SELECT household_no, COUNT(*) AS records,
  SUM(CASE WHEN window_no = 0 THEN output ELSE 0 END) AS output_12m,
  SUM(CASE WHEN window_no = 0 THEN output - input ELSE 0 END) AS net_0,
  SUM(CASE WHEN window_no = 1 THEN output - input ELSE 0 END) AS net_1,
  SUM(CASE WHEN window_no = 2 THEN output - input ELSE 0 END) AS net_2,
  SUM(CASE WHEN window_no = 0 THEN 1 ELSE 0 END) AS records_0,
  SUM(CASE WHEN window_no = 1 THEN 1 ELSE 0 END) AS records_1,
  SUM(CASE WHEN window_no = 2 THEN 1 ELSE 0 END) AS records_2,
  SUM(CASE WHEN window_no = 0 AND unit = '亩' THEN parts ELSE 0 END) AS planted,
  SUM(CASE WHEN window_no = 0 AND unit = '亩'
    THEN CAST(FLOOR(parts * norm / 100) AS BIGINT) ELSE 0 END) AS norm_input, {all}
FROM (SELECT household_no, adult, {grants}, unit,
    COALESCE(expected_output_minor, 0) AS output, COALESCE(input_cost_minor, 0) AS input,
    CAST(FLOOR(scale * 100) AS BIGINT) AS parts, {crop_norm} AS norm,
    CASE WHEN recorded_on > {m12} THEN 0 WHEN recorded_on > {m24} THEN 1
      WHEN recorded_on > {m36} THEN 2 ELSE 3 END AS window_no
  FROM linked_production) AS records GROUP BY household_no""",
    ),
    # Sales before the window are one group, 0: only the consents behind them matter.
    Aggregate(
        "agg_sale",
        ("sale",),
        """SELECT household_no, SUM(amount) AS amount, MAX(amount) AS peak, {all_of_all}
FROM (SELECT household_no, sold_month, SUM(amount) AS amount, {all}
  FROM (SELECT household_no, adult, {grants},
      CASE WHEN "on" > {m12} THEN YEAR("on") * 12 + MONTH("on") ELSE 0 END AS sold_month,
      CASE WHEN "on" > {m12} THEN amount_minor ELSE 0 END AS amount
    FROM linked_sale) AS sales GROUP BY household_no, sold_month) AS months
GROUP BY household_no""",
    ),
    Aggregate(
        "agg_employment",
        ("employment",),
        """SELECT household_no, COUNT(DISTINCT person_key) AS earners
FROM linked_employment
WHERE kind IN ('单位就业', '灵活就业') AND (to_on IS NULL OR to_on > {today})
GROUP BY household_no""",
    ),
    Aggregate(
        "agg_subsidy",
        ("subsidy",),
        """SELECT household_no,
  SUM(CASE WHEN paid_on > {m12} THEN amount_minor ELSE 0 END) AS amount, {all}
FROM linked_subsidy GROUP BY household_no""",
    ),
    Aggregate(
        "agg_social_insurance",
        ("social_insurance",),
        """SELECT household_no, MAX(months) AS months, {all}
FROM linked_social_insurance GROUP BY household_no""",
    ),
    Aggregate(
        "agg_pensioner",
        ("social_insurance",),
        """SELECT household_no, COUNT(DISTINCT person_key) AS people
FROM linked_social_insurance
WHERE state = '领取待遇' AND kind IN ('城乡居民养老', '职工养老') GROUP BY household_no""",
    ),
    Aggregate(
        "agg_field_form_income_expense",
        ("field_form.income_expense",),
        """SELECT household_no,
  SUM(CASE WHEN kind IN ('种植', '养殖') THEN COALESCE(last_year_minor, 0) ELSE 0 END) AS farm,
  SUM(CASE WHEN kind IN ('种植', '养殖') AND last_year_minor IS NOT NULL THEN 1 ELSE 0 END)
    AS farm_records,
  SUM(CASE WHEN kind = '商业' THEN COALESCE(last_year_minor, 0) ELSE 0 END) AS trade
FROM linked_field_form_income_expense GROUP BY household_no""",
    ),
    Aggregate(
        "agg_farm_entity",
        ("farm_entity",),
        """SELECT household_no, MAX(CASE WHEN role = '负责人' THEN 2 ELSE 1 END) AS role,
  MAX(CASE WHEN kind = '农民专业合作社' THEN 1 ELSE 0 END) AS coop
FROM linked_farm_entity GROUP BY household_no""",
    ),
    Aggregate(
        "agg_business",
        ("business",),
        """SELECT household_no,
  MAX(CASE WHEN state = '存续'
    THEN GREATEST({month} - YEAR(opened_on) * 12 - MONTH(opened_on), 0) ELSE 0 END) AS months
FROM linked_business GROUP BY household_no""",
    ),
)

STANDING = (
    Aggregate(
        "agg_tax",
        ("tax",),
        """SELECT household_no, MIN(CASE grade WHEN 'A' THEN 4 WHEN 'B' THEN 3 WHEN 'M' THEN 2
    WHEN 'C' THEN 1 ELSE 0 END) AS grade
FROM linked_tax WHERE year >= {year} - 2 GROUP BY household_no""",
    ),
    Aggregate(
        "agg_penalty",
        ("penalty",),
        """SELECT household_no, COUNT(*) AS penalties
FROM linked_penalty WHERE "on" > {m36} GROUP BY household_no""",
    ),
    # A bit for each year: covered are the years with rows of which none is unpaid.
    Aggregate(
        "agg_medical_cover",
        ("medical_cover",),
        """SELECT household_no, BIT_COUNT(BIT_OR(year_bit) & ~BIT_OR(unpaid_bit)) AS years
FROM (SELECT household_no, year_bit,
    CASE WHEN state IN ('已缴费', '资助参保') THEN 0 ELSE year_bit END AS unpaid_bit
  FROM (SELECT household_no, state,
      CASE year WHEN {year} THEN 1 WHEN {year} - 1 THEN 2 ELSE 4 END AS year_bit
    FROM linked_medical_cover WHERE year > {year} - 3 AND year <= {year}) AS covers) AS years
GROUP BY household_no""",
    ),
    Aggregate(
        "agg_loan",
        ("loan_history",),
        """SELECT household_no, institution, COUNT(*) AS contracts, SUM(balance_minor) AS balance,
  SUM(CASE WHEN balance_minor > 0 THEN principal_minor ELSE 0 END) AS open_principal,
  SUM(CASE WHEN balance_minor = 0 THEN 1 ELSE 0 END) AS repaid,
  MAX(worst_dpd) AS worst_dpd,
  MAX(CASE WHEN balance_minor > 0 AND dpd > 90 THEN 1 ELSE 0 END) AS over_90
FROM (SELECT household_no, institution, contract_no,
    MAX_BY(balance_minor, as_of) AS balance_minor,
    MAX_BY(principal_minor, as_of) AS principal_minor,
    MAX_BY(days_past_due_max, as_of) AS dpd,
    MAX(CASE WHEN as_of > {m24} THEN days_past_due_max END) AS worst_dpd
  FROM linked_loan_history
  GROUP BY household_no, institution, contract_no) AS contracts
GROUP BY household_no, institution""",
    ),
)

CHARACTER = (
    Aggregate(
        "agg_review",
        ("review_result",),
        """SELECT household_no, institution, MAX_BY(reviews, round) AS reviews,
  MAX_BY(marks, round) AS marks
FROM (SELECT household_no, institution, round, COUNT(marks) AS reviews,
    SUM(COALESCE(marks, 0)) AS marks
  FROM (SELECT household_no, institution, round,
      CASE WHEN knows THEN 10 - honesty - business END AS marks
    FROM linked_review_result) AS reviewed
  GROUP BY household_no, institution, round) AS rounds
GROUP BY household_no, institution""",
    ),
    Aggregate(
        "agg_honour",
        ("honour",),
        """SELECT household_no, COUNT(*) AS honours
FROM linked_honour WHERE until_on IS NULL OR until_on >= {today} GROUP BY household_no""",
    ),
)

AGGREGATES = (*MEMBERS, *ASSETS, *LIABILITIES, *INCOME, *STANDING, *CHARACTER)
