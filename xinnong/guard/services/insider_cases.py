"""What an overseer says came of a case about a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.audit.services import record
from xinnong.guard.models import CaseState, InsiderCase, InsiderLabel, InsiderVerdict
from xinnong.guard.refusals import CaseMoved, ReasonNeeded
from xinnong.privacy.services.canaries import NotTheCountysOverseer

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.accounts.models import User


def label_insider_case(
    *, actor: User, case: InsiderCase, verdict: str, reason: str, close: bool, now: datetime
) -> InsiderCase:
    """Say what came of a case, with the reason, and close it where wanted. The person concerned never does.

    Raises NotTheCountysOverseer, CaseMoved, ReasonNeeded.
    """
    if not actor.can(Permission.READ_READS) or case.actor == actor.ref:
        raise NotTheCountysOverseer
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic():
        mine = InsiderCase.objects.select_for_update().get(pk=case.pk)
        if mine.state != CaseState.OPEN:
            raise CaseMoved(state=mine.get_state_display())
        mine.verdict = InsiderVerdict(verdict)
        InsiderLabel.objects.create(
            case=mine, owner_kind=mine.owner_kind, verdict=mine.verdict, reason=reason.strip(),
            said_by=actor.ref, said_at=now,
        )  # fmt: skip
        if close:
            mine.state, mine.closed_at, mine.closed_by = CaseState.CLOSED, now, actor.ref
        mine.save()
        deed = "close-insider-case" if close else "label-insider-case"
        record(actor=actor, action=f"guard.{deed}", at=now, subject=mine.ref)
    return mine
