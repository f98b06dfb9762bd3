"""Every gang is found in time by the base rules, and normal life alarms nobody; small, with few seeds.

The table over 20 seeds and every coverage is `xinnong guard report`; these hold what must never be lost.
"""

from __future__ import annotations

from importlib.resources import files

import pytest

from xinnong.analytics.gangs.gangs import SCENARIOS
from xinnong.analytics.gangs.report import replayed
from xinnong.core.detection.rulebook import load_rulebook

pytestmark = pytest.mark.slow
BOOK = load_rulebook(
    (files("xinnong.core.detection") / "published" / "base-2026.3.toml").read_bytes()
)
GANGS = [name for name in SCENARIOS if name != "none"]


@pytest.mark.parametrize("scenario", GANGS)
def test_with_all_feeds_a_gang_has_few_victims(scenario: str) -> None:
    found = [replayed(BOOK, scenario, "full", seed) for seed in range(3)]
    assert all(each.minutes is not None for each in found)
    assert max(each.victims for each in found) <= 25


def test_normal_life_with_everything_that_looks_like_a_gang_alarms_nobody() -> None:
    found = [replayed(BOOK, "none", "full", seed) for seed in range(3)]
    assert [(each.cases, each.innocents) for each in found] == [(0, 0)] * 3
    assert all(each.legitimate > 5 for each in found)
