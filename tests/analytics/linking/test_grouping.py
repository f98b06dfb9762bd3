"""The statements and the plain rules put the same people together, on generated registers."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.analytics.lakes import key
from tests.analytics.linking.families import Human, together
from xinnong.analytics.engine import Engine
from xinnong.analytics.features.windows import Windows
from xinnong.analytics.linking.groups import group_people

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 20)
COUNTY = "339981"
VILLAGES = ("339981101201", "339981101202", "339982101201")
RELATIONS = ("户主", "配偶", "子女", "孙子女", "兄弟姐妹", "儿媳女婿", "父母", "其他")
FAMILIES = 60
"""Independent small worlds in one run of the statements."""
SIZE = 9
Couples = list[tuple[int, int]]
REGISTERED = {"person_key": "UUID", "sex": "VARCHAR", "birth": "DATE", "area": "VARCHAR",
              "state": "VARCHAR"}  # fmt: skip
BOOK = {"person_key": "UUID", "hukou_no": "VARCHAR", "relation": "VARCHAR"}


def draw_world(random: Random, number: int) -> tuple[list[Human], Couples]:
    """A few people on up to two books, some married, some living elsewhere."""
    people = [_draw_human(random, number * 100 + place, number) for place in range(SIZE)]
    adults = [p.name for p in people if p.age is None or p.age >= 20]
    random.shuffle(adults)
    couples = [
        (min(pair), max(pair)) for pair in zip(adults[::2], adults[1::2], strict=False)
        if random.random() < 0.6
    ]  # fmt: skip
    known = {p.name: p for p in people}
    couples = [pair for pair in couples if _is_told_of(*(known[name] for name in pair))]
    bound = {name for pair in couples for name in pair}
    return [p for p in people if p.registered or p.book or p.name in bound], couples


def _is_told_of(one: Human, other: Human) -> bool:
    """Say whether the county knows both of a couple: by register, book, or a spouse here."""
    return bool(one.registered or other.registered or (one.book and other.book))


def _draw_human(random: Random, name: int, world: int) -> Human:
    native = random.random() < 0.9
    book = f"{world}-{random.randint(1, 2)}" if random.random() < 0.9 else None
    return Human(
        name=name,
        sex=random.choice("男女") if native else None,
        age=random.choice((3, 15, 22, 23, 35, 60)) if native else None,
        registered=random.choice((VILLAGES[0], VILLAGES[0], VILLAGES[1])) if native else None,
        book=book,
        relation=random.choice(RELATIONS) if book else None,
        dwelling=random.choice((None, VILLAGES[0], *VILLAGES)),
        land=random.random() < 0.3,
    )


def by_statements(people: Sequence[Human], couples: Couples) -> set[frozenset[int]]:
    """Who lives with whom, by the statements."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine(Path(folder), memory_limit="500MB", threads=1) as engine,
    ):
        engine.constants("registered", REGISTERED, [
            (key(p.name), p.sex, TODAY.replace(year=TODAY.year - p.age), p.registered, "正常")
            for p in people if p.registered and p.age is not None
        ])  # fmt: skip
        engine.constants(
            "book", BOOK, [(key(p.name), p.book, p.relation) for p in people if p.book]
        )
        engine.constants("dwelling", {"person_key": "UUID", "area": "VARCHAR"}, [
            (key(p.name), p.dwelling) for p in people if p.dwelling
        ])  # fmt: skip
        engine.constants("couples", {"a": "UUID", "b": "UUID"}, [
            (key(a), key(b)) for a, b in couples
        ])  # fmt: skip
        engine.constants("live_land_contract", {"person_key": "UUID"}, [
            (key(p.name),) for p in people if p.land
        ])  # fmt: skip
        group_people(engine, literals=Windows(TODAY, COUNTY).sql())
        rows = engine.query("SELECT CAST(person_key AS VARCHAR), group_key FROM groups")
    names = {key(p.name): p.name for p in people}
    groups: dict[str, set[int]] = defaultdict(set)
    for person, group in rows:
        assert names[str(person)] not in groups[str(group)], "nobody twice"
        groups[str(group)].add(names[str(person)])
    return {frozenset(group) for group in groups.values()}


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_it_groups_as_the_plain_rules_do(seed: int) -> None:
    random = Random(seed)
    worlds = [draw_world(random, number) for number in range(1, FAMILIES + 1)]
    people = [person for world, _ in worlds for person in world]
    found = by_statements(people, [pair for _, pairs in worlds for pair in pairs])
    for world, couples in worlds:
        mine = {person.name for person in world}
        expected = together(world, couples, COUNTY)
        assert {group for group in found if group & mine} == expected, (world, couples)
