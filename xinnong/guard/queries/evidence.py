"""What the evidence log has of an order: the entry of its issue, its number, and the proof of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.audit.proofs import Evidence, evidence_of, proof_report

if TYPE_CHECKING:
    from xinnong.guard.models import JointOrder

ISSUED: Final = ("guard.issue-order", "guard.restore-account")
SHOWN: Final = (
    "version",
    "leaf_version",
    "index",
    "leaf",
    "size",
    "proof",
    "checkpoint",
    "witnesses",
)
"""Without the log's keys: whoever checks a proof has them from somewhere else."""


def order_evidence(order: JointOrder) -> Evidence | None:
    """The proof that the issue of this order, with its checksum, is in the signed log; None before."""
    with scoped(SYSTEM):
        issued = Entry.objects.filter(
            subject=order.ref, action__in=ISSUED, checksum=order.sha256
        ).order_by("-pk")
        ref = issued.values_list("ref", flat=True).first()
        found = evidence_of(ref) if ref is not None else None
    return found if found is not None and found.holds else None


def evidence_report(order: JointOrder) -> dict[str, Any] | None:
    """The same as it travels with the order; bytes in base64."""
    found = order_evidence(order)
    if found is None:
        return None
    report = proof_report(found)
    return {name: report[name] for name in SHOWN}
