"""The hourly look for checks after lending: at what was touched since the last one, at all once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import CheckLook, Loan
from xinnong.lending.queries.published_rules import check_rules_on
from xinnong.lending.services.aftercare import make_checks
from xinnong.lending.services.days import ALONE, lock

if TYPE_CHECKING:
    from datetime import date, datetime

LATECOMERS: Final = 200
"""So many of the newest drawings are looked at again: one may be written before one that it follows."""
LONGEST_COMMAND: Final = timedelta(hours=1)
TOUCHED: Final = """
SELECT id FROM lending_loan WHERE institution = %(institution)s AND id > %(newest_loan)s
UNION
SELECT loan_id FROM lending_loancheck
WHERE institution = %(institution)s AND done_at >= %(since)s
UNION
SELECT loan_id FROM lending_loanproposal
WHERE institution = %(institution)s AND ended_at >= %(since)s
"""
"""Loans that may want a check now and did not on this day before: drawn, checked, or put right since.

What is repaid makes a check come later, never sooner; classes and days change at the day's end.
"""


def look_for_checks(*, institution: str, on: date, now: datetime, whole: bool = False) -> int:
    """Put on the list what is due soon as far as something was touched; answers how many are new.

    Looks at the whole book the first time of a business day and of a calendar day, when other rules
    bind, and where `whole` is asked. Two looks at one lender follow each other.
    """
    with scoped(SYSTEM):
        lock(ALONE, f"lending.checks {institution}")
        last = CheckLook.objects.filter(institution=institution).first()
        marks = {
            "open_on": on, "whole_on": timezone.localdate(now),
            "rules_on": check_rules_on(on).from_on,
        }  # fmt: skip
        newest = Loan.objects.filter(institution=institution).aggregate(top=Max("id"))["top"] or 0
        if whole or last is None or any(getattr(last, name) != day for name, day in marks.items()):
            made = make_checks(institution=institution, on=on, now=now)
        else:
            made = make_checks(institution=institution, on=on, now=now, loans=touched_loans(last))
        CheckLook.objects.update_or_create(
            institution=institution, defaults=marks | {"newest_loan": newest, "looked_at": now}
        )
    return made


def touched_loans(last: CheckLook) -> list[int]:
    """Loans drawn, checked or put right since the last look."""
    named: dict[str, Any] = {
        "institution": last.institution,
        "newest_loan": last.newest_loan - LATECOMERS,
        "since": last.looked_at - LONGEST_COMMAND,
    }
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, named)
        return sorted(number for (number,) in cursor)
