"""The gangs: a team that stays in a village for a day or two, registers what it can sell, and leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from xinnong.analytics.gangs.life import approved
from xinnong.analytics.gangs.world import (
    CADRE,
    CHANNEL,
    COUNTY,
    DAY,
    HOUR,
    MINUTE,
    PLATFORMS,
    Person,
    World,
    poisson,
    some,
)
from xinnong.core.detection.events import SECOND

ACCOUNTS_A_VICTIM: Final = 5.3
MOST_ACCOUNTS: Final = 8
OLDEST_FIRST: Final = 40
CADRE_CHECKS: Final = 0.75
LETTER_CHECKED: Final = 0.35
VICTIM_CALLS: Final = 0.02
VICTIM_CHECKS_ITSELF: Final = 0.03
LOGINS_ELSEWHERE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Gang:
    """How a gang works: its devices, its pace and its cover."""

    name: str
    victims_a_day: int = 100
    phones: int = 6
    farm: int = 0
    own_handset: bool = False
    spread_hours: int = 0
    cover: str = "none"
    arrives_on: int = 3
    villages: int = 4
    days_a_village: int = 1


SCENARIOS: Final[dict[str, tuple[Gang, ...]]] = {
    "field-phones": (Gang("field-phones"),),
    "remote-farm": (Gang("remote-farm", phones=0, farm=20),),
    "own-handset": (Gang("own-handset", own_handset=True),),
    "slow": (Gang("slow", victims_a_day=10, phones=2, villages=3, days_a_village=2),),
    "piggyback": (Gang("piggyback", victims_a_day=80, cover="activity", villages=2),),
    "spread": (Gang("spread", spread_hours=72, days_a_village=2, villages=2),),
    "two-gangs": (Gang("first"), Gang("second", arrives_on=4, own_handset=True, villages=3)),
    "forged-badge": (Gang("forged-badge", cover="badge"),),
    "stolen-agent-phone": (Gang("stolen-agent-phone", cover="agent", victims_a_day=60),),
    "none": (),
}
"""`none` is normal life alone, for what it costs to be on guard."""


def comes(world: World, gang: Gang) -> None:
    """The whole visit of a gang to the county."""
    works = _Works(world, gang)
    villages = some(world.rng, world.villages, gang.villages)
    day = gang.arrives_on
    for village in villages:
        for stayed in range(gang.days_a_village):
            if day + stayed < world.days:
                works.day(village, day + stayed, first=stayed == 0)
        day += gang.days_a_village


class _Works:
    """A gang at work: its devices stay the same from village to village."""

    def __init__(self, world: World, gang: Gang) -> None:
        self.world = world
        self.gang = gang
        self.phones = [world.opaque("g") for _ in range(gang.phones)]
        self.farm = [world.opaque("f") for _ in range(gang.farm)]
        self.hotspots = [world.opaque("i") for _ in range(3)]
        self.agent, self.stolen = world.opaque("a"), world.opaque("d")

    def day(self, village: str, day: int, *, first: bool) -> None:
        """One day in one village."""
        world, gang, rng = self.world, self.gang, self.world.rng
        starts = world.at(day, rng.uniform(8.3, 9.3))
        world.arrivals.append((starts, village, gang.name))
        activity = self._cover(village, starts)
        if first:
            self._looked_at(village, starts)
        count = max(1, poisson(rng, gang.victims_a_day))
        people = [
            each for each in world.crowd(village, count, OLDEST_FIRST)
            if each.phone not in world.victims
        ]  # fmt: skip
        pace = min(6 * MINUTE, 7 * HOUR // max(1, len(people)))
        for place, person in enumerate(people):
            at = starts + 8 * MINUTE + place * pace + rng.randint(-60, 60) * SECOND
            self._takes(person, at, activity)

    def _cover(self, village: str, starts: int) -> str | None:
        """What the gang hides behind."""
        if self.gang.cover == "activity":
            activity, _ = approved(self.world, village, starts - 10 * MINUTE, 8, 3)
            return activity.activity
        if self.gang.cover == "agent":  # the agent's own activity was a day before
            activity = replace(
                approved(self.world, village, starts - DAY, 6, 1)[0], agents=frozenset({self.agent})
            )
            self.world.activities[-1] = activity
            self.world.happens(
                starts - DAY + 5 * MINUTE, "session", CHANNEL, device=self.stolen,
                agent=self.agent, village=village, activity=activity.activity, ok=True,
            )  # fmt: skip
        return None

    def _takes(self, person: Person, at: int, activity: str | None) -> None:
        """One victim: the credential perhaps, then as many accounts as the number can carry."""
        world, gang, rng = self.world, self.gang, self.world.rng
        world.victims[person.phone] = (gang.name, at)
        if gang.cover in {"agent", "activity"}:
            stolen = gang.cover == "agent"
            world.activates(
                at, person, device=self.stolen if stolen else person.handset,
                ip=rng.choice(self.hotspots), agent=self.agent if stolen else None,
                activity=activity,
            )  # fmt: skip
        count = min(MOST_ACCOUNTS, max(1, poisson(rng, ACCOUNTS_A_VICTIM)))
        device = self._device(person)
        for when, platform in zip(
            self._moments(at, count), some(rng, PLATFORMS, count), strict=True
        ):
            world.accounts.append((when, person.phone, platform))
            world.registers(
                when, person, platform, device=device, ip=self._ip(),
                address=world.address(person.village),
            )  # fmt: skip
        self._after(person, at)

    def _moments(self, at: int, count: int) -> Iterator[int]:
        for place in range(count):
            if self.gang.spread_hours:
                yield at + round(self.world.rng.uniform(0, self.gang.spread_hours) * HOUR)
            else:
                yield at + place * 60 * SECOND + self.world.rng.randint(0, 30) * SECOND

    def _device(self, person: Person) -> str:
        if self.gang.own_handset:
            return person.handset
        return self.world.rng.choice(self.farm or self.phones)

    def _ip(self) -> str:
        if self.farm or self.world.rng.random() < 0.3:
            return self.world.rng.choice(self.hotspots)
        return self.world.gateway()

    def _after(self, person: Person, at: int) -> None:
        """What follows: a sign-in from far away, a call, a count of one's own accounts."""
        world, rng = self.world, self.world.rng
        if rng.random() < LOGINS_ELSEWHERE:
            world.happens(
                at + round(rng.uniform(6, 72) * HOUR), "login", rng.choice(PLATFORMS),
                phone=person.phone, device=world.opaque("x"), ip=world.opaque("i"),
                own_handset=False, ok=True,
            )  # fmt: skip
        for kind, share in (("hotline", VICTIM_CALLS), ("self_check", VICTIM_CHECKS_ITSELF)):
            if rng.random() < share:
                world.happens(
                    at + round(rng.uniform(1, 30) * HOUR), kind, COUNTY, phone=person.phone,
                    village=person.village, ok=False,
                )  # fmt: skip

    def _looked_at(self, village: str, starts: int) -> None:
        """The cadre looks the team up, or calls about the letter; a copied badge can pass at first."""
        rng, copied = self.world.rng, self.gang.cover in {"badge", "activity"}
        checks: tuple[tuple[str, float], ...] = (
            ("team_check", CADRE_CHECKS), ("document_check", LETTER_CHECKED),
        )  # fmt: skip
        for kind, share in checks:
            if rng.random() < share:
                passes = copied and kind == "team_check" and rng.random() < 0.5
                if self.gang.cover == "activity":
                    passes = True
                self.world.happens(
                    starts + round(rng.uniform(0.1, 5) * HOUR), kind, CADRE, village=village,
                    ok=passes,
                )  # fmt: skip
