"""Income: what comes in over a year, how steady it is, and from what."""

from __future__ import annotations

from xinnong.analytics.features.assets import against_town
from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.household import HouseholdFacts, Row
from xinnong.analytics.features.windows import month_index, months_before

EARNING = ("单位就业", "灵活就业")
PENSION_KINDS = ("城乡居民养老", "职工养老")
FARM_KINDS = ("种植", "养殖")


def _recorded(h: HouseholdFacts, years_ago: int) -> list[Row]:
    """Production recorded in one of the last twelve-month windows."""
    after = months_before(h.today, 12 * (years_ago + 1))
    until = months_before(h.today, 12 * years_ago)
    rows = h.of("production")
    if years_ago == 0:
        return [row for row in rows if row["recorded_on"] > after]
    return [row for row in rows if after < row["recorded_on"] <= until]


def _net(rows: list[Row]) -> int:
    return sum((r["expected_output_minor"] or 0) - (r["input_cost_minor"] or 0) for r in rows)


def _farm_net_income(h: HouseholdFacts) -> int | None:
    """Own records beat the field form."""
    recent = _recorded(h, 0)
    if recent:
        return _net(recent)
    stated = [row for row in _stated(h, *FARM_KINDS) if row["last_year_minor"] is not None]
    return sum(row["last_year_minor"] for row in stated) if stated else None


def _stated(h: HouseholdFacts, *kinds: str) -> list[Row]:
    return [row for row in h.of("field_form.income_expense") if row["kind"] in kinds]


def _trade_income(h: HouseholdFacts) -> int | None:
    if not h.of("field_form.income_expense"):
        return None
    return sum(row["last_year_minor"] or 0 for row in _stated(h, "商业"))


def _chain_sales(h: HouseholdFacts) -> int:
    return sum(_sales_by_month(h).values())


def _sales_by_month(h: HouseholdFacts) -> dict[int, int]:
    months: dict[int, int] = {}
    for row in h.of("sale"):
        if row["on"] > months_before(h.today, 12):
            month = month_index(row["on"])
            months[month] = months.get(month, 0) + row["amount_minor"]
    return months


def _season_peak_share(h: HouseholdFacts) -> int | None:
    months = _sales_by_month(h)
    total = sum(months.values())
    return max(months.values()) * 100 // total if total > 0 else None


def _wage_earners(h: HouseholdFacts) -> int:
    rows = [row for row in h.of("employment") if row["kind"] in EARNING]
    working = [row for row in rows if row["to_on"] is None or row["to_on"] > h.today]
    return len({row["person_key"] for row in working})


def _subsidies(h: HouseholdFacts) -> int:
    since = months_before(h.today, 12)
    return sum(row["amount_minor"] for row in h.of("subsidy") if row["paid_on"] > since)


def _dividends(h: HouseholdFacts) -> int:
    return sum(row["dividend_minor"] or 0 for row in h.of("collective_share"))


def _pensioners(h: HouseholdFacts) -> int:
    rows = [row for row in h.of("social_insurance") if row["kind"] in PENSION_KINDS]
    return len({row["person_key"] for row in rows if row["state"] == "领取待遇"})


def _income_total(h: HouseholdFacts) -> int | None:
    names = ("farm_counted", "trade_counted", "subsidies", "dividends")
    money = h.total(names)
    earners, pensioners = h.value("wage_earners"), h.value("pensioners")
    if money is None or earners is None or pensioners is None:
        return None
    return money + earners * h.norms.wage_fen_year + pensioners * h.norms.pension_fen_year


def _income_stability(h: HouseholdFacts) -> int | None:
    years = [_recorded(h, ago) for ago in range(3)]
    if not all(years):
        return None
    nets = [_net(rows) for rows in years]
    return max(min(nets), 0) * 100 // max(nets) if max(nets) > 0 else 0


def _farm_entity_role(h: HouseholdFacts) -> int:
    return max((2 if r["role"] == "负责人" else 1 for r in h.of("farm_entity")), default=0)


def _business_years(h: HouseholdFacts) -> int:
    running = [row for row in h.of("business") if row["state"] == "存续"]
    return max([0, *(h.months_since(row["opened_on"]) for row in running)])


FARM_SQL = (
    "CASE WHEN production_records_0 > 0 THEN production_net_0"
    " WHEN field_form_income_expense_farm_records > 0 THEN field_form_income_expense_farm END"
)
FARM_READS = ("production.expected_output", "production.input_cost", "production.recorded_on")
FORM_READS = ("field_form.income_expense.last_year",)

FEATURES = (
    Feature(
        "farm_net_income", "income", "fen", "种养净收入", "Net farm income", FARM_READS,
        "近十二个月生产记录的预计产值减投入；无记录时取入户表种植、养殖上年净收入。",
        "Expected output less inputs of production recorded in 12 months; without records, last "
        "year's net farm income on the field form.",
        FARM_SQL, _farm_net_income, unknown="record", also_reads=FORM_READS,
    ),
    Feature(
        "farm_counted", "income", "fen", "种养净收入（计入合计）", "Farm income in the total",
        FARM_READS, "无记录按零计入合计。", "Zero in the total without any record.",
        f"COALESCE({FARM_SQL}, 0)", lambda h: _farm_net_income(h) or 0,
        also_reads=FORM_READS, shown=False,
    ),
    Feature(
        "trade_income", "income", "fen", "商业净收入", "Trade income", FARM_READS,
        "入户表商业上年净收入。", "Last year's net trade income on the field form.",
        "field_form_income_expense_trade", _trade_income, unknown="form",
        also_reads=FORM_READS, shown=False,
    ),
    Feature(
        "trade_counted", "income", "fen", "商业净收入（计入合计）", "Trade income in the total",
        FARM_READS, "无入户表按零计入合计。", "Zero in the total without a form.",
        "COALESCE(field_form_income_expense_trade, 0)", lambda h: _trade_income(h) or 0,
        also_reads=FORM_READS, shown=False,
    ),
    Feature(
        "chain_sales", "income", "fen", "产业链销售额", "Sales through chains",
        ("sale.amount", "sale.on"), "近十二个月交货金额。", "Value delivered in the last 12 months.",
        "COALESCE(sale_amount, 0)", _chain_sales,
    ),
    Feature(
        "wage_earners", "income", "count", "就业人数", "Wage earners",
        ("employment.kind", "employment.to_on"), "目前登记单位就业或灵活就业的人数。",
        "Members registered as employed or flexibly employed today.",
        "COALESCE(employment_earners, 0)", _wage_earners,
    ),
    Feature(
        "subsidies", "income", "fen", "涉农补贴", "Farm subsidies",
        ("subsidy.amount", "subsidy.paid_on"), "近十二个月发放金额。", "Paid in the last 12 months.",
        "COALESCE(subsidy_amount, 0)", _subsidies,
    ),
    Feature(
        "dividends", "income", "fen", "集体分红", "Collective dividends",
        ("collective_share.dividend",), "上年分红之和。", "Dividends of last year, summed.",
        "COALESCE(collective_share_dividends, 0)", _dividends,
    ),
    Feature(
        "pensioners", "income", "count", "领取养老金人数", "Pensioners",
        ("social_insurance.state",), "领取养老待遇的人数。", "Members who draw a pension.",
        "COALESCE(pensioner_people, 0)", _pensioners,
    ),
    Feature(
        "income_total", "income", "fen", "年收入合计", "Total yearly income", (),
        "种养、商业、补贴、分红，加就业人数、养老金人数按县定年额折算。",
        "Farming, trade, subsidies and dividends, plus earners and pensioners at the county's "
        "yearly figures.",
        "farm_counted + trade_counted + subsidies + dividends + wage_earners * {wage}"
        " + pensioners * {pension}",
        _income_total, level=2, unknown="parts",
        parts=("farm_counted", "trade_counted", "subsidies", "dividends", "wage_earners",
               "pensioners"),
    ),
    Feature(
        "income_stability", "income", "percent", "三年稳定度", "Stability over three years",
        FARM_READS, "三个年度生产净收入的最低与最高之比；任一年度无记录为未知。",
        "Lowest over highest yearly net of production in three years; unknown if a year has none.",
        "CASE WHEN production_records_0 > 0 AND production_records_1 > 0"
        " AND production_records_2 > 0 THEN"
        " CASE WHEN GREATEST(production_net_0, production_net_1, production_net_2) > 0 THEN"
        " CAST(FLOOR(GREATEST(LEAST(production_net_0, production_net_1, production_net_2), 0) * 100"
        " / GREATEST(production_net_0, production_net_1, production_net_2)) AS BIGINT)"
        " ELSE 0 END END",
        _income_stability, unknown="record",
    ),
    Feature(
        "season_peak_share", "income", "percent", "旺月占比", "Share of the peak month",
        ("sale.amount", "sale.on"), "近十二个月中销售最多的一个月占全部的百分比。",
        "The best month's share of sales in the last 12 months, in percent.",
        "CASE WHEN sale_amount > 0 THEN CAST(FLOOR(sale_peak * 100 / sale_amount) AS BIGINT) END",
        _season_peak_share, unknown="record",
    ),
    Feature(
        "income_vs_town", "income", "percent", "收入与本镇中位数之比", "Income against the town", (),
        "年收入合计占本镇已知户中位数的百分比，最高 999。",
        "Total income in percent of the median of the town's known households, at most 999.",
        "CASE WHEN income_total IS NOT NULL AND income_median > 0"
        " THEN CAST(LEAST(FLOOR(GREATEST(income_total, 0) * 100 / income_median), 999) AS BIGINT)"
        " END",
        lambda h: against_town(h, "income_total"), level=3, unknown="area",
        parts=("income_total",),
    ),
    Feature(
        "farm_entity_role", "income", "code", "新型经营主体身份", "Role in a farm entity",
        ("farm_entity.role",), "0 无，1 成员，2 负责人。", "0 none, 1 member, 2 head.",
        "COALESCE(farm_entity_role, 0)", _farm_entity_role,
    ),
    Feature(
        "business_years", "income", "month", "经营月数", "Months in business",
        ("business.opened_on", "business.state"), "存续主体中最早成立至今的月数，无则 0。",
        "Months since the oldest running business opened; 0 without one.",
        "COALESCE(business_months, 0)", _business_years,
    ),
)  # fmt: skip
