"""Warns the villages around a case: one officer approves, first pages show it at once, messages follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.core.ids import clean_phone
from xinnong.guard.models import (
    CadreNumber,
    CadreWarning,
    Case,
    CaseState,
    NeighbourWarning,
)
from xinnong.guard.queries.warnings import around, text_for
from xinnong.guard.refusals import (
    CadreNumberWrong,
    CaseMoved,
    NobodyToWarn,
    NotCadre,
    NoVillage,
    WarnedAlready,
    WarningKeyReused,
)
from xinnong.guard.services.officers import in_guard, note, refuse_all_but_police
from xinnong.privacy.vault import KEY_ID, seal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import User

MOST_TEXT: Final = 300


def warn_neighbours(*, actor: User, case: Case, key: UUID, now: datetime) -> NeighbourWarning:
    """Approve a warning as the duty officer; every cadre around the case has it when this commits.

    The same key again answers the first; a cadre is warned of a case once. Raises NotPolice,
    CaseMoved, NoVillage, NobodyToWarn, WarnedAlready, WarningKeyReused.
    """
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    with transaction.atomic():
        mine = Case.objects.select_for_update().get(pk=case.pk)
        before = NeighbourWarning.objects.filter(key=key).first()
        if before is not None:
            if before.case_id != mine.pk:
                raise WarningKeyReused
            return before
        if mine.state != CaseState.OPEN:
            raise CaseMoved(state=mine.get_state_display())
        here = around(mine)
        if not here.villages:
            raise NoVillage
        if not here.cadres:
            raise NobodyToWarn
        known = set(CadreWarning.objects.filter(warning__case=mine).values_list("cadre", flat=True))
        fresh = {cadre: own for cadre, own in here.cadres.items() if cadre not in known}
        if not fresh:
            raise WarnedAlready
        made = NeighbourWarning.objects.create(
            ref=new_ref(), key=key, case=mine, villages=list(here.villages),
            text=text_for(mine)[:MOST_TEXT], approved_by=actor.ref, approved_at=now,
            alerted_at=mine.alerted_at if known else mine.opened_at,
        )  # fmt: skip
        CadreWarning.objects.bulk_create(
            CadreWarning(ref=new_ref(), warning=made, cadre=cadre, villages=list(own))
            for cadre, own in fresh.items()
        )
        note(
            actor, "warn-neighbours", mine.ref, now, cadres=len(fresh), villages=len(here.villages)
        )
    return made


def tell_village(*, actor: User, ref: UUID, now: datetime) -> None:
    """Note that a cadre read a warning and told the village; again changes nothing. Raises NotCadre."""
    _refuse_all_but_cadres(actor)
    with scoped(in_guard(actor.ref)), transaction.atomic():
        rows = CadreWarning.objects.select_for_update(of=("self",)).select_related("warning__case")
        mine = rows.filter(ref=ref, cadre=actor.ref).first()
        if mine is None:
            raise NotCadre
        if mine.told_at is None:
            mine.told_at = now
            mine.save(update_fields=["told_at"])
            note(actor, "tell-village", mine.warning.case.ref, now)


def keep_cadre_number(*, actor: User, number: str, now: datetime) -> None:
    """Seal the number on which a cadre wants to be warned; an empty one takes it away.

    Raises NotCadre, CadreNumberWrong.
    """
    _refuse_all_but_cadres(actor)
    cleaned = clean_phone(number)
    if number.strip() and cleaned.value is None:
        raise CadreNumberWrong
    with scoped(in_guard(actor.ref)), transaction.atomic():
        if cleaned.value is None:
            CadreNumber.objects.filter(cadre=actor.ref).delete()
        else:
            told = {"sealed": seal({"phone": cleaned.value}, person=actor.ref), "key_id": KEY_ID}
            CadreNumber.objects.update_or_create(
                cadre=actor.ref, defaults={**told, "changed_at": now}
            )
        note(actor, "keep-cadre-number", actor.ref, now)


def _refuse_all_but_cadres(actor: User) -> None:
    if not actor.can(Permission.READ_WARNINGS):
        raise NotCadre
