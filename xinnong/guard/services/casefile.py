"""What officers write into a case: sealed under the key of that case alone, erased with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.guard.refusals import ReasonNeeded
from xinnong.guard.services.officers import refuse_all_but_police
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services.sealed import Owner, open_payload, seal_payload

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import User
    from xinnong.guard.models import Case
    from xinnong.privacy.models import SealedPayload

NOTE: Final = "note"


def file_note(*, actor: User, case: Case, text: str, key: UUID, now: datetime) -> SealedPayload:
    """Seal what an officer writes; the same key again files nothing more.

    Raises NotPolice, ReasonNeeded for an empty text, PayloadTooLarge, CaseErased.
    """
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    said = text.strip()
    if not said:
        raise ReasonNeeded
    with transaction.atomic():
        return seal_payload(
            case=case.ref, owner=_owner_of(actor), kind=NOTE, payload=said.encode(), actor=actor,
            now=now, ref=key,
        )  # fmt: skip


def open_note(*, actor: User, ref: UUID, now: datetime) -> str:
    """What was written, on record with who opened it. Raises NotPolice, CaseUnknown, CaseErased."""
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    with transaction.atomic():
        return open_payload(ref=ref, actor=actor, purpose=Purpose.OVERSIGHT, now=now).decode()


def _owner_of(actor: User) -> Owner:
    """The police themselves: no other operator holds a row of it."""
    institution = actor.institution
    assert institution is not None, "the police have one"
    return Owner(institution.operator.kind, institution.code)
