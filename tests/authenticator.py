"""What an authenticator shows, as a person reads it: not in the last moments of a code."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

STEP_SECONDS = 30
TO_TYPE_IT = 5
"""Seconds in which a code is typed and judged, on a slow machine too."""


def code_of(secret: str) -> str:
    """The code of now; where its time is nearly over, the next one as soon as that shows."""
    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if left < TO_TYPE_IT:
        time.sleep(left)
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))
