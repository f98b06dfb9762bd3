"""Work through a delivery that waits in the spool: every file of it gets a report."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.sources.importing import Clock, Order, check_file, opened
from xinnong.sources.models import BatchState, Delivery
from xinnong.sources.services import Deliverer
from xinnong.sources.services.deliveries import finish_delivery, note_progress, start_delivery
from xinnong.sources.storage import discard_spooled, spool

BEAT_SECONDS: Final = 1
OPEN_STATES: Final = (BatchState.CHECKING, BatchState.BROKEN)


def check_delivered(delivery_id: int, *, clock: Clock) -> int:
    """Check what is left of a delivery; returns the number of its reports.

    Safe to run again after a kill: files that have a report are left alone.
    """
    with scoped(SYSTEM):
        delivery = Delivery.objects.select_related("institution__operator").get(pk=delivery_id)
        if delivery.is_over:
            return delivery.batches.count()
        start_delivery(delivery=delivery, now=clock())
    try:
        _check_files(delivery, clock)
    except BaseException:
        _finish(delivery, clock(), is_broken=True)
        raise
    _finish(delivery, clock(), is_broken=False)
    discard_spooled(delivery.spool)
    with scoped(SYSTEM):
        return delivery.batches.count()


def _check_files(delivery: Delivery, clock: Clock) -> None:
    order = _order(delivery, clock)
    with opened(spool() / delivery.spool) as files:
        for number, file in enumerate(files):
            beat = _beat(delivery, (number, len(files)), clock)
            if not _has_report(delivery, file.name):
                check_file(file, order, beat)


def _order(delivery: Delivery, clock: Clock) -> Order:
    deliverer = Deliverer(
        ref=delivery.delivered_by,
        institution=delivery.institution,
        classes=frozenset(delivery.allowed_classes),
        lender=delivery.lender,
    )
    return Order(
        deliverer=deliverer,
        clock=clock,
        class_option=delivery.class_option,
        as_of_option=delivery.as_of_option,
        validate_only=delivery.validate_only,
        delivery=delivery,
    )


def _has_report(delivery: Delivery, name: str) -> bool:
    with scoped(SYSTEM):
        return delivery.batches.filter(file=name).exclude(state__in=OPEN_STATES).exists()


def _beat(delivery: Delivery, files: tuple[int, int], clock: Clock) -> Callable[[int, int], None]:
    """Progress that is written at most once a second."""
    last = 0.0

    def note(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < BEAT_SECONDS:
            return
        last = time.monotonic()
        with scoped(SYSTEM):
            note_progress(delivery=delivery, files=files, rows=(done, total), now=clock())

    return note


def _finish(delivery: Delivery, now: datetime, *, is_broken: bool) -> None:
    with scoped(SYSTEM):
        finish_delivery(delivery=delivery, is_broken=is_broken, now=now)
