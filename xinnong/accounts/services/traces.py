"""Who signed in from where, and who guessed: kept as long as the law asks, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

KEPT: Final = timedelta(days=180)
"""Cybersecurity Law 21: network logs are kept for no less than six months."""


def forget_sign_ins(*, now: datetime) -> int:
    """Delete sessions that ended and sign-in traces older than KEPT; returns how many rows."""
    deleted = Session.objects.filter(expire_date__lt=now).delete()[0]
    for traces in (AccessAttempt, AccessFailureLog, AccessLog):
        deleted += traces.objects.filter(attempt_time__lt=now - KEPT).delete()[0]
    return int(deleted)
