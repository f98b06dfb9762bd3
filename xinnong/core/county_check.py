"""A badge held against the county's bundle: one of three colours, with a reason.

Green says: signed, not revoked, in the list, in this village, now, by data that is fresh. Amber says: the
phone cannot know, call. Red says: something is wrong with it. Nothing is ever green for want of data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from xinnong.core.badges import HOUR_SECONDS, Badge, Checked, check_badge
from xinnong.core.county_bundle import Activity, Agent, Bundle, is_revoked

Colour = Literal["green", "amber", "red"]
CLOCK_SECONDS: Final = 600
"""How far a phone's clock may be behind the bundle before nothing is said by it."""

AMBER: Final = frozenset({"stale", "too_old", "clock", "ask"})
"""Reasons to call, all others are red: old data, none for today, a wrong clock, a key of SM2."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the cadre sees. `reason` is None on green alone; `age` is that of the data, in seconds."""

    colour: Colour
    reason: str | None
    age: int
    badge: Badge | None = None
    agent: Agent | None = None
    activity: Activity | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    bundle: Bundle
    checked: Checked
    badge: Badge
    agent: Agent | None
    activity: Activity | None
    village: str
    second: int


def check_offline(text: str, bundle: Bundle, *, village: str, second: int) -> Answer:
    """Check a badge's text in a village at an instant, by a bundle alone."""
    keys = {each.key.key_id: each.key for each in bundle.keys}
    checked = check_badge(text, keys, second=second, offline=True)
    age = max(0, second - bundle.as_of)
    if checked.badge is None:
        return Answer("red", checked.wrong, age)
    asked = _asked(bundle, checked, checked.badge, village, second)
    reason = next((name for name, shows in QUESTIONS if shows(asked)), None)
    if reason == "wrong":
        reason = checked.wrong
    colour: Colour = "green" if reason is None else "amber" if reason in AMBER else "red"
    shown = None if checked.unproven else asked.agent
    return Answer(colour, reason, age, checked.badge, shown, asked.activity)


def _asked(bundle: Bundle, checked: Checked, badge: Badge, village: str, second: int) -> _Asked:
    agent = next((each for each in bundle.roster if each.number == badge.number), None)
    activity = next((each for each in bundle.activities if each.number == badge.activity), None)
    return _Asked(bundle, checked, badge, agent, activity, village, second)


def _wrong_key_time(asked: _Asked) -> bool:
    """Whether the key did not sign at the hours the badge is for."""
    starts = asked.badge.not_before * HOUR_SECONDS
    return not any(
        each.key.key_id == asked.checked.key_id and each.valid_from <= starts < each.valid_until
        for each in asked.bundle.keys
    )


def _is_old(asked: _Asked) -> bool:
    return asked.second - asked.bundle.as_of > asked.bundle.fresh_hours * HOUR_SECONDS


def _differs(asked: _Asked) -> bool:
    """Whether the badge says another team, channel or photo than the list."""
    badge, agent = asked.badge, asked.agent
    if agent is None:
        return not _is_old(asked)
    photo = badge.photo is not None and badge.photo != agent.photo
    team = any(
        (each.number, each.channel) == (badge.team, badge.channel) for each in asked.bundle.teams
    )
    return photo or not team or agent.team != badge.team


def _not_approved(asked: _Asked) -> bool:
    """Whether the activity is none that was approved, or not for this team and person."""
    if asked.activity is None:
        return not _is_old(asked)
    known = asked.activity.team == asked.badge.team
    return not (known and asked.badge.number in asked.activity.agents)


def _elsewhere(asked: _Asked) -> bool:
    approved = asked.activity.villages if asked.activity else (asked.village,)
    return asked.village not in asked.badge.villages or asked.village not in approved


def _outside_hours(asked: _Asked) -> bool:
    activity = asked.activity
    return activity is not None and not activity.starts <= asked.second < activity.ends


QUESTIONS: Final[tuple[tuple[str, Callable[[_Asked], bool]], ...]] = (
    ("clock", lambda asked: asked.second < asked.bundle.as_of - CLOCK_SECONDS),
    ("wrong", lambda asked: asked.checked.wrong is not None),
    ("key_time", _wrong_key_time),
    ("other_county", lambda asked: asked.badge.issuer != asked.bundle.issuer),
    ("revoked", lambda asked: is_revoked(asked.bundle.status, asked.badge.status)),
    ("too_old", lambda asked: asked.second >= asked.bundle.good_until),
    ("not_listed", _differs),
    ("no_activity", _not_approved),
    ("other_village", _elsewhere),
    ("outside_hours", _outside_hours),
    ("stale", _is_old),
    ("ask", lambda asked: asked.checked.unproven),
)
"""Asked from the top; the first that shows something names the answer. Red ones come before amber ones,
but for a clock that cannot be right and a bundle too old to tell."""
