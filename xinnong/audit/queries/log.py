"""Reads of the evidence log: its tree, its checkpoints, and where an entry stands in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connections

from xinnong.audit.models import Cosignature, Leaf, LogCheckpoint, Node, NoteKind, NoteSigner
from xinnong.core.evidence import WITNESSES_WANTED, Content, hash_of_leaf, kept_tree
from xinnong.core.merkle import NodeAt, consistency_proof, inclusion_proof, root_at
from xinnong.core.notes import LOG, WITNESS, NoteKey

CONTENT: Final = (
    "e.id, e.ref, (extract(epoch FROM e.at) * 1000000)::text, e.actor, e.owner_kind, e.institution,"
    " e.action, e.subject, e.run_id, e.counts::text, e.checksum"
)
"""What a leaf says of an entry `e`, so that no value of the database can fail to be read."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That a leaf is in the tree of a checkpoint."""

    index: int
    leaf: bytes
    size: int
    root: bytes
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Shown:
    """A checkpoint with the names of the witnesses who signed it."""

    checkpoint: LogCheckpoint
    note: str
    witnesses: Sequence[str]

    @property
    def is_short(self) -> bool:
        """Whether fewer witnesses signed than are wanted."""
        return len(self.witnesses) < WITNESSES_WANTED


def content_of(row: Sequence[Any]) -> Content:
    """An entry from a row of CONTENT. Raises ValueError or RecursionError for what no entry holds."""
    number, ref, at, actor, kind, institution, action, subject, run_id, counts, checksum = row
    figures = json.loads(counts)
    if not isinstance(figures, dict):
        raise ValueError("counts")  # noqa: TRY004  # it is what was read that is wrong
    micros = int(at.partition(".")[0])
    return Content(
        number, ref, micros, actor, kind, institution, action, subject, run_id, figures, checksum
    )


def hash_or_none(index: int, row: Sequence[Any]) -> bytes | None:
    """The hash of a row as a leaf; None where it can be no leaf."""
    try:
        return hash_of_leaf(index, content_of(row))
    except (ValueError, RecursionError, OverflowError, TypeError):
        return None


def log_size(*, using: str = "default") -> int:
    """How many leaves there are."""
    last = Leaf.objects.using(using).order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def stored_tree(*, using: str = "default") -> NodeAt:
    """The nodes of the log's tree, from its leaves and rungs."""

    def read(rung: int, start: int, end: int) -> list[bytes]:
        rows = (
            Node.objects.using(using).filter(rung=rung) if rung else Leaf.objects.using(using).all()
        )
        found = rows.filter(index__gte=start, index__lt=end).order_by("index")
        hashes = {place: bytes(kept) for place, kept in found.values_list("index", "hash")}
        return list(_run_of(start, end, hashes))

    return kept_tree(read)


def _run_of(start: int, end: int, hashes: Mapping[int, bytes]) -> Iterator[bytes]:
    """Hashes from a place on, as far as none is missing."""
    for place in range(start, end):
        if place not in hashes:
            return
        yield hashes[place]


def newest_checkpoint() -> LogCheckpoint | None:
    """The one with the most leaves."""
    return LogCheckpoint.objects.order_by("-size").first()


def newest_witnessed() -> LogCheckpoint | None:
    """The newest checkpoint that enough witnesses signed; else the one with the most signatures.

    Of the last thousand: witnesses that were silent for longer leave the newest.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT checkpoint_id FROM audit_cosignature WHERE checkpoint_id IN"
            " (SELECT size FROM audit_logcheckpoint ORDER BY size DESC LIMIT 1000)"
            " GROUP BY checkpoint_id ORDER BY least(count(*), %s) DESC, checkpoint_id DESC LIMIT 1",
            [WITNESSES_WANTED],
        )
        row = cursor.fetchone()
    return LogCheckpoint.objects.get(size=row[0]) if row else newest_checkpoint()


def shown(checkpoint: LogCheckpoint) -> Shown:
    """A checkpoint as a whole note: the log's signature, then those of the witnesses."""
    signed = Cosignature.objects.filter(checkpoint=checkpoint).select_related("signer")
    found = sorted(signed, key=lambda each: each.signer.name)
    note = checkpoint.note + "".join(each.line for each in found)
    return Shown(checkpoint, note, [each.signer.name for each in found])


def checkpoints_page(*, limit: int) -> list[Shown]:
    """The newest checkpoints with their witnesses."""
    return [shown(each) for each in LogCheckpoint.objects.order_by("-size")[:limit]]


def proof_of(entry: int, *, checkpoint: LogCheckpoint) -> Proof | None:
    """Proof that an entry is in the tree of a checkpoint; None where it came later.

    Raises TreeBroken where hashes are missing.
    """
    leaf = Leaf.objects.filter(entry=entry, index__lt=checkpoint.size).first()
    if leaf is None:
        return None
    path = inclusion_proof(leaf.index, checkpoint.size, stored_tree())
    return Proof(leaf.index, bytes(leaf.hash), checkpoint.size, bytes(checkpoint.root), path)


def consistency(old: int, new: int) -> list[bytes]:
    """Proof that the log of `new` leaves begins with that of `old`. Raises ValueError, TreeBroken."""
    if new > log_size():
        raise ValueError("new")
    return consistency_proof(old, new, stored_tree())


def root_of(size: int) -> bytes:
    """The root over the first leaves. Raises TreeBroken."""
    return root_at(size, stored_tree())


def indices_of(entries: Iterable[int]) -> dict[int, int]:
    """The numbers of entries in the log, of those that have one."""
    return dict(Leaf.objects.filter(entry__in=list(entries)).values_list("entry", "index"))


def note_key(signer: NoteSigner) -> NoteKey:
    """A registered key as notes know it."""
    kind = LOG if signer.kind == NoteKind.LOG else WITNESS
    return NoteKey(signer.name, kind, bytes(signer.point))


def signers(kind: NoteKind) -> list[NoteSigner]:
    """Registered keys, oldest first; ended ones too, for what they signed."""
    return list(NoteSigner.objects.filter(kind=kind).order_by("id"))


def log_keys() -> list[NoteKey]:
    """Every key of the log, oldest first."""
    return [note_key(each) for each in signers(NoteKind.LOG)]


def entry_content(ref: UUID) -> tuple[int, Content] | None:
    """The content of an entry that the reader may see, with its internal number."""
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT {CONTENT} FROM audit_entry e WHERE e.ref = %s", [ref])  # noqa: S608  # our own columns
        row = cursor.fetchone()
    return None if row is None else (row[0], content_of(row))
