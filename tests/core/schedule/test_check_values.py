"""Figures that others worked out by hand: every method of counting days has to meet them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from xinnong.core.schedule import Terms, build_schedule, terms_from
from xinnong.core.schedule.terms import Event, EventKind, InterestPeriod, Method, Unit

HUNDRED_THOUSAND = 10_000_000
RATE = Decimal("4.1")


def test_it_settles_on_the_20th_of_quarter_ends_and_to_the_day() -> None:
    terms = Terms(
        method=Method.INTEREST_FIRST,
        principal_minor=HUNDRED_THOUSAND,
        annual_rate_percent=RATE,
        number_of_repayments=4,
        unit=Unit.QUARTERS,
        disbursed_on=date(2021, 3, 1),
        first_due_on=date(2021, 3, 21),
        events=(Event(on=date(2021, 9, 17), kind=EventKind.SETTLE),),
    )
    rows = build_schedule(terms).rows
    assert [(row.due, row.days, row.interest_minor) for row in rows] == [
        (date(2021, 3, 21), 20, 22_778),
        (date(2021, 6, 21), 92, 104_778),
        (date(2021, 9, 17), 88, 100_222),
    ]
    assert [row.principal_minor for row in rows] == [0, 0, HUNDRED_THOUSAND]


def test_it_asks_penalty_interest_for_the_days_overdue() -> None:
    terms = Terms(
        method=Method.AT_MATURITY,
        principal_minor=HUNDRED_THOUSAND,
        annual_rate_percent=RATE,
        number_of_repayments=12,
        disbursed_on=date(2021, 3, 1),
        events=(Event(on=date(2022, 6, 5), kind=EventKind.SETTLE),),
    )
    on_time, late = build_schedule(terms).rows
    assert (on_time.due, on_time.principal_minor) == (date(2022, 3, 1), 0)
    assert (late.days, late.principal_minor, late.interest_minor) == (96, HUNDRED_THOUSAND, 0)
    assert late.penalty_minor == 164_000


def test_it_splits_a_year_into_twelve_equal_instalments() -> None:
    terms = Terms(
        method=Method.EQUAL_INSTALLMENT,
        principal_minor=HUNDRED_THOUSAND,
        annual_rate_percent=RATE,
        number_of_repayments=12,
        disbursed_on=date(2021, 3, 1),
        interest_period=InterestPeriod.SAME_AS_REPAYMENT,
    )
    rows = build_schedule(terms).rows
    assert [row.total_minor for row in rows] == [851_956] * 11 + [851_957]
    assert rows[0].interest_minor == 34_167
    assert rows[-1].balance_after_minor == 0


def test_it_splits_a_year_into_twelve_equal_parts_of_principal() -> None:
    terms = Terms(
        method=Method.EQUAL_PRINCIPAL,
        principal_minor=HUNDRED_THOUSAND,
        annual_rate_percent=RATE,
        number_of_repayments=12,
        disbursed_on=date(2021, 3, 1),
        interest_period=InterestPeriod.SAME_AS_REPAYMENT,
    )
    rows = build_schedule(terms).rows
    assert [row.principal_minor for row in rows] == [833_333] * 11 + [833_337]
    assert rows[0].interest_minor == 34_167


def test_a_balloon_stays_large_when_an_instalment_is_moved() -> None:
    said = {
        "method": "balloon",
        "principal": "100000",
        "annual_rate": "6",
        "number_of_repayments": 6,
        "disbursed_on": "2026-01-31",
        "day_count": "30/360",
        "balloon": {"amortised_over": 120},
        "events": [{"on": "2026-03-31", "kind": "reschedule", "until": "2026-04-10"}],
    }
    rows = build_schedule(terms_from(said)).rows
    assert len(rows) == 6
    assert rows[1].due == date(2026, 4, 10)
    assert rows[-1].principal_minor > 9_600_000
