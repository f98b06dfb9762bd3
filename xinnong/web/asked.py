"""How often one address asked in a minute of the clock, for pages that anybody may ask.

Counted in this process alone, which bounds what one address costs; guesses that matter are counted in the
database by those who know what a guess is.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from django.core.cache import cache

if TYPE_CHECKING:
    from datetime import datetime

MINUTE_SECONDS: Final = 60
TOO_MANY: Final = 429


def asked_too_often(what: str, asker: str, *, most: int, now: datetime) -> bool:
    """Count a question; whether this asker had more than `most` in this minute."""
    minute = int(now.timestamp()) // MINUTE_SECONDS
    asker_hash = hashlib.sha256(asker.encode()).hexdigest()[:32]
    key = f"asked:{what}:{asker_hash}:{minute}"
    cache.add(key, 0, timeout=2 * MINUTE_SECONDS)
    return cache.incr(key) > most


def seconds_left(now: datetime) -> int:
    """Until the next minute, for `Retry-After`."""
    return MINUTE_SECONDS - int(now.timestamp()) % MINUTE_SECONDS
