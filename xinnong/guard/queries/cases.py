"""Reads of cases: the queue, what a case is made of, and how good the rules are by what people said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q

from xinnong.areas.places import places
from xinnong.guard.models import (
    Alert,
    AlertEvidence,
    Case,
    CaseLabel,
    CaseNumber,
    CaseTask,
    FeedEvent,
    Number,
    NumberReveal,
    Verdict,
)
from xinnong.privacy.models import SealedPayload

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from xinnong.web.paging import Turn

TIMELINE: Final = 200
NOTES_SHOWN: Final = 100
DIGITS: Final = "0123456789"


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the cases with a rule's alerts that people judged, how many were a gang."""

    rule: str
    gang: int
    wrong: int
    unclear: int

    @property
    def judged(self) -> int:
        """Cases that say something about the rule."""
        return self.gang + self.wrong


def cases_page(filters: Mapping[str, str], *, turn: Turn, limit: int) -> list[Case]:
    """One page of cases and one row more, the newest first; `filters` come from a checked form."""
    rows = Case.objects.annotate(counted=Count("numbers"))
    for name in ("state", "severity", "verdict"):
        if filters.get(name):
            rows = rows.filter(**{name: filters[name]})
    village = filters.get("village", "")
    if village:
        inside = CaseNumber.objects.filter(village__gte=village, village__lt=village + "~")
        named = [each.code for each in places().villages(village) if each.code.startswith(village)]
        rows = rows.filter(Q(villages__overlap=named) | Q(pk__in=inside.values("case_id")))
    if turn.number is not None:
        rows = rows.filter(id__gt=turn.number) if turn.is_back else rows.filter(id__lt=turn.number)
    return list(rows.order_by("id" if turn.is_back else "-id")[:limit])


def case_by_ref(ref: UUID) -> Case | None:
    """One case."""
    return Case.objects.filter(ref=ref).first()


def alerts_of(case: Case) -> list[Alert]:
    """The alerts of a case that no grown one replaced, the newest first."""
    rows = Alert.objects.filter(case=case, is_current=True)
    rows = rows.select_related("rulebook", "pack__partner")
    return list(rows.order_by("-at", "-pk"))


def evidence_of(case: Case) -> list[FeedEvent]:
    """The newest events a case is made of, the newest first."""
    members = AlertEvidence.objects.filter(alert__case=case).values("event_id")
    return list(FeedEvent.objects.filter(pk__in=members).order_by("-at", "-pk")[:TIMELINE])


def numbers_of(case: Case) -> list[CaseNumber]:
    """The numbers of a case, by village and mark."""
    return list(CaseNumber.objects.filter(case=case).order_by("village", "mark"))


def marks_that_open(case: Case) -> set[str]:
    """Marks of a case whose numbers lie sealed here; others came as marks alone."""
    marks = CaseNumber.objects.filter(case=case).values("mark")
    return set(Number.objects.filter(mark__in=marks).values_list("mark", flat=True))


def tasks_of(case: Case) -> list[CaseTask]:
    """The tasks of a case by the time they are due."""
    return list(CaseTask.objects.filter(case=case).order_by("due_at", "pk"))


def task_by_ref(case: Case, ref: UUID) -> CaseTask | None:
    """One task of a case."""
    return CaseTask.objects.filter(case=case, ref=ref).first()


def labels_of(case: Case) -> list[CaseLabel]:
    """What was said about a case, the newest first."""
    return list(CaseLabel.objects.filter(case=case).order_by("-pk"))


def reveals_of(case: Case) -> list[NumberReveal]:
    """Who opened which number, the newest first."""
    return list(NumberReveal.objects.filter(case=case).order_by("-pk"))


def precision_by_rule() -> list[Precision]:
    """For each rule of the live version: what people said of the cases with its alerts."""
    rows = (
        Alert.objects.filter(case__isnull=False, is_shadow=False)
        .exclude(case__verdict="")
        .values_list("rule", "case_id", "case__verdict")
        .distinct()
    )
    counted = Counter((rule, verdict) for rule, _case, verdict in rows)
    return [
        Precision(
            rule, counted[rule, Verdict.GANG], counted[rule, Verdict.NOT],
            counted[rule, Verdict.UNCLEAR],
        )
        for rule in sorted({rule for rule, _verdict in counted})
    ]  # fmt: skip


def notes_of(case: Case) -> list[SealedPayload]:
    """The newest notes of a case's file, sealed; their key says whether they can be opened."""
    found = SealedPayload.objects.filter(case_key__case=case.ref).select_related("case_key")
    return list(found.order_by("-pk")[:NOTES_SHOWN])
