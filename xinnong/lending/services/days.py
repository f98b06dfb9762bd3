"""The open day of a lender: commands hold it open together, the end of the day takes it alone."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import connection

from xinnong.lending.models import BusinessDay, DayState
from xinnong.lending.services.loan_refusals import DayClosed, DayClosing, DaysMissing

HELD: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))"
ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def hold_day(institution: str, on: date, *, begins: bool = False) -> None:
    """Keep the day open until the transaction ends, or refuse.

    Raises DayClosed, DaysMissing (catch up first), DayClosing. `begins` opens a lender's first day.
    """
    lock(HELD, f"lending.day {institution}")
    day = BusinessDay.objects.filter(institution=institution).first()
    if day is None and begins:
        BusinessDay.objects.bulk_create(
            [BusinessDay(institution=institution, open_on=on)], ignore_conflicts=True
        )
        day = BusinessDay.objects.filter(institution=institution).first()
    if day is None or on < day.open_on:
        raise DayClosed(on=on, open_on=day.open_on if day else None)
    if on > day.open_on:
        raise DaysMissing(on=on, open_on=day.open_on)
    if day.state == DayState.CLOSING:
        raise DayClosing(on=on)


def take_day(institution: str) -> BusinessDay | None:
    """Wait until no command of the lender is under way; none begins until the transaction ends."""
    lock(ALONE, f"lending.day {institution}")
    return BusinessDay.objects.filter(institution=institution).first()


def lock(how: str, what: str) -> None:
    """Take an advisory lock until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(how, [what])
