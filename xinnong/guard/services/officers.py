"""What every command of guard shares: who may act, and the entry in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xinnong.accounts.models import Institution
from xinnong.accounts.roles import OwnerKind
from xinnong.accounts.scope import Scope
from xinnong.audit.services import record
from xinnong.guard.refusals import NotPolice

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import Actor, User
    from xinnong.accounts.permissions import Permission

POLICE: Final = OwnerKind.POLICE.value


def refuse_all_but_police(actor: User, verb: Permission) -> None:
    """Only an officer of the police with the verb goes on. Raises NotPolice."""
    employer = actor.institution
    if employer is None or employer.operator.kind != POLICE or not actor.can(verb):
        raise NotPolice


def in_guard(actor: UUID) -> Scope:
    """The scope of one command that writes rows of the police in somebody's own name."""
    police = Institution.objects.filter(operator__kind=POLICE).values_list("code", flat=True)
    return Scope(actor=actor, kinds=(POLICE,), institutions=tuple(sorted(police)))


def note(
    actor: Actor | UUID, action: str, subject: UUID | None, now: datetime, *, checksum: str = "",
    **counts: int,
) -> None:  # fmt: skip
    """Write the audit entry of a command; the police's own overseer reviews it."""
    record(
        actor=actor,
        action=f"guard.{action}",
        at=now,
        subject=subject,
        counts=counts,
        checksum=checksum,
        concerns=Institution.objects.select_related("operator")
        .filter(kind=Institution.Kind.POLICE, operator__kind=POLICE)
        .order_by("pk")
        .first(),
    )
