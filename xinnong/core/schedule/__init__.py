"""Loan schedules: one engine, one meaning for each setting.

`load_terms(data)` reads TERMS.json into `Terms`, `build_schedule(terms)` answers a `Schedule` in
whole fen, and `schedule_document(schedule)` is what the command and the API write.
`accruals_of(terms)` and `accrued_minor` give the interest of single days, for the end of day.
"""

from xinnong.core.schedule.accrual import accruals_of, accrued_minor, booked_days, booked_minor
from xinnong.core.schedule.banker import banker_csv, banker_rows, banker_table
from xinnong.core.schedule.build import build_schedule
from xinnong.core.schedule.errors import InvalidTerms
from xinnong.core.schedule.output import schedule_document, schedule_table
from xinnong.core.schedule.schedule import Row, Schedule, Totals
from xinnong.core.schedule.terms import Terms
from xinnong.core.schedule.terms_file import load_terms, terms_document, terms_from, terms_schema

__all__ = [
    "InvalidTerms",
    "Row",
    "Schedule",
    "Terms",
    "Totals",
    "accruals_of",
    "accrued_minor",
    "banker_csv",
    "banker_rows",
    "banker_table",
    "booked_days",
    "booked_minor",
    "build_schedule",
    "load_terms",
    "schedule_document",
    "schedule_table",
    "terms_document",
    "terms_from",
    "terms_schema",
]
