"""The demo's evening with a gang comes to one case with everything that follows, however often it is made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county
from tests.people import People
from xinnong.accounts import demo
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.guard import demo as guard_demo
from xinnong.guard.models import (
    Alert,
    CadreWarning,
    Case,
    FeedEvent,
    JointOrder,
    OrderAppeal,
    OrderDelivery,
    SentPack,
    TakenPack,
    VictimNotice,
)
from xinnong.guard.queries.own_accounts import own_accounts
from xinnong.guard.tasks import make_demo_case

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MADE = (
    FeedEvent, Case, CadreWarning, VictimNotice, JointOrder, OrderAppeal, SentPack, TakenPack, Alert,
)  # fmt: skip


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        yield made


def test_an_evening_becomes_one_case_and_what_follows(
    county: tuple[People, Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    _people, sample = county
    home = next(iter(sample.people.values())).area12
    monkeypatch.setattr(guard_demo, "_village", lambda: home)  # the sample lives in one village
    demo.seed(password="long-enough-for-a-demo", now=timezone.now(), village=home)
    assert make_demo_case() == 1
    with scoped(SYSTEM):
        counts = [model.objects.count() for model in MADE]
        (case,) = Case.objects.all()
        assert case.numbers.count() == 9
        assert CadreWarning.objects.filter(
            cadre=User.objects.get(username="cadre").ref
        ).exists()  # fmt: skip
        assert case.notices.count() == 9
        delivered = dict(OrderDelivery.objects.values_list("target__code", "state"))
        assert delivered == {"demo-pay": "answered", "demo-video": "waiting"}
        assert OrderAppeal.objects.get().is_own
        assert SentPack.objects.get().entries == 2
        assert TakenPack.objects.get().alerts.count() == 1
    victim = User.objects.get(username="farmer.three")
    assert {each.account.target.code for each in own_accounts(victim.person_ref).accounts} == set(
        delivered
    )
    assert make_demo_case() == 1
    with scoped(SYSTEM):
        assert [model.objects.count() for model in MADE] == counts
