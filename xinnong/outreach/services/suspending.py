"""Stopping a channel, a subcontractor, a team or a person; everything below answers red at once.

Nothing below is touched: an answer looks up the whole chain, so that letting go again restores exactly
what was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from xinnong.accounts.models import User
from xinnong.outreach.models import (
    Activity,
    ActivityState,
    Agent,
    Channel,
    Subcontractor,
    Team,
)
from xinnong.outreach.services.actors import bureau_of, note, reason_in
from xinnong.outreach.services.refusals import StoppedAlready

Part = Channel | Subcontractor | Team | Agent
PATHS = {Channel: "team__channel", Subcontractor: "team__subcontractor", Team: "team"}


@dataclass(frozen=True, slots=True)
class Cascade:
    """What stops with a part: so many teams, people, and activities from today on."""

    teams: int
    agents: int
    activities: int


def cascade_of(part: Part, *, today: date) -> Cascade:
    """What would answer red if this part were stopped."""
    coming = Activity.objects.filter(
        on__gte=today, state__in=[ActivityState.FILED, ActivityState.APPROVED]
    )
    if isinstance(part, Agent):
        return Cascade(0, 1, coming.filter(places__agent=part).count())
    path = PATHS[type(part)]
    own = {"pk": part.pk} if path == "team" else {path.removeprefix("team__"): part.pk}
    return Cascade(
        Team.objects.filter(**own).count(),
        Agent.objects.filter(**{path: part}).count(),
        coming.filter(**{path: part}).count(),
    )


def suspend(*, actor: User, part: Part, reason: str, now: datetime) -> None:
    """Stop a part and all below it. Raises NotYours, StoppedAlready, ReasonMissing."""
    bureau_of(actor)
    why = reason_in(reason)
    with transaction.atomic():
        locked = type(part).objects.select_for_update().get(pk=part.pk)
        if locked.suspended_at is not None:
            raise StoppedAlready
        stopped = cascade_of(part, today=timezone.localdate(now))
        locked.suspended_at, locked.suspended_by, locked.suspended_why = now, actor.ref, why
        locked.save(update_fields=["suspended_at", "suspended_by", "suspended_why"])
        note(
            actor, "suspend", locked.ref, now, teams=stopped.teams, agents=stopped.agents,
            activities=stopped.activities,
        )  # fmt: skip


def resume(*, actor: User, part: Part, now: datetime) -> None:
    """Let a part work again. Raises NotYours, StoppedAlready."""
    bureau_of(actor)
    with transaction.atomic():
        locked = type(part).objects.select_for_update().get(pk=part.pk)
        if locked.suspended_at is None:
            raise StoppedAlready
        locked.suspended_at, locked.suspended_by, locked.suspended_why = None, None, ""
        locked.save(update_fields=["suspended_at", "suspended_by", "suspended_why"])
        note(actor, "resume", locked.ref, now)
