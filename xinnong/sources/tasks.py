"""Jobs of this app; a worker that was killed leaves them to be taken up again."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.sources.storage import sweep

AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4)
"""A delivery whose check could not even begin (no database, no room) is tried again for minutes."""


@app.task(name="sources.check_delivery", queue="sources", retry=AGAIN)
def check_delivery(delivery: int) -> int:
    """Check the files of a delivery; returns how many reports there are then."""
    from xinnong.sources.deliveries import check_delivered

    return check_delivered(delivery, clock=timezone.now)


@app.periodic(cron="17 3 * * *")
@app.task(name="sources.sweep", queueing_lock="sources.sweep", queue="sources")
def sweep_unnamed(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Remove files that no batch names; returns how many."""
    with scoped(SYSTEM):
        return sweep(now=timezone.now())
