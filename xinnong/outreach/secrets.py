"""What only the key of this installation can make: codes, phrases, and hashes that find them."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from xinnong.core.outreach import day_code, phrase_of
from xinnong.outreach.published_rules import words
from xinnong.privacy.vault import search_key

if TYPE_CHECKING:
    from xinnong.outreach.models import Activity

HASH_BYTES = 16


def code_at(activity: Activity, attempt: int) -> str:
    """The eight digits of an activity's day; a second attempt where another activity has the first."""
    return day_code(search_key("outreach_code"), activity.ref.bytes, activity.on, attempt)


def code_of(activity: Activity) -> str:
    """The eight digits of an approved activity; "" before."""
    return "" if activity.attempt is None else code_at(activity, activity.attempt)


def lookup_of(code: str) -> bytes:
    """What finds a code."""
    return hmac.digest(search_key("outreach_lookup"), code.encode(), hashlib.sha256)


def phrase(activity: Activity) -> str:
    """The three words that its cadres are told."""
    return " ".join(phrase_of(search_key("outreach_phrase"), activity.ref.bytes, words()))


def tried_by(asker: str) -> bytes:
    """Stands for an address or a number that asks."""
    return hmac.digest(search_key("outreach_asker"), asker.encode(), hashlib.sha256)[:HASH_BYTES]


def tried_code(code: str) -> bytes:
    """Stands for a code that was nobody's."""
    return hmac.digest(search_key("outreach_tried"), code.encode(), hashlib.sha256)[:HASH_BYTES]


def phone_code_hash(code: str) -> bytes:
    """Finds the phone that a code was given out for."""
    return hmac.digest(search_key("outreach_phone"), code.encode(), hashlib.sha256)


def number_hash(number: str) -> bytes:
    """Finds an agent by a telephone number."""
    return hmac.digest(search_key("outreach_agent"), number.encode(), hashlib.sha256)
