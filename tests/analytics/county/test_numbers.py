"""Synthetic identifiers: valid by the standards, unique, and of no real place."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xinnong.analytics.county import numbers
from xinnong.core import ids
from xinnong.core.cleaning import Cleaned

DAYS = st.lists(st.integers(-25_000, 20_000), min_size=1, max_size=40)


@given(DAYS, st.integers(1, 20))
def test_resident_ids_are_valid_and_unique(days: list[int], width: int) -> None:
    birth = np.array(days, dtype=np.int64)
    male = birth % 2 == 0
    county = np.full(len(birth), numbers.COUNTY)
    bodies = numbers.rid_bodies(birth=birth, male=male, county=county, first=0, width=width)
    checks = numbers.rid_checks(bodies)
    texts = [numbers.rid_text(int(b), int(c)) for b, c in zip(bodies, checks, strict=True)]
    assert len(set(texts)) == len(texts)
    for text, day, is_male in zip(texts, days, male, strict=True):
        assert ids.clean_rid(text) == Cleaned(text)
        assert ids.rid_birth(text) == date(1970, 1, 1) + np.timedelta64(day, "D").astype(object)
        assert ids.rid_sex(text) == ("男" if is_male else "女")
        assert text.startswith("3399")


def test_parts_of_the_county_never_share_an_id() -> None:
    birth = np.zeros(20, dtype=np.int64)
    county = np.full(20, numbers.COUNTY)
    made = [
        numbers.rid_bodies(birth=birth, male=birth == 0, county=county, first=part * 10, width=10)
        for part in range(50)
    ]
    assert len(np.unique(np.concatenate(made))) == 1_000


def test_credit_codes_are_valid_and_unique() -> None:
    for kind in (1, 2, 3):
        codes = numbers.usccs(np.arange(5_000), kind)
        assert len(set(codes)) == 5_000
        assert {ids.clean_uscc(code) for code in codes[:500]} == {
            Cleaned(code) for code in codes[:500]
        }


def test_phones_are_unique_and_look_like_none_in_use() -> None:
    phones = numbers.phones(np.arange(100_000) * 37)
    assert len(np.unique(phones)) == 100_000
    assert all(ids.clean_phone(str(phone)).value for phone in phones[:200])
    assert {str(phone)[:3] for phone in phones} == {"198"}
