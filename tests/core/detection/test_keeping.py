"""An engine that is stopped, kept as a document and taken up again gives the alerts of one run."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinnong.analytics.gangs.simulate import simulate
from xinnong.core.detection.engine import Alert, Engine
from xinnong.core.detection.events import Calendar, Event
from xinnong.core.detection.keeping import NotKept, kept, restored
from xinnong.core.detection.rulebook import Rulebook, load_rulebook

LENGTH = 6_000


@cache
def book() -> Rulebook:
    path = files("xinnong.core.detection") / "published" / "base-2026.3.toml"
    return load_rulebook(path.read_bytes())


@cache
def stream() -> tuple[tuple[Event, ...], Calendar]:
    made = simulate("piggyback", 3, feeds="full")
    return tuple(made.events[:LENGTH]), Calendar(made.activities)


def fresh() -> list[Event]:
    return [Event(*(getattr(each, name) for name in Event.__slots__)) for each in stream()[0]]


@cache
def whole() -> tuple[Alert, ...]:
    engine = Engine(book(), stream()[1])
    return (*engine.take(fresh()), *engine.end())


@pytest.mark.slow
@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(0, LENGTH), min_size=1, max_size=3))
def test_it_goes_on_where_it_stopped(stops: list[int]) -> None:
    engine, begin, events = Engine(book(), stream()[1]), 0, fresh()
    alerts: list[Alert] = []
    for stop in [*sorted(stops), len(events)]:
        alerts += engine.take(events[begin:stop])
        engine = restored(book(), stream()[1], json.loads(json.dumps(kept(engine))))
        begin = stop
    alerts += engine.end()
    assert tuple(alerts) == whole()
    assert whole()


def test_it_refuses_what_was_kept_for_other_rules() -> None:
    document = kept(Engine(book()))
    with pytest.raises(NotKept):
        restored(book(), Calendar(), document | {"book": ["other", "1"]})
    with pytest.raises(NotKept):
        restored(book(), Calendar(), document | {"form": 0})


def test_time_that_passes_lets_alerts_out_earlier_and_no_others() -> None:
    engine, events = Engine(book(), stream()[1]), fresh()
    alerts = list(engine.take(events))
    alerts += engine.pass_time(max(each.at for each in events) + 601_000_000)
    assert tuple(alerts) == whole()
    assert list(engine.end()) == []
