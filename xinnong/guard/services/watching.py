"""Holds events against the packs of other counties: what they name raises an alert with the pack as evidence."""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.guard.models import (
    Alert,
    AlertEvidence,
    CaseState,
    FeedEvent,
    TakenPack,
    WatchEntry,
)
from xinnong.guard.queries.events import TICK
from xinnong.guard.services.cases import join_case, open_cases
from xinnong.guard.services.officers import note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

RULE: Final = "partner-pack"
PIECE: Final = 2_000
ALERT: Final = "alert"
ID_DIGITS: Final = 20


def watch_packs(*, now: datetime) -> int:
    """Judge the events that came since the last time; answers how many alerts are new.

    Every pack goes on from its own place, so a new one is held against everything that is stored.
    """
    with scoped(SYSTEM):
        live = TakenPack.objects.filter(until__gt=now, stopped_at=None)
        waiting = list(live.order_by("pk").values_list("pk", flat=True))
    return sum(_watch(number, now) for number in waiting)


def _watch(number: int, now: datetime) -> int:
    """One pack in one transaction; 0 where another process is at it."""
    with scoped(SYSTEM):
        rows = TakenPack.objects.select_for_update(skip_locked=True, of=("self",))
        pack = rows.select_related("partner").filter(pk=number, stopped_at=None).first()
        newest = FeedEvent.objects.exclude(kind=TICK).order_by("-id").first()
        if pack is None or newest is None or newest.pk <= pack.cursor:
            return 0
        entries = list(pack.entries.order_by("pk"))
        marks = [each.mark for each in entries]
        touched = Q(device_mark__in=marks) | Q(phone_mark__in=marks)
        between = FeedEvent.objects.filter(touched, id__gt=pack.cursor, id__lte=newest.pk)
        found = list(between.order_by("id")[:PIECE])
        made = _alerts(pack, entries, found, now)
        pack.cursor = found[-1].pk if len(found) == PIECE else newest.pk
        pack.save(update_fields=["cursor"])
        if made:
            open_cases(made, now=now)
        if found:
            note(
                SYSTEM_ACTOR, "find-watched", pack.ref, now, checksum=pack.sha256,
                alerts=len(made), events=len(found),
            )  # fmt: skip
    return len(made)


def _alerts(
    pack: TakenPack, entries: Sequence[WatchEntry], events: Sequence[FeedEvent], now: datetime
) -> list[Alert]:
    by_mark: defaultdict[str, list[FeedEvent]] = defaultdict(list)
    for event in events:
        for mark in {event.device_mark, event.phone_mark} - {None}:
            by_mark[str(mark)].append(event)
    made = []
    for entry in entries:
        mine = by_mark.get(entry.mark, [])
        if mine:
            made += _raised(pack, entry, mine, now)
    return made


def _raised(
    pack: TakenPack, entry: WatchEntry, events: Sequence[FeedEvent], now: datetime
) -> list[Alert]:
    """A new alert, or none where an open one of this identifier grew."""
    live = Q(case__isnull=True) | Q(case__state=CaseState.OPEN)
    standing = Alert.objects.filter(live, pack=pack, subject=entry.mark, is_current=True)
    alert = standing.select_related("case").order_by("-pk").first()
    is_new = alert is None
    if alert is None:
        name = f"{pack.sha256}:{entry.mark}:{events[0].event_id}"
        alert = Alert.objects.create(
            ref=new_ref(), pack=pack, rule=RULE, subject=entry.mark, severity=ALERT,
            alert_id=sha256(name.encode()).hexdigest()[:ID_DIGITS], is_shadow=False,
            villages=[], phone_marks=[], device_marks=[], agent_marks=[], evidence=0,
            at=events[-1].at, found_at=now,
        )  # fmt: skip
    AlertEvidence.objects.bulk_create(
        [AlertEvidence(alert=alert, event=each) for each in events], ignore_conflicts=True
    )
    alert.villages = _grown(alert.villages, [each.village for each in events])
    alert.phone_marks = _grown(alert.phone_marks, [each.phone_mark for each in events])
    alert.device_marks = _grown(alert.device_marks, [each.device_mark for each in events])
    alert.agent_marks = _grown(alert.agent_marks, [each.agent_mark for each in events])
    alert.evidence, alert.found_at = alert.members.count(), now
    alert.at = max(alert.at, *(each.at for each in events))
    alert.save()
    if alert.case is not None:
        join_case(alert.case, alert)
    return [alert] if is_new else []


def _grown(before: Sequence[str], more: Sequence[str | None]) -> list[str]:
    return list(dict.fromkeys([*before, *(each for each in more if each)]))
