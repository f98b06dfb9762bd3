"""After an activity: the cadre counts heads, the channel reports, and what does not fit is kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from xinnong.accounts.models import User
from xinnong.core.outreach import Count, differences
from xinnong.outreach.models import Activity, ActivityState, Notice
from xinnong.outreach.queries.windows import window
from xinnong.outreach.services.actors import note, refuse_other_villages
from xinnong.outreach.services.licensing import own_channel
from xinnong.outreach.services.refusals import NotOver, NotYours, WrongState


def note_seen(*, actor: User, notice: Notice, now: datetime) -> None:
    """Keep that a cadre was told; once."""
    refuse_other_villages(actor, notice.area12)
    if notice.seen_at is not None:
        return
    with window(actor.ref):
        Notice.objects.filter(pk=notice.pk, seen_at=None).update(seen_at=now, seen_by=actor.ref)


def count_heads(*, actor: User, notice: Notice, heads: int, now: datetime) -> Activity:
    """Write down how many people came in one village, as the cadre saw it.

    Once the channel has reported the count stands. Raises NotYours, NotOver, WrongState.
    """
    refuse_other_villages(actor, notice.area12)
    with window(actor.ref):
        activity = Activity.objects.select_for_update().get(pk=notice.activity_id)
        if activity.state != ActivityState.APPROVED:
            raise WrongState(state=activity.state)
        if now < activity.begins_at:
            raise NotOver
        told = Notice.objects.filter(activity=activity, area12=notice.area12)
        told.update(heads=heads, counted_by=actor.ref, counted_at=now)
        note(actor, "count-heads", activity.ref, now, heads=heads)
        return _closed(activity, now)


def report_activity(
    *,
    actor: User,
    activity: Activity,
    served: int,
    activations: int,
    messages_sent: int,
    now: datetime,
) -> Activity:
    """Write down what the channel says it did. Raises NotYours, NotOver, WrongState."""
    if activity.institution != own_channel(actor).institution:
        raise NotYours
    with transaction.atomic():
        locked = Activity.objects.select_for_update().get(pk=activity.pk)
        if locked.state != ActivityState.APPROVED or locked.reported_at is not None:
            raise WrongState(state=locked.state)
        if now < locked.ends_at:
            raise NotOver
        locked.served, locked.activations = served, activations
        locked.messages_sent = messages_sent
        locked.reported_by, locked.reported_at = actor.ref, now
        locked.save(
            update_fields=[
                "served",
                "activations",
                "messages_sent",
                "reported_by",
                "reported_at",
            ]
        )
        note(
            actor, "report-activity", locked.ref, now, served=served, activations=activations,
            messages=messages_sent,
        )  # fmt: skip
        return _closed(locked, now)


def _closed(activity: Activity, now: datetime) -> Activity:
    """Close an activity that both sides have spoken of, with what does not fit."""
    heads = list(Notice.objects.filter(activity=activity).values_list("heads", flat=True))
    if activity.reported_at is None or None in heads:
        return activity
    count = Count(
        purpose=activity.purpose, expected=activity.expected, heads=sum(filter(None, heads)),
        served=activity.served or 0, activations=activity.activations or 0,
        messages=activity.messages_sent or 0,
    )  # fmt: skip
    activity.state = ActivityState.CLOSED
    activity.differences = [problem.code for problem in differences(count)]
    activity.ended_at = now
    activity.save(update_fields=["state", "differences", "ended_at"])
    return activity
