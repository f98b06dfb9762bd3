"""Jobs of guard that nobody asks for."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from xinnong.guard.demo import TASK as DEMO_CASE
from xinnong.guard.demo import make_guard_demo
from xinnong.guard.services.back_testing import watch_rates
from xinnong.guard.services.delivering import deliver_orders
from xinnong.guard.services.detecting import detect
from xinnong.guard.services.insider_watch import watch_insiders
from xinnong.guard.services.messages import send_to_configured
from xinnong.guard.services.retention import forget_old_events
from xinnong.guard.services.rulebooks import ship_first_rulebook
from xinnong.guard.services.watching import watch_packs


@app.periodic(cron="* * * * *")
@app.task(name="guard.detect", queueing_lock="guard.detect", lock="guard.detect", queue="guard")
def detect_gangs(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Judge the events that wait by rules and by packs of other counties; returns how many alerts are new."""
    ship_first_rulebook(now=timezone.now())
    return detect(now=timezone.now()).alerts + watch_packs(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(
    name="guard.insiders", queueing_lock="guard.insiders", lock="guard.insiders", queue="guard"
)
def watch_our_own(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Judge what our own users read since the last time; returns how many alerts are new."""
    return watch_insiders(now=timezone.now())


@app.task(name=DEMO_CASE, queueing_lock=DEMO_CASE, lock="guard.detect", queue="guard")
def make_demo_case() -> int:
    """Make the demo's platform, its evening with a gang and the case of it; returns its cases."""
    return make_guard_demo(now=timezone.now()).cases


@app.periodic(cron="29 * * * *")
@app.task(name="guard.watch_rates", queueing_lock="guard.watch_rates", queue="guard")
def watch_rule_rates(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Compare how rules fire with their back-test; returns how many alarms are new."""
    return watch_rates(now=timezone.now())


@app.periodic(cron="43 3 * * *")
@app.task(name="guard.forget", queueing_lock="guard.forget", queue="guard")
def forget_events(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Remove events, receipts of deliveries and numbers past their time; returns how many rows."""
    return forget_old_events(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="guard.deliver", queueing_lock="guard.deliver", lock="guard.deliver", queue="guard")
def deliver_issued_orders(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Take issued orders to their platforms; returns how many were taken."""
    return deliver_orders(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="guard.send", queueing_lock="guard.send", lock="guard.send", queue="guard")
def send_waiting_messages(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Hand waiting text messages to the gateway; returns how many."""
    return send_to_configured(now=timezone.now())
