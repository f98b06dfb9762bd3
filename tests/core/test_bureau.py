"""The credit-report record of a loan: every code, every letter, and all that keeps it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from xinnong.core.asset_class import AssetClass
from xinnong.core.bureau import Account, Month, letter, look_back, report

END = date(2026, 3, 31)


def month(year: int, number: int, *, due: int = 1000, days: int = 0, ended: str = "") -> Month:
    return Month(date(year, number, 1), due, days, ended=ended)


TEA_GROWER = Account(
    number="BANK-01-000012", kind="term", lender_kind="bank", lender_code="BANK-01",
    agreement="HT-000012", business="farming", method="seasonal", every=1, unit="months",
    repayments=12, security="credit", opened_on=date(2025, 12, 5), matures_on=date(2026, 12, 5),
    amount_minor=8_000_050, limit_minor=8_000_050, is_joint=False, consent_on=date(2025, 12, 1),
    told_of_bad_on=None, balance_minor=5_000_099, overdue_minor=0, overdue_principal_minor=0,
    overdue_since=None, asset_class=AssetClass.NORMAL,
    months=(month(2025, 12, due=0), month(2026, 1), month(2026, 2), month(2026, 3)),
)  # fmt: skip


def test_it_writes_every_segment_of_a_loan_that_is_paid_in_time() -> None:
    record, problems = report(TEA_GROWER, month_end=END)
    assert problems == ()
    assert record is not None
    assert record.base == {
        "AI01": "BANK-01-000012", "AD01": "D1", "AD02": "11", "AI02": "BANK-01",
        "AI04": "HT-000012", "AD03": "52", "AR01": "2025-12-05", "AD04": "CNY", "AJ01": 80_000,
        "AJ02": 80_000, "AR02": "2026-12-05", "AD05": "32", "AD06": "03", "AS01": 12, "AD07": "4",
        "AD09": 0,
    }  # fmt: skip
    assert record.latest == {
        "month": "2026-03", "balance": 50_000, "class": 1, "overdue": 0, "overdue_principal": 0,
        "overdue_since": "",
    }  # fmt: skip
    assert record.months == "/" * 20 + "*NNN"
    assert record.special == ()


LATE = replace(
    TEA_GROWER, overdue_minor=90_000, overdue_principal_minor=80_000,
    overdue_since=date(2026, 3, 5), asset_class=AssetClass.SPECIAL_MENTION,
)  # fmt: skip


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        (replace(TEA_GROWER, consent_on=None), ["bureau.no_consent"]),
        (replace(TEA_GROWER, consent_on=date(2026, 4, 1)), ["bureau.no_consent"]),
        (LATE, ["bureau.not_told"]),
        (replace(LATE, told_of_bad_on=date(2026, 4, 2)), ["bureau.not_told"]),
        (replace(LATE, told_of_bad_on=date(2026, 3, 8)), []),
        (replace(TEA_GROWER, method="balloon"), ["bureau.no_code"]),
        (replace(TEA_GROWER, special=(("eaten", END, 1),)), ["bureau.no_code"]),
        (replace(TEA_GROWER, matures_on=date(2025, 1, 1)), ["bureau.dates"]),
        (replace(TEA_GROWER, opened_on=date(2026, 4, 1)), ["bureau.not_open_yet"]),
        (
            replace(LATE, told_of_bad_on=END, overdue_since=None),
            ["bureau.overdue_since"],
        ),
        (
            replace(LATE, told_of_bad_on=END, overdue_principal_minor=90_001),
            ["bureau.overdue_parts"],
        ),
        (
            replace(LATE, told_of_bad_on=END, balance_minor=1),
            ["bureau.overdue_over_balance"],
        ),
        (replace(TEA_GROWER, months=TEA_GROWER.months[::-1]), ["bureau.months_order"]),
        (
            replace(
                TEA_GROWER, months=(month(2026, 2, ended="written_off"), month(2026, 3))
            ),
            ["bureau.goes_on_after_its_end"],
        ),
        (
            replace(TEA_GROWER, months=(month(2026, 3, ended="closed"),)),
            ["bureau.closed_with_balance"],
        ),
        (replace(LATE, consent_on=None, kind="card"), [
            "bureau.no_consent", "bureau.not_told", "bureau.no_code",
        ]),
    ],
)  # fmt: skip
def test_it_keeps_back_what_must_not_be_sent(account: Account, codes: list[str]) -> None:
    record, problems = report(account, month_end=END)
    assert [problem.code for problem in problems] == codes
    assert (record is None) is bool(codes)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (1, "1"), (30, "1"), (31, "2"), (60, "2"), (61, "3"), (90, "3"), (91, "4"), (120, "4"),
        (121, "5"), (150, "5"), (151, "6"), (180, "6"), (181, "7"), (5000, "7"),
    ],
)  # fmt: skip
def test_it_grades_lateness_by_thirty_days(days: int, expected: str) -> None:
    assert letter(month(2026, 3, days=days)) == expected


def test_it_has_a_letter_for_every_other_state() -> None:
    march = date(2026, 3, 1)
    assert letter(Month(march, 0, 0)) == "*"
    assert letter(Month(march, 10, 0)) == "N"
    assert letter(Month(march, 10, 0, late_within=True)) == "M"
    assert letter(Month(march, 10, 0, is_known=False)) == "#"
    ended = {name: letter(Month(march, 10, 99, ended=name))
             for name in ("closed", "written_off", "guarantor", "in_kind")}  # fmt: skip
    assert ended == {"closed": "C", "written_off": "B", "guarantor": "D", "in_kind": "Z"}


def test_a_month_that_is_missing_in_between_is_unknown() -> None:
    months = (month(2026, 1), month(2026, 3, days=45))
    assert look_back(months, month_end=END) == "/" * 21 + "N#2"


def test_it_looks_back_over_years() -> None:
    months = tuple(month(2024 + (3 + n) // 12, (3 + n) % 12 + 1) for n in range(24))
    assert look_back(months, month_end=END) == "N" * 24
