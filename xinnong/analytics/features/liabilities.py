"""Liabilities: what the household owes, has pledged, or is being sued for."""

from __future__ import annotations

from typing import Final

from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.household import HouseholdFacts, Row

PERCENT_CAP: Final = 999


def open_loans(h: HouseholdFacts) -> list[Row]:
    """Newest row of each contract of the lender."""
    newest: dict[str, Row] = {}
    for row in h.own("loan_history"):
        known = newest.get(row["contract_no"])
        if known is None or row["as_of"] > known["as_of"]:
            newest[row["contract_no"]] = row
    return list(newest.values())


def _own_balance(h: HouseholdFacts) -> int:
    return sum(row["balance_minor"] for row in open_loans(h))


def _open_encumbrances(h: HouseholdFacts, kind: str) -> int:
    """Count each entry once, however many members own the dwelling."""
    rows = [row for row in h.of("encumbrance") if row["kind"] == kind]
    open_ones = [row for row in rows if row["to_on"] is None or row["to_on"] > h.today]
    return len({(row["unit_no"], row["from_on"]) for row in open_ones})


def _vehicles(h: HouseholdFacts, state: str) -> int:
    return sum(row["state"] == state for row in h.of("vehicle"))


def _declared(h: HouseholdFacts, kind: str) -> int:
    return sum(row["amount_minor"] for row in h.of("field_form.debt") if row["kind"] == kind)


def _from_form(h: HouseholdFacts, kind: str) -> int | None:
    return _declared(h, kind) if h.of("field_form.member") else None


def open_listings(h: HouseholdFacts) -> list[Row]:
    """Court listings that have not been removed."""
    return [
        row for row in h.of("dishonest") if row["removed_on"] is None or row["removed_on"] > h.today
    ]


def open_cases(h: HouseholdFacts) -> dict[str, int]:
    """Sum of each pending case against members; a case against two of them is one case."""
    sums: dict[str, int] = {}
    for row in h.of("litigation"):
        pending = row["closed_on"] is None or row["closed_on"] > h.today
        if row["role"] == "被告" and pending:
            sums[row["case_no"]] = max(sums.get(row["case_no"], 0), row["amount_minor"] or 0)
    return sums


def _court_sum(h: HouseholdFacts) -> int:
    listed = sum(row["amount_minor"] or 0 for row in open_listings(h))
    return listed + sum(open_cases(h).values())


def _debt_total(h: HouseholdFacts) -> int | None:
    parts = [h.value(n) for n in ("declared_loans", "declared_other", "court_sum_open")]
    loans, other, court = parts
    if loans is None or other is None or court is None:
        return None
    return max(loans, h.value("own_bank_balance") or 0) + other + court


def share_of(part: int | None, whole: int | None) -> int | None:
    """Percent, at most 999; a debt against nothing is the worst, no debt is zero."""
    if part is None or whole is None:
        return None
    if part == 0:
        return 0
    return min(part * 100 // whole, PERCENT_CAP) if whole > 0 else PERCENT_CAP


def _debt_service(h: HouseholdFacts) -> int | None:
    debt = h.value("debt_total")
    service = None if debt is None else debt * h.norms.debt_service_percent // 100
    return share_of(service, h.value("income_total"))


SHARE_SQL = (
    "CASE WHEN {part} IS NULL OR {whole} IS NULL THEN NULL WHEN {part} = 0 THEN 0"
    " WHEN {whole} > 0 THEN CAST(LEAST(FLOOR({part} * 100 / {whole}), 999) AS BIGINT) ELSE 999 END"
)

FEATURES = (
    Feature(
        "own_bank_balance", "liabilities", "fen", "本行贷款余额", "Balance with this lender",
        ("loan_history.balance",), "各合同最新余额之和。", "Newest balance of each contract, summed.",
        "COALESCE(loan_balance, 0)", _own_balance, lender_only=True,
    ),
    Feature(
        "seizures_open", "liabilities", "count", "未解除查封", "Open seizures",
        ("encumbrance.kind", "encumbrance.to_on", "vehicle.state"),
        "不动产与车辆上未解除的查封数，共有的只计一次。",
        "Seizures not lifted, on real estate and vehicles; a shared dwelling counts once.",
        "COALESCE(encumbrance_seizures, 0) + COALESCE(vehicle_seized, 0)",
        lambda h: _open_encumbrances(h, "查封") + _vehicles(h, "查封"),
    ),
    Feature(
        "mortgages_open", "liabilities", "count", "未解除抵押", "Open mortgages",
        ("encumbrance.kind", "encumbrance.to_on", "vehicle.state"),
        "不动产与车辆上未解除的抵押数，共有的只计一次。",
        "Mortgages not lifted, on real estate and vehicles; a shared dwelling counts once.",
        "COALESCE(encumbrance_mortgages, 0) + COALESCE(vehicle_mortgaged, 0)",
        lambda h: _open_encumbrances(h, "抵押") + _vehicles(h, "抵押"),
    ),
    Feature(
        "private_debt", "liabilities", "fen", "民间借贷", "Private borrowing",
        ("field_form.member.form_no", "field_form.debt.amount"),
        "入户表所列民间借贷。", "Private borrowing stated on the field form.",
        "CASE WHEN form_people IS NULL THEN NULL ELSE COALESCE(field_form_debt_private, 0) END",
        lambda h: _from_form(h, "民间借贷"), unknown="form",
    ),
    Feature(
        "guarantees_given", "liabilities", "fen", "对外担保", "Guarantees given",
        ("field_form.member.form_no", "field_form.debt.amount"),
        "入户表所列对外担保。", "Guarantees for others stated on the field form.",
        "CASE WHEN form_people IS NULL THEN NULL ELSE COALESCE(field_form_debt_guarantees, 0) END",
        lambda h: _from_form(h, "对外担保"), unknown="form",
    ),
    Feature(
        "court_sum_open", "liabilities", "fen", "法院未结金额", "Open court sums",
        ("dishonest.amount", "litigation.amount"),
        "未删除的失信标的额与未结被诉金额之和。",
        "Sums of listings not removed and of pending cases against a member.",
        "COALESCE(dishonest_amount, 0) + COALESCE(litigation_amount, 0)", _court_sum,
    ),
    Feature(
        "declared_loans", "liabilities", "fen", "申报贷款", "Declared loans",
        ("field_form.debt.amount",), "入户表所列贷款，无表按零计。",
        "Loans stated on the field form; zero without a form.",
        "COALESCE(field_form_debt_loans, 0)", lambda h: _declared(h, "贷款"), shown=False,
    ),
    Feature(
        "declared_other", "liabilities", "fen", "申报其他债务", "Other declared debts",
        ("field_form.debt.amount",), "入户表所列民间借贷与其他债务，无表按零计。",
        "Private and other debts stated on the field form; zero without a form.",
        "COALESCE(field_form_debt_private, 0) + COALESCE(field_form_debt_others, 0)",
        lambda h: _declared(h, "民间借贷") + _declared(h, "其他"), shown=False,
    ),
    Feature(
        "debt_total", "liabilities", "fen", "负债合计", "Total debt", (),
        "申报贷款与本行余额取大者，加民间借贷、其他债务与法院未结金额。",
        "The larger of declared loans and this lender's balance, plus private and other debts and "
        "open court sums.",
        "CASE WHEN declared_loans IS NOT NULL THEN"
        " GREATEST(declared_loans, COALESCE(own_bank_balance, 0)) + declared_other + court_sum_open END",
        _debt_total, level=2, unknown="parts",
        parts=("declared_loans", "declared_other", "court_sum_open", "own_bank_balance"),
    ),
    Feature(
        "debt_to_assets", "liabilities", "percent", "负债与资产之比", "Debt to assets", (),
        "负债合计占资产合计的百分比，最高 999；无负债为 0。",
        "Total debt in percent of total assets, at most 999; 0 without debt.",
        SHARE_SQL.format(part="debt_total", whole="assets_total"),
        lambda h: share_of(h.value("debt_total"), h.value("assets_total")),
        level=3, unknown="parts", parts=("debt_total", "assets_total"),
    ),
    Feature(
        "debt_service_to_income", "liabilities", "percent", "偿债与收入之比", "Debt service to income",
        (), "负债合计×县定年偿付比例，占收入合计的百分比，最高 999。",
        "Total debt × the county's yearly service share, in percent of total income, at most 999.",
        SHARE_SQL.format(
            part="CAST(FLOOR(debt_total * {service} / 100) AS BIGINT)", whole="income_total"
        ),
        _debt_service, level=3, unknown="parts", parts=("debt_total", "income_total"),
    ),
)  # fmt: skip
