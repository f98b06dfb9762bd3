"""What one officer proposed and another decides: platforms that orders go to, counties that packs go to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.guard.models import FeedState, OrderTarget, PackPartner
from xinnong.guard.refusals import FeedMoved, SecondOfficerNeeded
from xinnong.guard.services.officers import note, refuse_all_but_police

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.accounts.models import User

Row = TypeVar("Row", OrderTarget, PackPartner)


def decide_proposed(
    *, actor: User, row: Row, same: dict[str, str], what: str, approve: bool, now: datetime
) -> Row:
    """Approve a proposal, which replaces the `same` one in use, or refuse it; `what` names the deed.

    Raises NotPolice, FeedMoved, SecondOfficerNeeded.
    """
    refuse_all_but_police(actor, Permission.MANAGE_FEEDS)
    rows = type(row).objects
    with transaction.atomic():
        mine = rows.select_for_update().get(pk=row.pk)
        if mine.state != FeedState.PROPOSED:
            raise FeedMoved(state=mine.get_state_display())
        if approve and mine.proposed_by == actor.ref:
            raise SecondOfficerNeeded
        if approve:
            rows.filter(**same, state=FeedState.ACTIVE).update(state=FeedState.REPLACED)
        mine.state = FeedState.ACTIVE if approve else FeedState.REFUSED
        mine.decided_by, mine.decided_at = actor.ref, now
        mine.save()
        note(actor, f"approve-{what}" if approve else f"refuse-{what}", mine.ref, now)
    return mine
