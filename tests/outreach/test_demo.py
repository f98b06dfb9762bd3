"""The demo's teams: made in a moment by its own users, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from xinnong.accounts import demo as people
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.areas.services import import_areas
from xinnong.cli.demo_users import demo_areas
from xinnong.outreach import demo
from xinnong.outreach.models import Activity, Badge, Channel, Document, Team
from xinnong.outreach.queries.windows import teams_in_village

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)


def test_it_shows_an_approved_visit_today_one_that_waits_and_a_team_that_is_stopped(
    settings: Any, tmp_path: Path
) -> None:
    settings.XINNONG_DATA = tmp_path
    cache.clear()
    import_areas(demo_areas(), valid_from=people.AREAS_VALID_FROM)
    people.seed(password="first-words-7", now=MORNING)
    for _again in range(2):
        demo.seed(now=MORNING)
    village = User.objects.get(username="cadre").area_prefixes[0]
    (found,) = teams_in_village(village, now=MORNING, today=MORNING.date())
    assert found.standing.colour == "green"
    assert all(agent.photo for agent in found.agents)
    with scoped(SYSTEM):
        assert (Channel.objects.count(), Document.objects.count()) == (2, 1)
        assert Team.objects.filter(suspended_at__isnull=False).count() == 1
        states = Activity.objects.order_by("on").values_list("state", flat=True)
        assert list(states) == ["approved", "filed"]
        assert Badge.objects.count() == 2
    evening = MORNING + timedelta(hours=10)
    demo.seed(now=evening)
    with scoped(SYSTEM):
        assert Activity.objects.count() == 2
