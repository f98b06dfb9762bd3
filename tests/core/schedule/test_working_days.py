"""Instalments move to working days: principal stays, interest follows the days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.schedule import reference
from tests.core.schedule.loans import Said, built, documents, many_loans
from xinnong.core.schedule import booked_days, build_schedule, terms_from
from xinnong.core.schedule.terms import InterestPeriod, Method

SATURDAY = 6


def closed(calendar: dict[str, Any], day: date) -> bool:
    if day.isoformat() in calendar["holidays"]:
        return True
    return day.isoweekday() >= SATURDAY and day.isoformat() not in calendar["workdays"]


@st.composite
def calendars(draw: st.DrawFn, start: date) -> dict[str, Any]:
    days = st.integers(0, 500).map(lambda ahead: (start + timedelta(days=ahead)).isoformat())
    return {
        "weekends": True,
        "holidays": draw(st.lists(days, max_size=12)),
        "workdays": draw(st.lists(days, max_size=12)),
    }


@many_loans
@given(documents(events=False, plain=True), st.data())
def test_principal_stays_and_interest_follows_the_days(said: Said, data: st.DataObject) -> None:
    assume(said["method"] not in {"flat", "seasonal", "at_maturity"})
    assume(said["unit"] not in {"days", "weeks"})
    calendar = data.draw(calendars(date.fromisoformat(said["disbursed_on"])))
    found, still = built({**said, "calendar": calendar}), built(said)
    assume(found is not None and still is not None)
    assert found is not None
    assert still is not None
    terms, moved = found
    assert [row.principal_minor for row in moved.rows] == [
        row.principal_minor for row in still[1].rows
    ]
    assert not [row.due for row in moved.rows if closed(calendar, row.due)]
    if terms.interest_period is InterestPeriod.SAME_AS_REPAYMENT:
        assert moved.totals.interest_minor == still[1].totals.interest_minor
        return
    start, (_, wanted) = terms.disbursed_on, reference.dues(terms)
    for row, unmoved in zip(moved.rows, still[1].rows, strict=True):
        assert timedelta(0) <= row.due - unmoved.due
        exact = reference.exact_interest(terms, moved.rows, start, row.due, row.due, wanted)
        assert row.interest_minor == reference.rounded(terms, exact)
        start = row.due


@many_loans
@given(documents(reschedules=True), st.data())
def test_everything_comes_back_whatever_moves(said: Said, data: st.DataObject) -> None:
    calendar = data.draw(calendars(date.fromisoformat(said["disbursed_on"])))
    found = built({**said, "calendar": {**said.get("calendar", {}), **calendar}})
    assume(found is not None)
    assert found is not None
    terms, schedule = found
    lent = sum(draw.amount_minor for draw in terms.draws)
    assert (schedule.totals.principal_minor, schedule.rows[-1].balance_after_minor) == (lent, 0)
    assert min(min(row[2:]) for row in schedule.rows) >= 0
    dates = [row.due for row in schedule.rows]
    assert dates == sorted(dates)
    if terms.method is not Method.FLAT:
        booked = sum(amount for _, amount in booked_days(terms))
        assert booked == schedule.totals.interest_minor


def test_a_month_of_income_is_that_of_the_agreed_date() -> None:
    said = {
        "method": "seasonal",
        "principal": "30000",
        "annual_rate": "4.1",
        "number_of_repayments": 2,
        "disbursed_on": "2026-03-31",
        "calendar": {"income": {"5": 1}, "weekends": True},
    }
    rows = build_schedule(terms_from(said)).rows
    # 31 May 2026 is a Sunday: paid in June, it is the instalment of May
    assert [(row.due, row.principal_minor) for row in rows] == [
        (date(2026, 4, 30), 0),
        (date(2026, 6, 1), 3_000_000),
    ]
    assert terms_from(said).method is Method.SEASONAL
