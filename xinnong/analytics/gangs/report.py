"""Replays of many simulations, summed up for each scenario and each coverage of feeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from math import comb, exp, sqrt
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from xinnong.analytics.collector import at_rest
from xinnong.analytics.gangs.measured import Found, measure, quantile
from xinnong.analytics.gangs.simulate import Simulation, lived, seen, simulate
from xinnong.core.detection import engine
from xinnong.core.detection.events import Calendar
from xinnong.core.detection.rulebook import Rulebook, load_rulebook

Told = Callable[[int, int], None]

Task = tuple[str, str, int]
"""Scenario, coverage and seed."""

HALF = 0.5
TENTH_FROM_END = 0.9
OUTSIDE = 0.025
"""On each side of an interval of 95 %."""

DEVIATIONS = 1.959964
"""Of a normal distribution, on each side of an interval of 95 %."""

FIRST_SEED = 1
TOGETHER = "together"


def report_lines(
    rules: bytes,
    scenarios: Sequence[str],
    feeds: Sequence[str],
    seeds: int,
    told: Told,
    *,
    processes: int = 1,
    keep: Path | None = None,
    first: int = FIRST_SEED,
) -> Iterator[dict[str, object]]:
    """One line for each scenario and coverage over so many seeds, then the cases of each coverage together.

    With `keep` each replay is a line of that file as soon as it is done, and none is done twice by the
    same rules and programs: a report that was stopped goes on where it was.
    """
    wanted = [
        (scenario, coverage, seed)
        for scenario in scenarios for coverage in feeds for seed in range(first, first + seeds)
    ]  # fmt: skip
    mark = _mark(rules)
    found = _kept(keep, mark) if keep else {}
    left = [each for each in wanted if each not in found]
    done = len(wanted) - len(left)
    for scenario in scenarios:
        mine = [each for each in left if each[0] == scenario]
        for task, each in _replays(rules, mine, processes):
            found[task] = each
            done += 1
            told(done, len(wanted))
            if keep:
                _keep(keep, mark, task, each)
        for coverage in feeds:
            these = [found[scenario, coverage, seed] for seed in range(first, first + seeds)]
            yield {"scenario": scenario, "feeds": coverage, "seeds": seeds} | summed(these)
    for coverage in feeds:
        all_of_it = [found[each] for each in wanted if each[1] == coverage]
        yield {"scenario": TOGETHER, "feeds": coverage, "seeds": seeds} | told_wrongly(all_of_it)


def _replays(rules: bytes, tasks: Sequence[Task], processes: int) -> Iterator[tuple[Task, Found]]:
    """Every replay with its task; what happened is made once for all coverages, side by side where that may be."""
    worlds: dict[tuple[str, int], list[str]] = {}
    for scenario, coverage, seed in tasks:
        worlds.setdefault((scenario, seed), []).append(coverage)
    if processes == 1 or len(worlds) <= 1:
        book = load_rulebook(rules)
        for world in worlds.items():
            yield from _replayed_all(book, world)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for several in pool.map(partial(_replay, rules), worlds.items()):
            yield from several


def _replay(rules: bytes, world: tuple[tuple[str, int], Sequence[str]]) -> list[tuple[Task, Found]]:
    return list(_replayed_all(load_rulebook(rules), world))


def _replayed_all(
    book: Rulebook, world: tuple[tuple[str, int], Sequence[str]]
) -> Iterator[tuple[Task, Found]]:
    (scenario, seed), feeds = world
    happened = lived(scenario, seed)
    for coverage in feeds:
        yield (scenario, coverage, seed), judged(book, seen(happened, coverage))


def _mark(rules: bytes) -> str:
    """A sum over the rules and the programs that simulate and judge."""
    digest = sha256(rules)
    for package in (Path(__file__).parent, Path(engine.__file__).parent):
        for path in sorted(package.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _kept(path: Path, mark: str) -> dict[Task, Found]:
    """The replays of these rules and programs that a file has; a line cut off by a kill is left out."""
    found: dict[Task, Found] = {}
    if not path.exists():
        return found
    for line in path.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError, TypeError, KeyError):
            told = json.loads(line)
            if told["mark"] == mark:
                scenario, coverage, seed = told["task"]
                found[scenario, coverage, seed] = Found(**told["found"])
    return found


def _keep(path: Path, mark: str, task: Task, found: Found) -> None:
    line = json.dumps({"mark": mark, "task": task, "found": asdict(found)})
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def replayed(book: Rulebook, scenario: str, coverage: str, seed: int) -> Found:
    """One simulation through the rules."""
    return judged(book, simulate(scenario, seed, feeds=coverage))


def judged(book: Rulebook, simulation: Simulation) -> Found:
    """What the rules find in a simulation, held to its truth."""
    judge = engine.Engine(book, Calendar(simulation.activities))
    with at_rest():
        alerts = [*judge.take(simulation.events), *judge.end()]
    return measure(alerts, simulation.truth)


def summed(found: Sequence[Found]) -> dict[str, object]:
    """Medians and ninth deciles over the seeds; a gang that was never found has no minutes.

    `minutes` run from the gang's arrival, `harmed` from its first account.
    """
    victims = [each.victims for each in found]
    accounts = [each.accounts for each in found]
    minutes = [each.minutes for each in found if each.minutes is not None]
    harmed = [each.harmed for each in found if each.harmed is not None]
    return {
        "victims_median": median(victims),
        "victims_median_95": interval(victims, HALF),
        "victims_p90": quantile(victims, TENTH_FROM_END),
        "victims_p90_95": interval(victims, TENTH_FROM_END),
        "accounts_median": median(accounts),
        "accounts_median_95": interval(accounts, HALF),
        "accounts_p90": quantile(accounts, TENTH_FROM_END),
        "accounts_p90_95": interval(accounts, TENTH_FROM_END),
        "minutes_median": round(median(minutes)) if minutes else None,
        "minutes_median_95": interval(minutes, HALF, digits=0),
        "minutes_p90": round(quantile(minutes, TENTH_FROM_END)) if minutes else None,
        "harmed_median": round(median(harmed)) if harmed else None,
        "harmed_median_95": interval(harmed, HALF, digits=0),
        "harmed_p90": round(quantile(harmed, TENTH_FROM_END)) if harmed else None,
        "missed": sum(each.minutes is None for each in found),
    } | told_wrongly(found)


def told_wrongly(found: Sequence[Found]) -> dict[str, object]:
    """Cases about a gang among all, false ones beside legitimate occasions, and numbers of nobody's victims in cases."""
    cases, right = sum(each.cases for each in found), sum(each.right for each in found)
    legitimate = sum(each.legitimate for each in found)
    false = (
        [round(1000 * each / legitimate, 2) for each in rare(cases - right)] if legitimate else None
    )
    return {
        "cases": cases,
        "right": right,
        "precision": round(right / cases, 4) if cases else None,
        "precision_95": share(right, cases) if cases else None,
        "legitimate": legitimate,
        "false_per_1000": round(1000 * (cases - right) / legitimate, 2) if legitimate else None,
        "false_per_1000_95": false,
        "innocents": sum(each.innocents for each in found),
    }


def share(right: int, cases: int) -> list[float]:
    """The interval of 95 % of a share, by Wilson."""
    part, square = right / cases, DEVIATIONS**2
    middle = (part + square / (2 * cases)) / (1 + square / cases)
    half = DEVIATIONS * sqrt(part * (1 - part) / cases + square / (4 * cases**2))
    half /= 1 + square / cases
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]


def rare(count: int) -> list[float]:
    """The interval of 95 % of the mean behind a count of rare things, by Garwood, found by halving."""
    ends = [0.0] if count == 0 else []
    for most, part in ((count - 1, 1 - OUTSIDE), (count, OUTSIDE))[len(ends) :]:
        low, high = 0.0, 20.0 + 3 * count
        for _ in range(60):
            mean = (low + high) / 2
            low, high = (mean, high) if _at_most(most, mean) > part else (low, mean)
        ends.append(low)
    return ends


def _at_most(count: int, mean: float) -> float:
    """How likely a Poisson draw is no larger."""
    term = total = exp(-mean)
    for each in range(1, count + 1):
        term *= mean / each
        total += term
    return total


def interval(
    values: Sequence[float], part: float, *, digits: int | None = None
) -> list[float | None]:
    """Between which two of the values the quantile lies with 95 %, whatever their distribution.

    From the binomial: so many of n values lie below the quantile. None on a side where even the
    outermost value is not far enough.
    """
    ordered, count = sorted(values), len(values)
    below = [comb(count, k) * part**k * (1 - part) ** (count - k) for k in range(count + 1)]
    low = [rank for rank in range(1, count + 1) if sum(below[:rank]) <= OUTSIDE]
    high = [rank for rank in range(1, count + 1) if sum(below[rank:]) <= OUTSIDE]
    ends = (ordered[low[-1] - 1] if low else None, ordered[high[0] - 1] if high else None)
    return [end if end is None or digits is None else round(end, digits) for end in ends]
