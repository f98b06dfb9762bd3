"""The keys under which the lake hashes resident ids and seals files."""

from __future__ import annotations

from django.conf import settings

from xinnong.analytics.keyed import purpose_key
from xinnong.analytics.sealing import Keys
from xinnong.privacy.vault import KEY_ID


def lake_keys() -> Keys:
    """The installation's keys; files are sealed under a key of their own purpose."""
    return Keys(
        hash_key=settings.XINNONG_PERSON_KEY,
        seal_key=purpose_key(settings.XINNONG_VAULT_KEY, "lake"),
        key_id=KEY_ID,
    )
