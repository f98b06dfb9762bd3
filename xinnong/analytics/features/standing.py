"""Credit standing: how debts were paid, and what courts, tax and insurance records say."""

from __future__ import annotations

from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.household import HouseholdFacts
from xinnong.analytics.features.liabilities import open_cases, open_listings, open_loans
from xinnong.analytics.features.windows import months_before

TAX_CODES = {"A": 4, "B": 3, "M": 2, "C": 1, "D": 0}
PAID = ("已缴费", "资助参保")


def _worst_dpd(h: HouseholdFacts) -> int | None:
    since = months_before(h.today, 24)
    recent = [row for row in h.own("loan_history") if row["as_of"] > since]
    return max((row["days_past_due_max"] for row in recent), default=None)


def _loans_repaid(h: HouseholdFacts) -> int | None:
    loans = open_loans(h)
    return sum(row["balance_minor"] == 0 for row in loans) if loans else None


def _lines_used(h: HouseholdFacts) -> int | None:
    running = [row for row in open_loans(h) if row["balance_minor"] > 0]
    principal = sum(row["principal_minor"] for row in running)
    balance = sum(row["balance_minor"] for row in running)
    return balance * 100 // principal if principal > 0 else None


def _tax_grade(h: HouseholdFacts) -> int | None:
    recent = [row for row in h.of("tax") if row["year"] >= h.today.year - 2]
    return min((TAX_CODES[row["grade"]] for row in recent), default=None)


def _penalties(h: HouseholdFacts) -> int:
    since = months_before(h.today, 36)
    return sum(row["on"] > since for row in h.of("penalty"))


def _insurance_years(h: HouseholdFacts) -> int:
    """Years of the last three in which nobody on the register was left unpaid."""
    states: dict[int, list[str]] = {}
    for row in h.of("medical_cover"):
        if h.today.year - 3 < row["year"] <= h.today.year:
            states.setdefault(row["year"], []).append(row["state"])
    return sum(all(state in PAID for state in year) for year in states.values())


def _social_months(h: HouseholdFacts) -> int:
    months = [row["months"] for row in h.of("social_insurance") if row["months"] is not None]
    return max(months, default=0)


FEATURES = (
    Feature(
        "worst_dpd_24m", "standing", "day", "两年内最长逾期", "Worst days past due in 24 months",
        ("loan_history.days_past_due_max",), "本行近二十四个月月报中的最长逾期天数。",
        "Longest days past due in this lender's reports of 24 months.",
        "loan_worst_dpd", _worst_dpd, unknown="history", lender_only=True,
    ),
    Feature(
        "loans_repaid", "standing", "count", "已还清贷款", "Loans repaid",
        ("loan_history.balance",), "本行余额为零的合同数。",
        "Contracts with this lender whose balance is zero.",
        "loan_repaid", _loans_repaid, unknown="history", lender_only=True,
    ),
    Feature(
        "lines_used_percent", "standing", "percent", "额度使用率", "Lines used",
        ("loan_history.balance", "loan_history.principal"), "本行未清合同余额占本金的百分比。",
        "Balance in percent of principal over open contracts with this lender.",
        "CASE WHEN loan_open_principal > 0"
        " THEN CAST(FLOOR(loan_balance * 100 / loan_open_principal) AS BIGINT) END",
        _lines_used, unknown="history", lender_only=True,
    ),
    Feature(
        "court_list_open", "standing", "count", "失信名单", "Court listings",
        ("dishonest.removed_on",), "未删除的失信被执行人记录数。", "Listings not removed.",
        "COALESCE(dishonest_listed, 0)", lambda h: len(open_listings(h)),
    ),
    Feature(
        "litigation_defendant_open", "standing", "count", "未结被诉", "Pending cases against members",
        ("litigation.role", "litigation.closed_on"), "作为被告的未结案件数。",
        "Pending cases with a member as defendant.",
        "COALESCE(litigation_cases, 0)", lambda h: len(open_cases(h)),
    ),
    Feature(
        "tax_grade", "standing", "code", "纳税信用", "Tax grade", ("tax.grade", "business.rid"),
        "名下主体近三年最低等级：4 A，3 B，2 M，1 C，0 D。",
        "Lowest grade of the household's businesses in three years: 4 A, 3 B, 2 M, 1 C, 0 D.",
        "tax_grade", _tax_grade, unknown="record",
    ),
    Feature(
        "penalties_3y", "standing", "count", "三年内处罚", "Penalties in three years",
        ("penalty.on",), "近三十六个月处罚与异常名录记录数。", "Penalties recorded in 36 months.",
        "COALESCE(penalty_penalties, 0)", _penalties,
    ),
    Feature(
        "insurance_years", "standing", "year", "医保连续", "Years of medical cover",
        ("medical_cover.state", "medical_cover.year"),
        "近三个年度中，登记成员全部参保的年数。",
        "Years of the last three in which every member on the register was covered.",
        "COALESCE(medical_cover_years, 0)", _insurance_years,
    ),
    Feature(
        "social_insurance_months", "standing", "month", "社保月数", "Months of social insurance",
        ("social_insurance.months",), "成员中最长的累计月数。", "The longest record of a member.",
        "COALESCE(social_insurance_months, 0)", _social_months,
    ),
)  # fmt: skip
