"""The register of letters and notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from xinnong.accounts.models import User
from xinnong.audit.refs import new_ref
from xinnong.core.outreach import number_in
from xinnong.outreach.models import Document
from xinnong.outreach.services.actors import bureau_of, note, reason_in
from xinnong.outreach.services.refusals import NumberFiled, StoppedAlready


def file_document(
    *,
    actor: User,
    issuer: str,
    number: str,
    title: str,
    issued_on: date,
    valid_until: date,
    villages: Sequence[str],
    file_sha256: str,
    now: datetime,
) -> Document:
    """Put a letter or notice into the register. Raises NotYours, NumberFiled."""
    bureau = bureau_of(actor)
    try:
        with transaction.atomic():
            document = Document.objects.create(
                ref=new_ref(), institution=bureau.code, issuer=issuer, number=number,
                number_key=number_in(number), title=title, issued_on=issued_on,
                valid_until=valid_until, villages=sorted(set(villages)), file_sha256=file_sha256,
                filed_by=actor.ref, filed_at=now,
            )  # fmt: skip
            note(actor, "file-document", document.ref, now, checksum=file_sha256)
    except IntegrityError as fault:
        if "number_key" not in str(fault):
            raise
        raise NumberFiled from None
    return document


def withdraw_document(*, actor: User, document: Document, reason: str, now: datetime) -> None:
    """Say that a letter no longer counts; it stays in the register and answers red.

    Raises NotYours, StoppedAlready, ReasonMissing.
    """
    bureau_of(actor)
    why = reason_in(reason)
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        if locked.withdrawn_at is not None:
            raise StoppedAlready
        locked.withdrawn_by, locked.withdrawn_at, locked.withdrawn_why = actor.ref, now, why
        locked.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_why"])
        note(actor, "withdraw-document", locked.ref, now)
