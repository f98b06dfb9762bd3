"""Filing an activity: checked against the dated rules, the licence, and what the team has that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from xinnong.accounts.models import Actor, User
from xinnong.areas.models import Level
from xinnong.areas.places import places
from xinnong.audit.refs import new_ref
from xinnong.core.errors import Problem
from xinnong.core.outreach import Filing, problems_of
from xinnong.outreach.models import Activity, ActivityAgent, ActivityState, Agent, Team
from xinnong.outreach.published_rules import rules
from xinnong.outreach.services.actors import note, reason_in
from xinnong.outreach.services.licensing import own_channel
from xinnong.outreach.services.refusals import FilingRefused, NotYours, WrongState

A_YEAR: Final = timedelta(days=366)
LIVE = (ActivityState.FILED, ActivityState.APPROVED, ActivityState.CLOSED)


def file_activity(
    *,
    actor: Actor,
    team: Team,
    purpose: str,
    villages: Sequence[str],
    place: str,
    on: date,
    begins: time,
    ends: time,
    expected: int,
    agents: Sequence[Agent],
    key: UUID,
    now: datetime,
) -> Activity:
    """Hand in an activity for approval; the same key again answers with the first.

    Raises NotYours, and FilingRefused with everything that keeps it from being taken.
    """
    channel = own_channel(actor)
    if team.channel_id != channel.pk or any(each.team_id != team.pk for each in agents):
        raise NotYours
    with transaction.atomic():
        team, agents = _as_they_stand(team, agents)
        channel = team.channel
        before = Activity.objects.filter(institution=channel.institution, key=key).first()
        if before is not None:
            return before
        others = Activity.objects.filter(team=team, on=on, state__in=LIVE)
        filing = Filing(
            purpose=purpose, kind=channel.kind, on=on, begins=begins, ends=ends,
            villages=tuple(villages), expected=expected, agents=len(agents),
            licensed_from=channel.licensed_from, licensed_until=_until(team),
            today=timezone.localdate(now), others=others.count(),
            others_expected=others.aggregate(Sum("expected"))["expected__sum"] or 0,
        )  # fmt: skip
        problems = [
            *problems_of(filing, rules()),
            *_of_places(villages),
            *_of_chain(team, purpose, agents),
        ]
        if abs(on - timezone.localdate(now)) > A_YEAR:
            raise FilingRefused(problems=problems)  # a day whose hours no clock may have
        begins_at, ends_at = instant(on, begins), instant(on, ends)
        problems += _of_clock(agents, begins_at, ends_at, now)
        if problems:
            raise FilingRefused(problems=problems)
        activity = Activity.objects.create(
            ref=new_ref(), key=key, institution=channel.institution, team=team, purpose=purpose,
            town=f"{villages[0][:9]}000", villages=sorted(set(villages)), place=place, on=on,
            begins_at=begins_at, ends_at=ends_at, expected=expected, filed_by=actor.ref,
            filed_at=now,
        )  # fmt: skip
        ActivityAgent.objects.bulk_create(
            ActivityAgent(institution=channel.institution, activity=activity, agent=each)
            for each in agents
        )
        note(actor, "file-activity", activity.ref, now, agents=len(agents), expected=expected)
    return activity


def cancel_activity(*, actor: User, activity: Activity, reason: str, now: datetime) -> None:
    """Take an activity back that did not take place. Raises NotYours, WrongState, ReasonMissing."""
    own_channel(actor)
    why = reason_in(reason)
    with transaction.atomic():
        locked = Activity.objects.select_for_update().get(pk=activity.pk)
        if locked.state not in {ActivityState.FILED, ActivityState.APPROVED}:
            raise WrongState(state=locked.state)
        locked.state, locked.ended_by, locked.ended_at = ActivityState.CANCELLED, actor.ref, now
        locked.ended_why = why
        locked.save(update_fields=["state", "ended_by", "ended_at", "ended_why"])
        note(actor, "cancel-activity", locked.ref, now)


def instant(on: date, at: time) -> datetime:
    """A time of a day of the county."""
    return datetime.combine(on, at, tzinfo=timezone.get_default_timezone())


def _as_they_stand(team: Team, agents: Sequence[Agent]) -> tuple[Team, list[Agent]]:
    """The team, locked so that its day is filled by one at a time, and the people, read anew."""
    Team.objects.select_for_update().get(pk=team.pk)
    locked = Team.objects.select_related("channel", "subcontractor").get(pk=team.pk)
    return locked, list(Agent.objects.filter(pk__in=[agent.pk for agent in agents]))


def _until(team: Team) -> date:
    """The last day that both the licence and a subcontract reach."""
    until = team.channel.licensed_until
    return min(until, team.subcontractor.valid_until) if team.subcontractor else until


def _of_places(villages: Sequence[str]) -> list[Problem]:
    """Villages are those of the county; a program may name any."""
    known = places()
    found = [known.of(each) for each in villages]
    if all(each is not None and each.level == Level.VILLAGE for each in found):
        return []
    return [Problem("activity.village_unknown", "villages")]


def _of_chain(team: Team, purpose: str, agents: Sequence[Agent]) -> list[Problem]:
    """Nobody suspended may file, and a licence names its purposes."""
    chain = (team, team.channel, team.subcontractor, *agents)
    found = []
    if any(each is not None and each.suspended_at is not None for each in chain):
        found.append(Problem("activity.stopped", "team"))
    if purpose not in team.channel.purposes:
        found.append(Problem("activity.purpose_unlicensed", "purpose"))
    if agents and not any(agent.is_leader for agent in agents):
        found.append(Problem("activity.no_leader", "agents"))
    return found


def _of_clock(
    agents: Sequence[Agent], begins_at: datetime, ends_at: datetime, now: datetime
) -> list[Problem]:
    """Hours that passed are not filed, and nobody is on two visits at once."""
    found = []
    if ends_at <= now:
        found.append(Problem("activity.passed", "on"))
    busy = ActivityAgent.objects.filter(
        agent__in=[agent.pk for agent in agents], activity__state__in=LIVE,
        activity__begins_at__lt=ends_at, activity__ends_at__gt=begins_at,
    )  # fmt: skip
    if busy.exists():
        found.append(Problem("activity.agent_busy", "agents"))
    return found
