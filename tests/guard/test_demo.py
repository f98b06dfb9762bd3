"""The demo's evening with a gang comes to one case, however often it is made."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.people import People
from xinnong.accounts import demo
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.guard.models import (
    CadreWarning,
    Case,
    FeedEvent,
    JointOrder,
    OrderState,
    SentPack,
    TakenPack,
    VictimNotice,
    WatchEntry,
)
from xinnong.guard.queries.warnings import around
from xinnong.guard.tasks import make_demo_case

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_an_evening_becomes_one_case(people: People) -> None:
    assert people
    demo.seed(password="long-enough-for-a-demo", now=timezone.now())
    assert make_demo_case() == 1
    with scoped(SYSTEM):
        events = FeedEvent.objects.count()
        (case,) = Case.objects.all()
    assert make_demo_case() == 1
    with scoped(SYSTEM):
        assert FeedEvent.objects.count() == events
        assert case.numbers.count() == 9


def test_the_police_have_something_to_look_at(people: People) -> None:
    demo.seed(password="long-enough-for-a-demo", now=timezone.now())
    for _again in range(2):
        make_demo_case()
    with scoped(SYSTEM):
        assert SentPack.objects.get().entries == 4
        assert WatchEntry.objects.filter(pack=TakenPack.objects.get()).count() == 2
        assert VictimNotice.objects.count() == 9
        assert JointOrder.objects.get().state == OrderState.SIGNED
        assert CadreWarning.objects.count() == len(around(Case.objects.get()).cadres)
