"""Calls and strange accounts after a cadre looked a team up: what worries an honest visit, and what does not."""

from __future__ import annotations

import pytest

from tests.core.detection.stream import MINUTE
from tests.core.detection.test_engine import activity, alerts
from xinnong.core.detection.events import Event


def told(number: int, kind: str, minute: int, source: str, *, ok: bool) -> Event:
    """A check, a call or a count of one's own accounts in village v1."""
    phone = None if source == "cadre" else f"p{number}"
    return Event(
        f"t{number}", minute * MINUTE, kind, source=source, phone=phone, village="v1", ok=ok
    )


@pytest.mark.parametrize(
    ("approved", "complaints", "raised"),
    [
        (True, ["hotline", "hotline"], False),
        (True, ["hotline", "self_check"], True),
        (True, ["hotline", "hotline", "hotline"], True),
        (False, ["hotline", "hotline"], True),
        (False, ["hotline"], False),
    ],
)
def test_two_callers_about_an_approved_visit_are_not_enough(
    *, approved: bool, complaints: list[str], raised: bool
) -> None:
    looked_up = told(0, "team_check", 30, "cadre", ok=True)
    later = [
        told(n, kind, 300 + n * 60, "county", ok=False) for n, kind in enumerate(complaints, 1)
    ]
    activities = [activity("a1", 0, 5)] if approved else []
    found = [each.rule for each in alerts([looked_up, *later], *activities)]
    assert ("visit-complaints" in found) is raised


def test_a_red_answer_to_a_cadre_is_a_case_of_its_own_and_no_signal_beside_residents() -> None:
    red = told(0, "team_check", 30, "cadre", ok=False)
    checks = [told(n, "team_check", 30 + n, "county", ok=False) for n in (1, 2)]
    assert [each.rule for each in alerts([red, *checks])] == ["cadre-red"]
    third = told(3, "document_check", 40, "county", ok=False)
    assert [each.rule for each in alerts([*checks, third])] == ["village-signals"]
    nameless = [Event(f"n{n}", n * MINUTE, "hotline", village="v1", ok=False) for n in range(3)]
    assert alerts(nameless) == []  # no source: nobody knows whether a cadre said it
