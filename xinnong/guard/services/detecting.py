"""Judges stored events: every version in use goes on where it stopped, with the alerts of one replay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.detection.engine import LATENESS
from xinnong.core.detection.events import Calendar
from xinnong.guard.activities import approved_activities
from xinnong.guard.models import (
    Alert,
    AlertEvidence,
    EngineState,
    FeedEvent,
    RulebookMode,
    RulebookUse,
)
from xinnong.guard.queries.events import (
    TICK,
    events_after,
    has_event_since,
    newest_event,
)
from xinnong.guard.queries.rulebooks import rulebook_of, uses_in_force
from xinnong.guard.services.cases import open_cases
from xinnong.guard.services.engines import Engines, go_on, instant, judged
from xinnong.guard.services.intake import take_turns
from xinnong.guard.services.officers import note

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.core.detection.engine import Alert as Found

PIECE: Final = 2_000
MOST_PIECES: Final = 50
QUIET: Final = timedelta(seconds=60)
TICK_AGAIN: Final = timedelta(minutes=5)
CALENDAR_BACK: Final = timedelta(days=40)
CALENDAR_AHEAD: Final = timedelta(days=2)


@dataclass(slots=True)
class Detected:
    """What one run did."""

    events: int = 0
    alerts: int = 0
    shadow: int = 0


_engines: Final = Engines(events_after)


def detect(*, now: datetime) -> Detected:
    """Judge every event that waits, for every version in use; answers what was found."""
    done = Detected()
    _note_quiet(now)
    with scoped(SYSTEM):
        uses = uses_in_force()
    for use in uses:
        for _piece in range(MOST_PIECES):
            if not _judge_piece(use, now, done):
                break
    return done


def _judge_piece(use: RulebookUse, now: datetime, done: Detected) -> bool:
    """Judge one piece in one transaction; False where nothing waits or somebody else is at it."""
    with scoped(SYSTEM):
        state = _state(use, now)
        if state is None:
            return False
        waiting = events_after(state.cursor, limit=PIECE)
        if not waiting:
            return False
        calendar = Calendar(approved_activities(now - CALENDAR_BACK, now + CALENDAR_AHEAD))
        engine = _engines.taken(use.rulebook_id, rulebook_of(use.rulebook), state, calendar)
        found = list(judged(engine, waiting))
        alerts = _write(use, found, now)
        go_on(state, engine, waiting[-1][0], now)
        if use.mode == RulebookMode.LIVE:
            open_cases(alerts, now=now)
        if alerts:
            note(SYSTEM_ACTOR, "find-alerts", use.ref, now, alerts=len(alerts), events=len(waiting))
    _engines.put(use.rulebook_id, waiting[-1][0], engine)
    done.events += len(waiting) if use.mode == RulebookMode.LIVE else 0
    done.alerts += len(alerts) if use.mode == RulebookMode.LIVE else 0
    done.shadow += len(alerts) if use.mode == RulebookMode.SHADOW else 0
    return len(waiting) == PIECE


def _state(use: RulebookUse, now: datetime) -> EngineState | None:
    """How far the version is, held until the transaction ends; None while another process holds it."""
    made = EngineState(rulebook=use.rulebook, changed_at=now)
    EngineState.objects.bulk_create([made], ignore_conflicts=True)
    rows = EngineState.objects.select_for_update(skip_locked=True)
    return rows.filter(rulebook=use.rulebook).first()


def _write(use: RulebookUse, found: list[Found], now: datetime) -> list[Alert]:
    """Store alerts with their evidence, each once; one that grew takes the place of the one before.

    What a version finds in events from before it went live is only counted: another version judged
    them then, and people their cases.
    """
    made = []
    for each in found:
        rows = FeedEvent.objects.filter(event_id__in=each.event_ids)
        events = dict(rows.values_list("pk", "received_at"))
        is_past = use.from_at is not None and max(events.values()) < use.from_at
        columns = _columns(use, each, now, is_past=is_past)
        alert, is_new = Alert.objects.get_or_create(
            rulebook=use.rulebook, alert_id=each.alert_id, defaults=columns
        )
        if not is_new:
            continue
        if each.supersedes:
            Alert.objects.filter(rulebook=use.rulebook, alert_id=each.supersedes).update(
                is_current=False
            )
        AlertEvidence.objects.bulk_create(
            AlertEvidence(alert=alert, event_id=number) for number in events
        )
        made.append(alert)
    return made


def _columns(use: RulebookUse, found: Found, now: datetime, *, is_past: bool) -> dict[str, object]:
    return {
        "ref": new_ref(),
        "rule": found.rule,
        "subject": found.subject,
        "severity": found.severity,
        "is_shadow": found.shadow or is_past or use.mode == RulebookMode.SHADOW,
        "supersedes": found.supersedes or "",
        "villages": list(found.villages),
        "phone_marks": list(found.phones),
        "device_marks": list(found.devices),
        "agent_marks": list(found.agents),
        "evidence": len(found.event_ids),
        "at": instant(found.at),
        "found_at": now,
    }


def _note_quiet(now: datetime) -> None:
    """When nothing arrives, say so among the events, so that what waits for late ones is judged.

    The note is an event like others: a replay of what is stored comes to the same alerts.
    """
    with scoped(SYSTEM), transaction.atomic():
        last = newest_event()
        if last is None or last.received_at > now - QUIET or last.at > now:
            return
        late = timedelta(microseconds=LATENESS)
        if last.kind == TICK and (
            last.at > now - TICK_AGAIN or not has_event_since(last.at - late, before=last.pk)
        ):
            return
        take_turns()
        FeedEvent.objects.create(
            event_id=f"tick:{new_ref()}", feed="", at=now, kind=TICK, received_at=now
        )
