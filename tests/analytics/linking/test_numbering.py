"""Household numbers survive moves as the plain reference says, on generated moves."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.lakes import key
from tests.analytics.linking.reference import Numbering, number
from xinnong.analytics.engine import Engine
from xinnong.analytics.linking.numbering import number_households

PEOPLE = 14
NEXT = 8


def by_statements(now: Mapping[str, str], before: Mapping[str, int], next_no: int) -> Numbering:
    """Run the statements on who is in which group now and was in which household before."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine(Path(folder), memory_limit="500MB", threads=1) as engine,
    ):
        columns = {"person_key": "UUID", "group_key": "VARCHAR"}
        engine.constants("groups", columns, list(now.items()))
        old = {"household_no": "BIGINT", "person_key": "UUID"}
        engine.constants("previous", old, [(home, person) for person, home in before.items()])
        number_households(engine, next_household_no=next_no)
        numbers = engine.query("SELECT group_key, household_no FROM numbered")
        ended = engine.query("SELECT household_no, status, successor_no FROM ended")
    return Numbering(dict(numbers), {no: (status, heir) for no, status, heir in ended})  # type: ignore[arg-type, misc]  # rows are untyped


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    now=st.dictionaries(st.integers(1, PEOPLE), st.sampled_from("abcdefg"), max_size=PEOPLE),
    before=st.dictionaries(st.integers(1, PEOPLE), st.integers(1, NEXT - 1), max_size=PEOPLE),
)
def test_it_numbers_as_the_reference_does(now: dict[int, str], before: dict[int, int]) -> None:
    groups = {key(person): group for person, group in now.items()}
    homes = {key(person): home for person, home in before.items()}
    assert by_statements(groups, homes, NEXT) == number(groups, homes, NEXT)


def test_nothing_moves_nothing_changes() -> None:
    groups = {key(1): "x", key(2): "x", key(3): "y"}
    homes = {key(1): 5, key(2): 5, key(3): 2}
    assert number(groups, homes, NEXT) == Numbering({"x": 5, "y": 2}, {})
