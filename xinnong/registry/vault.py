"""Open a sealed identity, and make the hash under which one is found."""

from __future__ import annotations

from dataclasses import dataclass

from xinnong.analytics.keyed import hash63
from xinnong.privacy.vault import search_key, unseal
from xinnong.registry.models import Identity


@dataclass(frozen=True, slots=True)
class OpenedIdentity:
    """What the vault holds of one person."""

    rid: str
    phone: str | None
    address: str | None


def opened(identity: Identity) -> OpenedIdentity:
    """Open a sealed identity; the caller has recorded the read. Raises VaultFault."""
    held = unseal(bytes(identity.sealed), person=identity.person.key, key_id=identity.key_id)
    return OpenedIdentity(held["rid"], held.get("phone"), held.get("address"))


def search_hash(column: str, text: str) -> int:
    """The keyed hash that stands in a hash column of Identity for an id, a phone or a tail."""
    return hash63(search_key(column.removesuffix("_hash")), text)
