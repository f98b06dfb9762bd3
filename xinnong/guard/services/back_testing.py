"""Tries a draft on the stored events, beside the version in use, and watches how rules fire since."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.core.detection.engine import Engine
from xinnong.core.detection.events import Calendar
from xinnong.core.detection.rates import astray
from xinnong.core.detection.rulebook import Rulebook, load_rulebook
from xinnong.guard.activities import approved_activities
from xinnong.guard.models import Alert, BackTest, FeedEvent, PublishedRulebook, RateAlarm
from xinnong.guard.queries.events import TICK, Stored, newest_events
from xinnong.guard.queries.rulebooks import back_test_of, live_rulebook, rulebook_of
from xinnong.guard.services.engines import instant, judged
from xinnong.guard.services.officers import note, refuse_all_but_police

if TYPE_CHECKING:
    from xinnong.accounts.models import User
    from xinnong.core.detection.engine import Alert as Found
    from xinnong.guard.models import RulebookDraft

MOST_EVENTS: Final = 200_000
"""The newest so many events: about ten seconds for two versions."""

WATCHED: Final = timedelta(days=1)


def back_test(*, actor: User, draft: RulebookDraft, now: datetime) -> BackTest:
    """Replay the stored events through a draft and through the version in use.

    Raises NotPolice.
    """
    refuse_all_but_police(actor, Permission.PUBLISH_RULEBOOK)
    stored = newest_events(MOST_EVENTS)
    live = live_rulebook()
    calendar = _calendar(stored)
    mine = found_by_rule(load_rulebook(draft.source.encode()), stored, calendar)
    theirs = found_by_rule(rulebook_of(live), stored, calendar) if live else {}
    real = [event.at for _number, event in stored if event.kind != TICK]
    with transaction.atomic():
        made = BackTest.objects.create(
            ref=new_ref(), sha256=draft.sha256, against=live, events=len(real),
            from_at=_instant(min(real, default=None)), until_at=_instant(max(real, default=None)),
            rules=compared(mine, theirs), run_by=actor.ref, run_at=now,
        )  # fmt: skip
        note(actor, "back-test", draft.ref, now, checksum=draft.sha256, events=len(real))
    return made


def watch_rates(*, now: datetime) -> int:
    """Raise an alarm, once a day, for each rule of the live version that fires unlike its back-test."""
    with scoped(SYSTEM), transaction.atomic():
        live = live_rulebook()
        test = back_test_of(live.sha256) if live else None
        if live is None or test is None:
            return 0
        since = now - WATCHED
        events = FeedEvent.objects.filter(received_at__gt=since).exclude(kind=TICK).count()
        alerts = Alert.objects.filter(rulebook=live, found_at__gt=since).values_list(
            "rule", flat=True
        )
        found = Counter(alerts)
        return sum(_raise(live, test, row, found[row["rule"]], events, now) for row in test.rules)


def _raise(
    live: PublishedRulebook, test: BackTest, row: dict[str, Any], found: int, events: int, now: datetime
) -> bool:  # fmt: skip
    wrong = astray(
        found=found, events=events, tested_found=row["alerts"], tested_events=test.events
    )
    if wrong is None:
        return False
    _alarm, is_new = RateAlarm.objects.get_or_create(
        rulebook=live, rule=row["rule"], on=now.date(),
        defaults={
            "events": events, "found": wrong.found, "expected_milli": wrong.expected_milli,
            "is_above": wrong.is_above, "raised_at": now,
        },
    )  # fmt: skip
    return is_new


def _calendar(stored: list[Stored]) -> Calendar:
    """What was approved while the events came."""
    begins = min((event.at for _number, event in stored), default=0)
    ends = max((event.at for _number, event in stored), default=0)
    return Calendar(approved_activities(instant(begins), instant(ends)))


def found_by_rule(
    book: Rulebook, stored: list[Stored], calendar: Calendar
) -> dict[str, list[Found]]:
    """Alerts by rule; the engine works out anew what it writes into the events."""
    engine = Engine(book, calendar)
    found: dict[str, list[Found]] = {rule.name: [] for rule in book.rules}
    for alert in [*judged(engine, stored), *engine.end()]:
        found[alert.rule].append(alert)
    return found


def compared(mine: dict[str, list[Found]], theirs: dict[str, list[Found]]) -> list[dict[str, Any]]:
    """One row a rule of either version: alerts, subjects and numbers, and the same of the other."""
    return [
        {"rule": rule, **_counts(mine.get(rule, [])), "is_gone": rule not in mine}
        | {f"was_{name}": value for name, value in _counts(theirs.get(rule, [])).items()}
        | {"is_new": rule not in theirs}
        for rule in dict.fromkeys([*mine, *theirs])
    ]


def _counts(alerts: list[Found]) -> dict[str, int]:
    return {
        "alerts": len(alerts),
        "subjects": len({each.subject for each in alerts}),
        "numbers": len({mark for each in alerts for mark in each.phones}),
    }


def _instant(at: int | None) -> datetime | None:
    return None if at is None else instant(at)
