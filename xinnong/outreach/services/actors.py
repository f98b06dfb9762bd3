"""Who may do what here, beyond the verbs of the role: whose rows they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.accounts.models import Actor, Institution, User
from xinnong.accounts.permissions import Permission
from xinnong.audit.services import record
from xinnong.outreach.services.refusals import NotYours, ReasonMissing

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

LEAST_REASON = 2


def bureau_of(actor: User) -> Institution:
    """The bureau somebody works for. Raises NotYours."""
    place = actor.institution
    if place is None or place.kind != Institution.Kind.BUREAU or not _may(actor, "bureau"):
        raise NotYours
    return place


def channel_of(actor: Actor) -> Institution:
    """The channel somebody, or a program of it, files for. Raises NotYours."""
    place = actor.institution
    files = actor.can(Permission.FILE_ACTIVITY)
    may = _may(actor, "channel") if isinstance(actor, User) else files
    if place is None or place.kind != Institution.Kind.CHANNEL or not may:
        raise NotYours
    return place


def refuse_other_towns(actor: User, town: str) -> None:
    """An officer approves in the own town. Raises NotYours."""
    if not _may(actor, "town") or not any(town.startswith(p) for p in actor.area_prefixes):
        raise NotYours


def refuse_other_villages(actor: User, area12: str) -> None:
    """A cadre counts in the own village. Raises NotYours."""
    inside = any(area12.startswith(prefix) for prefix in actor.area_prefixes)
    if not inside or not actor.can(Permission.COUNT_HEADS):
        raise NotYours


def reason_in(text: str) -> str:
    """A reason somebody gave. Raises ReasonMissing."""
    reason = text.strip()
    if len(reason) < LEAST_REASON:
        raise ReasonMissing
    return reason


def note(
    actor: Actor, action: str, subject: UUID, now: datetime, *, checksum: str = "", **counts: int
) -> None:
    """Write the audit entry of a command, for the oversight of the actor's institution."""
    record(
        actor=actor, action=f"outreach.{action}", at=now, subject=subject, counts=counts,
        checksum=checksum, concerns=actor.institution,
    )  # fmt: skip


def _may(actor: User, role: str) -> bool:
    return actor.is_active and role in actor.roles
