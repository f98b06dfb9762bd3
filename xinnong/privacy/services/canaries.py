"""Planted households are proposed, approved and taken up again by two overseers of the county."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.accounts.roles import OwnerKind
from xinnong.areas.places import places
from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.core.errors import Refused
from xinnong.privacy.models import Canary, CanaryState

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.accounts.models import User


class NotTheCountysOverseer(Refused):
    """Only the county's overseers with the verb plant."""

    code: ClassVar[str] = "watch.not_overseer"


class SecondOverseerNeeded(Refused):
    """The same person cannot take both steps."""

    code: ClassVar[str] = "watch.second_person"


class CanaryMoved(Refused):
    """The planted household no longer stands where this step begins."""

    code: ClassVar[str] = "watch.canary_moved"


class VillageUnknown(Refused):
    """A household stands in a village of the list of areas."""

    code: ClassVar[str] = "watch.village_unknown"


def refuse_all_but_keepers(actor: User) -> None:
    """Only an overseer of the county with the verb, who reads no files, goes on. Raises NotTheCountysOverseer."""
    employer = actor.institution
    is_county = employer is not None and employer.operator.kind == OwnerKind.COUNTY
    if not is_county or not actor.can(Permission.KEEP_WATCH):
        raise NotTheCountysOverseer


def propose_canary(*, actor: User, area12: str, head_name: str, now: datetime) -> Canary:
    """Ask that an invented household be planted in a village. Raises NotTheCountysOverseer, VillageUnknown."""
    refuse_all_but_keepers(actor)
    if area12 not in {village.code for village in places().villages("")}:
        raise VillageUnknown
    with transaction.atomic():
        made = Canary.objects.create(
            ref=new_ref(), area12=area12, head_name=head_name, state=CanaryState.PROPOSED,
            proposed_by=actor.ref, proposed_at=now,
        )  # fmt: skip
        record(actor=actor, action="privacy.propose-canary", at=now, subject=made.ref)
    return made


def decide_canary(*, actor: User, canary: Canary, approve: bool, now: datetime) -> Canary:
    """Approve or refuse as the second person. It is laid out within a minute, and again by every refresh.

    Raises NotTheCountysOverseer, CanaryMoved, SecondOverseerNeeded.
    """
    refuse_all_but_keepers(actor)
    with transaction.atomic():
        mine = _locked(canary, CanaryState.PROPOSED)
        if mine.proposed_by == actor.ref:
            raise SecondOverseerNeeded
        mine.state = CanaryState.PLANTED if approve else CanaryState.REFUSED
        mine.decided_by, mine.decided_at = actor.ref, now
        mine.save(update_fields=["state", "decided_by", "decided_at"])
        deed = "approve-canary" if approve else "refuse-canary"
        record(actor=actor, action=f"privacy.{deed}", at=now, subject=mine.ref)
    return mine


def ask_removal(*, actor: User, canary: Canary, now: datetime) -> Canary:
    """Ask that a planted household be taken up. Raises NotTheCountysOverseer, CanaryMoved."""
    refuse_all_but_keepers(actor)
    with transaction.atomic():
        mine = _locked(canary, CanaryState.PLANTED)
        mine.state, mine.leave_asked_by = CanaryState.LEAVING, actor.ref
        mine.save(update_fields=["state", "leave_asked_by"])
        record(actor=actor, action="privacy.ask-canary-removal", at=now, subject=mine.ref)
    return mine


def decide_removal(*, actor: User, canary: Canary, approve: bool, now: datetime) -> Canary:
    """Let it be taken up, or stay, as the second person; reads of it are still found afterwards.

    Raises NotTheCountysOverseer, CanaryMoved, SecondOverseerNeeded.
    """
    refuse_all_but_keepers(actor)
    with transaction.atomic():
        mine = _locked(canary, CanaryState.LEAVING)
        if mine.leave_asked_by == actor.ref:
            raise SecondOverseerNeeded
        if approve:
            mine.state, mine.removed_by, mine.removed_at = CanaryState.REMOVED, actor.ref, now
        else:
            mine.state, mine.leave_asked_by = CanaryState.PLANTED, None
        mine.save(update_fields=["state", "leave_asked_by", "removed_by", "removed_at"])
        deed = "remove-canary" if approve else "keep-canary"
        record(actor=actor, action=f"privacy.{deed}", at=now, subject=mine.ref)
    return mine


def _locked(canary: Canary, state: CanaryState) -> Canary:
    mine = Canary.objects.select_for_update().get(pk=canary.pk)
    if mine.state != state:
        raise CanaryMoved(state=mine.get_state_display())
    return mine
