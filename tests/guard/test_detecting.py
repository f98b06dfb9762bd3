"""Events become alerts with their evidence, wherever the work stops, and alerts become cases."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.resources import files

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.guard.conftest import Send, gang_day, registration
from tests.people import LOTUS_VILLAGE, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.detection.engine import Alert as Found
from xinnong.core.detection.engine import Engine
from xinnong.core.detection.rulebook import load_rulebook
from xinnong.guard.models import Alert, Case, CaseNumber, EngineState, FeedEvent
from xinnong.guard.queries.events import TICK, events_after
from xinnong.guard.services import detecting, engines

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(send: Send, rules: None) -> datetime:
    """A gang's hour and a half, delivered; answers the instant of the last event."""
    ends = timezone.now() - timedelta(minutes=30)
    assert send(gang_day(ends, victims=14)).json()["accepted"] == 56
    return ends


def replayed() -> set[tuple[str, str, int]]:
    """What one engine finds on everything that is stored."""
    path = files("xinnong.core.detection") / "published" / "base-2026.3.toml"
    engine = Engine(load_rulebook(path.read_bytes()))
    with scoped(SYSTEM):
        stored = events_after(0)
    alerts: list[Found] = []
    for _number, event in stored:
        alerts += engine.pass_time(event.at) if event.kind == TICK else engine.take([event])
    return {(a.alert_id, a.supersedes or "", len(a.event_ids)) for a in alerts}


def written() -> set[tuple[str, str, int]]:
    with scoped(SYSTEM):
        return {
            (a.alert_id, a.supersedes, a.members.count()) for a in Alert.objects.all()
        }  # fmt: skip


def test_it_finds_the_gang_once_time_has_passed_and_opens_one_case(day: datetime) -> None:
    early = detecting.detect(now=timezone.now() + timedelta(seconds=30))
    now = timezone.now() + timedelta(minutes=3)
    found = detecting.detect(now=now)
    assert found.alerts > 0  # the last ten minutes might still have been overtaken by late events
    assert early.alerts + found.alerts == len(replayed())
    assert detecting.detect(now=now + timedelta(minutes=1)).alerts == 0
    assert written() == replayed()
    with scoped(SYSTEM):
        case = Case.objects.get()
        assert (case.villages, case.state) == ([LOTUS_VILLAGE], "open")
        assert CaseNumber.objects.filter(case=case, holds=True).count() == 14
        assert case.tasks.count() == 3
        rules = set(Alert.objects.filter(case=case).values_list("rule", flat=True))
        assert {"number-burst", "village-burst"} <= rules
        grown = Alert.objects.filter(rule="village-burst").order_by("pk")
        assert [a.is_current for a in grown] == [False] * (len(grown) - 1) + [True]
        assert grown.last().supersedes == grown.reverse()[1].alert_id  # type: ignore[union-attr]
        assert FeedEvent.objects.filter(kind=TICK).count() == 1


def test_a_note_of_quiet_takes_its_turn_among_events(day: datetime) -> None:
    with CaptureQueriesContext(connection) as said:
        detecting.detect(now=timezone.now() + timedelta(minutes=3))
    statements = [each["sql"] for each in said.captured_queries]
    turn = next(at for at, sql in enumerate(statements) if "guard.intake" in sql)
    note = next(
        at for at, sql in enumerate(statements) if sql.startswith("INSERT") and "tick:" in sql
    )
    assert turn < note


@pytest.mark.slow
@pytest.mark.parametrize("piece", [1, 7, 23])
def test_it_gives_the_alerts_of_one_replay_wherever_it_stops(
    day: datetime, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detecting, "PIECE", piece)
    monkeypatch.setattr(detecting, "MOST_PIECES", 2)
    monkeypatch.setattr(engines, "KEEP_EVERY", 10)
    later = timezone.now() + timedelta(minutes=3)
    for _run in range(60):
        detecting._engines.clear()  # another process
        detecting.detect(now=later)
        with scoped(SYSTEM):
            if not events_after(EngineState.objects.get().cursor):
                break
    assert written() == replayed()
    assert len(written()) > 10


def test_it_goes_on_from_the_events_where_its_memory_is_of_another_release(day: datetime) -> None:
    now = timezone.now() + timedelta(minutes=3)
    detecting.detect(now=now)
    with scoped(SYSTEM):
        EngineState.objects.update(kept=None, kept_cursor=0)
    detecting._engines.clear()
    before = written()
    detecting.detect(now=now + timedelta(minutes=20))
    assert written() == before == replayed()


def test_a_number_s_own_handset_accuses_nobody(send: Send, rules: None) -> None:
    ends = timezone.now() - timedelta(minutes=30)
    rows = [dict(row) | {"own_handset": True, "device": None} for row in gang_day(ends)]
    send(rows)
    detecting.detect(now=timezone.now() + timedelta(minutes=3))
    with scoped(SYSTEM):
        assert not Alert.objects.filter(rule="village-burst").exists()


def test_it_does_nothing_without_events_or_rules(people: People, send: Send) -> None:
    assert detecting.detect(now=timezone.now()).events == 0
    send([registration(1, timezone.now())])
    assert detecting.detect(now=timezone.now()).events == 0
