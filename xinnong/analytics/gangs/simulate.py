"""One simulation: a scenario and a seed give the events, the approved activities and the truth."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final

from xinnong.analytics.gangs.gangs import SCENARIOS, comes
from xinnong.analytics.gangs.life import lives
from xinnong.analytics.gangs.world import (
    CADRE,
    CARRIER,
    CHANNEL,
    COUNTY,
    GOVERNMENT,
    MINUTE,
    PLATFORMS,
    World,
    empty_world,
)
from xinnong.core.detection.events import SECOND, Activity, Event

SILENT: Final[dict[str, frozenset[str]]] = {
    "no-carrier": frozenset({CARRIER}),
    "no-platforms": frozenset(PLATFORMS),
    "no-government": frozenset(GOVERNMENT),
    "no-channel": frozenset({CHANNEL}),
    "no-cadre": frozenset({CADRE}),
    "no-line": frozenset({COUNTY}),
}
"""Who says nothing while everybody else reports; `no-line` is without calls and self-checks."""

FEEDS: Final = ("full", "half", "third", "one-dark", *SILENT, "county")
OWN_FEEDS: Final = frozenset({CADRE, COUNTY, CHANNEL})
SHARES: Final = {"full": 1.0, "half": 0.5, "third": 0.3}
SKEWED, SKEW_SECONDS = 0.02, 240
LATE, VERY_LATE, TWICE = 0.05, 0.002, 0.01


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened: victims with their gang and the instant, accounts, arrivals, and how many legitimate occasions."""

    victims: dict[str, tuple[str, int]]
    accounts: tuple[tuple[int, str, str], ...]
    arrivals: tuple[tuple[int, str, str], ...]
    legitimate: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """Events as they arrive, approved activities, and the truth that no rule may read."""

    events: tuple[Event, ...]
    activities: tuple[Activity, ...]
    truth: Truth


class UnknownScenario(ValueError):
    """No scenario, or no feed coverage, has this name."""


def simulate(
    scenario: str, seed: int, *, feeds: str = "full", villages: int = 80, people: int = 300,
    days: int = 10,
) -> Simulation:  # fmt: skip
    """Let a scenario happen; the same arguments give the same events.

    Raises UnknownScenario for a scenario or a coverage that does not exist.
    """
    if feeds not in FEEDS:
        raise UnknownScenario(feeds)
    return seen(lived(scenario, seed, villages=villages, people=people, days=days), feeds)


def lived(
    scenario: str, seed: int, *, villages: int = 80, people: int = 300, days: int = 10
) -> World:
    """Everything that happens in a scenario, whoever reports it. Raises UnknownScenario."""
    if scenario not in SCENARIOS:
        raise UnknownScenario(scenario)
    world = empty_world(
        random.Random(f"{scenario} {seed}"),  # noqa: S311 - repeatable on purpose
        villages=villages,
        people=people,
        days=days,
    )
    lives(world)
    for gang in SCENARIOS[scenario]:
        comes(world, gang)
    return world


def seen(world: World, feeds: str) -> Simulation:
    """What of a world arrives with these feeds, each time the same; the events stay the world's own."""
    drawn = world.rng.getstate()
    truth = Truth(
        world.victims, tuple(sorted(world.accounts)), tuple(sorted(world.arrivals)),
        world.legitimate,
    )  # fmt: skip
    events = arriving(world, reported(world, feeds))
    world.rng.setstate(drawn)
    return Simulation(tuple(events), tuple(world.activities), truth)


def reported(world: World, feeds: str) -> list[Event]:
    """The events whose sources report; in `half` and `third` the county's own feeds all do."""
    sources = sorted({each.source for each in world.events if each.source} - OWN_FEEDS)
    if feeds == "county":
        kept = {CADRE, COUNTY}
    elif feeds == "one-dark":
        dark = world.rng.choice([one for one in sources if one.startswith("P")])
        kept = {*sources, *OWN_FEEDS} - {dark}
    elif feeds in SILENT:
        kept = {*sources, *OWN_FEEDS} - SILENT[feeds]
    else:
        share = SHARES[feeds]
        kept = {*OWN_FEEDS, *world.rng.sample(sources, max(1, round(share * len(sources))))}
    return [each for each in world.events if each.source in kept]


def arriving(world: World, events: list[Event]) -> list[Event]:
    """In the order of arrival: clocks differ, some come late, a few much too late, a few twice."""
    rng = world.rng
    arrivals: list[tuple[int, str, Event]] = []
    for each in events:
        told = each
        if rng.random() < SKEWED:
            told = replace(each, at=each.at + rng.randint(-SKEW_SECONDS, SKEW_SECONDS) * SECOND)
        delay = rng.randint(0, 20) * SECOND
        if rng.random() < LATE:
            delay = rng.randint(1, 5) * MINUTE
        if rng.random() < VERY_LATE:
            delay = rng.randint(15, 600) * MINUTE
        arrivals.append((told.at + delay, told.event_id, told))
        if rng.random() < TWICE:
            arrivals.append((told.at + delay + 5 * SECOND, told.event_id, replace(told)))
    arrivals.sort(key=lambda one: one[:2])
    return [each for _, _, each in arrivals]
