"""A log with entries, checkpoints and three witnesses, as the tests of the evidence log need it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, Scope, scoped
from xinnong.audit.models import Entry, Leaf, NoteSigner, Pending
from xinnong.audit.queries.log import newest_checkpoint
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.audit.services.sequencing import Sequenced, sequence_entries
from xinnong.audit.services.witnesses import keep_cosignature, register_witness
from xinnong.core.notes import WITNESS, NoteKey, read_note, signed_by, to_be_signed

LOG_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESSES = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    for number, name in enumerate(("bureau", "notary", "police"), 1)
}


def write(count: int, at: datetime = NOW) -> None:
    """So many entries of the installation itself."""
    with scoped(SYSTEM):
        Entry.objects.bulk_create(
            Entry(
                at=at + timedelta(microseconds=number),
                actor=SYSTEM_ACTOR,
                action="registry.refresh",
                subject=UUID(int=number) if number % 3 else None,
                run_id=number,
                counts={"read": number, "户": 1},
                checksum=f"{number:064x}" if number % 2 else "",
            )
            for number in range(count)
        )


def sequence(now: datetime = NOW, limit: int = 10_000) -> Sequenced:
    with scoped(SYSTEM):
        done = sequence_entries(key=LOG_KEY, now=now, limit=limit)
    assert done is not None
    return done


def public(name: str) -> NoteKey:
    return NoteKey(name, WITNESS, WITNESSES[name].public_key().public_bytes_raw())


def register_all() -> None:
    with scoped(SYSTEM):
        for name in WITNESSES:
            register_witness(key=public(name), now=NOW)


def cosign(*names: str, second: int = 1_795_000_000) -> None:
    """Witnesses sign the newest checkpoint."""
    newest = newest_checkpoint()
    assert newest is not None
    note = read_note(newest.note)
    assert note is not None
    for name in names:
        signature = WITNESSES[name].sign(to_be_signed(WITNESS, note.body, second))
        signer = NoteSigner.objects.get(name=name)
        with scoped(Scope(actor=signer.ref)):
            keep_cosignature(
                signer=signer, line=signed_by(public(name), signature, second), note=note
            )


@contextmanager
def filled_log() -> Iterator[None]:
    """600 entries and the registrations; checkpoints at 100, 300 and the end, all but the last signed by all."""
    register_all()
    write(600)
    for minute, limit in enumerate((100, 200, 10_000)):
        sequence(NOW + timedelta(minutes=minute), limit)
        cosign(*list(WITNESSES)[: 3 - minute // 2])
    yield


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def leaves() -> list[tuple[int, int]]:
    return list(Leaf.objects.order_by("index").values_list("index", "entry"))


def entries() -> set[int]:
    with scoped(SYSTEM):
        return set(Entry.objects.values_list("id", flat=True))


def waiting() -> int:
    with scoped(SYSTEM):
        return Pending.objects.count()
