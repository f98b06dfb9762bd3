"""Replays of many simulations, summed up for each scenario and each coverage of feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from xinnong.analytics.gangs.measured import Found, measure, quantile
from xinnong.analytics.gangs.simulate import simulate
from xinnong.core.detection.engine import Engine
from xinnong.core.detection.events import Calendar
from xinnong.core.detection.rulebook import Rulebook

Told = Callable[[int, int], None]

TENTH_FROM_END = 0.9


def report_lines(
    book: Rulebook, scenarios: Sequence[str], feeds: Sequence[str], seeds: int, told: Told
) -> Iterator[dict[str, object]]:
    """One line for each scenario and coverage, over so many seeds."""
    whole, done = len(scenarios) * len(feeds) * seeds, 0
    for scenario in scenarios:
        for coverage in feeds:
            found = []
            for seed in range(seeds):
                found.append(replayed(book, scenario, coverage, seed))
                done += 1
                told(done, whole)
            yield {"scenario": scenario, "feeds": coverage, "seeds": seeds} | summed(found)


def replayed(book: Rulebook, scenario: str, coverage: str, seed: int) -> Found:
    """One simulation through the rules."""
    simulation = simulate(scenario, seed, feeds=coverage)
    engine = Engine(book, Calendar(simulation.activities))
    alerts = [*engine.take(simulation.events), *engine.end()]
    return measure(alerts, simulation.truth)


def summed(found: Sequence[Found]) -> dict[str, object]:
    """Medians and ninth deciles over the seeds; a gang that was never found has no minutes."""
    victims = [each.victims for each in found]
    accounts = [each.accounts for each in found]
    minutes = [each.minutes for each in found if each.minutes is not None]
    cases, right = sum(each.cases for each in found), sum(each.right for each in found)
    legitimate = sum(each.legitimate for each in found)
    return {
        "victims_median": median(victims),
        "victims_p90": quantile(victims, TENTH_FROM_END),
        "accounts_median": median(accounts),
        "accounts_p90": quantile(accounts, TENTH_FROM_END),
        "minutes_median": round(median(minutes)) if minutes else None,
        "minutes_p90": round(quantile(minutes, TENTH_FROM_END)) if minutes else None,
        "missed": sum(each.minutes is None for each in found),
        "cases": cases,
        "precision": round(right / cases, 4) if cases else None,
        "false_per_1000": round(1000 * (cases - right) / legitimate, 2) if legitimate else None,
        "innocents": sum(each.innocents for each in found),
    }
