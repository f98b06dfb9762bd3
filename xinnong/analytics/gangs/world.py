"""The villages of a simulation, their numbers, and the stream of events that is written down."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from xinnong.core.detection.events import SECOND, Activity, Event

START: Final = int(datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp()) * SECOND
"""Midnight of 2 March 2026 in China."""

MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
PLATFORMS: Final = tuple(f"P{number:02}" for number in range(1, 9))
CREDENTIAL: Final = "P00"
GOVERNMENT: Final = ("P00", "G01", "G02")
CARRIER: Final = "carrier"
CHANNEL: Final = "channel"
CADRE: Final = "cadre"
COUNTY: Final = "county"
NEARBY_ADDRESSES: Final = 4
SHARED_ADDRESSES: Final = 40


@dataclass(frozen=True, slots=True)
class Person:
    """A resident: their number and their own handset, both opaque, and how old they are."""

    phone: str
    handset: str
    village: str
    age: int


@dataclass(slots=True)
class World:
    """Everything that a simulation knows; `truth` says which numbers were victims, and of which gang."""

    rng: random.Random
    days: int
    villages: tuple[str, ...]
    people: dict[str, tuple[Person, ...]]
    events: list[Event] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    legitimate: int = 0
    victims: dict[str, tuple[str, int]] = field(default_factory=dict)
    accounts: list[tuple[int, str, str]] = field(default_factory=list)
    arrivals: list[tuple[int, str, str]] = field(default_factory=list)
    _numbered: int = 0

    def opaque(self, prefix: str) -> str:
        """A new id that says nothing."""
        return f"{prefix}{self.rng.getrandbits(48):012x}"

    def somebody(self, village: str, youngest: int = 0) -> Person:
        """A resident of a village of at least an age; anybody where nobody is that old."""
        people = self.people[village]
        for _ in range(50):
            person = self.rng.choice(people)
            if person.age >= youngest:
                return person
        return self.rng.choice(people)

    def crowd(self, village: str, count: int, youngest: int = 0) -> list[Person]:
        """Different residents of a village, as many as there are."""
        people = [each for each in self.people[village] if each.age >= youngest]
        return self.rng.sample(people, min(count, len(people)))

    def at(self, day: int, hour: float) -> int:
        """An instant by day and hour of the county's clock."""
        return START + day * DAY + round(hour * HOUR)

    def happens(self, at: int, kind: str, source: str, **what: object) -> None:
        """Write an event down."""
        self._numbered += 1
        number = f"{self._numbered:07x}{self.rng.getrandbits(32):08x}"
        self.events.append(Event(event_id=number, at=at, kind=kind, source=source, **what))  # type: ignore[arg-type]

    def registers(
        self, at: int, person: Person, platform: str, *, device: str, ip: str, address: str,
        agent: str | None = None,
    ) -> None:  # fmt: skip
        """An account made on a number: the carrier sees the code, the platform the registration."""
        own = device == person.handset
        self.happens(
            at, "code", CARRIER, platform=platform, phone=person.phone, address=address,
            village=person.village, ok=True,
        )  # fmt: skip
        self.happens(
            at + self.rng.randint(15, 50) * SECOND, "registration", platform, platform=platform,
            phone=person.phone, device=device, ip=ip, own_handset=own, village=person.village,
            agent=agent, ok=True,
        )  # fmt: skip

    def activates(
        self, at: int, person: Person, *, device: str, ip: str, agent: str | None = None,
        activity: str | None = None,
    ) -> None:  # fmt: skip
        """A credential activated, by a channel's agent or on one's own handset."""
        source = CHANNEL if agent else CREDENTIAL
        self.happens(
            at, "activation", source, platform=CREDENTIAL, phone=person.phone, device=device,
            ip=ip, own_handset=device == person.handset, village=person.village, agent=agent,
            activity=activity, ok=True,
        )  # fmt: skip

    def address(self, village: str) -> str:
        """A radio cell near a village; cells are shared by neighbours."""
        place = self.villages.index(village) * NEARBY_ADDRESSES // 2
        return f"cell{place + self.rng.randrange(NEARBY_ADDRESSES)}"

    def gateway(self) -> str:
        """An address of a carrier's gateway, shared by very many."""
        return f"nat{self.rng.randrange(SHARED_ADDRESSES)}"


def empty_world(rng: random.Random, *, villages: int, people: int, days: int) -> World:
    """A county where nothing has happened yet."""
    names = tuple(
        f"339981{100 + number // 20:03}{200 + number % 20:03}" for number in range(villages)
    )
    world = World(rng, days, names, {})
    for village in names:
        world.people[village] = tuple(_person(world, village) for _ in range(people))
    return world


def _person(world: World, village: str) -> Person:
    age = min(92, max(12, round(world.rng.gauss(52, 18))))
    return Person(world.opaque("p"), world.opaque("h"), village, age)


def some(rng: random.Random, values: Sequence[str], count: int) -> list[str]:
    """Different values in a random order."""
    return rng.sample(list(values), min(count, len(values)))


def poisson(rng: random.Random, mean: float) -> int:
    """A Poisson draw, by counting exponential waits."""
    count, passed = 0, rng.expovariate(1.0)
    while passed < mean:
        count += 1
        passed += rng.expovariate(1.0)
    return count
