"""What every command of this app shares: the bureau's window it runs at, and its audit entry.

Rows about credentials belong to the bureau. Neither a farmer nor a hospital's counter nor a cadre
may read or write them at will: a command that was checked runs as if handed over the bureau's
counter, in the name of whoever acts, and sees the bureau's rows and those of one institution.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from xinnong.accounts.models import Actor, Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.roles import OwnerKind
from xinnong.accounts.scope import Scope, scoped
from xinnong.audit.services import record
from xinnong.core.dynamic_codes import USES
from xinnong.ecard.issuers import NoIssuer
from xinnong.ecard.queries.places import bureau
from xinnong.ecard.services.refusals import NotYours


def require(actor: Actor, permission: Permission) -> None:
    """Ask for the verb. Raises NotYours."""
    if not actor.can(permission):
        raise NotYours


def own_person(actor: Actor) -> UUID:
    """The person behind a farmer's account. Raises NotYours for everybody else."""
    require(actor, Permission.HOLD_ECARD)
    if actor.person_ref is None:
        raise NotYours
    return actor.person_ref


def is_designated(actor: Actor) -> bool:
    """Whether somebody works at a hospital or pharmacy."""
    return actor.institution is not None and actor.institution.kind in USES


@contextmanager
def at_bureau(actor: Actor, *also: str) -> Iterator[Institution]:
    """One transaction at the bureau's window; `also` are institutions whose rows it touches.

    Raises NoIssuer where the county has no bureau.
    """
    office = bureau()
    if office is None:
        raise NoIssuer
    window = Scope(
        actor=actor.ref,
        kinds=(OwnerKind.HEALTH.value,),
        institutions=(office.code, *also),
        subject=actor.person_ref,
        persons=True,
        staff=actor.institution is not None,
    )
    with scoped(window):
        yield office


def note(
    actor: Actor, office: Institution, *, action: str, subject: UUID, at: datetime, **counts: int
) -> None:
    """Write the audit entry of a command; the bureau's overseer reviews it."""
    record(actor=actor, action=action, at=at, subject=subject, counts=counts, concerns=office)
