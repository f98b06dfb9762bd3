"""Jobs of this app: traces of signing in end when their time is over."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from xinnong.accounts.services.traces import forget_sign_ins


@app.periodic(cron="41 3 * * *")
@app.task(name="accounts.forget_sign_ins", queueing_lock="accounts.forget_sign_ins")
def forget_old_sign_ins(timestamp: int) -> int:
    """Remove what is past its time; returns how many rows."""
    return forget_sign_ins(now=timezone.now())
