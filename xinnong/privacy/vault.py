"""The vault: seals identities under a named key and makes the keyed hashes that find them.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce per row; the person's key is authenticated
with the row, so that a sealed identity moved to another person does not open.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping
from functools import cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from xinnong.analytics.keyed import purpose_key

KEY_ID: Final = "vault-1"
NONCE_BYTES: Final = 12
TAILS: Final = (4, 5, 6)
OTHERS_MAY: Final = stat.S_IRWXG | stat.S_IRWXO
CASE: Final = b"case "
_KEY_ID: Final = re.compile(r"vault-[0-9]{1,4}")


class VaultFault(Exception):
    """A sealed identity does not open: wrong key, wrong person, or changed bytes."""


def seal(identity: Mapping[str, str], *, person: UUID) -> bytes:
    """Seal an identity (rid, phone, address) for one person under KEY_ID."""
    plain = json.dumps(dict(identity), ensure_ascii=False, separators=(",", ":")).encode()
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(KEY_ID).encrypt(nonce, plain, person.bytes)


def unseal(sealed: bytes, *, person: UUID, key_id: str) -> dict[str, str]:
    """Open what `seal` made; raises VaultFault when it was not sealed so for this person."""
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        plain = _cipher(key_id).decrypt(nonce, body, person.bytes)
    except (InvalidTag, ValueError) as fault:
        raise VaultFault from fault
    opened = json.loads(plain)
    assert isinstance(opened, dict)
    return opened


def wrap_key(key: bytes, *, case: UUID) -> bytes:
    """Seal the key of one case under KEY_ID."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(KEY_ID).encrypt(nonce, key, CASE + case.bytes)


def unwrap_key(wrapped: bytes, *, case: UUID, key_id: str) -> bytes:
    """Open what `wrap_key` made; raises VaultFault when it was not sealed so for this case."""
    nonce, body = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    try:
        return _cipher(key_id).decrypt(nonce, body, CASE + case.bytes)
    except (InvalidTag, ValueError) as fault:
        raise VaultFault from fault


def search_key(purpose: str) -> bytes:
    """The key of one kind of search hash: rid, rid_tail4 … phone_tail6, content."""
    return purpose_key(settings.XINNONG_SEARCH_KEY, purpose)


@cache
def _cipher(key_id: str) -> AESGCM:
    return AESGCM(settings.XINNONG_VAULT_KEY if key_id == KEY_ID else _earlier_key(key_id))


def _earlier_key(key_id: str) -> bytes:
    """A key from before a rotation: hexadecimal in XINNONG_DATA/keys/KEY_ID, for its owner alone."""
    path = settings.XINNONG_DATA / "keys" / key_id
    if not _KEY_ID.fullmatch(key_id) or not path.exists():
        raise VaultFault
    if path.stat().st_mode & OTHERS_MAY:
        raise VaultFault(f"{key_id} is open to others; chmod 600")
    return bytes.fromhex(path.read_text(encoding="ascii").strip())
