"""What holds for every loan, held against a reference that counts one day at a time."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import assume, given

from tests.core.schedule import reference
from tests.core.schedule.loans import Said, built, documents, many_loans
from xinnong.core.schedule import Row, Schedule, Terms, build_schedule, terms_document, terms_from
from xinnong.core.schedule.terms import EventKind, Method


def drawn(said: Said) -> tuple[Terms, Schedule]:
    found = built(said)
    assume(found is not None)
    assert found is not None
    return found


@many_loans
@given(documents(reschedules=True))
def test_principal_sums_to_what_was_lent_and_the_balance_ends_at_zero(said: Said) -> None:
    terms, schedule = drawn(said)
    lent = sum(draw.amount_minor for draw in terms.draws)
    settled = any(event.kind is EventKind.SETTLE for event in terms.events)
    if not settled:
        assert schedule.totals.principal_minor == lent
    assert schedule.rows[-1].balance_after_minor == 0
    balance = 0
    for row in schedule.rows:
        assert min(row.principal_minor, row.interest_minor, row.balance_after_minor) >= 0
        assert row.total_minor == row.principal_minor + row.interest_minor + row.penalty_minor
        drawn_until = sum(d.amount_minor for d in terms.draws if d.on <= row.due)
        balance += row.principal_minor
        assert row.balance_after_minor == drawn_until - balance, (said, schedule.rows)
    assert [row.n for row in schedule.rows] == list(range(1, len(schedule.rows) + 1))


@many_loans
@given(documents(reschedules=True))
def test_the_same_terms_give_the_same_schedule_also_once_written_and_read(said: Said) -> None:
    terms, schedule = drawn(said)
    assert build_schedule(terms) == schedule
    again = terms_from(terms_document(terms))
    assert again == terms
    assert build_schedule(again) == schedule


@many_loans
@given(documents())
def test_interest_equals_the_reference_day_by_day(said: Said) -> None:
    terms, schedule = drawn(said)
    if terms.method is Method.FLAT:
        low, high = _flat_interest(terms, schedule)
        assert low <= schedule.totals.interest_minor <= (high if terms.events else low), str(said)
    else:
        assert schedule.totals.interest_minor == _interest(terms, schedule), str(said)


def _periods(terms: Terms, schedule: Schedule) -> list[tuple[Fraction, bool]]:
    """Exact interest of every period the schedule went through, and whether it bears any."""
    found, start = [], terms.disbursed_on
    dates, wanted = reference.dues(terms)
    rows, stop = _before_settlement(terms, schedule, dates)
    for index, due in enumerate(dates):
        if start >= stop:
            break
        end = min(due, stop)
        exact = reference.exact_interest(terms, rows, start, end, due, wanted)
        found.append((exact, index >= terms.grace.interest_free))
        start = due
    return found


def _before_settlement(
    terms: Terms, schedule: Schedule, dates: list[date]
) -> tuple[tuple[Row, ...], date]:
    """The rows that change what bears interest, and the day on which interest ends."""
    rows = schedule.rows
    settled = [event for event in terms.events if event.kind is EventKind.SETTLE]
    if not settled or settled[0].on in dates or settled[0].on > dates[-1]:
        return rows, rows[-1].due
    if settled[0].until == "period_end":
        return rows[:-1], next(due for due in dates if due > settled[0].on)
    return rows, settled[0].on


def _interest(terms: Terms, schedule: Schedule) -> int:
    return sum(
        reference.rounded(terms, exact) for exact, bears in _periods(terms, schedule) if bears
    )


def _flat_interest(terms: Terms, schedule: Schedule) -> tuple[int, int]:
    """The last period brings the rest of the agreed sum, and gives nothing back.

    Where money paid on a due date ends the loan, its last instalment was not yet known to be so.
    """
    bearing = [exact if bears else Fraction(0) for exact, bears in _periods(terms, schedule)]
    each = [reference.rounded(terms, exact) for exact in bearing]
    whole = reference.rounded(terms, sum(bearing, Fraction(0)))
    return max(sum(each[:-1]), whole), max(sum(each), whole)
