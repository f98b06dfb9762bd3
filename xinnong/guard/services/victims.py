"""For those whose number was misused: a message to it, and an appeal from their own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.guard.models import (
    AppealState,
    Case,
    CaseState,
    Number,
    OrderAccount,
    OrderAppeal,
    OrderKind,
    OrderState,
    VictimNotice,
)
from xinnong.guard.queries.own_accounts import own_mark
from xinnong.guard.refusals import (
    AppealMoved,
    CaseMoved,
    NobodyToTell,
    NotRestorable,
    NotYourAccount,
)
from xinnong.guard.services.officers import in_guard, note, refuse_all_but_police
from xinnong.guard.services.orders import said_why

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import User


def tell_victims(*, actor: User, case: Case, now: datetime) -> int:
    """Approve a message to every number of a case that holds and lies sealed here; answers how many.

    A number is told once of a case, so the same again tells nobody. Raises NotPolice, CaseMoved,
    NobodyToTell.
    """
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    with transaction.atomic():
        mine = Case.objects.select_for_update().get(pk=case.pk)
        if mine.state != CaseState.OPEN:
            raise CaseMoved(state=mine.get_state_display())
        held = mine.numbers.filter(holds=True).exclude(mark__in=mine.notices.values("mark"))
        opens = Number.objects.filter(mark__in=held.values("mark")).order_by("mark")
        marks = list(opens.values_list("mark", flat=True))
        if not marks:
            raise NobodyToTell
        VictimNotice.objects.bulk_create(
            VictimNotice(ref=new_ref(), case=mine, mark=mark, made_by=actor.ref, made_at=now)
            for mark in marks
        )
        note(actor, "tell-victims", mine.ref, now, numbers=len(marks))
    return len(marks)


def take_own_appeal(*, actor: User, account: UUID, said: str, now: datetime) -> OrderAppeal:
    """Whoever has the number appeals for an account of it; while one is open the same one is answered.

    Raises NotYourAccount, ReasonNeeded, NotRestorable, AppealMoved.
    """
    mark = own_mark(actor.person_ref) if actor.can(Permission.READ_OWN_FILE) else None
    if mark is None:
        raise NotYourAccount
    text = said_why(said)
    with scoped(in_guard(actor.ref)), transaction.atomic():
        rows = OrderAccount.objects.select_for_update(of=("self",)).select_related("order")
        mine = rows.filter(ref=account, mark=mark, order__issued_at__isnull=False).first()
        if mine is None:
            raise NotYourAccount
        before = mine.appeals.order_by("-pk").first()
        if before is not None and before.state == AppealState.OPEN and before.is_own:
            return before
        if before is not None and before.state != AppealState.REJECTED:
            raise AppealMoved
        if mine.order.kind == OrderKind.RESTORE or mine.order.state == OrderState.EXPIRED:
            raise NotRestorable
        made = OrderAppeal.objects.create(
            ref=new_ref(), account=mine, said=text, taken_by=actor.ref, is_own=True, made_at=now
        )
        note(actor.ref, "take-own-appeal", mine.order.ref, now)
    return made
