"""The health bureau and lenders ask the police for an order or comment on a case; the police answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.guard.models import OrderRequest
from xinnong.guard.refusals import AppealMoved, NotAsking, OrderKeyReused, ReasonNeeded
from xinnong.guard.services.officers import in_guard, note, refuse_all_but_police

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import User

LONGEST: Final = 500


def request_order(
    *, actor: User, said: str, case_number: int | None, key: UUID, now: datetime
) -> OrderRequest:
    """Ask the police; nothing of a case is shown to whoever asks. A key asks once.

    Raises NotAsking, ReasonNeeded, OrderKeyReused.
    """
    if actor.institution is None or not actor.can(Permission.REQUEST_ORDERS):
        raise NotAsking
    text = _text(said)
    with scoped(in_guard(actor.ref)), transaction.atomic():
        before = OrderRequest.objects.filter(key=key).first()
        if before is not None:
            if (before.asked_by, before.said) != (actor.ref, text):
                raise OrderKeyReused
            return before
        made = OrderRequest.objects.create(
            ref=new_ref(), key=key, institution=actor.institution.code, case_number=case_number,
            said=text, asked_by=actor.ref, asked_at=now,
        )  # fmt: skip
        note(actor.ref, "request-order", made.ref, now)
    return made


def answer_request(
    *, actor: User, request: OrderRequest, answer: str, now: datetime
) -> OrderRequest:
    """Answer what was asked, once. Raises NotPolice, ReasonNeeded, AppealMoved."""
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    text = _text(answer)
    with transaction.atomic():
        mine = OrderRequest.objects.select_for_update().get(pk=request.pk)
        if mine.answered_at is not None:
            raise AppealMoved
        mine.answer, mine.answered_by, mine.answered_at = text, actor.ref, now
        mine.save()
        note(actor, "answer-request", mine.ref, now)
    return mine


def _text(said: str) -> str:
    text = said.strip()
    if not text or len(text) > LONGEST:
        raise ReasonNeeded(most=LONGEST)
    return text
