"""Loan schedules: one engine, one meaning for each setting.

`build_schedule(terms)` answers a `Schedule`, whose rows are in whole fen.
"""

from xinnong.core.schedule.build import build_schedule
from xinnong.core.schedule.errors import InvalidTerms
from xinnong.core.schedule.schedule import Row, Schedule, Totals
from xinnong.core.schedule.terms import Terms

__all__ = ["InvalidTerms", "Row", "Schedule", "Terms", "Totals", "build_schedule"]
