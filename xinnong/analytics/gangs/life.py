"""Normal life, and what looks like a gang and is none: the hard negatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from xinnong.analytics.gangs.world import (
    CADRE,
    CHANNEL,
    COUNTY,
    GOVERNMENT,
    HOUR,
    MINUTE,
    PLATFORMS,
    Person,
    World,
    poisson,
    some,
)
from xinnong.core.detection.events import SECOND, Activity

OWN_ACCOUNTS_A_DAY: Final = 0.004
OWN_CODES_A_DAY: Final = 0.03
OWN_ACTIVATIONS_A_DAY: Final = 0.002
HELPED_SHARE: Final = 0.12
LOGINS_A_DAY: Final = 0.02

CADRE_CHECKS: Final = 0.75
WORRIED_CALLS: Final = 0.1
"""Approved visits are looked up by cadres too, and now and then worry somebody for nothing."""

PER_HUNDRED_VILLAGE_DAYS: Final = {
    "village_day": 0.7, "clinic": 0.4, "promotion": 0.9, "school": 0.3, "return": 1.5, "shared": 1.0,
}  # fmt: skip
"""How often each hard negative happens; a county of 400 villages sees each of them every day."""


def lives(world: World) -> None:
    """All days of normal life with its hard negatives."""
    for day in range(world.days):
        for village in world.villages:
            _ordinary(world, village, day)
            for name, happens in NEGATIVES.items():
                if world.rng.random() < PER_HUNDRED_VILLAGE_DAYS[name] / 100:
                    happens(world, village, day)


def _ordinary(world: World, village: str, day: int) -> None:
    """Accounts, codes and activations that people make themselves or with a neighbour's help."""
    rng, number = world.rng, len(world.people[village])
    for _ in range(poisson(rng, OWN_ACCOUNTS_A_DAY * number)):
        person, at = world.somebody(village), world.at(day, rng.uniform(7, 22))
        device = person.handset
        if rng.random() < HELPED_SHARE:
            device = world.somebody(village).handset
        count = 1 if rng.random() < 0.8 else 2
        for place, platform in enumerate(some(rng, PLATFORMS, count)):
            _registers(world, person, platform, at + place * 4 * MINUTE, device)
    for _ in range(poisson(rng, OWN_CODES_A_DAY * number)):
        person = world.somebody(village)
        world.happens(
            world.at(day, rng.uniform(6, 23)), "code", "carrier", platform=rng.choice(PLATFORMS),
            phone=person.phone, address=world.address(village), village=village, ok=True,
        )  # fmt: skip
    for _ in range(poisson(rng, OWN_ACTIVATIONS_A_DAY * number)):
        person = world.somebody(village)
        world.activates(
            world.at(day, rng.uniform(8, 21)), person, device=person.handset, ip=world.gateway()
        )
    for _ in range(poisson(rng, LOGINS_A_DAY * number)):
        person = world.somebody(village)
        world.happens(
            world.at(day, rng.uniform(6, 23)), "login", rng.choice(PLATFORMS), phone=person.phone,
            device=person.handset, ip=world.gateway(), own_handset=True, village=village, ok=True,
        )  # fmt: skip
    if rng.random() < 0.01:
        kind = rng.choice(("team_check", "document_check", "hotline", "self_check"))
        world.happens(
            world.at(day, rng.uniform(8, 20)), kind, COUNTY, phone=world.somebody(village).phone,
            village=village, ok=False,
        )  # fmt: skip


def _registers(world: World, person: Person, platform: str, at: int, device: str) -> None:
    world.registers(
        at, person, platform, device=device, ip=world.gateway(),
        address=world.address(person.village),
    )  # fmt: skip


# ---------------------------------------------------------------- approved activities


def approved(
    world: World, village: str, starts: int, hours: float, agents: int
) -> tuple[Activity, dict[str, str]]:
    """File an approved activity; answers it and the device of each agent, signed in."""
    devices = {world.opaque("a"): world.opaque("d") for _ in range(agents)}
    activity = Activity(
        world.opaque("act"), village, starts, starts + round(hours * HOUR), frozenset(devices)
    )
    world.activities.append(activity)
    world.legitimate += 1
    for agent, device in devices.items():
        world.happens(
            starts + world.rng.randint(0, 300) * SECOND, "session", CHANNEL, device=device,
            agent=agent, village=village, activity=activity.activity, ok=True,
        )  # fmt: skip
    return activity, devices


def _heard_of(world: World, village: str, starts: int) -> None:
    """The cadre looks an honest team up and finds it; somebody calls about it all the same."""
    if world.rng.random() < CADRE_CHECKS:
        world.happens(
            starts + round(world.rng.uniform(0.1, 3) * HOUR), "team_check", CADRE, village=village,
            ok=True,
        )  # fmt: skip
    for _ in range(poisson(world.rng, WORRIED_CALLS)):
        world.happens(
            starts + round(world.rng.uniform(1, 30) * HOUR), "hotline", COUNTY,
            phone=world.somebody(village).phone, village=village, ok=False,
        )  # fmt: skip


def village_day(world: World, village: str, day: int) -> None:
    """A government day for several apps: an activation and two registrations each, mostly on own handsets."""
    starts = world.at(day, 8.5)
    activity, devices = approved(world, village, starts, 7, 4)
    _heard_of(world, village, starts)
    for person in world.crowd(village, world.rng.randint(60, 120), 45):
        agent = world.rng.choice(list(devices))
        on_own = world.rng.random() < 0.9
        device = person.handset if on_own else devices[agent]
        at = starts + world.rng.randint(10 * 60, 390 * 60) * SECOND
        world.activates(
            at, person, device=device, ip=world.gateway(), agent=agent, activity=activity.activity
        )
        for place, platform in enumerate(GOVERNMENT[1:]):
            world.registers(
                at + (place + 1) * 2 * MINUTE, person, platform, device=device,
                ip=world.gateway(), address=world.address(village), agent=agent,
            )  # fmt: skip


def clinic(world: World, village: str, day: int) -> None:
    """A hospital's mobile clinic, filed like every activity, activates on its own device."""
    starts = world.at(day, 9)
    activity, devices = approved(world, village, starts, 5, 2)
    _heard_of(world, village, starts)
    for person in world.crowd(village, world.rng.randint(15, 45), 40):
        agent = world.rng.choice(list(devices))
        world.activates(
            starts + world.rng.randint(5 * 60, 280 * 60) * SECOND, person, device=devices[agent],
            ip=world.gateway(), agent=agent, activity=activity.activity,
        )  # fmt: skip


def promotion(world: World, village: str, day: int) -> None:
    """A carrier's stall: two apps on the customers' handsets, a few on the stall's own device."""
    world.legitimate += 1
    stall = world.opaque("d")
    for person in world.crowd(village, world.rng.randint(15, 40), 18):
        at = world.at(day, world.rng.uniform(9, 16))
        device = person.handset if world.rng.random() < 0.95 else stall
        for place, platform in enumerate(some(world.rng, PLATFORMS[:3], world.rng.randint(1, 3))):
            _registers(world, person, platform, at + place * 2 * MINUTE, device)


def school(world: World, village: str, day: int) -> None:
    """A school registers the parents' numbers with its one app on the teacher's device."""
    world.legitimate += 1
    teacher = world.opaque("d")
    for person in world.crowd(village, world.rng.randint(20, 50), 25):
        at = world.at(day, world.rng.uniform(8, 17))
        _registers(world, person, PLATFORMS[6], at, teacher)


def home_again(world: World, village: str, day: int) -> None:
    """Children home for a festival set up their parents' phones, several apps an evening."""
    for person in world.crowd(village, world.rng.randint(1, 6), 50):
        at = world.at(day, world.rng.uniform(17, 21))
        for place, platform in enumerate(some(world.rng, PLATFORMS, world.rng.randint(2, 5))):
            _registers(world, person, platform, at + place * 9 * MINUTE, person.handset)


def one_phone_for_three(world: World, village: str, day: int) -> None:
    """Three elders share one handset: two of the numbers are not its own."""
    people = world.crowd(village, 3, 60)
    if not people:
        return
    for person in people:
        at = world.at(day, world.rng.uniform(9, 18))
        for place, platform in enumerate(some(world.rng, PLATFORMS, world.rng.randint(1, 3))):
            _registers(world, person, platform, at + place * 6 * MINUTE, people[0].handset)


NEGATIVES: Final[dict[str, Callable[[World, str, int], None]]] = {
    "village_day": village_day,
    "clinic": clinic,
    "promotion": promotion,
    "school": school,
    "return": home_again,
    "shared": one_phone_for_three,
}
