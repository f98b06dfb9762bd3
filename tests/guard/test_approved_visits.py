"""Detection knows the visits that the bureau and the town approved, and says where it knows of none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.outreach.conftest import world as world  # noqa: PLC0414 - a fixture used by name
from tests.outreach.world import NOW, World
from tests.people import LOTUS_VILLAGE
from xinnong.accounts.scope import scoped
from xinnong.core.cose import ED25519
from xinnong.guard.activities import approved_activities, has_activities_feed
from xinnong.guard.marks import mark_of
from xinnong.outreach.services.badges import issue_badges, make_key

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = timedelta(days=1)


def test_an_approved_visit_and_its_badges_are_known(
    world: World, settings: Any, tmp_path: Path
) -> None:
    settings.XINNONG_DATA = tmp_path
    assert has_activities_feed()
    activity = world.approved()
    with scoped(world.people.han):
        make_key(actor=world.people.han, algorithm=ED25519, now=NOW)
    with scoped(world.people.jiang):
        badges = issue_badges(actor=world.people.jiang, activity=activity, now=NOW)
    (known,) = approved_activities(NOW - DAY, NOW + DAY)
    assert (known.activity, known.village) == (f"{activity.pk}:{LOTUS_VILLAGE}", LOTUS_VILLAGE)
    assert known.agents == {mark_of("agent", str(badge.pk)) for badge in badges}
    assert known.holds(int(activity.begins_at.timestamp()) * 1_000_000)
    assert not known.holds(int(activity.ends_at.timestamp()) * 1_000_000)
    assert approved_activities(NOW + 3 * DAY, NOW + 4 * DAY) == []
