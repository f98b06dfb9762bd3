"""Figures the line rule asks for besides the score: gates and amounts."""

from __future__ import annotations

from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.household import HouseholdFacts, hundredths
from xinnong.analytics.features.income import FARM_READS
from xinnong.analytics.features.liabilities import open_loans
from xinnong.analytics.features.windows import months_before

ARREARS_DAYS = 90


def _adult_18_65(h: HouseholdFacts) -> int:
    ages = [member.age(h.today) for member in h.members]
    return int(any(age is not None and 18 <= age <= 65 for age in ages))


def _own_dpd_over_90(h: HouseholdFacts) -> int:
    running = [row for row in open_loans(h) if row["balance_minor"] > 0]
    return int(any(row["days_past_due_max"] > ARREARS_DAYS for row in running))


def _consent_ok(h: HouseholdFacts) -> int | None:
    if h.recipient is None:
        return None
    adults = [member for member in h.members if member.adult(h.today)]
    return int(any(member.scopes.get(h.recipient) for member in adults))


def _lines_elsewhere(h: HouseholdFacts) -> int | None:
    declared = h.value("declared_loans")
    if declared is None or not h.of("field_form.member"):
        return None
    return max(declared - (h.value("own_bank_balance") or 0), 0)


def _net_assets(h: HouseholdFacts) -> int | None:
    assets, debt = h.value("assets_total"), h.value("debt_total")
    return None if assets is None or debt is None else assets - debt


def _operating_income(h: HouseholdFacts) -> int | None:
    farm, trade = h.value("farm_net_income"), h.value("trade_income")
    return None if farm is None and trade is None else (farm or 0) + (trade or 0)


def _planted(h: HouseholdFacts) -> list[tuple[int, int]]:
    """Hundredths of a mu and norm (fen a mu) of each crop recorded in twelve months."""
    since = months_before(h.today, 12)
    rows = [r for r in h.of("production") if r["recorded_on"] > since and r["unit"] == "亩"]
    norm = h.norms.input_fen_mu_by_crop
    return [(hundredths(r["scale"]), norm.get(r["crop"], h.norms.input_fen_mu)) for r in rows]


def _planted_mu(h: HouseholdFacts) -> int | None:
    return sum(area for area, _ in _planted(h)) if h.of("production") else None


def _norm_input(h: HouseholdFacts) -> int | None:
    return sum(area * norm // 100 for area, norm in _planted(h)) if h.of("production") else None


FEATURES = (
    Feature(
        "adult_18_65", "gate", "yes_no", "有 18 至 65 岁成年人", "An adult aged 18 to 65",
        ("person.birth",), "有成员在 18 至 65 周岁之间。", "A member is 18 to 65 years old.",
        "member_adult_18_65", _adult_18_65,
    ),
    Feature(
        "lives_in_county", "gate", "yes_no", "住在本县", "Lives in the county",
        ("person.area", "person.state"), "有成员户籍正常在本县，或居住登记在本县。",
        "A member is on the county's register, or registered as living in it.",
        "member_in_county", lambda h: int(any(member.in_county for member in h.members)),
        also_reads=("residence.area",),
    ),
    Feature(
        "own_dpd_over_90", "gate", "yes_no", "本行逾期超过九十天", "Over 90 days past due here",
        ("loan_history.days_past_due_max",), "有未清合同最新逾期超过九十天。",
        "An open contract with this lender is more than 90 days past due.",
        "COALESCE(loan_over_90, 0)", _own_dpd_over_90, lender_only=True,
    ),
    Feature(
        "consent_ok", "gate", "yes_no", "有有效授权", "Consent given",
        ("consent.recipient", "consent.scopes"), "至少一名成年人对该机构的授权在有效期内。",
        "At least one adult's consent to this recipient is in force.",
        "CASE WHEN {any_consent} THEN 1 ELSE 0 END", _consent_ok,
    ),
    Feature(
        "lines_elsewhere", "gate", "fen", "他行额度", "Lines elsewhere",
        ("field_form.member.form_no", "field_form.debt.amount"),
        "入户表所列贷款减本行余额，不低于零。",
        "Loans stated on the field form less this lender's balance, not below zero.",
        "CASE WHEN form_seen = 1 AND declared_loans IS NOT NULL"
        " THEN GREATEST(declared_loans - COALESCE(own_bank_balance, 0), 0) END",
        _lines_elsewhere, level=2, unknown="form",
        parts=("declared_loans", "own_bank_balance", "form_seen"),
    ),
    Feature(
        "form_seen", "gate", "yes_no", "有入户表", "A field form exists",
        ("field_form.member.form_no",), "该户有入户表。", "The household has a field form.",
        "CASE WHEN form_people IS NULL THEN 0 ELSE 1 END",
        lambda h: int(bool(h.of("field_form.member"))), shown=False,
    ),
    Feature(
        "net_assets", "gate", "fen", "净资产", "Net assets", (), "资产合计减负债合计。",
        "Total assets less total debt.", "assets_total - debt_total", _net_assets,
        level=3, unknown="parts", parts=("assets_total", "debt_total"),
    ),
    Feature(
        "operating_income", "gate", "fen", "经营性收入", "Operating income", (),
        "种养净收入加商业净收入，两者皆无为未知。",
        "Net farm income plus trade income; unknown when neither is known.",
        "CASE WHEN farm_net_income IS NULL AND trade_income IS NULL THEN NULL"
        " ELSE COALESCE(farm_net_income, 0) + COALESCE(trade_income, 0) END",
        _operating_income, level=2, unknown="record", parts=("farm_net_income", "trade_income"),
    ),
    Feature(
        "planted_mu", "gate", "mu_hundredths", "种植面积", "Planted area",
        ("production.scale", "production.unit", "production.recorded_on"),
        "近十二个月生产记录中以亩计的规模。", "Scale in mu of production recorded in 12 months.",
        "CASE WHEN production_records IS NULL THEN NULL ELSE production_planted END",
        _planted_mu, unknown="record",
    ),
    Feature(
        "norm_input", "gate", "fen", "投入定额", "Input norm", FARM_READS,
        "种植面积按作物乘县定每亩投入。", "Planted area × the county's input norm of each crop.",
        "CASE WHEN production_records IS NULL THEN NULL ELSE production_norm_input END",
        _norm_input, unknown="record",
    ),
)  # fmt: skip
