"""A channel with a team of two, one activity of which is approved today, as everybody's commands make it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from tests.people import LOTUS_VILLAGE, People
from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import scoped
from xinnong.outreach.models import Activity, Agent, Channel, Team
from xinnong.outreach.services.approving import approve_for_bureau, approve_for_town
from xinnong.outreach.services.filing import file_activity
from xinnong.outreach.services.licensing import file_agent, file_team, license_channel

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)  # half past nine in the county
TODAY = date(2026, 11, 20)
SUM = "ab" * 32
FACE = b"\x89PNG\r\n\x1a\n" + b"face"


@dataclass
class World:
    """Who and what there is."""

    people: People
    channel: Channel
    team: Team
    leader: Agent
    helper: Agent

    def filing(self, **changed: Any) -> dict[str, Any]:
        """What the clerk fills in, with changes."""
        return {
            "actor": self.people.jiang, "team": self.team, "purpose": "bank",
            "villages": [LOTUS_VILLAGE], "place": "村委会", "on": TODAY, "begins": time(9),
            "ends": time(16), "expected": 60, "agents": [self.leader, self.helper],
            "key": uuid4(), "now": NOW,
        } | changed  # fmt: skip

    def filed(self, **changed: Any) -> Activity:
        """An activity that waits for both."""
        with scoped(self.people.jiang):
            return file_activity(**self.filing(**changed))

    def approved(self, *, now: datetime = NOW, **changed: Any) -> Activity:
        """An activity that both approved."""
        activity = self.filed(now=now, **changed)
        with scoped(self.people.han):
            approve_for_bureau(actor=self.people.han, activity=activity, now=now)
        with scoped(self.people.tang):
            approve_for_town(actor=self.people.tang, activity=activity, now=now)
        with scoped(self.people.jiang):
            return Activity.objects.get(pk=activity.pk)


def found(people: People) -> World:
    """A licensed channel with one team."""
    with scoped(people.han):
        channel = license_channel(
            actor=people.han, institution=Institution.objects.get(code="CHAN-01"), kind="bank",
            purposes=["bank", "census", "activate"], licence_number="穗医保授〔2026〕1号",
            licence_sha256=SUM, licensed_from=date(2026, 1, 1), licensed_until=date(2026, 12, 31),
            call_back="0577-0000-2201", now=NOW - timedelta(days=30),
        )  # fmt: skip
    with scoped(people.jiang):
        team = file_team(actor=people.jiang, name="外拓一队", subcontractor=None, now=NOW)
        leader = agent(people.jiang, team, "顾队长", "13900000001", is_leader=True, photo=FACE)
        helper = agent(people.jiang, team, "钱队员", "13900000002")
    return World(people, channel, team, leader, helper)


def agent(
    by: User, team: Team, name: str, number: str, *, is_leader: bool = False, photo: Any = None
) -> Agent:
    """A person of a team."""
    return file_agent(
        actor=by, team=team, name=name, number=number, is_leader=is_leader, photo=photo, now=NOW
    )
