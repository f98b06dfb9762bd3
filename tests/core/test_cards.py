"""Card numbers: taken as written on the card, refused otherwise without repeating a digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.cards import NotACard, clean_card, has_right_check_digit


@pytest.mark.parametrize(
    "text", ["9999801234567890124", "9999 8012 3456 7890 124", " 9999-801234567890124"]
)
def test_it_takes_a_number_as_it_stands_on_the_card(text: str) -> None:
    assert clean_card(text) == "9999801234567890124"


@pytest.mark.parametrize(
    "text", ["", "9999801234567890125", "62122612345", "六二一二", "6" * 20, "4111a11111111111"]
)
def test_it_refuses_anything_else_in_silence(text: str) -> None:
    with pytest.raises(NotACard) as refusal:
        clean_card(text)
    assert refusal.value.params == {}


@given(st.text("0123456789", min_size=15, max_size=18))
def test_exactly_one_last_digit_is_right(digits: str) -> None:
    assert [has_right_check_digit(f"{digits}{last}") for last in range(10)].count(True) == 1
