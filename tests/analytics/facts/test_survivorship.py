"""Who wins where sources disagree, and what is kept of the loser: statements and plain reference."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.analytics.facts.reference import contested, statements
from tests.analytics.features.generated import (
    TODAY,
    TOWN,
    Household,
    draw_households,
    plan_for,
    reference,
    write_linked,
)
from xinnong.analytics.contracts.declarations import load_contracts
from xinnong.analytics.engine import Engine
from xinnong.analytics.facts.survivorship import CLAIMS, DWELLING_AREA, settle_facts, winner
from xinnong.analytics.features.windows import Windows

pytestmark = pytest.mark.slow

HOUSEHOLDS = 60
CLASSES = sorted(
    {claim.class_name for claim in CLAIMS} | set(DWELLING_AREA) | {"field_form.member"}
)
Found = Counter[tuple[Any, ...]]


def by_statements(households: list[Household]) -> Found:
    """What the statements of a refresh answer, row by row."""
    plan = plan_for(households, CLASSES)
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine(Path(folder), memory_limit="1GB", threads=1) as engine,
    ):
        for name in CLASSES:
            write_linked(engine, Path(folder), name, households, plan.recipients)
        settle_facts(engine, literals=Windows(TODAY, "339981").sql())
        rows = engine.query("SELECT * FROM contested")
        names = list(engine.columns("contested"))
    told = [dict(zip(names, row, strict=True)) for row in rows]
    return Counter(
        (r["household_no"], r["field"], r["source_class"], r["value"], r["as_of"], r["batch"],
         r["row"], r["won"], r["rule"])
        for r in told
    )  # fmt: skip


def by_reference(households: list[Household]) -> Found:
    """The same, by the rule in plain words."""
    return Counter(
        (
            h.number,
            s.field,
            s.source,
            as_text(s.value, s.source),
            s.as_of,
            s.batch,
            s.row,
            won,
            rule,
        )
        for h in households
        for s, won, rule in contested(statements(h.rows, TODAY))
    )


def as_text(value: Any, source: str) -> str:
    """Figures are kept as text, decimals with the digits of their column."""
    if isinstance(value, int):
        return str(value)
    kinds = dict(load_contracts()[source].lake_columns())
    places = int(kinds["area_m2"].rstrip(")").rsplit(",", 1)[1])
    return f"{value:.{places}f}"


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_it_settles_as_the_reference_does(seed: int) -> None:
    households = draw_households(Random(seed), HOUSEHOLDS, CLASSES)
    assert by_statements(households) == by_reference(households)


def test_the_generated_facts_meet_every_rule_and_field() -> None:
    found = [
        (s.field.split(":")[0], rule)
        for h in draw_households(Random(1), 400, CLASSES)
        for s, _, rule in contested(statements(h.rows, TODAY))
    ]
    assert {field for field, _ in found} == {claim.field for claim in CLAIMS} | {"area_m2"}
    assert {rule for _, rule in found} == {"rank", "newer", "order"}


def test_each_contested_field_has_exactly_one_winner() -> None:
    for h in draw_households(Random(2), 200, CLASSES):
        wins = Counter(s.field for s, won, _ in contested(statements(h.rows, TODAY)) if won)
        assert set(wins.values()) <= {1}


def test_the_winner_is_the_figure_that_the_value_of_houses_reads() -> None:
    """The feature and the facts page must not tell two stories about one dwelling."""
    checked = 0
    for h in draw_households(Random(3), 300, CLASSES):
        for s, won, _ in contested(statements(h.rows, TODAY)):
            if won and s.field.startswith("area_m2:"):
                assert house_value(h, s.field[8:], s.source) == house_value(h, s.field[8:], None)
                checked += 1
    assert checked > 20


def house_value(household: Household, unit: str, only: str | None) -> int | None:
    """The value of houses with one dwelling alone, from one register or from both, one price."""
    rows = {
        name: [{**r, "town": TOWN} for r in household.rows.get(name, ()) if r["unit_no"] == unit]
        for name in DWELLING_AREA
        if only in (None, name)
    }
    alone = Household(household.number, household.members, rows | {"village_house": []})
    delivered = [*DWELLING_AREA, "village_house"]
    facts = reference(alone, plan_for([alone], delivered), recipient=None, lender=None)
    return facts.features["house_value"].reference(facts)


@given(st.lists(st.tuples(st.integers(0, 2), st.dates().map(str), st.integers(0, 5)), min_size=1))
def test_the_rule_in_words_takes_rank_then_date_then_turn(told: list[tuple[int, str, int]]) -> None:
    rank, day, turn = told[winner(told)]
    assert rank == min(r for r, _, _ in told)
    assert day == max(d for r, d, _ in told if r == rank)
    assert turn == min(t for r, d, t in told if (r, d) == (rank, day))
