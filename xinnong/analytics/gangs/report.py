"""Replays of many simulations, summed up for each scenario and each coverage of feeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from math import comb
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from xinnong.analytics.gangs.measured import Found, measure, quantile
from xinnong.analytics.gangs.simulate import simulate
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


def report_lines(
    rules: bytes,
    scenarios: Sequence[str],
    feeds: Sequence[str],
    seeds: int,
    told: Told,
    *,
    processes: int = 1,
    keep: Path | None = None,
) -> Iterator[dict[str, object]]:
    """One line for each scenario and coverage, over so many seeds.

    With `keep` each replay is a line of that file as soon as it is done, and none is done twice by the
    same rules and programs: a report that was stopped goes on where it was.
    """
    wanted = [
        (scenario, coverage, seed)
        for scenario in scenarios for coverage in feeds for seed in range(seeds)
    ]  # fmt: skip
    mark = _mark(rules)
    found = _kept(keep, mark) if keep else {}
    left = [each for each in wanted if each not in found]
    done = len(wanted) - len(left)
    for scenario in scenarios:
        for coverage in feeds:
            mine = [each for each in left if each[:2] == (scenario, coverage)]
            for task, each in _replays(rules, mine, processes):
                found[task] = each
                done += 1
                told(done, len(wanted))
                if keep:
                    _keep(keep, mark, task, each)
            these = [found[scenario, coverage, seed] for seed in range(seeds)]
            yield {"scenario": scenario, "feeds": coverage, "seeds": seeds} | summed(these)


def _replays(rules: bytes, tasks: Sequence[Task], processes: int) -> Iterator[tuple[Task, Found]]:
    """Every replay with its task, side by side where more than one process may work."""
    if processes == 1 or len(tasks) <= 1:
        book = load_rulebook(rules)
        yield from ((task, replayed(book, *task)) for task in tasks)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(_replay, rules), tasks)


def _replay(rules: bytes, task: Task) -> tuple[Task, Found]:
    return task, replayed(load_rulebook(rules), *task)


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
    simulation = simulate(scenario, seed, feeds=coverage)
    judge = engine.Engine(book, Calendar(simulation.activities))
    alerts = [*judge.take(simulation.events), *judge.end()]
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
        "victims_median_95": interval(victims, HALF),
        "victims_p90": quantile(victims, TENTH_FROM_END),
        "victims_p90_95": interval(victims, TENTH_FROM_END),
        "accounts_median": median(accounts),
        "accounts_p90": quantile(accounts, TENTH_FROM_END),
        "minutes_median": round(median(minutes)) if minutes else None,
        "minutes_median_95": interval(minutes, HALF, digits=0),
        "minutes_p90": round(quantile(minutes, TENTH_FROM_END)) if minutes else None,
        "missed": sum(each.minutes is None for each in found),
        "cases": cases,
        "precision": round(right / cases, 4) if cases else None,
        "false_per_1000": round(1000 * (cases - right) / legitimate, 2) if legitimate else None,
        "innocents": sum(each.innocents for each in found),
    }


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
