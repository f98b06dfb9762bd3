"""Devices that nobody was seen using as their own, few numbers each: a gang that goes slowly, and what is none."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.detection.reference import held_by_reference
from tests.core.detection.stream import MINUTE, account
from tests.core.detection.test_engine import BOOK, alerts
from tests.core.detection.test_rules_mean_what_they_say import held
from xinnong.core.detection.events import Event

STRANGE = ("village-strange-devices", "village-strange-slow", "village-strange-numbers")


def raised(events: list[Event]) -> list[str]:
    """Which of the rules on strange devices raise an alert."""
    return sorted({each.rule for each in alerts(events) if each.rule in STRANGE})


def registered(*what: tuple[float, str, str, str]) -> list[Event]:
    """Registrations by minute, number, device and platform."""
    return [
        account(place, minute, phone=phone, device=device, platform=platform)
        for place, (minute, phone, device, platform) in enumerate(what)
    ]


THREE = registered((0, "p1", "d1", "P1"), (40, "p2", "d2", "P2"), (89, "p3", "d3", "P1"))
FOUR_DEVICES = registered(
    (0, "p1", "d1", "P1"), (119, "p2", "d2", "P1"), (238, "p3", "d3", "P1"), (357, "p4", "d4", "P1")
)
FOUR_NUMBERS = registered(
    (0, "p1", "d1", "P1"), (59, "p2", "d1", "P2"), (118, "p3", "d2", "P1"), (177, "p4", "d2", "P1")
)


def test_three_devices_within_ninety_minutes() -> None:
    assert raised(THREE) == ["village-strange-devices"]
    assert raised([*THREE[:2], replace(THREE[2], at=90 * MINUTE)]) == []  # just the window is out
    assert raised([*THREE[:2], replace(THREE[2], phone="p2")]) == []  # two numbers
    assert raised([*THREE[:2], replace(THREE[2], device="d2")]) == []  # two devices


def test_four_devices_within_six_hours() -> None:
    assert raised(FOUR_DEVICES) == ["village-strange-slow"]
    assert raised([*FOUR_DEVICES[:3], replace(FOUR_DEVICES[3], at=360 * MINUTE)]) == []


def test_four_numbers_on_two_devices_and_two_platforms_within_three_hours() -> None:
    assert raised(FOUR_NUMBERS) == ["village-strange-numbers"]
    assert raised([*FOUR_NUMBERS[:3], replace(FOUR_NUMBERS[3], at=180 * MINUTE)]) == []
    assert raised([replace(each, platform="P1") for each in FOUR_NUMBERS]) == []


def test_a_device_that_serves_more_than_two_numbers_is_a_stall_or_a_school() -> None:
    school = registered(*((n * 10.0, f"s{n}", "teacher", "P7") for n in range(8)))
    assert raised(school) == []
    assert raised([*school, replace(THREE[0], at=75 * MINUTE)]) == []


def test_a_handset_that_somebody_registered_on_for_themselves_is_a_neighbour_s() -> None:
    own = replace(THREE[2], event_id="own", at=0, phone="owner", own_handset=True)
    assert raised([own, *THREE]) == []
    unknown = replace(own, own_handset=None)  # says of nobody that it is theirs
    assert raised([unknown, *THREE]) == ["village-strange-devices"]


def test_what_the_feed_does_not_tell_accuses_nobody() -> None:
    for field in ("own_handset", "device", "village"):
        silent = [replace(each, **{field: None}) for each in THREE]  # type: ignore[arg-type]
        assert raised(silent) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 5, 30, 59, 90]), st.sampled_from("abcde"), st.sampled_from("vwxyz"),
            st.sampled_from(["P1", "P2"]), st.sampled_from([False, False, False, True, None]),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_the_rules_hold_where_the_reference_says(
    what: list[tuple[int, str, str, str, bool | None]],
) -> None:
    events, minute = [], 0
    for place, (passed, phone, device, platform, own) in enumerate(what):
        minute += passed
        event = account(place, minute, phone=phone, device=device, platform=platform)
        events.append(replace(event, own_handset=own, place="v1"))
    assert held(BOOK, events) == held_by_reference(BOOK, events)
