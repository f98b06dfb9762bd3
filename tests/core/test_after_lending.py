"""The worked tables of the page about running loans, and the rules that are published."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.core.pages import table
from xinnong.core.aftercare import Watched, check_wanted
from xinnong.core.borrowed_names import AlertRules, Drawn, Threshold, passed_on, patterns
from xinnong.core.borrowed_names import Paid as Credit
from xinnong.core.collecting import BUCKETS, Paid, Promise, bucket_of, promise_state
from xinnong.core.money import parse_yuan
from xinnong.lending.queries.published_rules import alert_rules_on, check_rules_on, contact_rules_on

ZONE = ZoneInfo("Asia/Shanghai")
PAGE = "after-lending"


def test_promises_come_out_as_on_the_page() -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=ZONE)
    promise = Promise(100_000, date(2026, 5, 10), date(2026, 5, 1), noon)
    for row in table(PAGE, "promises"):
        paid = []
        if row["paid"] != "—":
            on = date.fromisoformat(row["on"])
            at = datetime.combine(on, time.fromisoformat(row["booked at"]), ZONE)
            paid = [Paid(parse_yuan(row["paid"]), on, at)]
        state = promise_state(promise, paid, on=date.fromisoformat(row["asked on"]))
        assert state == row["state"], row


def test_checks_come_out_as_on_the_page() -> None:
    for row in table(PAGE, "checks"):
        last = None if row["last done"] == "—" else date.fromisoformat(row["last done"])
        loan = Watched(
            date.fromisoformat(row["drawn"]), parse_yuan(row["owed"]), int(row["class"]), last
        )
        on = date.fromisoformat(row["on"])
        due = check_wanted(loan, check_rules_on(on), on=on)
        assert ("too early" if due is None else due.isoformat()) == row["due"], row


def test_money_passed_on_comes_out_as_on_the_page() -> None:
    drawn = [Drawn(1, "A", 7, date(2026, 5, 1))]
    rules = AlertRules(date(2020, 1, 1), {"passed_on": Threshold(2, 365, within=3)})
    for row in table(PAGE, "passed_on"):
        came = Credit(2, row["paid for the loan of"], 7, date.fromisoformat(row["credit on"]))
        traits = passed_on(drawn, [came], within=3)
        found = patterns(traits, rules, on=date(2026, 5, 20))
        assert ("yes" if found else "no") == row["alert"], row


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, ""), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"),
        (90, "61-90"), (91, "91-180"), (180, "91-180"), (181, "over-180"), (4000, "over-180"),
    ],
)  # fmt: skip
def test_every_day_is_in_one_bucket(days: int, bucket: str) -> None:
    assert bucket_of(days) == bucket
    held = [name for name, (first, last) in BUCKETS.items() if first <= days <= (last or days)]
    assert held == ([bucket] if bucket else [])


def test_the_published_rules_are_read() -> None:
    rules = contact_rules_on(date(2026, 5, 1))
    assert (rules.earliest, rules.latest, rules.most_a_day) == (time(8), time(22), 3)
    assert rules.parties == {"borrower", "guarantor"}
    limits = alert_rules_on(date(2026, 5, 1)).thresholds
    assert {kind: (limit.least, limit.days) for kind, limit in limits.items()} == {
        "card": (2, 730), "device": (3, 365), "number": (2, 730), "household": (2, 365),
        "staff": (30, 7),
    }  # fmt: skip
    newest = alert_rules_on(date(2026, 11, 1)).thresholds
    assert newest["guarantor"] == Threshold(3, 730)
    assert newest["passed_on"] == Threshold(2, 365, within=3)


def test_days_before_the_first_rules_have_the_first_ones() -> None:
    early = date(1999, 1, 1)
    assert check_rules_on(early).first_days == 15
    assert alert_rules_on(early).thresholds["card"].least == 2
    assert contact_rules_on(early).most_a_day == 3
