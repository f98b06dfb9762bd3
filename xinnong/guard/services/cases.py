"""Opens cases for alerts, and what officers do in them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q

from xinnong.accounts.permissions import Permission
from xinnong.audit.refs import new_ref
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.detection.rulebook import SEVERITIES
from xinnong.guard.marks import opened_number
from xinnong.guard.models import (
    Alert,
    AlertEvidence,
    Case,
    CaseLabel,
    CaseNumber,
    CaseState,
    CaseTask,
    Desk,
    Number,
    NumberReveal,
    Verdict,
    WatchEntry,
    WatchReveal,
)
from xinnong.guard.refusals import (
    CaseMoved,
    NumberUnknown,
    QuotaSpent,
    ReasonNeeded,
    TaskMoved,
)
from xinnong.guard.services.officers import note, refuse_all_but_police

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from xinnong.accounts.models import User

TOGETHER: Final = timedelta(days=7)
LONGEST_REASON: Final = 200
LONGEST_SAID: Final = 300
REVEALS_A_DAY: Final = 30
"""Numbers that one officer may open in 24 hours; the same number of a case again counts once."""

FIRST_TASKS: Final = (
    (Desk.POLICE, "check-team", timedelta(hours=1)),
    (Desk.BUREAU, "check-activities", timedelta(hours=2)),
    (Desk.PLATFORM, "hold-registrations", timedelta(hours=4)),
)
"""What every new case begins with; the words of the codes stand in `wording`."""


def open_cases(alerts: Sequence[Alert], *, now: datetime) -> int:
    """Put new alerts into cases: an open one of the same village or device, or a new one.

    An alert to watch joins a case and opens none. In the caller's transaction; answers how many are new.
    """
    opened = 0
    for alert in alerts:
        if alert.is_shadow:
            continue
        case = _case_for(alert, now)
        if case is None and alert.severity == SEVERITIES[0]:
            continue
        if case is None:
            case, opened = _opened(alert, now), opened + 1
        join_case(case, alert)
    return opened


def _case_for(alert: Alert, now: datetime) -> Case | None:
    together = Q(villages__overlap=alert.villages) | Q(device_marks__overlap=alert.device_marks)
    rows = Case.objects.select_for_update().filter(
        together, state=CaseState.OPEN, alerted_at__gt=now - TOGETHER
    )
    return rows.order_by("pk").first()


def _opened(alert: Alert, now: datetime) -> Case:
    case = Case.objects.create(
        ref=new_ref(), severity=alert.severity, villages=[], device_marks=[], opened_at=now,
        alerted_at=now,
    )  # fmt: skip
    CaseTask.objects.bulk_create(
        CaseTask(
            ref=new_ref(), case=case, desk=desk, what=what, due_at=now + within,
            made_by=SYSTEM_ACTOR,
        )
        for desk, what, within in FIRST_TASKS
    )  # fmt: skip
    note(SYSTEM_ACTOR, "open-case", case.ref, now)
    return case


def join_case(case: Case, alert: Alert) -> None:
    """Put an alert, or what it grew by, into a case with its numbers; in the caller's transaction."""
    Alert.objects.filter(pk=alert.pk).update(case=case)
    case.villages = list(dict.fromkeys([*case.villages, *alert.villages]))
    case.device_marks = list(dict.fromkeys([*case.device_marks, *alert.device_marks]))
    case.alerted_at = max(case.alerted_at, alert.found_at)
    case.severity = max(case.severity, alert.severity, key=SEVERITIES.index)
    case.save()
    members = AlertEvidence.objects.filter(alert=alert, event__phone_mark__isnull=False)
    seen = members.values_list("event__phone_mark", "event__village")
    where = {str(mark): village or "" for mark, village in seen}
    CaseNumber.objects.bulk_create(
        [CaseNumber(case=case, mark=mark, village=where[mark]) for mark in sorted(where)],
        ignore_conflicts=True,
    )


def add_task(
    *, actor: User, case: Case, desk: str, what: str, due_at: datetime, now: datetime
) -> CaseTask:
    """Ask a desk for something by a time; the same that is open already is not asked twice.

    Raises NotPolice, CaseMoved.
    """
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    with transaction.atomic():
        mine = _locked(case)
        same = mine.tasks.filter(desk=desk, what=what, done_at__isnull=True).first()
        if same is not None:
            return same
        made = CaseTask.objects.create(
            ref=new_ref(), case=mine, desk=Desk(desk), what=what, due_at=due_at, made_by=actor.ref
        )
        note(actor, "add-task", mine.ref, now)
    return made


def finish_task(*, actor: User, task: CaseTask, result: str, now: datetime) -> CaseTask:
    """Say what came of a task. Raises NotPolice, ReasonNeeded, TaskMoved."""
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    said = _said(result)
    with transaction.atomic():
        mine = CaseTask.objects.select_for_update().select_related("case").get(pk=task.pk)
        if mine.done_at is not None:
            raise TaskMoved
        mine.done_at, mine.done_by, mine.result = now, actor.ref, said
        mine.save()
        note(actor, "finish-task", mine.case.ref, now)
    return mine


def label_case(
    *, actor: User, case: Case, verdict: str, reason: str, close: bool, now: datetime
) -> Case:
    """Say what a case is; a false alarm lets its numbers go at once, and so does the end of a case.

    Raises NotPolice, ReasonNeeded, CaseMoved.
    """
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    said = _said(reason)
    with transaction.atomic():
        mine = _locked(case)
        CaseLabel.objects.create(
            case=mine, verdict=Verdict(verdict), reason=said, said_by=actor.ref, said_at=now
        )
        mine.verdict = Verdict(verdict)
        if close:
            mine.state, mine.closed_at, mine.closed_by = CaseState.CLOSED, now, actor.ref
        mine.save()
        if close or verdict == Verdict.NOT:
            mine.numbers.filter(holds=True).update(holds=False)
        elif verdict == Verdict.GANG:
            mine.numbers.filter(holds=False).update(holds=True)
        note(actor, "close-case" if close else "label-case", mine.ref, now)
    return mine


def release_number(*, actor: User, case: Case, mark: str, reason: str, now: datetime) -> None:
    """Let one number of a case go, whose owner turned out to have no part in it.

    Raises NotPolice, ReasonNeeded, NumberUnknown.
    """
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    _said(reason)
    with transaction.atomic():
        mine = _locked(case)
        if not mine.numbers.filter(mark=mark, holds=True).update(holds=False):
            raise NumberUnknown
        note(actor, "release-number", mine.ref, now)


def reveal_number(*, actor: User, case: Case, mark: str, reason: str, now: datetime) -> str:
    """Open one number of a case; the look is written before the number is opened.

    Raises NotPolice, ReasonNeeded, NumberUnknown, QuotaSpent.
    """
    refuse_all_but_police(actor, Permission.REVEAL_NUMBERS)
    said = _said(reason)[:LONGEST_REASON]
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        held = Number.objects.filter(mark=mark).first()
        if held is None or not case.numbers.filter(mark=mark).exists():
            raise NumberUnknown
        refuse_beyond_quota(actor, case, mark, now)
        NumberReveal.objects.create(
            case=case, mark=mark, reason=said, seen_by=actor.ref, seen_at=now
        )
        note(actor, "reveal-number", case.ref, now)
    return opened_number(mark, bytes(held.sealed), held.key_id)


def refuse_beyond_quota(actor: User, of: Case | WatchEntry, mark: str, now: datetime) -> None:
    """Numbers and devices of cases and of packs count together. Raises QuotaSpent."""
    since = now - timedelta(days=1)
    opened = NumberReveal.objects.filter(seen_by=actor.ref, seen_at__gt=since)
    watched = WatchReveal.objects.filter(seen_by=actor.ref, seen_at__gt=since)
    seen = {(Case, *each) for each in opened.values_list("case_id", "mark")}
    also = {(WatchEntry, *each) for each in watched.values_list("entry_id", "entry__mark")}
    if (type(of), of.pk, mark) not in seen | also and len(seen | also) >= REVEALS_A_DAY:
        raise QuotaSpent(most=REVEALS_A_DAY)


def _locked(case: Case) -> Case:
    mine = Case.objects.select_for_update().get(pk=case.pk)
    if mine.state != CaseState.OPEN:
        raise CaseMoved(state=mine.get_state_display())
    return mine


def _said(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST_SAID:
        raise ReasonNeeded(most=LONGEST_SAID)
    return said
