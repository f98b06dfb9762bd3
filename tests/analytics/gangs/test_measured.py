"""How late an alert was: from the gang's arrival, and from the first account it made."""

from __future__ import annotations

import pytest

from xinnong.analytics.gangs.measured import measure
from xinnong.analytics.gangs.simulate import Truth
from xinnong.analytics.gangs.world import MINUTE
from xinnong.core.detection.engine import Alert


def alert(minute: int) -> Alert:
    """An urgent alert about village v."""
    return Alert(
        alert_id=f"a{minute}", at=minute * MINUTE, rule="cadre-red", severity="urgent",
        villages=("v",), phones=(), devices=(), agents=(), event_ids=(), supersedes=None, shadow=False,
    )  # fmt: skip


TRUTH = Truth(
    victims={"p1": ("gang", 10 * MINUTE), "p2": ("gang", 20 * MINUTE)},
    accounts=((70 * MINUTE, "p1", "P1"), (200 * MINUTE, "p2", "P1")),
    arrivals=((0, "v", "gang"),),
    legitimate=3,
)


@pytest.mark.parametrize(
    ("minute", "arrived", "harmed", "victims"),
    [(30, 30, 0, 0), (70, 70, 0, 1), (110, 110, 40, 1), (210, 210, 140, 2)],
)
def test_minutes_run_from_the_arrival_and_from_the_first_account(
    minute: int, arrived: float, harmed: float, victims: int
) -> None:
    found = measure([alert(minute)], TRUTH)
    assert (found.minutes, found.harmed, found.victims) == (arrived, harmed, victims)


def test_a_gang_that_was_never_found_has_no_minutes() -> None:
    found = measure([], TRUTH)
    assert (found.minutes, found.harmed, found.victims) == (None, None, 2)
