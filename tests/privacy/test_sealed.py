"""Material of a case is sealed under its key; without the key it is gone, and every proof still holds."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from tests.audit.logs import sequence
from tests.people import NOW, People, settle
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.audit.queries.verifying import verify_log
from xinnong.privacy.models import CaseKey, Read, SealedPayload
from xinnong.privacy.purposes import PurposeMissing
from xinnong.privacy.sealed_strays import sealed_strays
from xinnong.privacy.services.sealed import (
    LARGEST,
    CaseErased,
    CaseUnknown,
    Owner,
    PayloadTooLarge,
    destroy_case_key,
    open_payload,
    seal_payload,
)
from xinnong.privacy.vault import VaultFault

pytestmark = pytest.mark.django_db
CASE, VICTIM = UUID(int=41), UUID(int=42)
OWNER = Owner("a", "GOV-339981")
STATEMENT = "王大山：他们说注册就送油".encode()


@pytest.fixture
def people() -> People:
    return settle()


def sealed(people: People, payload: bytes = STATEMENT, case: UUID = CASE) -> SealedPayload:
    return seal_payload(
        case=case, owner=OWNER, kind="statement", payload=payload, actor=people.xu, now=NOW, person=VICTIM
    )  # fmt: skip


def opened(people: People, ref: UUID, purpose: str = "campaign") -> bytes:
    return open_payload(ref=ref, actor=people.xu, purpose=purpose, now=NOW)


def test_it_seals_and_opens_on_record(people: People) -> None:
    with scoped(people.xu):
        first, second = sealed(people), sealed(people)
        assert bytes(first.sealed) != bytes(second.sealed)
        assert STATEMENT not in bytes(first.sealed)
        assert CaseKey.objects.count() == 1
        with pytest.raises(PurposeMissing):
            opened(people, first.ref, "")
        assert opened(people, first.ref) == STATEMENT
        assert Read.objects.get().person == VICTIM
    with scoped(SYSTEM):
        found = (
            Entry.objects.filter(action__startswith="privacy.")
            .order_by("id")
            .values_list("action", "subject", "checksum")
        )
        assert list(found) == [
            ("privacy.seal-payload", first.ref, first.digest),
            ("privacy.seal-payload", second.ref, second.digest),
            ("privacy.open-payload", first.ref, ""),
        ]


def test_an_erased_case_leaves_every_proof_valid(people: People) -> None:
    with scoped(people.xu):
        made = sealed(people)
        other = sealed(people, case=UUID(int=9))
        sequence()
        assert destroy_case_key(case=CASE, actor=people.xu, now=NOW) == 1
        for again in (lambda: opened(people, made.ref), lambda: sealed(people)):
            with pytest.raises(CaseErased), transaction.atomic():
                again()
        with pytest.raises(CaseErased):
            destroy_case_key(case=CASE, actor=people.xu, now=NOW)
        with pytest.raises(CaseUnknown):
            destroy_case_key(case=UUID(int=1), actor=people.xu, now=NOW)
        assert opened(people, other.ref) == STATEMENT
        assert CaseKey.objects.get(case=CASE).wrapped is None
    sequence()
    with scoped(SYSTEM):
        assert verify_log(more=[sealed_strays]).wrong == 0
        entry = Entry.objects.get(action="privacy.destroy-case-key")
        assert (entry.subject, entry.counts) == (CASE, {"payloads": 1})


def test_others_neither_open_nor_erase(people: People) -> None:
    with scoped(people.xu):
        made = sealed(people)
        with pytest.raises(PayloadTooLarge):
            sealed(people, b"x" * (LARGEST + 1))
    with scoped(people.lin):
        with pytest.raises(CaseUnknown):
            open_payload(ref=made.ref, actor=people.lin, purpose="campaign", now=NOW)
        with pytest.raises(CaseUnknown):
            destroy_case_key(case=CASE, actor=people.lin, now=NOW)
        with pytest.raises((CaseUnknown, DatabaseError)), transaction.atomic():
            seal_payload(
                case=CASE, owner=Owner("b", "BANK-01"), kind="x", payload=b"", actor=people.lin, now=NOW
            )  # fmt: skip
    with scoped(people.xu):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            SealedPayload.objects.update(sealed=b"")
        assert bytes(SealedPayload.objects.get().sealed) == bytes(made.sealed)


def test_changed_bytes_do_not_open_and_are_found(people: People) -> None:
    with scoped(people.xu):
        made = sealed(people)
    sequence()
    with scoped(SYSTEM):
        SealedPayload.objects.bulk_create(
            [SealedPayload(
                ref=UUID(int=77), case_key=made.case_key, owner_kind="a", institution="GOV-339981", at=NOW,
                kind="statement", sealed=bytes(made.sealed), digest=made.digest,
            )]
        )  # fmt: skip
        found = verify_log(more=[sealed_strays])
        assert [(each.what, each.index) for each in found.problems] == [("payload", found.size)]
    with scoped(people.xu), pytest.raises(VaultFault):
        opened(people, UUID(int=77))
