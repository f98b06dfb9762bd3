"""Field teams: what may be filed under dated rules, whether it holds now, and codes said aloud.

An answer has three colours. Red: do not go on. Amber: it holds, and not now. Green: approved, here, now.
What is not known to be good is never green.
"""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Literal

from xinnong.core.errors import Problem

CODE_DIGITS: Final = 8
PHRASE_WORDS: Final = 3
MOST_NUMBER: Final = 64
MINUTES_A_HOUR: Final = 60

Colour = Literal["green", "amber", "red"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """From when until before when one kind of visit may take place, by which kinds of channel.

    `ended_by` is the announcement that ended it.
    """

    code: str
    kinds: frozenset[str]
    from_on: date
    until_on: date | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What binds an activity from a day on."""

    from_on: date
    days_ahead: int
    earliest: time
    latest: time
    most_agents: int
    most_villages: int
    people_a_day: int
    activities_a_day: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The published rules, oldest first."""

    purposes: tuple[Purpose, ...]
    limits: tuple[Limits, ...]

    def limits_on(self, on: date) -> Limits:
        """What binds on a day; before the first rules the first ones."""
        known = [each for each in self.limits if each.from_on <= on]
        return known[-1] if known else self.limits[0]


def read_rules(text: str) -> Rules:
    """Rules from the text of their file. Raises KeyError or ValueError where it is none."""
    told = tomllib.loads(text)
    purposes = [
        Purpose(
            each["code"],
            frozenset(each["kinds"]),
            each["from_on"],
            each.get("until_on"),
            each.get("ended_by", ""),
        )
        for each in told["purpose"]
    ]
    limits = sorted((Limits(**each) for each in told["limits"]), key=lambda each: each.from_on)
    if not limits:
        raise ValueError("limits")
    return Rules(tuple(purposes), tuple(limits))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a purpose is open on a day. `ended_on` is the first day on which it is not."""

    is_open: bool
    ended_on: date | None = None
    ended_by: str = ""


def verdict_of(rules: Rules, purpose: str, kind: str, on: date) -> Verdict:
    """Whether a channel of a kind may do this on a day; what no rule names is closed."""
    named = [each for each in rules.purposes if each.code == purpose and kind in each.kinds]
    for each in named:
        if each.from_on <= on and (each.until_on is None or on < each.until_on):
            return Verdict(is_open=True)
    ended = [each for each in named if each.until_on is not None and each.until_on <= on]
    return Verdict(
        is_open=False,
        ended_on=ended[-1].until_on if ended else None,
        ended_by=ended[-1].ended_by if ended else "",
    )


@dataclass(frozen=True, slots=True)
class Filing:
    """An activity somebody wants to file, and what the team already has on that day."""

    purpose: str
    kind: str
    on: date
    begins: time
    ends: time
    villages: tuple[str, ...]
    expected: int
    agents: int
    licensed_from: date
    licensed_until: date
    today: date
    others: int = 0
    others_expected: int = 0


def problems_of(filing: Filing, rules: Rules) -> list[Problem]:
    """Everything that keeps a filing from being taken, all at once."""
    limits = rules.limits_on(filing.on)
    return [
        *_of_purpose(filing, rules),
        *_of_days(filing, limits),
        *_of_places(filing, limits),
        *_of_size(filing, limits),
    ]


def _of_purpose(filing: Filing, rules: Rules) -> list[Problem]:
    verdict = verdict_of(rules, filing.purpose, filing.kind, filing.on)
    if verdict.is_open:
        return []
    if verdict.ended_on is not None:
        return [Problem("activity.purpose_ended", "purpose", {"ended_on": verdict.ended_on})]
    return [Problem("activity.purpose_closed", "purpose")]


def _of_days(filing: Filing, limits: Limits) -> list[Problem]:
    found = []
    ahead = (filing.on - filing.today).days
    if not 0 <= ahead <= limits.days_ahead:
        found.append(Problem("activity.day", "on", {"days": limits.days_ahead}))
    if not filing.licensed_from <= filing.on <= filing.licensed_until:
        found.append(Problem("activity.unlicensed", "on", {"until": filing.licensed_until}))
    if not limits.earliest <= filing.begins < filing.ends <= limits.latest:
        bounds = {"earliest": f"{limits.earliest:%H:%M}", "latest": f"{limits.latest:%H:%M}"}
        found.append(Problem("activity.hours", "begins", bounds))
    return found


def _of_places(filing: Filing, limits: Limits) -> list[Problem]:
    if not 0 < len(filing.villages) <= limits.most_villages:
        return [Problem("activity.villages", "villages", {"most": limits.most_villages})]
    if len({village[:9] for village in filing.villages}) > 1:
        return [Problem("activity.two_towns", "villages")]
    return []


def _of_size(filing: Filing, limits: Limits) -> list[Problem]:
    found = []
    if not 0 < filing.agents <= limits.most_agents:
        found.append(Problem("activity.agents", "agents", {"most": limits.most_agents}))
    if filing.others >= limits.activities_a_day:
        found.append(Problem("activity.too_many", "on", {"most": limits.activities_a_day}))
    room = limits.people_a_day - filing.others_expected
    if not 0 < filing.expected <= room:
        most = {"most": limits.people_a_day, "room": max(room, 0)}
        found.append(Problem("activity.expected", "expected", most))
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer about an approved activity rests on. Instants; `stopped` whoever was suspended."""

    begins_at: datetime
    ends_at: datetime
    is_approved: bool
    stopped: bool
    is_licensed: bool
    agent_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The colour of an answer and its reason."""

    colour: Colour
    reason: Literal[
        "now", "later", "over", "stopped", "unlicensed", "not_approved", "agent_stopped"
    ]


def standing_of(known: Known, now: datetime) -> Standing:
    """Whether a team may work at an instant; hours are half-open."""
    if not known.is_approved:
        return Standing("red", "not_approved")
    if known.stopped:
        return Standing("red", "stopped")
    if not known.is_licensed:
        return Standing("red", "unlicensed")
    if now >= known.ends_at:
        return Standing("red", "over")
    if now < known.begins_at:
        return Standing("amber", "later")
    return Standing("amber", "agent_stopped") if known.agent_stopped else Standing("green", "now")


def day_code(key: bytes, activity: bytes, on: date, attempt: int) -> str:
    """The eight digits of an activity on a day: seven that only the key can make, one that checks."""
    said = activity + on.isoformat().encode() + attempt.to_bytes(2, "big")
    number = int.from_bytes(hmac.digest(key, said, hashlib.sha256)[:8], "big")
    digits = f"{number % 10 ** (CODE_DIGITS - 1):0{CODE_DIGITS - 1}}"
    return digits + str(check_digit(digits))


def check_digit(digits: str) -> int:
    """The digit that makes a number hold (ISO/IEC 7064, MOD 11,10)."""
    carried = 10
    for digit in digits:
        summed = (carried + int(digit)) % 10 or 10
        carried = summed * 2 % 11
    return (11 - carried) % 10


def code_in(text: str) -> str:
    """The eight digits somebody typed, however they were grouped; "" where they are not eight."""
    plain = "".join(str(int(each)) for each in text[:MOST_NUMBER] if each.isdecimal())
    rest = [each for each in text[:MOST_NUMBER] if not each.isdecimal()]
    is_code = len(plain) == CODE_DIGITS and all(each.isspace() or each in "-－—" for each in rest)
    return plain if is_code and len(text) <= MOST_NUMBER else ""


def is_well_typed(code: str) -> bool:
    """Whether the check digit holds, so that a slip of the finger is not taken for a forged team."""
    return check_digit(code[:-1]) == int(code[-1])


def phrase_of(key: bytes, activity: bytes, words: Sequence[str]) -> tuple[str, ...]:
    """Three words of an activity, which only its cadres are told. Needs 256 words or fewer."""
    digest = hmac.digest(key, activity, hashlib.sha256)
    places = [int.from_bytes(digest[at : at + 4], "big") for at in range(0, 4 * PHRASE_WORDS, 4)]
    return tuple(words[place % len(words)] for place in places)


def number_in(text: str) -> str:
    """A document's number in one spelling, whatever brackets, spaces and widths it was typed with.

    "" where it is none: without a letter or digit, or too long.
    """
    if len(text) > MOST_NUMBER:
        return ""
    wide = {ord(wide): chr(ord(wide) - 0xFEE0) for wide in map(chr, range(0xFF01, 0xFF5F))}
    brackets = {ord(each): "[" for each in "〔［【（(「{"} | {
        ord(each): "]" for each in "〕］】）)」}"
    }
    plain = text.translate(brackets).translate(wide).upper()
    kept = "".join(each for each in plain if each.isalnum() or each in "[]")
    return kept if kept.strip("[]") else ""


@dataclass(frozen=True, slots=True)
class Count:
    """What both sides say of an activity that is over."""

    purpose: str
    expected: int
    heads: int
    served: int
    activations: int
    messages: int


def differences(count: Count) -> list[Problem]:
    """What does not fit between the heads a cadre counted and what the channel reports."""
    checks = (
        ("reconciliation.more_served", count.served > count.heads),
        ("reconciliation.activated", count.activations > 0 and count.purpose != "activate"),
        ("reconciliation.messages", count.messages > count.served),
        ("reconciliation.more_heads", count.heads > count.expected),
    )
    return [Problem(code, "served") for code, is_so in checks if is_so]


def parts_of(text: str, most: int) -> list[str]:
    """A text message in parts of at most so many characters, cut behind a mark where one is near."""
    parts = []
    rest = text
    while len(rest) > most:
        cut = max(rest.rfind(mark, most // 2, most) for mark in "。；，. ;,")
        cut = cut + 1 if cut > 0 else most
        parts.append(rest[:cut].strip())
        rest = rest[cut:]
    return [*parts, rest.strip()] if rest.strip() else parts


def as_dict(problem: Problem) -> dict[str, Any]:
    """A problem as it is kept beside what it was found in."""
    return {"code": problem.code, **{name: str(value) for name, value in problem.params.items()}}
