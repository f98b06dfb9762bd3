"""The only writer of reads. A read is written in the transaction that shows the data."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from uuid import UUID

from django.db import connections

from xinnong.accounts.models import Actor, User
from xinnong.accounts.scope import owe
from xinnong.privacy.models import Listing, Read, ReadKind
from xinnong.privacy.purposes import WITH_IDENTITY, PurposeMissing, check_purpose
from xinnong.privacy.seen import ASKED, FIELDS

LISTED_LIMIT = 10_000
"""Households named in one listing row; a longer export writes several."""


def record_read(
    *,
    actor: Actor,
    at: datetime,
    purpose: str,
    fields: Sequence[str],
    household_id: int | None = None,
    person: UUID | None = None,
    area12: str = "",
    case: str = "",
    kind: str = ReadKind.OPENED,
    using: str = "default",
) -> Read:
    """Remember that `actor` saw these fields (`seen.FIELDS`) of a household or person.

    Asserts an open transaction and known fields: what is shown to the family has words. Refuses `purpose.missing` and `purpose.case_missing`; nothing is
    shown then, because the caller's transaction ends with the refusal. The read stays on record
    when the request fails later on (`accounts.scope.owe`).
    """
    assert connections[using].in_atomic_block, "a read is written with what it shows"
    assert set(fields) <= FIELDS, sorted(set(fields) - FIELDS)
    known = check_purpose(purpose, case=case)
    if kind == ReadKind.API and known in WITH_IDENTITY:
        raise PurposeMissing  # acceptance and migration are reasons of the operator's exports alone
    institution = actor.institution
    row = Read(
        at=at,
        actor=actor.ref,
        actor_name=actor.name,
        owner_kind=_kind_of(actor),
        institution=institution.code if institution else "",
        institution_name=institution.name if institution else "",
        kind=kind,
        household_id=household_id,
        person=person,
        area12=area12,
        fields=sorted(set(fields)),
        purpose=known,
        case=case.strip(),
    )
    again = copy(row)
    owe(lambda: again.save(using=using, force_insert=True))
    row.save(using=using, force_insert=True)
    return row


def record_listing(
    *,
    actor: Actor,
    at: datetime,
    asked: str,
    households: Sequence[int],
    purpose: str,
    using: str = "default",
) -> list[Listing]:
    """Remember which households a search, list or export showed.

    `asked` is the kind of question (`seen.ASKED`), never what was typed.
    """
    assert connections[using].in_atomic_block, "a listing is written with what it shows"
    assert asked in ASKED, asked
    known = check_purpose(purpose)
    rows = [
        Listing(
            at=at,
            actor=actor.ref,
            owner_kind=_kind_of(actor),
            institution=actor.institution.code if actor.institution else "",
            asked=asked,
            purpose=known,
            households=list(part),
            shown=len(part),
        )
        for part in _parts(households)
    ]
    again = [copy(row) for row in rows]
    owe(lambda: Listing.objects.using(using).bulk_create(again))
    return Listing.objects.using(using).bulk_create(rows)


def _parts(households: Sequence[int]) -> list[Sequence[int]]:
    """Slices of at most LISTED_LIMIT; an empty result is one empty slice."""
    starts = range(0, max(len(households), 1), LISTED_LIMIT)
    return [households[start : start + LISTED_LIMIT] for start in starts]


def _kind_of(actor: Actor) -> str:
    """The operator's letter; a farmer without institution reads as the subject, letter empty."""
    if actor.institution is not None:
        return actor.institution.operator.kind
    assert isinstance(actor, User)
    return ""
