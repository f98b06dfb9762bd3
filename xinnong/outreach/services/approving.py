"""Two people approve an activity, one of the bureau and one of the town; its cadres are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from xinnong.accounts.models import User
from xinnong.core.outreach import verdict_of
from xinnong.outreach.models import Activity, ActivityState, Notice
from xinnong.outreach.published_rules import rules
from xinnong.outreach.queries.windows import window
from xinnong.outreach.secrets import code_at, lookup_of
from xinnong.outreach.services.actors import bureau_of, note, reason_in, refuse_other_towns
from xinnong.outreach.services.refusals import (
    ApprovedAlready,
    IsOver,
    SamePerson,
    Stopped,
    WrongState,
)


def approve_for_bureau(*, actor: User, activity: Activity, now: datetime) -> Activity:
    """Approve as the bureau; when the town has, too, the activity may take place.

    Raises NotYours, WrongState, ApprovedAlready, SamePerson, IsOver, Stopped.
    """
    bureau_of(actor)
    with transaction.atomic():
        locked = _waiting(activity, actor, now)
        if locked.bureau_by is not None:
            raise ApprovedAlready
        locked.bureau_by, locked.bureau_at = actor.ref, now
        return _approved(locked, actor, now)


def approve_for_town(*, actor: User, activity: Activity, now: datetime) -> Activity:
    """Approve as the town. Refusals as for the bureau."""
    refuse_other_towns(actor, activity.town)
    with window(actor.ref):
        locked = _waiting(activity, actor, now)
        if locked.town_by is not None:
            raise ApprovedAlready
        locked.town_by, locked.town_at = actor.ref, now
        return _approved(locked, actor, now)


def refuse_activity(*, actor: User, activity: Activity, reason: str, now: datetime) -> None:
    """Say no to what was filed, with a reason the channel reads. One of the two is enough.

    Raises NotYours, WrongState, ReasonMissing.
    """
    why = reason_in(reason)
    with _of_either(actor, activity):
        locked = Activity.objects.select_for_update().get(pk=activity.pk)
        if locked.state != ActivityState.FILED:
            raise WrongState(state=locked.state)
        locked.state, locked.ended_why = ActivityState.REFUSED, why
        locked.ended_by, locked.ended_at = actor.ref, now
        locked.save(update_fields=["state", "ended_why", "ended_by", "ended_at"])
        note(actor, "refuse-activity", locked.ref, now)


@contextmanager
def _of_either(actor: User, activity: Activity) -> Iterator[None]:
    """The transaction of the bureau, or the window of the town."""
    if "town" in actor.roles:
        refuse_other_towns(actor, activity.town)
        with window(actor.ref):
            yield
        return
    bureau_of(actor)
    with transaction.atomic():
        yield


def _waiting(activity: Activity, actor: User, now: datetime) -> Activity:
    """The activity, locked, where this person may approve it."""
    locked = Activity.objects.select_for_update().get(pk=activity.pk)
    if locked.state != ActivityState.FILED:
        raise WrongState(state=locked.state)
    if actor.ref in {locked.filed_by, locked.bureau_by, locked.town_by}:
        raise SamePerson
    if locked.ends_at <= now:
        raise IsOver
    team = locked.team
    chain = (team, team.channel, team.subcontractor)
    is_open = verdict_of(rules(), locked.purpose, team.channel.kind, locked.on).is_open
    reaches = team.channel.licensed_from <= locked.on <= team.channel.licensed_until
    if not (is_open and reaches) or any(each and each.suspended_at for each in chain):
        raise Stopped
    return locked


def _approved(activity: Activity, actor: User, now: datetime) -> Activity:
    """Keep one approval; with the second one the code is made and the villages are told."""
    is_bureau = activity.bureau_by == actor.ref
    if activity.bureau_by is not None and activity.town_by is not None:
        activity.state = ActivityState.APPROVED
        activity.attempt, activity.lookup = _free_code(activity)
        Notice.objects.bulk_create(
            Notice(institution=activity.institution, activity=activity, area12=each, told_at=now)
            for each in activity.villages
        )
    activity.save()
    note(actor, "approve-for-bureau" if is_bureau else "approve-for-town", activity.ref, now)
    return activity


def _free_code(activity: Activity) -> tuple[int, bytes]:
    """The first eight digits that no other activity of the day has."""
    for attempt in range(100):
        lookup = lookup_of(code_at(activity, attempt))
        if not Activity.objects.filter(lookup=lookup, on=activity.on).exists():
            return attempt, lookup
    raise AssertionError("a hundred codes of one day are taken")
