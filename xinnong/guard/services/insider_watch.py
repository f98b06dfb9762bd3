"""Judges what our own users read by the rules in force, and opens cases for their overseers.

Nothing happens to anybody: the alert exists, and whoever oversees the person says what came of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.core.detection.events import Calendar
from xinnong.core.detection.rulebook import SEVERITIES
from xinnong.guard.models import (
    CaseState,
    InsiderAlert,
    InsiderCase,
    InsiderEvent,
    InsiderEvidence,
    InsiderLog,
    InsiderRulebook,
    InsiderState,
    RulebookMode,
)
from xinnong.guard.queries.insiders import (
    events_named,
    insider_rules_in_force,
    own_events_after,
    parsed,
)
from xinnong.guard.services.engines import Engines, go_on, instant, judged
from xinnong.guard.services.insider_log import note_reads
from xinnong.guard.services.insider_rules import ship_insider_rules
from xinnong.privacy.models import Listing, Read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from xinnong.core.detection.engine import Alert as Found

PIECE: Final = 2_000
MOST_PIECES: Final = 200

_engines: Final = Engines(own_events_after)


def watch_insiders(*, now: datetime) -> int:
    """Turn new reads into events and judge them; answers how many alerts are new."""
    ship_insider_rules(now=now)
    note_reads(now=now)
    with scoped(SYSTEM):
        books = insider_rules_in_force()
    found = 0
    for book in books:
        for _piece in range(MOST_PIECES):
            count, is_last = _judge_piece(book, now)
            found += count
            if is_last:
                break
    return found


def _judge_piece(book: InsiderRulebook, now: datetime) -> tuple[int, bool]:
    """One piece in one transaction; answers its new alerts, and whether nothing waits."""
    with scoped(SYSTEM):
        state = _state(book, now)
        waiting = own_events_after(state.cursor, limit=PIECE) if state else []
        if state is None or not waiting:
            return 0, True
        engine = _engines.taken(book.pk, parsed(book.source), state, Calendar())
        alerts = [
            made for each in list(judged(engine, waiting)) if (made := _written(book, each, now))
        ]
        go_on(state, engine, waiting[-1][0], now)
        if alerts:
            record(
                actor=SYSTEM_ACTOR, action="guard.find-insiders", at=now, subject=book.ref,
                counts={"alerts": len(alerts), "events": len(waiting)},
            )  # fmt: skip
    _engines.put(book.pk, waiting[-1][0], engine)
    return len(alerts), len(waiting) < PIECE


def _state(book: InsiderRulebook, now: datetime) -> InsiderState | None:
    """How far the version is, held until the transaction ends; None while another process holds it."""
    made = InsiderState(rulebook=book, changed_at=now)
    InsiderState.objects.bulk_create([made], ignore_conflicts=True)
    rows = InsiderState.objects.select_for_update(skip_locked=True)
    return rows.filter(rulebook=book).first()


def _written(book: InsiderRulebook, found: Found, now: datetime) -> InsiderAlert | None:
    """Store an alert with its evidence, once, and put it into the case of its reader.

    What a version finds in reads from before it came into force is only counted, as its predecessor
    judged them then.
    """
    events = events_named(found.event_ids)
    rule = next(each for each in parsed(book.source).rules if each.name == found.rule)
    reader = _reader(events[-1])
    is_past = book.decided_at is not None and max(e.received_at for e in events) < book.decided_at
    alert, is_new = InsiderAlert.objects.get_or_create(
        rulebook=book, alert_id=found.alert_id,
        defaults={
            "ref": new_ref(), "rule": found.rule, "title_zh": rule.title_zh,
            "title_en": rule.title_en, "severity": found.severity, "actor": reader.actor,
            "owner_kind": reader.owner_kind, "institution": reader.institution,
            "is_shadow": found.shadow or is_past or book.mode == RulebookMode.SHADOW,
            "supersedes": found.supersedes or "", "events": len(events),
            "households": len({e.household_mark for e in events} - {None}),
            "from_at": events[0].at, "at": instant(found.at), "found_at": now,
        },
    )  # fmt: skip
    if not is_new:
        return None
    if found.supersedes:
        before = InsiderAlert.objects.filter(rulebook=book, alert_id=found.supersedes)
        before.update(is_current=False)
    _keep_evidence(alert, events)
    if not alert.is_shadow:
        _join_case(alert, now)
    return alert


def _keep_evidence(alert: InsiderAlert, events: Sequence[InsiderEvent]) -> None:
    InsiderEvidence.objects.bulk_create(
        InsiderEvidence(alert=alert, event=event, owner_kind=alert.owner_kind) for event in events
    )


def _reader(event: InsiderEvent) -> Read | Listing:
    """The row of the record behind an event: it names who read, and for whom that person works."""
    if event.log == InsiderLog.READ:
        return Read.objects.get(pk=event.log_id)
    return Listing.objects.get(pk=event.log_id)


def _join_case(alert: InsiderAlert, now: datetime) -> None:
    """Put an alert into the open case of its reader; one to watch joins a case and opens none."""
    rows = InsiderCase.objects.select_for_update()
    case = rows.filter(actor=alert.actor, state=CaseState.OPEN).first()
    if case is None:
        if alert.severity == SEVERITIES[0]:
            return
        case = InsiderCase.objects.create(
            ref=new_ref(), actor=alert.actor, owner_kind=alert.owner_kind,
            institution=alert.institution, severity=alert.severity, opened_at=now, alerted_at=now,
        )  # fmt: skip
        record(actor=SYSTEM_ACTOR, action="guard.open-insider-case", at=now, subject=case.ref)
    case.severity = max(case.severity, alert.severity, key=SEVERITIES.index)
    case.alerted_at = now
    case.save(update_fields=["severity", "alerted_at"])
    alert.case = case
    alert.save(update_fields=["case"])
