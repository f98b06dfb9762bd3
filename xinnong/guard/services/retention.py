"""Removes what is no longer needed: events no alert is made of, and numbers nobody can ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.guard.services.officers import note

if TYPE_CHECKING:
    from datetime import datetime

KEPT: Final = timedelta(days=90)
"""Three windows of the longest rule: nothing older can become part of an alert."""

EVENTS: Final = """
DELETE FROM guard_feedevent AS event
WHERE received_at < %s
  AND NOT EXISTS (SELECT FROM guard_alertevidence AS member WHERE member.event_id = event.id)
"""
NUMBERS: Final = """
DELETE FROM guard_number AS number
WHERE seen_at < %s
  AND NOT EXISTS (SELECT FROM guard_casenumber AS held WHERE held.mark = number.mark)
  AND NOT EXISTS (SELECT FROM guard_feedevent AS event WHERE event.phone_mark = number.mark)
"""
DEVICES: Final = """
DELETE FROM guard_device AS device
WHERE seen_at < %s
  AND NOT EXISTS (SELECT FROM guard_case AS held WHERE device.mark = ANY (held.device_marks))
  AND NOT EXISTS (SELECT FROM guard_feedevent AS event WHERE event.device_mark = device.mark)
"""
OWN: Final = """
DELETE FROM guard_insiderevent AS event
WHERE received_at < %s
  AND NOT EXISTS (SELECT FROM guard_insiderevidence AS member WHERE member.event_id = event.id)
"""


def forget_old_events(*, now: datetime) -> int:
    """Remove what is past its time; answers how many rows. Evidence stays with its alert."""
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(EVENTS, [now - KEPT])
        events = int(cursor.rowcount)
        cursor.execute(NUMBERS, [now - KEPT])
        numbers = int(cursor.rowcount)
        cursor.execute(DEVICES, [now - KEPT])
        devices = int(cursor.rowcount)
        cursor.execute(OWN, [now - KEPT])
        own = int(cursor.rowcount)
        record(
            actor=SYSTEM_ACTOR, action="guard.forget-insiders", at=now, counts={"events": own}
        )  # fmt: skip
        note(
            SYSTEM_ACTOR, "forget-events", None, now, events=events, numbers=numbers,
            devices=devices,
        )  # fmt: skip
    return events + numbers + devices + own
