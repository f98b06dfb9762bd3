"""What belongs to a case, sealed under a key of the case alone; without the key it is gone.

The digest of the sealed bytes stands in the audit entry, and so in the evidence log: when the key is
destroyed, what is left proves that something was filed, when and by whom, and says nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import ClassVar, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xinnong.accounts.models import Actor
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.privacy.models import CaseKey, SealedPayload
from xinnong.privacy.purposes import check_purpose
from xinnong.privacy.services import record_read
from xinnong.privacy.vault import KEY_ID, NONCE_BYTES, VaultFault, unwrap_key, wrap_key

LARGEST: Final = 4 * 1024 * 1024
KEY_BITS: Final = 256


class PayloadTooLarge(Refused):
    """More than one payload may hold."""

    code: ClassVar[str] = "sealed.too_large"


class CaseErased(Refused):
    """The key of the case was destroyed; what it sealed cannot be opened again."""

    code: ClassVar[str] = "sealed.erased"


class CaseUnknown(Refused):
    """There is no such case for whoever asks."""

    code: ClassVar[str] = "sealed.unknown"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose case it is: the operator's letter and the institution's code."""

    kind: str
    institution: str


def seal_payload(
    *,
    case: UUID,
    owner: Owner,
    kind: str,
    payload: bytes,
    actor: ActsFor | UUID,
    now: datetime,
    person: UUID | None = None,
    ref: UUID | None = None,
) -> SealedPayload:
    """Seal bytes for a case, whose key is made with its first payload. Call in the actor's scope.

    `kind` is a short word for what it is; with a `ref` of the caller's it is sealed once, and a
    repeat answers what is there. Raises PayloadTooLarge, CaseErased.
    """
    if len(payload) > LARGEST:
        raise PayloadTooLarge(most=LARGEST)
    held = _key_of_case(case, owner, now)
    known = ref and SealedPayload.objects.filter(ref=ref, case_key=held).first()
    if known:
        return known
    ref, nonce = ref or new_ref(), os.urandom(NONCE_BYTES)
    body = nonce + AESGCM(_opened(held)).encrypt(nonce, payload, ref.bytes)
    made = SealedPayload.objects.create(
        ref=ref,
        case_key=held,
        owner_kind=owner.kind,
        institution=owner.institution,
        at=now,
        kind=kind,
        person=person,
        sealed=body,
        digest=sha256(body).hexdigest(),
    )
    record(actor=actor, action="privacy.seal-payload", at=now, subject=ref, checksum=made.digest)
    return made


def open_payload(*, ref: UUID, actor: Actor, purpose: str, now: datetime) -> bytes:
    """The bytes of a payload that the actor may see, on record with its purpose.

    Call in the actor's scope. Raises CaseUnknown, CaseErased; VaultFault for changed bytes.
    """
    found = SealedPayload.objects.select_related("case_key").filter(ref=ref).first()
    if found is None:
        raise CaseUnknown
    case = str(found.case_key.case)
    check_purpose(purpose, case=case)
    record(actor=actor, action="privacy.open-payload", at=now, subject=ref)
    if found.person is not None:
        record_read(
            actor=actor, at=now, purpose=purpose, fields=["sealed"], person=found.person, case=case
        )
    sealed = bytes(found.sealed)
    try:
        cipher = AESGCM(_opened(found.case_key))
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], ref.bytes)
    except InvalidTag as fault:
        raise VaultFault from fault


def destroy_case_key(*, case: UUID, actor: ActsFor | UUID, now: datetime) -> int:
    """Erase a case: its key is overwritten with nothing, on record; returns how many payloads are gone.

    Call in the actor's scope. Raises CaseUnknown, CaseErased.
    """
    held = CaseKey.objects.select_for_update().filter(case=case).first()
    if held is None:
        raise CaseUnknown
    if held.destroyed_at is not None:
        raise CaseErased
    payloads = SealedPayload.objects.filter(case_key=held).count()
    CaseKey.objects.filter(pk=held.pk).update(wrapped=None, destroyed_at=now)
    record(
        actor=actor,
        action="privacy.destroy-case-key",
        at=now,
        subject=case,
        counts={"payloads": payloads},
    )
    return payloads


def _key_of_case(case: UUID, owner: Owner, now: datetime) -> CaseKey:
    """The key of a case, made where there is none; of two at once one key stays."""
    known = CaseKey.objects.select_for_update().filter(case=case)
    held = known.first()
    if held is None:
        fresh = CaseKey(
            case=case,
            owner_kind=owner.kind,
            institution=owner.institution,
            key_id=KEY_ID,
            wrapped=wrap_key(AESGCM.generate_key(KEY_BITS), case=case),
            made_at=now,
        )
        CaseKey.objects.bulk_create([fresh], ignore_conflicts=True)
        held = known.first()
    if held is None or (held.owner_kind, held.institution) != (owner.kind, owner.institution):
        raise CaseUnknown
    return held


def _opened(held: CaseKey) -> bytes:
    if held.wrapped is None:
        raise CaseErased
    return unwrap_key(bytes(held.wrapped), case=held.case, key_id=held.key_id)
