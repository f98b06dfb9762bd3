from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import NOW, People
from tests.sources.reports import MADE, committed, facts
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.sources import queries, services
from xinnong.sources.models import Batch, BatchState
from xinnong.sources.refusals import BatchNotLive, BatchReliedOn, ReasonMissing
from xinnong.sources.services import Deliverer

pytestmark = pytest.mark.django_db


@pytest.fixture
def october(people: People) -> Batch:
    with scoped(people.zhou):
        return committed(facts(), Deliverer.of(people.zhou))


def live() -> list[int]:
    with scoped(SYSTEM):
        return [file.batch for file in queries.live_batches()]


def withdraw(people: People, batch: Batch, reason: str = "日期填错了") -> Batch:
    with scoped(people.zhou):
        return services.withdraw_batch(batch=batch, actor=people.zhou, reason=reason, now=NOW)


def test_it_takes_the_batch_out_and_keeps_who_and_why(people: People, october: Batch) -> None:
    gone = withdraw(people, october)
    assert (gone.state, gone.withdrawn_at, gone.withdrawn_by, gone.withdrawn_for) == (
        BatchState.WITHDRAWN,
        NOW,
        people.zhou.ref,
        "日期填错了",
    )
    assert live() == []
    with scoped(people.zhou):
        actions = list(Entry.objects.filter(subject=october.ref).values_list("action", flat=True))
    assert sorted(actions) == ["sources.commit", "sources.withdraw"]


def test_it_refuses_without_a_reason(people: People, october: Batch) -> None:
    with pytest.raises(ReasonMissing):
        withdraw(people, october, reason="  ")
    assert live() == [october.pk]


def test_it_refuses_twice(people: People, october: Batch) -> None:
    withdraw(people, october)
    with pytest.raises(BatchNotLive):
        withdraw(people, october)


def test_it_refuses_while_a_later_batch_relies_on_it(people: People, october: Batch) -> None:
    with scoped(people.zhou):
        deliverer = Deliverer.of(people.zhou)
        later = committed(facts(sha256="b" * 64), deliverer, MADE, earlier=[october.pk])
    with pytest.raises(BatchReliedOn) as refusal:
        withdraw(people, october)
    assert refusal.value.params["batch"] == later.pk
    assert live() == [october.pk, later.pk]
    withdraw(people, later)
    withdraw(people, october)
    assert live() == []


def test_it_works_from_the_page(people: People, october: Batch, client: Client) -> None:
    client.force_login(people.zhou)
    url = reverse("sources:withdraw", args=[october.ref])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"reason": "日期填错了"})
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("sources:batch", args=[october.ref]),
    )
    assert live() == []
    page = client.get(answer["Location"]).content.decode()
    assert "已撤回" in page
    assert "日期填错了" in page


def test_the_page_says_why_it_refuses(people: People, october: Batch, client: Client) -> None:
    client.force_login(people.zhou)
    url = reverse("sources:withdraw", args=[october.ref])
    answer = client.post(url, {"reason": ""})
    assert answer.status_code == 422
    assert live() == [october.pk]
    withdraw(people, october)
    answer = client.post(url, {"reason": "再来一次"})
    assert answer.status_code == 422
    assert "这一批不在库中" in answer.content.decode()


@pytest.mark.parametrize("name", ["sun", "lin", "zheng", "ou", "mo"])
def test_nobody_else_can(people: People, october: Batch, client: Client, name: str) -> None:
    client.force_login(getattr(people, name))
    answer = client.post(reverse("sources:withdraw", args=[october.ref]), {"reason": "我想"})
    assert answer.status_code in {403, 404}
    assert live() == [october.pk]
