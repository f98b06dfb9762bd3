"""The proof of an entry as it is downloaded: everything to check it with, and nothing else."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from xinnong.audit.models import NoteKind
from xinnong.audit.queries.log import (
    Proof,
    Shown,
    entry_content,
    indices_of,
    newest_witnessed,
    note_key,
    proof_of,
    shown,
    signers,
)
from xinnong.audit.queries.log import newest_checkpoint as newest
from xinnong.core.evidence import LEAF_VERSION, WITNESSES_WANTED, TreeBroken, leaf_bytes
from xinnong.core.merkle import inclusion_holds, leaf_hash

if TYPE_CHECKING:
    from xinnong.core.evidence import Content

PROOF_VERSION: Final = 1
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An entry, its number in the log (None: it waits for one), its proof and the signed checkpoint."""

    entry: Content
    index: int | None
    proof: Proof | None
    checkpoint: Shown | None

    @property
    def holds(self) -> bool:
        """Whether the entry as it stands now is in the tree that was signed."""
        if self.proof is None or self.index is None:
            return False
        try:
            leaf = leaf_hash(leaf_bytes(self.index, self.entry))
        except ValueError:
            return False
        return inclusion_holds(
            leaf=leaf,
            index=self.index,
            size=self.proof.size,
            proof=self.proof.path,
            root=self.proof.root,
        )


def evidence_of(ref: UUID) -> Evidence | None:
    """What the log has of an entry that the reader may see; None where there is no such entry.

    The newest checkpoint that enough witnesses signed, else the newest that covers the entry.
    """
    found = entry_content(ref)
    if found is None:
        return None
    number, entry = found
    index = indices_of([number]).get(number)
    for checkpoint in (newest_witnessed(), newest()):
        if index is not None and checkpoint is not None and index < checkpoint.size:
            return Evidence(entry, index, _proof(number, checkpoint), shown(checkpoint))
    return Evidence(entry, index, None, None)


def proof_report(evidence: Evidence) -> dict[str, Any]:
    """The proof as JSON; hashes and bytes in base64."""
    assert evidence.proof is not None
    assert evidence.checkpoint is not None
    assert evidence.index is not None
    return {
        "version": PROOF_VERSION,
        "leaf_version": LEAF_VERSION,
        "entry": entry_report(evidence.entry),
        "index": evidence.index,
        "leaf": _text(leaf_bytes(evidence.index, evidence.entry)),
        "size": evidence.proof.size,
        "proof": [_text(each) for each in evidence.proof.path],
        "checkpoint": evidence.checkpoint.note,
        "witnesses": list(evidence.checkpoint.witnesses),
        "witnesses_wanted": WITNESSES_WANTED,
        "keys": public_keys(),
    }


def entry_report(entry: Content) -> dict[str, Any]:
    """The entry in words that a person can read; the leaf's bytes say the same."""
    at = EPOCH + timedelta(microseconds=entry.at)
    return {
        "number": entry.number,
        "ref": str(entry.ref),
        "at": at.isoformat(timespec="microseconds"),
        "actor": str(entry.actor),
        "owner_kind": entry.owner_kind,
        "institution": entry.institution,
        "action": entry.action,
        "subject": str(entry.subject) if entry.subject else None,
        "run_id": entry.run_id,
        "counts": dict(entry.counts),
        "checksum": entry.checksum,
    }


def public_keys() -> dict[str, list[str]]:
    """Keys of the log and of the witnesses, as others take them in."""
    return {
        "log": [note_key(each).text() for each in signers(NoteKind.LOG)],
        "witnesses": [note_key(each).text() for each in signers(NoteKind.WITNESS)],
    }


def _proof(number: int, checkpoint: Any) -> Proof | None:
    """None as well where the tree is broken: then nothing is proved."""
    try:
        return proof_of(number, checkpoint=checkpoint)
    except TreeBroken:
        return None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
