"""Identities are sealed for one person and found by keyed hashes alone."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from xinnong.privacy.vault import (
    KEY_ID,
    NONCE_BYTES,
    TAILS,
    VaultFault,
    seal,
    search_key,
    unseal,
)

WU = UUID(int=1)
HE = UUID(int=2)
IDENTITY = {"rid": "33998119580312001X", "phone": "19800001234", "address": "莲花村 1 号"}


@given(st.dictionaries(st.sampled_from(["rid", "phone", "address"]), st.text(max_size=80)))
def test_it_opens_what_it_sealed(identity: dict[str, str]) -> None:
    assert unseal(seal(identity, person=WU), person=WU, key_id=KEY_ID) == identity


def test_it_never_seals_twice_alike() -> None:
    assert seal(IDENTITY, person=WU) != seal(IDENTITY, person=WU)


def test_it_shows_nothing_of_what_it_sealed() -> None:
    sealed = seal(IDENTITY, person=WU)
    assert [text for text in IDENTITY.values() if text.encode() in sealed] == []


def test_it_stays_shut_for_another_person() -> None:
    with pytest.raises(VaultFault):
        unseal(seal(IDENTITY, person=WU), person=HE, key_id=KEY_ID)


@pytest.mark.parametrize("place", [0, NONCE_BYTES, -1])
def test_it_stays_shut_when_a_byte_changed(place: int) -> None:
    sealed = bytearray(seal(IDENTITY, person=WU))
    sealed[place] ^= 1
    with pytest.raises(VaultFault):
        unseal(bytes(sealed), person=WU, key_id=KEY_ID)


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(40)])
def test_it_stays_shut_for_rubbish(sealed: bytes) -> None:
    with pytest.raises(VaultFault):
        unseal(sealed, person=WU, key_id=KEY_ID)


def test_it_stays_shut_under_an_unknown_key() -> None:
    with pytest.raises(VaultFault):
        unseal(seal(IDENTITY, person=WU), person=WU, key_id="vault-0")


def test_it_opens_what_an_earlier_key_sealed(tmp_path: Path, settings: Settings) -> None:
    earlier, nonce = bytes(range(32)), bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(earlier).encrypt(nonce, b'{"rid":"1"}', WU.bytes)
    settings.XINNONG_DATA = tmp_path
    (tmp_path / "keys").mkdir()
    path = tmp_path / "keys" / "vault-7701"
    path.write_text(earlier.hex())
    path.chmod(0o644)
    with pytest.raises(VaultFault, match="chmod 600"):
        unseal(sealed, person=WU, key_id="vault-7701")
    path.chmod(0o600)
    assert unseal(sealed, person=WU, key_id="vault-7701") == {"rid": "1"}


def test_it_hashes_each_purpose_under_a_key_of_its_own() -> None:
    keys = {search_key(f"{whose}_tail{n}") for whose in ("rid", "phone") for n in TAILS}
    assert len(keys) == 2 * len(TAILS)
