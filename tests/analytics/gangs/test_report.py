"""Intervals of the report: by rank, without a guess about the distribution; and replays that are kept."""

from __future__ import annotations

import pytest

from xinnong.analytics.gangs.report import interval, rare, share


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


@pytest.mark.parametrize(
    ("count", "ends"),
    [(0, [0, 3.689]), (1, [0.025, 5.572]), (10, [4.795, 18.39]), (100, [81.36, 121.63])],
)  # the published table of exact limits of a Poisson mean
def test_a_count_of_rare_things_has_its_exact_interval(count: int, ends: list[float]) -> None:
    assert rare(count) == pytest.approx(ends, abs=0.005)


def test_a_share_has_wilson_s_interval() -> None:
    assert share(8, 10) == [0.4902, 0.9433]
    assert share(10, 10) == [0.7225, 1.0]
