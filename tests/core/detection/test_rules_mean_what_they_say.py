"""The compiled rules against a slow reference, on events and rulebooks that nobody chose."""

from __future__ import annotations

from importlib.resources import files

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.detection.reference import held_by_reference
from xinnong.core.detection.compiling import compile_rules
from xinnong.core.detection.events import KINDS, SECOND, Event
from xinnong.core.detection.links import Links
from xinnong.core.detection.rulebook import Rulebook, load_rulebook
from xinnong.core.detection.windows import Window

BASE = (files("xinnong.core.detection") / "published" / "base-2026.3.toml").read_bytes()


def test_the_base_rules_hold_where_the_reference_says() -> None:
    book = load_rulebook(BASE)
    assert (len(book.rules), len(book.measures)) == (37, 45)

    @settings(max_examples=30, deadline=None)
    @given(streams(3 * 24 * 60))
    def compared(events: list[Event]) -> None:
        assert held(book, events) == held_by_reference(book, events)

    compared()


@st.composite
def streams(draw: st.DrawFn, minutes: int) -> list[Event]:
    """Events of few people on few devices, so that windows fill and empty again."""
    count = draw(st.integers(0, 60))
    names = {
        "platform": [f"P{n}" for n in range(7)], "phone": ["p1", "p2", "p3", "p4"],
        "device": ["d1", "d2"], "ip": ["i1"], "address": ["c1", "c2"], "agent": ["a1"],
        "village": ["v1", "v2"], "activity": ["x"], "source": ["cadre", "county", "carrier"],
    }  # fmt: skip
    events, at = [], 0
    for number in range(count):
        at += draw(st.sampled_from([0, 0, 1, 2, 5, 29, 31, minutes // 3])) * 60 * SECOND
        known = {
            name: draw(st.sampled_from([*values, values[0], None]))
            for name, values in names.items()
        }
        flags = {
            name: draw(st.sampled_from([True, False, False, None]))
            for name in ("own_handset", "ok")
        }
        worked = {name: draw(st.booleans()) for name in ("inside", "running", "listed")}
        kind = draw(st.sampled_from(["registration", "registration", "code", *KINDS]))
        events.append(
            Event(f"e{number:03}", at, kind, place=known["village"], **known, **flags, **worked)  # type: ignore[arg-type]
        )
    return events


def held(book: Rulebook, events: list[Event]) -> list[list[str]]:
    """The names of the rules that the compiled functions hold at each event."""
    windows: dict[str, Window | Links] = {
        each.name: Links(each.through, each.within) if each.through else Window(each.within)
        for each in book.measures
    }
    judges = compile_rules(book, windows)
    return [[book.rules[place].name for place, _ in judges[each.kind](each)] for each in events]


CONDITIONS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.sampled_from(
            ["own_handset", "ok", "running", "unknown(device)", "unknown(own_handset)"]
        ),
        st.sampled_from(["own_handset == false", "ok != true", "phone == 'p1'", "phone != 'p1'"]),
        st.sampled_from(["kind == 'code'", "kind in ('code', 'login')", "device not in ('d1',)"]),
        st.sampled_from(["platform == village", "seen >= 2", "seen < 3", "seen == 1", "tied >= 2"]),
        CONDITIONS.map(lambda one: f"(not {one})"),
        st.tuples(CONDITIONS, st.sampled_from(["and", "or"]), CONDITIONS).map(
            lambda three: f"({' '.join(three)})"
        ),
    )
)


@settings(max_examples=30, deadline=None)
@given(CONDITIONS.filter(lambda text: len(text) <= 500), streams(90))
def test_any_condition_holds_where_the_reference_says(text: str, events: list[Event]) -> None:
    inner = "ok != false and seen >= 1"
    book = load_rulebook(
        f"""
        schema = 1
        id = "tried"
        version = "1"
        [[measure]]
        name = "seen"
        counts = "platform"
        by = "phone"
        within = "30m"
        where = "kind != 'session'"
        [[measure]]
        name = "tied"
        through = ["device", "agent"]
        within = "1h"
        of = "first"
        {rule("first", inner)}
        {rule("second", text)}
    """.encode()
    )
    assert held(book, events) == held_by_reference(book, events)


def rule(name: str, when: str) -> str:
    """A rule on every kind."""
    return f"""
        [[rule]]
        name = "{name}"
        title_zh = "一条规则"
        title_en = "a rule"
        severity = "watch"
        on = [{", ".join(f'"{kind}"' for kind in KINDS)}]
        subject = "phone"
        when = "{text_of(when)}"
    """


def text_of(when: str) -> str:
    """The condition inside the quotes of TOML."""
    return when.replace('"', "'")
