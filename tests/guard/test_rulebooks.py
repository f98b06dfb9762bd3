"""Two officers publish a rulebook after it was tried; rules that fire unlike the try are noticed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.guard.conftest import Send, gang_day
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.core.detection import rates
from xinnong.core.detection.rulebook import InvalidRulebook
from xinnong.guard.models import Alert, BackTest, PublishedRulebook, RateAlarm, RulebookUse
from xinnong.guard.queries import rulebooks as queries
from xinnong.guard.queries.rulebooks import live_rulebook, shipped_source
from xinnong.guard.refusals import (
    RulebookMoved,
    RulebookTaken,
    RulebookUntested,
    SecondOfficerNeeded,
)
from xinnong.guard.services import detecting
from xinnong.guard.services import rulebooks as services
from xinnong.guard.services.back_testing import back_test, watch_rates

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def source(version: str, **changes: str) -> str:
    text = shipped_source().replace('version = "2026.3"', f'version = "{version}"', 1)
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def test_two_officers_publish_what_was_tried_and_run_it_in_shadow_first(
    people: People, send: Send, rules: None
) -> None:
    send(gang_day(timezone.now() - timedelta(minutes=30)))
    now = timezone.now()
    with scoped(people.qin):
        with pytest.raises(RulebookTaken):
            services.save_rulebook_draft(
                actor=people.qin, source=shipped_source(), mode="shadow", now=now
            )
        draft = services.save_rulebook_draft(
            actor=people.qin, source=source("2027.1"), mode="shadow", now=now
        )
        with pytest.raises(RulebookUntested):
            services.sign_rulebook_draft(actor=people.qin, draft=draft, now=now)
        test = back_test(actor=people.qin, draft=draft, now=now)
        found = {row["rule"]: (row["alerts"], row["was_alerts"]) for row in test.rules}
        assert found["village-burst"][0] == found["village-burst"][1] > 0
        assert test.events == 24
        services.sign_rulebook_draft(actor=people.qin, draft=draft, now=now)
        with pytest.raises(SecondOfficerNeeded):
            services.publish_rulebook_draft(actor=people.qin, draft=draft, now=now)
    with scoped(people.gu):
        published = services.publish_rulebook_draft(actor=people.gu, draft=draft, now=now)
        with pytest.raises(RulebookMoved):
            services.publish_rulebook_draft(actor=people.gu, draft=draft, now=now)
    done = detecting.detect(now=now + timedelta(minutes=3))
    assert done.shadow == done.alerts > 0
    with scoped(people.qin):
        assert not Alert.objects.filter(rulebook=published, case__isnull=False).exists()
        asked = services.propose_use(actor=people.qin, rulebook=published, mode="live", now=now)
        with pytest.raises(SecondOfficerNeeded):
            services.confirm_use(actor=people.qin, use=asked, now=now)
    with scoped(people.gu):
        services.confirm_use(actor=people.gu, use=asked, now=now)
        assert live_rulebook() == published
        assert RulebookUse.objects.filter(state="in_force").count() == 1


def test_an_unknown_word_selects_nobody_and_is_named_on_the_page(
    people: People, rules: None
) -> None:
    qin = past_second_factor(people.qin)
    with scoped(people.qin), pytest.raises(InvalidRulebook):
        services.save_rulebook_draft(
            actor=people.qin, source="x = 1", mode="live", now=timezone.now()
        )
    wrong = source("2027.2") + '\n[[rule]]\nname = "all-of-them"\nwhen = "everybody == 1"\n'
    answer = qin.post("/guard/rulebooks/new/", {"step": "save", "source": wrong, "mode": "live"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有名为 everybody 的字段或指标" in page
    assert "all-of-them" in page
    with scoped(SYSTEM):
        assert PublishedRulebook.objects.count() == 1


@pytest.mark.parametrize("before", ["2026.1", "2026.2"])
def test_rules_that_came_with_an_upgrade_are_named_and_start_the_next_draft(
    people: People, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    qin, brought = past_second_factor(people.qin), queries.SHIPPED
    monkeypatch.setattr(queries, "SHIPPED", f"base-{before}.toml")
    with scoped(SYSTEM):
        services.ship_first_rulebook(now=timezone.now())
    assert "软件升级带来了规则" not in qin.get("/guard/rulebooks/").content.decode()
    monkeypatch.setattr(queries, "SHIPPED", brought)
    assert "软件升级带来了规则 2026.3" in qin.get("/guard/rulebooks/").content.decode()
    assert "2026.3" in qin.get("/guard/rulebooks/new/").content.decode()
    with scoped(SYSTEM):
        live = live_rulebook()
        assert live is not None
        assert live.version == before  # nothing changes by itself


def test_a_rule_that_fires_unlike_its_try_raises_one_alarm_a_day(
    people: People, send: Send, rules: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "LEAST_EVENTS", 100)
    send(gang_day(timezone.now() - timedelta(minutes=30), victims=30))
    now = timezone.now()
    detecting.detect(now=now + timedelta(minutes=3))
    with scoped(SYSTEM):
        live = live_rulebook()
        assert live is not None
        BackTest.objects.create(
            ref=new_ref(), sha256=live.sha256, events=10_000, run_by=people.qin.ref, run_at=now,
            rules=[{"rule": "number-burst", "alerts": 1}],
        )  # fmt: skip
    later = now + timedelta(minutes=5)
    assert [watch_rates(now=later), watch_rates(now=later)] == [1, 0]
    with scoped(SYSTEM):
        assert RateAlarm.objects.get().is_above
