"""A delay that the payment system caused: those days cost nothing and are not counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from xinnong.core.loan_book import Book, Due, Excused, Late, Payment, run_days
from xinnong.core.money import percent
from xinnong.core.schedule.terms import DayCount

DUE = date(2026, 3, 6)
LATER = date(2026, 3, 20)
LATE = Late(percent("4"), percent("6"), date(2027, 1, 1), compounds=True)
BOOK = Book((), (Due(1, DUE, 3_600_000, 36_000), Due(2, LATER, 3_600_000, 0)), LATE,
            DayCount.ACTUAL_360)  # fmt: skip


def nights(late: Late, paid_on: date) -> dict[date, tuple[int, int, int]]:
    days = run_days(
        replace(BOOK, late=late), [Payment(paid_on, 3_636_000)], from_on=DUE,
        through_on=paid_on + timedelta(1),
    )  # fmt: skip
    return {day.on: (day.penalty_minor, day.compound_minor, day.days_past_due) for day in days}


def test_excused_days_cost_nothing_and_are_not_counted() -> None:
    excused = replace(LATE, excused=(Excused(DUE, DUE + timedelta(3)),))
    found = nights(excused, DUE + timedelta(3))
    assert set(found.values()) == {(0, 0, 0)}
    assert nights(LATE, DUE + timedelta(3))[DUE + timedelta(2)] == (600, 4, 2)


def test_after_the_excuse_the_days_count_from_the_due_date_but_cost_only_from_there() -> None:
    excused = replace(LATE, excused=(Excused(DUE, DUE + timedelta(3)),))
    found = nights(excused, DUE + timedelta(5))
    assert found[DUE + timedelta(2)] == (0, 0, 0)
    assert found[DUE + timedelta(3)] == (600, 4, 3)


def test_another_instalment_is_not_excused_with_it() -> None:
    excused = replace(LATE, excused=(Excused(LATER, LATER + timedelta(7)),))
    assert nights(excused, DUE + timedelta(2))[DUE + timedelta(1)] == (600, 4, 1)
