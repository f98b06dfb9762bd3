"""Who lives together, in plain Python: the four rules of docs/algorithms/households.md in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

GROWN_UP = 23
MAY_HOLD_LAND = ("子女", "孙子女", "兄弟姐妹")
COUNTY_DIGITS = 6


@dataclass(frozen=True)
class Human:
    """What the registers say about one person; `registered` is the village of the register."""

    name: int
    sex: str | None
    age: int | None
    registered: str | None
    book: str | None
    relation: str | None
    dwelling: str | None
    land: bool


@dataclass
class Families:
    """Everybody's group, worked out rule by rule; `spouse` goes both ways."""

    people: dict[int, Human]
    spouse: dict[int, int]
    county: str
    anchor: dict[int, str] = field(default_factory=dict)
    follows: dict[int, int] = field(default_factory=dict)
    group: dict[int, str] = field(default_factory=dict)

    def settle(self) -> dict[int, str]:
        """Answer the group of every person."""
        for person in self.people.values():
            self.anchor[person.name] = f"B{person.book}" if person.book else f"P{person.name}"
        self._marry()
        away, moved = self._leave_together()
        alone = self._leave_alone(moved)
        land = self._divide_by_land(away)
        for name in self.people:
            own = away.get(name) or alone.get(name) or land.get(name)
            self.group[name] = own or self.anchor[name]
        return self.group

    def _on(self, anchor: str) -> list[Human]:
        """People whose own book this is, wherever marriage took them."""
        own = {p.name: f"B{p.book}" if p.book else f"P{p.name}" for p in self.people.values()}
        return [p for p in self.people.values() if own[p.name] == anchor]

    def _head(self, anchor: str) -> int | None:
        return max((p.name for p in self._on(anchor) if p.relation == "户主"), default=None)

    def _seen(self, anchor: str, relation: str) -> str | None:
        found = [p.dwelling for p in self._on(anchor) if p.relation == relation and p.dwelling]
        return max(found, default=None)

    def _village(self, anchor: str) -> str | None:
        return max((p.registered for p in self._on(anchor) if p.registered), default=None)

    def _head_village(self, anchor: str) -> str | None:
        seen = self._seen(anchor, "户主") or self._seen(anchor, "配偶")
        return seen or self._village(anchor)

    def _marry(self) -> None:
        moves = {}
        for a, b in self.spouse.items():
            if a < b and self.anchor[a] != self.anchor[b]:
                stays, goes = (a, b) if self._hold(a, b) >= self._hold(b, a) else (b, a)
                moves[goes] = (stays, self.anchor[stays])
        for goes, (stays, anchor) in moves.items():
            self.follows[goes], self.anchor[goes] = stays, anchor

    def _hold(self, one: int, other: int) -> int:
        """What keeps one of a couple where they are."""
        me, you = self.people[one], self.people[other]
        mine, yours = self._head_village(self.anchor[one]), self._village(self.anchor[other])
        came = you.dwelling and yours and you.dwelling == mine and you.dwelling != yours
        return (
            16 * bool(me.book) + 8 * (me.relation == "户主") + 4 * bool(came)
            + (me.sex == "男" or you.sex == "女")
        )  # fmt: skip

    def _apart(self) -> list[Human]:
        """People who are neither the head of their family nor beside the head."""
        return [p for p in self.people.values() if self._is_apart(p)]

    def _is_apart(self, person: Human) -> bool:
        if person.name in self.follows:
            head = self._head(self.anchor[person.name])
            return head is not None and self.follows[person.name] != head
        return person.relation not in (None, "户主", "配偶")

    def _leave_together(self) -> tuple[dict[int, str], set[int]]:
        places: dict[tuple[str, str], list[int]] = defaultdict(list)
        for person in self._apart():
            anchor = self.anchor[person.name]
            home = self._head_village(anchor)
            if person.dwelling and home and person.dwelling != home:
                places[anchor, person.dwelling].append(person.name)
        away = {place: names for place, names in places.items() if len(names) >= 2}
        found: dict[int, list[str]] = defaultdict(list)
        for anchor, village in away:
            only = sum(a == anchor for a, _ in away) == 1
            for person in self._apart():
                child = person.dwelling is None and person.relation == "孙子女" and only
                if self.anchor[person.name] == anchor and (person.dwelling == village or child):
                    found[person.name].append(f"{anchor}@{village}")
        moved = set(found)
        apart = {p.name for p in self._apart()}
        for name in moved:
            other = self.spouse.get(name)
            if other in apart and self.anchor[other] == self.anchor[name]:
                found[other] += found[name] if self.people[other].dwelling is None else []
        return {name: min(groups) for name, groups in found.items() if groups}, moved

    def _leave_alone(self, moved: set[int]) -> dict[int, str]:
        found = {}
        for person in self._apart():
            anchor = self.anchor[person.name]
            seen = self._seen(anchor, "户主") or self._seen(anchor, "配偶")
            grown = person.age is not None and person.age >= GROWN_UP
            free = person.name not in moved and person.name not in self.spouse
            here = person.dwelling and person.dwelling[:COUNTY_DIGITS] == self.county
            if seen and grown and free and here and person.dwelling != self._head_village(anchor):
                found[person.name] = f"{anchor}@{person.dwelling}"
        return found

    def _divide_by_land(self, away: dict[int, str]) -> dict[int, str]:
        holders = [
            p for p in self._apart()
            if p.land and p.name not in self.follows and p.name in self.spouse
            and p.name not in away and p.relation in MAY_HOLD_LAND
        ]  # fmt: skip
        found: dict[int, list[str]] = defaultdict(list)
        for person in holders:
            anchor = self.anchor[person.name]
            mine = f"{anchor}#{person.name}"
            together = [person.name]
            if self.anchor[self.spouse[person.name]] == anchor:
                together.append(self.spouse[person.name])
            if sum(self.anchor[other.name] == anchor for other in holders) == 1:
                together += self._grandchildren(anchor)
            for name in together:
                found[name].append(mine)
        return {name: min(groups) for name, groups in found.items()}

    def _grandchildren(self, anchor: str) -> list[int]:
        return [
            p.name for p in self.people.values()
            if self.anchor[p.name] == anchor and p.name not in self.follows
            and p.relation == "孙子女"
        ]  # fmt: skip


def together(
    people: Sequence[Human], couples: Sequence[tuple[int, int]], county: str
) -> set[frozenset[int]]:
    """Who lives with whom."""
    spouse = {a: b for pair in couples for a, b in (pair, pair[::-1])}
    groups: dict[str, set[int]] = defaultdict(set)
    everybody = {person.name: person for person in people}
    for name, group in Families(everybody, spouse, county).settle().items():
        groups[group].add(name)
    return {frozenset(group) for group in groups.values()}
