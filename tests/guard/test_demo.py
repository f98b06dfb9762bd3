"""The demo's evening with a gang comes to one case, however often it is made."""

from __future__ import annotations

import pytest

from tests.people import People
from xinnong.accounts import demo
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.guard.models import Case, FeedEvent
from xinnong.guard.tasks import make_demo_case

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_an_evening_becomes_one_case(people: People) -> None:
    assert people
    from django.utils import timezone

    demo.seed(password="long-enough-for-a-demo", now=timezone.now())
    assert make_demo_case() == 1
    with scoped(SYSTEM):
        events = FeedEvent.objects.count()
        (case,) = Case.objects.all()
    assert make_demo_case() == 1
    with scoped(SYSTEM):
        assert FeedEvent.objects.count() == events
        assert case.numbers.count() == 9
