"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from xinnong.outreach.services.badges import publish_bundle
from xinnong.outreach.services.refusals import NoCounty, NoKey


@app.periodic(cron="* * * * *")
@app.task(name="outreach.publish_bundle", queueing_lock="outreach.bundle", queue="outreach")
def publish_county_bundle(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says when it was due
    """Give phones the bundle of this minute; returns its bytes, none before the bureau has a key."""
    try:
        data, _key = publish_bundle(now=timezone.now())
    except (NoKey, NoCounty):
        return 0
    return len(data)
