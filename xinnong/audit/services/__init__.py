"""The writer of the audit log; the ledger's posting function alone writes its entry itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connections

from xinnong.audit.models import Entry


class ActsFor(Protocol):
    """Whoever acts: a user, an API client or the installation itself."""

    @property
    def ref(self) -> UUID:
        """The reference the log keeps."""


class ActsIn(Protocol):
    """An institution, which belongs to an operator."""

    code: str

    @property
    def operator(self) -> Any:
        """The operator, whose kind the log keeps."""


SYSTEM_ACTOR = UUID(int=0)
"""Commands and jobs that the installation runs by itself."""


def record(
    *,
    actor: ActsFor | UUID,
    action: str,
    at: datetime,
    subject: UUID | None = None,
    counts: Mapping[str, int] | None = None,
    run_id: int | None = None,
    checksum: str = "",
    concerns: ActsIn | None = None,
    using: str = "default",
) -> Entry:
    """Write one entry in the caller's transaction, so that deed and entry stand or fall together.

    `action` is `app.verb`, for example `sources.deliver`. Asserts that a transaction is open and
    that counts are whole numbers: words would let personal data in. `concerns` is the institution
    whose oversight reviews what the installation itself did; else it is the actor's own.
    """
    assert connections[using].in_atomic_block, "audit entries are written with the deed"
    figures = dict(counts or {})
    assert all(type(figure) is int for figure in figures.values()), figures.keys()
    institution = concerns or (
        None if isinstance(actor, UUID) else getattr(actor, "institution", None)
    )
    return Entry.objects.using(using).create(
        at=at,
        actor=actor if isinstance(actor, UUID) else actor.ref,
        owner_kind=institution.operator.kind if institution else "",
        institution=institution.code if institution else "",
        action=action,
        subject=subject,
        run_id=run_id,
        counts=figures,
        checksum=checksum,
    )
