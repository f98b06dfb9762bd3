"""Jobs of lending that nobody asks for."""

from __future__ import annotations

from datetime import date, timedelta

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from xinnong.accounts.models import User
from xinnong.core.errors import Refused
from xinnong.lending.demo_book.making import make_book
from xinnong.lending.demo_book.notice import TASK as DEMO_BOOK
from xinnong.lending.services.end_of_day import end_days, lenders_with_days

logger = structlog.get_logger("xinnong.lending")
DAYS = "lending.days"
"""Jobs that end days work one after the other."""


@app.periodic(cron="*/5 * * * *")
@app.task(name="lending.end_days", queueing_lock="lending.end_days", lock=DAYS, queue="lending")
def end_days_gone_by(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """End every day before today of every lender; returns how many ended."""
    return end_through(timezone.localdate() - timedelta(1))


def end_through(last: date) -> int:
    """End the open days of every lender up to one; a lender that is refused keeps no other waiting."""
    ended = 0
    for institution in lenders_with_days():
        try:
            for report in end_days(
                institution=institution, through_on=last, today=last, clock=timezone.now
            ):
                ended += report.status != "already"
        except Refused as refusal:
            logger.warning("day-not-ended", institution=institution, code=refusal.code)
    return ended


@app.task(name=DEMO_BOOK, queueing_lock=DEMO_BOOK, lock=DAYS, queue="lending")
def make_demo_book(run: int, last_on: str, known: int) -> int:
    """Make the demo's loans with their history; while it works nobody else ends a day."""
    but = User.objects.get(username="farmer").person_ref
    return make_book(run=run, last_on=date.fromisoformat(last_on), known=known, but=but)
