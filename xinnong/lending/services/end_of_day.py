"""The end of a day of one lender: step by step, each step once, whatever happens in between.

A step and the mark that it is done are one transaction. Killed anywhere, the same date goes on where
it stopped; two that work on one date wait for each other at the mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction

from xinnong.accounts.models import Institution
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.lending.models import (
    BookOfRecord,
    BusinessDay,
    DayState,
    EodRun,
    EodStep,
    Offer,
    RunState,
    Standing,
)
from xinnong.lending.services.days import take_day
from xinnong.lending.services.eod_excused import forget_excuses
from xinnong.lending.services.eod_folding import fold_months
from xinnong.lending.services.eod_held import use_held
from xinnong.lending.services.eod_ledger import post_night
from xinnong.lending.services.eod_observing import observe
from xinnong.lending.services.eod_off_balance import turn_off_balance
from xinnong.lending.services.eod_steps import (
    Night,
    accrue,
    classify_loans,
    open_next,
    remind,
)
from xinnong.lending.services.loan_refusals import DaysMissing, DayToCome
from xinnong.lending.services.month_ends import ends_a_month, keep_month_end

Clock = Callable[[], datetime]
ACTION: Final = "lending.end-of-day"


@dataclass(frozen=True, slots=True)
class DayReport:
    """What the end of one day of one lender came to. `status`: done, resumed or already."""

    on: date
    institution: str
    status: str
    loans: int = 0
    accrued_minor: int = 0
    reclassified: int = 0
    provisions_delta_minor: int = 0
    dunned: int = 0
    transfers: int = 0
    ledger_difference_minor: int = 0
    seconds: Decimal = Decimal(0)


def lenders_with_days() -> list[str]:
    """Codes of every lender whose days end: its loans moved, or its core keeps the book."""
    with scoped(SYSTEM):
        moved = set(BusinessDay.objects.values_list("institution", flat=True))
        core = Offer.objects.filter(book_of_record=BookOfRecord.CORE)
        return sorted(moved | set(core.values_list("institution", flat=True)))


def end_days(
    *, institution: str, through_on: date, today: date, clock: Clock
) -> Iterator[DayReport]:
    """End every day that is open, up to and with a date; a date that is done reports `already`.

    Raises DayToCome for a date after `today`, the business date.
    """
    _refuse_days_to_come(through_on, today)
    first = _open_day(institution)
    if first is None or first > through_on:
        yield end_day(institution=institution, on=through_on, today=today, clock=clock)
        return
    for ahead in range((through_on - first).days + 1):
        on = first + timedelta(ahead)
        yield end_day(institution=institution, on=on, today=today, clock=clock)


def end_day(*, institution: str, on: date, today: date, clock: Clock) -> DayReport:
    """End one day, or go on where its end stopped; never twice.

    Raises DayToCome, and DaysMissing where days before it are still open.
    """
    _refuse_days_to_come(on, today)
    began = clock()
    status = _start(institution, on, began)
    if status in {"done", "resumed"}:
        for step, work in STEPS:
            _once(Night(institution, on), step, work, clock)
        fold_months(institution)
    with scoped(SYSTEM):
        run = EodRun.objects.filter(institution=institution, on=on).first()
    seconds = Decimal((clock() - began) // timedelta(milliseconds=1)).scaleb(-3)
    return _report(run, institution, on, status, seconds)


def _refuse_days_to_come(on: date, today: date) -> None:
    if on > today:
        raise DayToCome(on=on, today=today)


def _open_day(institution: str) -> date | None:
    with scoped(SYSTEM):
        day = BusinessDay.objects.filter(institution=institution).first()
    return day.open_on if day else None


def _start(institution: str, on: date, now: datetime) -> str:
    """Stop the day's business and write the run down; answers how the end of the day begins."""
    with scoped(SYSTEM):
        day = take_day(institution)
        if day is None:
            return _nothing_kept_here(institution, on, now)
        if on < day.open_on:
            return "already"
        if on > day.open_on:
            raise DaysMissing(on=on, open_on=day.open_on)
        _run, is_new = EodRun.objects.get_or_create(
            institution=institution, on=on, defaults={"started_at": now}
        )
        BusinessDay.objects.filter(pk=day.pk).update(state=DayState.CLOSING)
        return "done" if is_new else "resumed"


def _nothing_kept_here(institution: str, on: date, now: datetime) -> str:
    """A lender whose core keeps the book, or that has lent nothing: the day ends, nothing posts."""
    facts = {"started_at": now, "done_at": now, "state": RunState.DONE, "step": EodStep.OPENED}
    _run, is_new = EodRun.objects.get_or_create(institution=institution, on=on, defaults=facts)
    return "empty" if is_new else "already"


Work = Callable[[Night, EodRun, Clock], None]


def _once(night: Night, step: EodStep, work: Work, clock: Clock) -> None:
    """Do a step in one transaction with its mark, unless it is marked."""
    with scoped(SYSTEM), transaction.atomic():
        run = EodRun.objects.select_for_update().get(institution=night.institution, on=night.on)
        if run.step >= step:
            return
        assert run.step == step - 1, "steps follow one another"
        work(night, run, clock)
        run.step = step
        run.save()


def _accrue(night: Night, run: EodRun, clock: Clock) -> None:
    institution = Institution.objects.select_related("operator").get(code=night.institution)
    use_held(institution=institution, actor=SYSTEM_ACTOR, on=night.on, now=clock())
    accrue(night)
    run.loans = Standing.objects.filter(institution=night.institution).count()


def _classify(night: Night, run: EodRun, _clock: Clock) -> None:
    observe(night)
    run.reclassified = classify_loans(night)
    forget_excuses(night)
    turn_off_balance(night)
    if ends_a_month(night):
        keep_month_end(night)


def _remind(night: Night, run: EodRun, _clock: Clock) -> None:
    run.dunned = remind(night)


def _post(night: Night, run: EodRun, clock: Clock) -> None:
    institution = Institution.objects.select_related("operator").get(code=night.institution)
    posted = post_night(night, institution=institution, now=clock())
    run.accrued_minor = posted.accrued_minor
    run.provisions_delta_minor = posted.provisions_delta_minor
    run.transfers = posted.transfers
    run.ledger_difference_minor = posted.difference_minor


def _open(night: Night, run: EodRun, clock: Clock) -> None:
    """Begin the next day: from here on money moves again."""
    open_next(night)
    now = clock()
    run.state, run.done_at = RunState.DONE, now
    BusinessDay.objects.filter(institution=night.institution).update(
        open_on=night.next_on, state=DayState.OPEN
    )
    record(
        actor=SYSTEM_ACTOR,
        action=ACTION,
        at=now,
        run_id=run.pk,
        counts={
            "loans": run.loans,
            "accrued_minor": run.accrued_minor,
            "ledger_difference_minor": run.ledger_difference_minor,
        },
        concerns=Institution.objects.select_related("operator").get(code=night.institution),
    )


STEPS: Final[tuple[tuple[EodStep, Work], ...]] = (
    (EodStep.ACCRUED, _accrue),
    (EodStep.CLASSIFIED, _classify),
    (EodStep.REMINDED, _remind),
    (EodStep.POSTED, _post),
    (EodStep.OPENED, _open),
)


def _report(
    run: EodRun | None, institution: str, on: date, status: str, seconds: Decimal
) -> DayReport:
    shown = "done" if status == "empty" else status
    report = DayReport(on=on, institution=institution, status=shown, seconds=seconds)
    if run is None:
        return report
    return replace(
        report,
        loans=run.loans,
        accrued_minor=run.accrued_minor,
        reclassified=run.reclassified,
        provisions_delta_minor=run.provisions_delta_minor,
        dunned=run.dunned,
        transfers=run.transfers,
        ledger_difference_minor=run.ledger_difference_minor,
    )
