"""The second reading of a bureau record: ours pass it, and each broken field or rule is named."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_bureau import END, TEA_GROWER, month
from xinnong.core.asset_class import AssetClass
from xinnong.core.bureau import Account, Record, notice_holds, report
from xinnong.core.bureau_check import faults


def said(account: Account) -> dict[str, Any]:
    record, problems = report(account, month_end=END)
    assert problems == ()
    assert isinstance(record, Record)
    return {
        "base": dict(record.base), "latest": dict(record.latest), "months": record.months,
        "special": [dict(each) for each in record.special],
    }  # fmt: skip


@given(
    balance=st.integers(0, 8_000_000),
    late=st.integers(0, 8_000_000),
    days=st.integers(1, 400),
    klass=st.sampled_from(list(AssetClass)),
)
def test_what_we_make_passes(balance: int, late: int, days: int, klass: AssetClass) -> None:
    late = min(late, balance)
    months = (*TEA_GROWER.months[:-1], month(2026, 3, days=days if late else 0))
    account = replace(
        TEA_GROWER, balance_minor=balance, overdue_minor=late, overdue_principal_minor=late,
        overdue_since=date(2026, 3, 1) if late else None, asset_class=klass, months=months,
        told_of_bad_on=date(2026, 3, 2),
    )  # fmt: skip
    assert faults(said(account)) == []


@pytest.mark.parametrize(
    ("segment", "field", "value", "named"),
    [
        ("base", "AD01", "D9", "base.AD01"),
        ("base", "AR01", "2025-13-01", "base.AR01"),
        ("base", "AI01", "王大山", "base.AI01"),
        ("base", "AS01", 0, "base.AS01"),
        ("base", "AJ01", -1, "base.AJ01"),
        ("latest", "class", 6, "latest.class"),
        ("latest", "month", "2026-3", "latest.month"),
        ("base", "AR02", "2025-01-01", "base.AR02"),
        ("base", "AJ01", 80_001, "base.AJ01"),
        ("base", "AD06", "07", "base.AD06"),
        ("latest", "overdue_principal", 1, "latest.overdue_principal"),
        ("latest", "overdue", 5, "latest.overdue_since"),
        ("latest", "overdue_since", "2026-03-05", "months"),
        ("base", "AR01", "2026-01-05", "months"),
    ],
)
def test_each_broken_field_and_rule_is_named(
    segment: str, field: str, value: object, named: str
) -> None:
    record = deepcopy(said(TEA_GROWER))
    record[segment][field] = value
    assert named in [problem.field for problem in faults(record)]


@pytest.mark.parametrize(
    "months", ["", "/" * 24, "/" * 20 + "*NN?", "N" * 25, "/" * 20 + "*CNN", "/" * 20 + "N/NN"]
)
def test_a_broken_look_back_is_named(months: str) -> None:
    record = {**said(TEA_GROWER), "months": months}
    assert [problem.field for problem in faults(record)] == ["months"]


def test_a_missing_or_additional_field_is_named() -> None:
    record = said(TEA_GROWER)
    del record["base"]["AD09"]
    assert [problem.field for problem in faults(record)] == ["base"]


def test_a_notice_holds_ten_days_after_it_and_not_for_what_came_later() -> None:
    since = date(2026, 3, 1)
    assert notice_holds(date(2026, 3, 21), bad_since=since, month_end=END)
    assert not notice_holds(date(2026, 3, 22), bad_since=since, month_end=END)
    assert not notice_holds(date(2026, 2, 28), bad_since=since, month_end=END)
