"""A channel files, bureau and town approve, the cadre is told, both count: and who may not."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.outreach.world import NOW, TODAY, World, agent
from tests.people import FAR_VILLAGE, LOTUS_VILLAGE, REED_VILLAGE
from xinnong.accounts.models import Institution
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_institution, set_user
from xinnong.audit.models import Entry
from xinnong.outreach.models import Activity, Agent, Team
from xinnong.outreach.queries.windows import notices_for
from xinnong.outreach.secrets import code_of, phrase
from xinnong.outreach.services.approving import (
    approve_for_bureau,
    approve_for_town,
    refuse_activity,
)
from xinnong.outreach.services.closing import count_heads, report_activity
from xinnong.outreach.services.filing import cancel_activity, file_activity
from xinnong.outreach.services.refusals import (
    ApprovedAlready,
    FilingRefused,
    IsOver,
    NotOver,
    NotYours,
    NumberTaken,
    ReasonMissing,
    SamePerson,
    SecondLeader,
    Stopped,
    WrongState,
)
from xinnong.outreach.services.suspending import cascade_of, suspend
from xinnong.privacy.vault import unseal

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def problems(world: World, **changed: Any) -> set[str]:
    with pytest.raises(FilingRefused) as refused:
        world.filed(**changed)
    return {problem.code for problem in refused.value.problems}


def test_it_refuses_what_the_dated_rules_the_licence_or_the_day_do_not_allow(world: World) -> None:
    assert problems(world, purpose="activate") == {"activity.purpose_ended"}
    assert problems(world, purpose="sell") == {
        "activity.purpose_closed",
        "activity.purpose_unlicensed",
    }
    assert problems(world, purpose="training") == {"activity.purpose_unlicensed"}
    assert problems(world, on=TODAY - timedelta(1)) == {"activity.day", "activity.passed"}
    assert problems(world, on=TODAY + timedelta(31)) == {"activity.day"}
    assert "activity.hours" in problems(world, begins=time(5))
    assert "activity.hours" in problems(world, begins=time(16), ends=time(9))
    assert problems(world, villages=[]) == {"activity.villages"}
    assert problems(world, villages=[LOTUS_VILLAGE, FAR_VILLAGE]) == {"activity.two_towns"}
    assert problems(world, agents=[]) == {"activity.agents"}
    assert problems(world, agents=[world.helper]) == {"activity.no_leader"}
    assert problems(world, expected=0) == {"activity.expected"}
    assert problems(world, expected=301, begins=time(1)) == {
        "activity.expected",
        "activity.hours",
    }
    assert not Activity.objects.exists()


def test_it_keeps_quotas_of_a_day_and_sends_nobody_to_two_places(world: World) -> None:
    key = uuid4()
    first = world.filed(key=key, expected=200)
    assert world.filed(key=key, expected=200).pk == first.pk
    assert problems(world) == {"activity.agent_busy"}
    later = {"begins": time(16), "ends": time(18)}
    assert problems(world, expected=101, **later) == {"activity.expected"}
    world.filed(expected=100, **later)
    with scoped(world.people.jiang):
        cancel_activity(actor=world.people.jiang, activity=first, reason="下雨", now=NOW)
    world.filed(expected=200)


def test_it_takes_two_people_of_two_houses_to_approve(world: World) -> None:
    people, activity = world.people, world.filed()
    with scoped(people.jiang), pytest.raises(NotYours):
        approve_for_bureau(actor=people.jiang, activity=activity, now=NOW)
    with scoped(people.xu), pytest.raises(NotYours):
        approve_for_town(actor=people.xu, activity=activity, now=NOW)
    with scoped(people.han):
        approve_for_bureau(actor=people.han, activity=activity, now=NOW)
        with pytest.raises(SamePerson):
            approve_for_bureau(actor=people.han, activity=activity, now=NOW)
        with pytest.raises(NotYours):
            approve_for_town(actor=people.han, activity=activity, now=NOW)
    other = set_user(
        username="hong", name="洪科员", roles=["bureau"], institution=people.han.institution,
        areas=[], password=None, now=NOW,
    )  # fmt: skip
    with scoped(other), pytest.raises(ApprovedAlready):
        approve_for_bureau(actor=other, activity=activity, now=NOW)
    assert notices_for(people.xu.ref, people.xu.area_prefixes, on=TODAY) == []
    with scoped(people.tang), pytest.raises(IsOver):
        approve_for_town(actor=people.tang, activity=activity, now=NOW + timedelta(days=1))
    with scoped(people.tang):
        done = approve_for_town(actor=people.tang, activity=activity, now=NOW)
    assert (done.state, len(code_of(done)), len(phrase(done).split())) == ("approved", 8, 3)
    told = notices_for(people.xu.ref, people.xu.area_prefixes, on=TODAY)
    assert [each.activity_id for each in told] == [activity.pk]
    with scoped(people.tang), pytest.raises(WrongState):
        approve_for_town(actor=people.tang, activity=activity, now=NOW)
    with scoped(SYSTEM):
        deeds = Entry.objects.filter(subject=activity.ref).order_by("id")
        assert [(each.action, each.owner_kind) for each in deeds] == [
            ("outreach.file-activity", "c"),
            ("outreach.approve-for-bureau", "c"),
            ("outreach.approve-for-town", "a"),
        ]


def test_either_refuses_with_a_reason(world: World) -> None:
    people, activity = world.people, world.filed()
    with scoped(people.tang):
        with pytest.raises(ReasonMissing):
            refuse_activity(actor=people.tang, activity=activity, reason=" ", now=NOW)
        refuse_activity(actor=people.tang, activity=activity, reason="村里办丧事", now=NOW)
    with scoped(people.han), pytest.raises(WrongState):
        approve_for_bureau(actor=people.han, activity=activity, now=NOW)


def test_a_channel_that_is_stopped_files_nothing_and_nothing_of_it_is_approved(
    world: World,
) -> None:
    people, activity = world.people, world.filed()
    with scoped(people.han):
        cascade = cascade_of(world.channel, today=TODAY)
        assert (cascade.teams, cascade.agents, cascade.activities) == (1, 2, 1)
        suspend(actor=people.han, part=world.channel, reason="投诉核查", now=NOW)
        with pytest.raises(Stopped):
            approve_for_bureau(actor=people.han, activity=activity, now=NOW)
    assert problems(world, begins=time(16), ends=time(18)) == {"activity.stopped"}
    with scoped(people.jiang), pytest.raises(NotYours):
        suspend(actor=people.jiang, part=world.team, reason="自己停", now=NOW)


def test_it_is_closed_when_both_have_counted_and_keeps_what_does_not_fit(world: World) -> None:
    people = world.people
    activity = world.approved(villages=[LOTUS_VILLAGE, REED_VILLAGE])
    notice = notices_for(people.xu.ref, people.xu.area_prefixes, on=TODAY)[0]
    after = NOW + timedelta(hours=7)
    report = {"served": 70, "activations": 3, "messages_sent": 140}
    with scoped(people.jiang):
        with pytest.raises(NotOver):
            report_activity(actor=people.jiang, activity=activity, **report, now=NOW)
        report_activity(actor=people.jiang, activity=activity, **report, now=after)
    with scoped(people.xu):
        count_heads(actor=people.xu, notice=notice, heads=40, now=after)
        assert Activity.objects.count() == 0
    with scoped(people.tang):
        other = notices_for(people.tang.ref, [REED_VILLAGE], on=TODAY)[0]
        with pytest.raises(NotYours):
            count_heads(actor=people.xu, notice=other, heads=1, now=after)
    people.xu.area_grants.create(area_id=_reed())
    people.xu.__dict__.pop("area_prefixes", None)
    with scoped(people.xu):
        done = count_heads(actor=people.xu, notice=other, heads=20, now=after)
    assert done.state == "closed"
    assert done.differences == [
        "reconciliation.more_served",
        "reconciliation.activated",
        "reconciliation.messages",
    ]
    with scoped(people.xu), pytest.raises(WrongState):
        count_heads(actor=people.xu, notice=other, heads=99, now=after)


def test_channels_do_not_see_each_other_and_nobody_else_sees_either(world: World) -> None:
    people = world.people
    rival = set_user(
        username="wan", name="万经办", roles=["channel"], areas=[], password=None, now=NOW,
        institution=Institution.objects.get(code="CHAN-02"),
    )  # fmt: skip
    activity = world.filed()
    with scoped(rival):
        assert (Team.objects.count(), Agent.objects.count(), Activity.objects.count()) == (0, 0, 0)
        with pytest.raises(NotYours):
            file_activity(**world.filing(actor=rival))
    for somebody in (people.xu, people.tang, people.lin, people.qin, people.wu):
        with scoped(somebody):
            assert (Agent.objects.count(), Activity.objects.count()) == (0, 0)
    with scoped(people.han):
        assert Activity.objects.get().pk == activity.pk


def test_an_agent_is_one_person_with_a_sealed_number(world: World) -> None:
    people = world.people
    with scoped(people.jiang):
        kept = Agent.objects.get(pk=world.leader.pk)
        assert b"13900000001" not in bytes(kept.number_sealed)
        opened = unseal(bytes(kept.number_sealed), person=kept.ref, key_id=kept.vault_key)
        assert opened == {"phone": "13900000001"}
        with pytest.raises(NumberTaken):
            agent(people.jiang, world.team, "另一人", "13900000001")
        with pytest.raises(SecondLeader):
            agent(people.jiang, world.team, "第二队长", "13900000003", is_leader=True)
        assert Agent.objects.count() == 2


def test_a_bureau_licenses_only_channels_below_itself(world: World) -> None:
    from xinnong.outreach.services.licensing import license_channel

    stray = set_institution(
        code="CHAN-99", kind="channel", name="外地公司", name_en="",
        operator=Institution.objects.get(code="GOV-339981").operator, parent=None,
    )  # fmt: skip
    with scoped(world.people.han), pytest.raises(NotYours):
        license_channel(
            actor=world.people.han, institution=stray, kind="firm", purposes=["bank"],
            licence_number="1", licence_sha256="0" * 64, licensed_from=date(2026, 1, 1),
            licensed_until=date(2026, 12, 31), call_back="1", now=NOW,
        )  # fmt: skip


def _reed() -> int:
    from xinnong.areas.models import Area

    return Area.objects.get(code=REED_VILLAGE).pk
