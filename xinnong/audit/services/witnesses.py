"""Keys of witnesses are registered, and what witnesses sign is taken in."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar, Final

from django.db import IntegrityError, transaction

from xinnong.audit.models import Cosignature, LogCheckpoint, NoteKind, NoteSigner
from xinnong.audit.queries.log import note_key
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.core.errors import Refused
from xinnong.core.notes import (
    LATEST_SECOND,
    NAME,
    WITNESS,
    Note,
    NoteKey,
    Signature,
    holds,
    read_checkpoint,
    second_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_WITNESSES: Final = 16


class WitnessUnfit(Refused):
    """A key that no witness can be registered with."""

    code: ClassVar[str] = "witness.unfit"


class WitnessTaken(Refused):
    """The name or the key is registered already, or there are as many witnesses as there may be."""

    code: ClassVar[str] = "witness.taken"


class WitnessUnknown(Refused):
    """No witness of this name signs now."""

    code: ClassVar[str] = "witness.unknown"


class CosignatureRefused(Refused):
    """No line of the note is a registered witness's under a checkpoint that the log made."""

    code: ClassVar[str] = "witness.signature"


def register_witness(*, key: NoteKey, now: datetime) -> NoteSigner:
    """Let a witness sign, on record with the digest of its key. Call inside `scoped(SYSTEM)`.

    Raises WitnessUnfit for a log's key or an improper name, WitnessTaken.
    """
    if key.kind != WITNESS or not NAME.fullmatch(key.name):
        raise WitnessUnfit(name=key.name)
    if NoteSigner.objects.filter(kind=NoteKind.WITNESS, ended_at=None).count() >= MOST_WITNESSES:
        raise WitnessTaken(name=key.name)
    try:
        with transaction.atomic():
            made = NoteSigner.objects.create(
                name=key.name, kind=NoteKind.WITNESS, point=key.point, since=now
            )
    except IntegrityError:
        raise WitnessTaken(name=key.name) from None
    _note(action="audit.register-witness", signer=made, now=now)
    return made


def end_witness(*, name: str, now: datetime) -> NoteSigner:
    """Take a witness's key out of use, on record; what it signed stays. Raises WitnessUnknown.

    Call inside `scoped(SYSTEM)`.
    """
    found = NoteSigner.objects.filter(kind=NoteKind.WITNESS, name=name, ended_at=None).first()
    if found is None:
        raise WitnessUnknown(name=name)
    found.ended_at = now
    found.save(update_fields=["ended_at"])
    _note(action="audit.end-witness", signer=found, now=now)
    return found


def signer_of(note: Note, among: Sequence[NoteSigner]) -> tuple[NoteSigner, Signature]:
    """Which witness signed a note, and by which line. Raises CosignatureRefused."""
    for signer in among:
        key = note_key(signer)
        for line in note.signatures:
            if signer.ended_at is None and holds(key, note.body, line):
                return signer, line
    raise CosignatureRefused


def keep_cosignature(*, signer: NoteSigner, line: Signature, note: Note) -> bool:
    """Keep a witness's line below a checkpoint that the log made; says whether it is new.

    Signatures are no entries of the log: each would ask for the next. The first one of a witness
    under a checkpoint stays. Call in the scope of the witness (actor: its `ref`). Raises
    CosignatureRefused for a checkpoint that the log does not know as it is.
    """
    said = read_checkpoint(note.body)
    known = LogCheckpoint.objects.filter(size=said.size).first() if said else None
    if known is None or not known.note.startswith(note.body + "\n"):
        raise CosignatureRefused
    at = datetime.fromtimestamp(min(second_of(line), LATEST_SECOND), UTC)
    if Cosignature.objects.filter(checkpoint=known, signer=signer).exists():
        return False
    try:
        with transaction.atomic():
            Cosignature.objects.create(checkpoint=known, signer=signer, at=at, line=line.line())
    except IntegrityError:
        return False
    return True


def _note(*, action: str, signer: NoteSigner, now: datetime) -> None:
    digest = sha256(bytes(signer.point)).hexdigest()
    record(actor=SYSTEM_ACTOR, action=action, at=now, subject=signer.ref, checksum=digest)
