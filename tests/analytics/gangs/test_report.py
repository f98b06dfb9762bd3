"""Intervals of the report: by rank, without a guess about the distribution; and replays that are kept."""

from __future__ import annotations

import pytest

from xinnong.analytics.gangs.report import interval


@pytest.mark.parametrize(
    ("count", "part", "ranks"),
    [
        (20, 0.5, [6, 15]),  # the published table of the sign test: 6th and 15th of 20
        (10, 0.5, [2, 9]), (5, 0.5, [None, None]), (20, 0.9, [15, None]), (100, 0.5, [40, 61]), (0, 0.5, [None, None]),
    ],
)  # fmt: skip
def test_an_interval_lies_between_two_ranks(
    count: int, part: float, ranks: list[int | None]
) -> None:
    assert interval(list(range(count, 0, -1)), part) == ranks
