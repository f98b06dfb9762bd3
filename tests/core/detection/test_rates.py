"""The worked table of the page, and what is too little to say."""

from __future__ import annotations

import pytest

from xinnong.core.detection.rates import Astray, astray


@pytest.mark.parametrize(
    ("events", "found", "expected"),
    [
        (5_000, 5, None),
        (5_000, 21, Astray(21, 5_000, is_above=True)),
        (5_000, 1, Astray(1, 5_000, is_above=False)),
        (900, 9, None),
        (1_000, 4, None),
        (5_000, 20, None),
    ],
)
def test_it_alarms_as_the_page_says(events: int, found: int, expected: Astray | None) -> None:
    assert astray(found=found, events=events, tested_found=10, tested_events=10_000) == expected


def test_a_back_test_on_nothing_expects_nothing() -> None:
    assert astray(found=99, events=5_000, tested_found=0, tested_events=0) is None
