"""Amounts: whole fen inside, yuan as text at the edge."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core import money
from xinnong.core.cleaning import Cleaned
from xinnong.core.quantities import UNITS, UnknownUnit, hundredths, in_base_unit

MINOR = st.integers(-(10**16), 10**16)


@given(MINOR)
def test_yuan_read_back_as_the_same_fen(minor: int) -> None:
    assert money.parse_yuan(money.yuan(minor)) == minor


@pytest.mark.parametrize(
    ("text", "minor", "repairs"),
    [
        ("1234.5", 123450, ()),
        ("0", 0, ()),
        (".5", 50, ()),
        ("7.", 700, ()),
        ("-3.00", -300, ()),
        ("1.5000", 150, ()),
        ("¥1,234,567.89", 123456789, ("money.symbol", "money.grouping")),
        ("￥12", 1200, ("money.symbol",)),
        ("12元", 1200, ("money.symbol",)),
        ("'１２．５", 1250, ("money.fullwidth", "money.apostrophe")),
        (" 1 234 ", 123400, ("money.spaces",)),
    ],
)
def test_it_reads_yuan(text: str, minor: int, repairs: tuple[str, ...]) -> None:
    assert money.clean_money(text) == Cleaned(minor, repairs)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "money.missing"),
        ("1.2E+5", "money.scientific"),
        ("1,23", "money.shape"),
        ("1,2345", "money.shape"),
        ("一百", "money.shape"),
        ("nan", "money.shape"),
        (".", "money.shape"),
        ("1.005", "money.decimals"),
        ("9" * 18, "money.range"),
    ],
)
def test_it_refuses_by_name(text: str, problem: str) -> None:
    assert money.clean_money(text).problem == problem
    with pytest.raises(money.NotAnAmount) as refused:
        money.parse_yuan(text)
    assert refused.value.params == {"problem": problem}


def test_wan_columns_go_down_to_the_fen_and_no_further() -> None:
    assert money.clean_money("1.5", scale="wan") == Cleaned(1_500_000)
    assert money.clean_money("0.000001", scale="wan") == Cleaned(1)
    assert money.clean_money("1.5万元", scale="wan") == Cleaned(1_500_000, ("money.symbol",))
    assert money.clean_money("0.0000001", scale="wan").problem == "money.decimals"


@given(MINOR)
def test_hundreds_are_the_nearest_below(minor: int) -> None:
    floor = money.floor_hundreds(minor)
    assert floor % 10_000 == 0
    assert 0 <= minor - floor < 10_000


@given(st.integers(0, 10**16), st.integers(0, 100))
def test_a_share_is_rounded_down(minor: int, percent: int) -> None:
    taken = money.share(minor, percent)
    assert taken * 100 <= minor * percent < (taken + 1) * 100


def test_rates_have_six_decimals() -> None:
    assert str(money.percent("4.1")) == "4.100000"


def test_a_jin_is_half_a_kilogram_and_other_units_stay() -> None:
    assert in_base_unit(Decimal(3), "斤") == (Decimal("1.5"), "公斤")
    assert in_base_unit(Decimal("0.2"), "吨") == (Decimal(200), "公斤")
    assert in_base_unit(Decimal(7), "亩") == (Decimal(7), "亩")
    assert len(UNITS) == 11
    with pytest.raises(UnknownUnit) as refused:
        in_base_unit(Decimal(1), "筐")
    assert refused.value.params == {"unit": "筐"}


def test_hundredths_are_cut_not_rounded() -> None:
    assert hundredths(Decimal("3.509")) == 350
