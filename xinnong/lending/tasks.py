"""Jobs of lending that nobody asks for."""

from __future__ import annotations

from datetime import date, timedelta

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.errors import Refused
from xinnong.ledger.services import resum_balances
from xinnong.lending.demo_book.making import make_book
from xinnong.lending.demo_book.notice import TASK as DEMO_BOOK
from xinnong.lending.demo_book.second_bank import lend_at_second_bank
from xinnong.lending.queries.loans import open_day_of
from xinnong.lending.services.alert_looks import look_for_alerts
from xinnong.lending.services.check_looks import look_for_checks
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
        before = ended
        try:
            for report in end_days(
                institution=institution, through_on=last, today=last, clock=timezone.now
            ):
                ended += report.status != "already"
        except Refused as refusal:
            logger.warning("day-not-ended", institution=institution, code=refusal.code)
        if ended > before:
            _sum_again(institution)
    return ended


@app.task(name=DEMO_BOOK, queueing_lock=DEMO_BOOK, lock=DAYS, queue="lending")
def make_demo_book(run: int, last_on: str, known: int) -> int:
    """Make the demo's loans with their history; while it works nobody else ends a day."""
    but = User.objects.get(username="farmer").person_ref
    lend_at_second_bank(run=run, last_on=date.fromisoformat(last_on), but=but)
    return make_book(run=run, last_on=date.fromisoformat(last_on), known=known, but=but)


@app.periodic(cron="17 * * * *")
@app.task(name="lending.tend_loans", queueing_lock="lending.tend_loans", queue="lending")
def tend_loans(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Make the checks that are due and find what borrowers share; returns how many are new."""
    return sum(tend(institution) for institution in lenders_with_days())


def tend(institution: str) -> int:
    """What one lender's loans want on its open day, however often it is asked."""
    with scoped(SYSTEM):
        on = open_day_of(institution)
    if on is None:
        return 0
    now = timezone.now()
    made = look_for_checks(institution=institution, on=on, now=now)
    return made + look_for_alerts(institution=institution, on=on, now=now)


def _sum_again(code: str) -> None:
    """Sum the lender's running balances once its days have ended; a difference is told, not mended."""
    with scoped(SYSTEM):
        owner = Institution.objects.select_related("operator").get(code=code)
        found = resum_balances(institution=owner, actor=SYSTEM_ACTOR, now=timezone.now())
    if not found.holds:
        logger.error(
            "balances-differ",
            institution=code,
            differences=len(found.differences),
            astray=found.astray,
        )
