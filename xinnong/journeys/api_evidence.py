"""JSON API of the evidence log: the proof of an entry that a program may see, its own above all.

Checkpoints, keys and consistency are open to everybody at `/log/`, without a token.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Router, Schema
from pydantic import Field

from xinnong.accounts.api_auth import needs
from xinnong.accounts.permissions import Permission
from xinnong.audit.proofs import evidence_of, proof_report

router = Router(tags=["evidence"])

EntryRef = Annotated[UUID, Path(description="reference of the audit entry")]


class EntryOut(Schema):
    """An audit entry, as its leaf says it."""

    number: int
    ref: UUID
    at: str
    actor: UUID
    owner_kind: str
    institution: str
    action: str
    subject: UUID | None
    run_id: int | None
    counts: dict[str, int]
    checksum: str


class EntryProof(Schema):
    """That an entry is in the tree of a signed checkpoint; bytes in base64."""

    version: int
    leaf_version: int
    entry: EntryOut
    index: int
    leaf: str
    size: int
    proof: list[str]
    checkpoint: str = Field(description="a signed note: the log's signature, then the witnesses'")
    witnesses: list[str]
    witnesses_wanted: int
    keys: dict[str, list[str]]


@router.get(
    "/log/entries/{ref}/proof",
    response={200: EntryProof, 404: Any},
    operation_id="entry_proof",
    auth=needs(Permission.READ_AUDIT),
)
def entry_proof(request: HttpRequest, ref: EntryRef) -> dict[str, Any]:  # noqa: ARG001 - ninja passes it by name
    """The proof of one entry; 404 as well while it waits for its number or the first checkpoint."""
    found = evidence_of(ref)
    if found is None or found.proof is None:
        raise Http404
    return proof_report(found)
