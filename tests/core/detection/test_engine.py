"""The engine: order, lateness, repeats, growth, quiet, and what an alert carries."""

from __future__ import annotations

import random
from importlib.resources import files

from tests.core.detection.stream import MINUTE, account, burst, village
from xinnong.core.detection.engine import Alert, Engine
from xinnong.core.detection.events import Activity, Calendar, Event
from xinnong.core.detection.rulebook import load_rulebook

BOOK = load_rulebook(
    (files("xinnong.core.detection") / "published" / "base-2026.3.toml").read_bytes()
)


def alerts(events: list[Event], *activities: Activity) -> list[Alert]:
    """All alerts of a stream."""
    engine = Engine(BOOK, Calendar(activities))
    return [*engine.take(events), *engine.end()]


def of(rule: str, found: list[Alert]) -> list[Alert]:
    """Those of one rule."""
    return [each for each in found if each.rule == rule]


def test_a_village_with_five_such_numbers_is_one_alert_with_all_of_its_evidence() -> None:
    events = village(5)
    (found,) = of("village-burst", alerts(events))
    assert found.at == events[-1].at
    assert (found.severity, found.villages, found.devices) == ("alert", ("v1",), ("d1",))
    assert found.phones == ("p0", "p1", "p2", "p3", "p4")
    assert set(found.event_ids) == {event.event_id for event in events}


def test_four_numbers_are_not_enough_and_neither_are_own_handsets() -> None:
    assert of("village-burst", alerts(village(4))) == []
    own = village(5)
    for event in own:
        event.own_handset = True
    assert [each.rule for each in alerts(own) if not each.shadow] == []


def test_a_handset_that_the_feed_does_not_tell_accuses_nobody() -> None:
    events = village(8)
    for event in events:
        event.own_handset = None
    assert alerts(events) == []


def test_the_order_of_arrival_within_ten_minutes_changes_nothing() -> None:
    events = village(12)
    told = alerts(events)
    rng = random.Random(7)
    for _ in range(5):
        arrivals = sorted(events, key=lambda event: event.at + rng.randrange(9 * MINUTE))
        assert alerts(arrivals) == told


def test_what_comes_later_than_ten_minutes_is_counted_and_left_out() -> None:
    late = account(99, 0, phone="p9", platform="P1")
    engine = Engine(BOOK)
    list(engine.take([account(1, 0, phone="p1", platform="P1"),
                      account(2, 10.1, phone="p1", platform="P2"), late]))  # fmt: skip
    list(engine.end())
    assert (engine.counted.events, engine.counted.late, engine.counted.duplicate) == (3, 1, 0)


def test_a_repeated_number_is_ignored() -> None:
    events = burst("p1", 0, 1, 3)
    engine = Engine(BOOK)
    found = [*engine.take([*events, *events]), *engine.end()]
    assert (found, engine.counted.duplicate) == (alerts(events), 3)


def test_growth_issues_the_alert_again_and_names_the_one_it_replaces() -> None:
    found = of("village-burst", alerts(village(20)))
    assert [len(each.phones) for each in found] == [5, 10, 20]
    assert [each.supersedes for each in found] == [None, found[0].alert_id, found[1].alert_id]


def test_after_a_week_of_quiet_it_is_a_new_alert() -> None:
    week = 8 * 24 * 60
    events = village(5) + village(5, first=50, minute=week)
    found = of("village-burst", alerts(events))
    assert [each.supersedes for each in found] == [None, None]


def test_numbers_are_placed_where_they_were_seen_last() -> None:
    events = village(5)
    for event in events:
        event.village = "v1" if event.platform == "P0" else None
    assert len(of("village-burst", alerts(events))) == 1


def activity(agent: str, starts: float, hours: float) -> Activity:
    """An approved activity in village v1."""
    begins = round(starts * MINUTE)
    return Activity("act1", "v1", begins, begins + round(hours * 60 * MINUTE), frozenset({agent}))


def signs_in(agent: str, minute: float, device: str) -> Event:
    """An agent signs in on a device."""
    return Event(
        f"s{agent}{device}", round(minute * MINUTE), "session", source="channel", agent=agent,
        device=device, village="v1", ok=True,
    )  # fmt: skip


def test_guests_of_an_approved_activity_are_counted_from_three() -> None:
    events = [
        event
        for place in range(3)
        for event in burst(f"p{place}", 60 + place * 4, place * 10, platforms=2)
    ]
    (found,) = of("piggyback", alerts(events, activity("a1", 0, 8)))
    assert found.phones == ("p0", "p1", "p2")
    assert of("piggyback", alerts(events, activity("a1", 0, 0.5))) == []


def test_the_listed_device_of_an_agent_at_work_is_no_guest() -> None:
    events = [signs_in("a1", 1, "d1")] + [
        event
        for place in range(30)
        for event in burst(f"p{place}", 60 + place * 4, place * 10, platforms=3)
    ]
    assert alerts(events, activity("a1", 0, 8)) == []


def test_an_agent_who_activates_where_nothing_was_approved_is_seen() -> None:
    outside = [
        Event(
            f"x{n}", round((700 + n * 5) * MINUTE), "activation", source="channel", platform="P00",
            phone=f"p{n}", device="d1", agent="a1", village="v2", own_handset=False,
        )
        for n in range(3)
    ]  # fmt: skip
    found = alerts([signs_in("a1", 1, "d1"), *outside], activity("a1", 0, 8))
    assert [each.rule for each in found] == ["agent-outside"]


def test_a_cadre_who_sees_red_is_urgent_at_once() -> None:
    red = Event("c1", 5 * MINUTE, "team_check", source="cadre", village="v1", ok=False)
    assert [(each.rule, each.severity) for each in alerts([red])] == [("cadre-red", "urgent")]


def test_a_clock_that_jumped_makes_nobody_else_late() -> None:
    years = 60 * 24 * 365 * 70
    jumped = account(999, years, phone="p9", platform="P1")
    engine = Engine(BOOK)
    found = [*engine.take([*village(2), jumped, *village(3, first=2, minute=12)]), *engine.end()]
    assert engine.counted.late == 0
    assert len(of("village-burst", found)) == 1


def test_memory_follows_the_windows() -> None:
    engine = Engine(BOOK)
    days = 14
    for day in range(days):
        events = [
            account(day * 10_000 + n, day * 1440 + n / 2, phone=f"p{day}-{n}", platform="P1",
                    device=f"d{day}-{n}")
            for n in range(1_500)
        ]  # fmt: skip
        list(engine.take(events))
    most = max(len(window.keys) for window in engine.windows.values() if hasattr(window, "keys"))
    assert most <= 12 * 1_500  # three days' worth and what a sweep has not reached, of 21,000


def test_with_few_platforms_numbers_on_their_own_handsets_are_found_without_the_rest_of_the_county() -> (
    None
):
    minute = 60_000_000
    pairs = [
        Event(
            event_id=f"own{n:02}{platform}", at=(n * 5 + place) * minute, kind="registration",
            source=platform, platform=platform, phone=f"p{n}", device=f"h{n}", village="v1",
            own_handset=True, ok=True,
        )
        for n in range(14) for place, platform in enumerate(("P1", "P2"))
    ]  # fmt: skip
    elsewhere = Event(
        event_id="far", at=3 * minute, kind="registration", source="P1", platform="P1",
        phone="far", device="hf", village="v2", own_handset=True, ok=True,
    )  # fmt: skip
    (found,) = of("village-own-pairs", alerts([*pairs, elsewhere]))
    assert found.phones == tuple(f"p{n}" for n in range(14))
    assert found.villages == ("v1",)
    more = [
        Event(event_id=f"more{n}", at=n * minute, kind="registration", source=f"Q{n}", platform=f"Q{n}",
              phone="far", device="hf", village="v2", own_handset=True, ok=True)
        for n in range(3)
    ]  # fmt: skip
    assert of("village-own-pairs", alerts([*more, *pairs])) == []
