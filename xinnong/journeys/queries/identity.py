"""Resident ids and phones: found by keyed hash, shown masked, opened only as a logged read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xinnong.core.ids import mask_phone, mask_rid
from xinnong.journeys.queries.finding import HASH_COLUMNS
from xinnong.registry.vault import opened, search_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xinnong.journeys.search_terms import Term
    from xinnong.registry.models import Person


@dataclass(frozen=True, slots=True)
class IdentityShown:
    """What the vault holds of one person; masked unless it was opened as a read of its own."""

    rid: str
    phone: str
    address: str


def search_hashes(term: Term) -> Mapping[str, int]:
    """Return the keyed hashes to look for, by column of Identity."""
    return {column: search_hash(column, term.text) for column in HASH_COLUMNS[term.kind]}


def masked_identity(person: Person) -> IdentityShown:
    """Return what may be shown without a read: 339981********0019, 138****1234, no address."""
    full = open_identity(person)
    return IdentityShown(mask_rid(full.rid), mask_phone(full.phone), "")


def open_identity(person: Person) -> IdentityShown:
    """Return what is sealed; the caller has recorded the read in this transaction."""
    identity = getattr(person, "identity", None)
    if identity is None:
        return IdentityShown("", "", "")
    sealed = opened(identity)
    return IdentityShown(sealed.rid, sealed.phone or "", sealed.address or "")
