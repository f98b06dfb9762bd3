"""Public references: time-ordered UUIDs (version 7)."""

from __future__ import annotations

import os
import time
from uuid import UUID

from xinnong.core.ids import UUID7_RANDOM_BYTES, uuid7

NANOSECONDS_PER_MILLISECOND = 1_000_000


def new_ref() -> UUID:
    """A new reference; sorts by the millisecond it was made in."""
    now = time.time_ns() // NANOSECONDS_PER_MILLISECOND
    return uuid7(now, os.urandom(UUID7_RANDOM_BYTES))
