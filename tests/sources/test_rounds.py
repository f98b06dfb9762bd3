from __future__ import annotations

from datetime import date

from xinnong.analytics.contracts import load_contracts
from xinnong.sources.rounds import (
    Arrival,
    Freshness,
    Outcome,
    first_day,
    freshness_of,
    next_first_day,
    rounds_of,
)

PERSON = load_contracts()["person"]
SUBSIDY = load_contracts()["subsidy"]
TODAY = date(2026, 11, 23)


def test_it_splits_time_by_rhythm() -> None:
    day = date(2026, 12, 30)
    firsts = {rhythm: first_day(rhythm, day) for rhythm in ("daily", "weekly", "monthly", "yearly")}
    assert firsts == {
        "daily": date(2026, 12, 30),
        "weekly": date(2026, 12, 28),
        "monthly": date(2026, 12, 1),
        "yearly": date(2026, 1, 1),
    }
    following = {rhythm: next_first_day(rhythm, first) for rhythm, first in firsts.items()}
    assert following == {
        "daily": date(2026, 12, 31),
        "weekly": date(2027, 1, 4),
        "monthly": date(2027, 1, 1),
        "yearly": date(2027, 1, 1),
    }


def outcomes(arrivals: list[Arrival], today: date = TODAY) -> list[Outcome]:
    return [one.outcome for one in rounds_of(SUBSIDY, arrivals, today=today, count=6)]


def test_it_expects_nothing_before_the_first_arrival() -> None:
    assert outcomes([]) == []


def test_it_says_how_each_month_went() -> None:
    assert (SUBSIDY.rhythm, SUBSIDY.freshness_days) == ("monthly", 45)
    arrivals = [
        Arrival(date(2026, 7, 31), date(2026, 8, 5), holds=True, batch_ref="july"),
        Arrival(date(2026, 8, 31), date(2026, 10, 20), holds=True, batch_ref="august"),
        Arrival(date(2026, 9, 30), date(2026, 10, 2), holds=False, batch_ref="september"),
    ]
    found = rounds_of(SUBSIDY, arrivals, today=TODAY, count=6)
    assert [(one.first.month, one.outcome, one.batch_ref) for one in found] == [
        (7, Outcome.ON_TIME, "july"),
        (8, Outcome.LATE, "august"),
        (9, Outcome.BROKEN, "september"),
        (10, Outcome.MISSING, ""),
        (11, Outcome.DUE, ""),
    ]


def test_it_forgives_a_broken_file_when_a_whole_one_follows() -> None:
    arrivals = [
        Arrival(date(2026, 11, 1), date(2026, 11, 2), holds=False, batch_ref="cut"),
        Arrival(date(2026, 11, 1), date(2026, 11, 3), holds=True, batch_ref="whole"),
    ]
    found = rounds_of(SUBSIDY, arrivals, today=TODAY, count=6)
    assert [(one.outcome, one.batch_ref) for one in found] == [(Outcome.ON_TIME, "whole")]


def test_it_shows_the_latest_rounds_only() -> None:
    arrivals = [Arrival(date(2025, 1, 1), date(2025, 1, 2), holds=True)]
    assert len(rounds_of(SUBSIDY, arrivals, today=TODAY, count=6)) == 6


def test_it_ages_by_the_limit_of_the_contract() -> None:
    limit = PERSON.freshness_days
    assert freshness_of(PERSON, None, today=TODAY) is Freshness.NEVER
    fresh_as_of = date.fromordinal(TODAY.toordinal() - limit)
    assert freshness_of(PERSON, fresh_as_of, today=TODAY) is Freshness.FRESH
    stale_as_of = date.fromordinal(TODAY.toordinal() - limit - 1)
    assert freshness_of(PERSON, stale_as_of, today=TODAY) is Freshness.STALE
