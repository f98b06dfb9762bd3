"""Marks: keyed hashes under which a phone, a device or a person's badge stands in events.

A phone's mark is made of the hash by which the registry finds it, so that whether a known person's
number was seen can be asked without opening any sealed identity.
"""

from __future__ import annotations

import hmac
from functools import cache
from typing import Final
from uuid import UUID

from xinnong.core.detection.intake import MARK
from xinnong.privacy.vault import seal, search_key, unseal
from xinnong.registry.vault import search_hash

PURPOSE: Final = "guard"
HEX_DIGITS: Final = 32


def mark_of(field: str, value: str | None) -> str | None:
    """The mark of an identifier; one that its source marked already stays as it is."""
    if value is None:
        return None
    if MARK.fullmatch(value):
        return value[2:]
    if field == "phone":
        return mark_of_known_phone(search_hash("phone_hash", value))
    return _hashed(f"{field}:{value}")


def mark_of_known_phone(phone_hash: int) -> str:
    """The mark of a number by the hash that the registry keeps of it."""
    return _hashed(f"phone:{phone_hash}")


def sealed_number(mark: str, number: str) -> bytes:
    """A number sealed so that it opens under its own mark alone."""
    return seal({"phone": number}, person=UUID(hex=mark))


def opened_number(mark: str, sealed: bytes, key_id: str) -> str:
    """The number behind a mark; the caller has recorded the look. Raises VaultFault."""
    return unseal(sealed, person=UUID(hex=mark), key_id=key_id)["phone"]


def sealed_value(mark: str, value: str) -> bytes:
    """An identifier other than a number, sealed so that it opens under its own mark alone."""
    return seal({"value": value}, person=UUID(hex=mark))


def opened_value(mark: str, sealed: bytes, key_id: str) -> str:
    """The identifier behind a mark; the caller has recorded the look. Raises VaultFault."""
    return unseal(sealed, person=UUID(hex=mark), key_id=key_id)["value"]


def _hashed(text: str) -> str:
    return hmac.digest(_key(), text.encode(), "sha256").hex()[:HEX_DIGITS]


@cache
def _key() -> bytes:
    return search_key(PURPOSE)
