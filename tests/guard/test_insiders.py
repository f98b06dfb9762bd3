"""Officers who read too much are found by their reads alone; whoever serves people is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.utils import timezone

from tests.people import COUNTY, FAR_VILLAGE, LOTUS_VILLAGE, NOW, REED_VILLAGE, People
from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_user
from xinnong.areas.models import Area
from xinnong.audit.refs import new_ref
from xinnong.core.detection.rulebook import InvalidRulebook
from xinnong.core.errors import Refused
from xinnong.guard.models import (
    InsiderAlert,
    InsiderCase,
    InsiderEvent,
    InsiderEvidence,
    InsiderLabel,
    InsiderMark,
    InsiderRulebook,
)
from xinnong.guard.queries.insiders import shipped_insider_source
from xinnong.guard.services import insider_log, insider_watch
from xinnong.guard.services.insider_cases import label_insider_case
from xinnong.guard.services.insider_rules import decide_insider_rules, propose_insider_rules
from xinnong.guard.services.insider_watch import watch_insiders
from xinnong.privacy.models import Canary, CanaryState, Read
from xinnong.privacy.services import record_listing, record_read

MORNING = timezone.make_aware(datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001 - local time
EVENING = timezone.make_aware(datetime(2026, 11, 16, 18, 30))  # noqa: DTZ001
PLANTED = 900_001
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh(people: People) -> Iterator[None]:
    insider_watch._engines.clear()
    yield
    insider_watch._engines.clear()


def overseer(
    username: str, institution: str = "GOV-339981", roles: Sequence[str] = ("auditor",)
) -> User:
    user = set_user(
        username=username, name=f"监督人{username}", roles=list(roles),
        institution=Institution.objects.get(code=institution),
        areas=Area.objects.filter(code=COUNTY), password=None, now=NOW,
    )  # fmt: skip
    user.second_factor_passed = True
    return user


def opens(
    who: User, at: datetime, *households: int, every: timedelta = MINUTE, village: str = LOTUS_VILLAGE,
    purpose: str = "campaign", kind: str = "opened",
) -> datetime:  # fmt: skip
    """Somebody opens households one after the other; answers when the last was done."""
    for place, number in enumerate(households):
        with scoped(who):
            record_read(
                actor=who, at=at + every * place, purpose=purpose, fields=["profile"],
                household_id=number, area12=village, kind=kind,
            )  # fmt: skip
    return at + every * len(households)


def watched(now: datetime) -> list[InsiderAlert]:
    """What the next tick of the watch finds, in all."""
    watch_insiders(now=now)
    with scoped(SYSTEM):
        return list(InsiderAlert.objects.filter(is_current=True).order_by("pk"))


def rules_of(alerts: Sequence[InsiderAlert]) -> set[str]:
    return {each.rule for each in alerts}


@pytest.fixture
def planted(people: People) -> int:
    with scoped(SYSTEM):
        Canary.objects.create(
            ref=new_ref(), area12=LOTUS_VILLAGE, head_name="某某", state=CanaryState.PLANTED,
            household_id=PLANTED, proposed_by=people.shen.ref, proposed_at=NOW,
            decided_by=people.ou.ref, decided_at=NOW,
        )  # fmt: skip
    return PLANTED


def test_an_officer_who_opens_three_hundred_households_in_an_evening_is_found(
    people: People,
) -> None:
    ends = opens(people.lin, EVENING, *range(1, 301), every=timedelta(seconds=40))
    alerts = watched(ends)
    assert {"read-burst", "read-day", "read-slow"} <= rules_of(alerts)
    assert {each.actor for each in alerts} == {people.lin.ref}
    with scoped(SYSTEM):
        case = InsiderCase.objects.get()
        burst = next(each for each in alerts if each.rule == "read-burst")
        assert case.actor == people.lin.ref
        assert burst.households >= 60
        assert burst.events == InsiderEvidence.objects.filter(alert=burst).count()


def test_a_month_at_the_desk_with_forty_people_a_day_alarms_nobody(people: People) -> None:
    for day in range(10):
        begins = MORNING + DAY * day
        villages = (LOTUS_VILLAGE, REED_VILLAGE, FAR_VILLAGE)
        for place in range(40):
            opens(
                people.lin, begins + timedelta(minutes=12 * place), day * 40 + place + 1,
                village=villages[place % 3], purpose="present",
            )  # fmt: skip
        assert watched(begins + timedelta(hours=10)) == []


def test_a_slow_reader_over_three_days_is_found_by_the_long_window(people: People) -> None:
    opens(people.lin, MORNING - 5 * DAY, 1000)  # who has worked in this village before
    for day in range(3):
        for hour in range(9):
            begins = MORNING + DAY * day + timedelta(hours=hour)
            first = day * 100 + hour * 10 + 1
            opens(people.lin, begins, *range(first, first + 10), every=5 * MINUTE)
    assert rules_of(watched(MORNING + DAY * 3)) == {"read-slow"}


def test_reading_at_night_elsewhere_and_full_numbers_each_have_a_rule(people: People) -> None:
    night = MORNING.replace(hour=22, minute=30)
    opens(people.lin, night, *range(1, 16), every=3 * MINUTE)
    opens(people.zhao, MORNING, *range(101, 161), every=3 * MINUTE, village=FAR_VILLAGE)
    opens(people.chen, MORNING, *range(201, 241), every=8 * MINUTE, kind="unmasked")
    found = {(each.actor, each.rule) for each in watched(night + DAY)}
    assert (people.lin.ref, "read-night") in found
    assert (people.zhao.ref, "read-elsewhere") in found
    assert (people.chen.ref, "unmask-day") in found


def test_where_somebody_has_worked_before_is_no_strange_place(people: People) -> None:
    opens(people.lin, MORNING - 5 * DAY, 1)
    opens(people.lin, MORNING, *range(101, 166), every=3 * MINUTE)
    assert watched(MORNING + DAY) == []


def test_a_planted_household_is_found_at_the_next_tick_by_how_it_was_reached(
    people: People, planted: int
) -> None:
    opens(people.lin, MORNING, planted, purpose="present")
    opens(people.zhao, MORNING, planted, purpose="campaign")
    with scoped(people.xu):
        record_listing(
            actor=people.xu,
            at=MORNING,
            asked="village",
            households=[1, planted, 3],
            purpose="campaign",
        )
    with scoped(people.chen):
        record_listing(
            actor=people.chen, at=MORNING, asked="export", households=[planted], purpose="reporting"
        )
    found = {each.actor: each for each in watched(MORNING + 2 * MINUTE)}
    said = {actor: (each.rule, each.severity) for actor, each in found.items()}
    assert said == {
        people.lin.ref: ("planted-opened", "urgent"),
        people.zhao.ref: ("planted-read", "alert"),
        people.xu.ref: ("planted-listed", "watch"),
        people.chen.ref: ("planted-exported", "urgent"),
    }
    assert found[people.xu.ref].case_id is None  # a village's list shows everybody
    assert all(found[who.ref].case_id for who in (people.lin, people.zhao, people.chen))


def test_everything_about_one_reader_is_one_case(people: People, planted: int) -> None:
    opens(people.lin, MORNING, planted)
    watched(MORNING + 2 * MINUTE)
    opens(people.lin, MORNING + 10 * MINUTE, planted, purpose="present")
    alerts = watched(MORNING + 15 * MINUTE)
    with scoped(SYSTEM):
        case = InsiderCase.objects.get()
    assert case.severity == "urgent"
    assert {each.case_id for each in alerts} == {case.pk}


def test_the_overseer_of_whoever_read_sees_it_and_nobody_else(people: People, planted: int) -> None:
    bank, shen = overseer("he", "BANK-01"), people.shen
    both = overseer("tan", roles=("auditor", "cadre"))
    opens(people.lin, MORNING, planted)
    opens(people.xu, MORNING, planted)
    watched(MORNING + 2 * MINUTE)
    for who, seen in ((bank, people.lin), (shen, people.xu)):
        with scoped(who):
            assert [each.actor for each in InsiderAlert.objects.all()] == [seen.ref]
            assert [each.actor for each in InsiderCase.objects.all()] == [seen.ref]
            assert InsiderEvent.objects.count() == InsiderEvidence.objects.count() == 1
    for who in (people.lin, people.xu, people.chen, people.ou, people.qin, people.gu, both):
        with scoped(who):
            for model in (
                InsiderAlert, InsiderCase, InsiderEvidence, InsiderEvent, InsiderRulebook, InsiderMark,
                Canary,
            ):  # fmt: skip
                assert not model.objects.exists(), (who, model)


def test_an_overseer_never_sees_what_is_about_the_own_reading(people: People, planted: int) -> None:
    shen = people.shen
    opens(shen, MORNING, planted, purpose="oversight")
    watched(MORNING + 2 * MINUTE)
    with scoped(SYSTEM):
        case = InsiderCase.objects.get(actor=shen.ref)
    with scoped(shen):
        assert not InsiderAlert.objects.exists()
        assert not InsiderCase.objects.exists()
        assert not InsiderEvent.objects.exists()
        with pytest.raises(Refused):
            label_insider_case(
                actor=shen, case=case, verdict="work", reason="自己看的", close=True, now=MORNING
            )
    with scoped(overseer("peng")):
        assert InsiderCase.objects.filter(actor=shen.ref).exists()


def test_an_overseer_draws_no_further_read_into_an_alert(people: People, planted: int) -> None:
    shen = people.shen
    opens(people.xu, MORNING, planted)
    opens(shen, MORNING, 5, purpose="oversight")
    watched(MORNING + 2 * MINUTE)
    with scoped(SYSTEM):
        own = InsiderEvent.objects.exclude(canary=True).filter(log="read").get()
    with scoped(shen):
        alert = InsiderAlert.objects.get()
        assert InsiderAlert.objects.update(is_current=False) == 0
    with pytest.raises(DatabaseError, match="row-level security"), scoped(shen):
        InsiderEvidence.objects.create(alert=alert, event=own, owner_kind="a")


def test_readers_and_households_stand_in_events_by_their_marks(people: People) -> None:
    opens(people.lin, MORNING, 17)
    watched(MORNING + 2 * MINUTE)
    with scoped(SYSTEM):
        [row] = InsiderEvent.objects.filter(log="read").values()
    told = " ".join(str(value) for value in row.values())
    assert str(people.lin.ref) not in told
    assert people.lin.ref.hex not in told
    assert [len(str(row[name])) for name in ("agent_mark", "household_mark")] == [32, 32]


def test_a_read_that_is_committed_late_is_neither_lost_nor_doubled(people: People) -> None:
    opens(people.lin, MORNING, 1, 2)
    with scoped(SYSTEM):
        late = Read.objects.order_by("-pk").values_list("pk", flat=True)[0]
    opens(people.lin, MORNING, 3)
    watch_insiders(now=MORNING + 5 * MINUTE)
    with scoped(SYSTEM):  # as if the second had not been committed by then
        InsiderEvent.objects.filter(log="read", log_id=late).delete()
    for minutes in (6, 7, 50):
        watch_insiders(now=MORNING + minutes * MINUTE)
    with scoped(SYSTEM):
        noted = InsiderEvent.objects.filter(log="read").values_list("log_id", flat=True)
        assert sorted(noted) == sorted(Read.objects.values_list("pk", flat=True))


def test_what_is_settled_is_passed_by(people: People) -> None:
    opens(people.lin, MORNING, 1, 2, 3)
    watch_insiders(now=MORNING + 5 * MINUTE)
    watch_insiders(now=MORNING + 70 * MINUTE)
    with scoped(SYSTEM):
        settled = InsiderMark.objects.get(log="read").settled
        assert settled == Read.objects.order_by("-pk").values_list("pk", flat=True)[0]
    assert insider_log.note_reads(now=MORNING + 71 * MINUTE) == 0


def test_a_late_read_of_a_planted_household_is_still_found(people: People, planted: int) -> None:
    opens(people.zhao, MORNING + 40 * MINUTE, 1)
    watch_insiders(now=MORNING + 41 * MINUTE)
    opens(people.lin, MORNING, planted)  # an hour's transaction, committed only now
    assert rules_of(watched(MORNING + 42 * MINUTE)) == {"planted-read"}


def test_after_a_silent_weekend_the_first_read_is_judged(people: People, planted: int) -> None:
    opens(people.zhao, MORNING, 1)
    watch_insiders(now=MORNING + MINUTE)
    opens(people.lin, MORNING + 4 * DAY, planted)
    assert rules_of(watched(MORNING + 4 * DAY + MINUTE)) == {"planted-read"}


def test_a_worker_that_was_away_finds_the_same_in_small_pieces(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens(people.lin, EVENING, *range(1, 81), every=timedelta(seconds=40))
    monkeypatch.setattr(insider_log, "PIECE", 7)
    monkeypatch.setattr(insider_watch, "PIECE", 11)
    found = watched(EVENING + 2 * DAY)
    assert rules_of(found) == {"read-burst", "read-elsewhere"}
    insider_watch._engines.clear()
    assert watch_insiders(now=EVENING + 2 * DAY + MINUTE) == 0


def test_two_overseers_put_a_version_in_force_after_it_was_tried(people: People) -> None:
    first, second = overseer("peng"), overseer("tong")
    opens(people.lin, MORNING, *range(1, 31))
    watched(MORNING + DAY)
    stricter = shipped_insider_source().replace("2026.1", "2026.2").replace(">= 60", ">= 20")
    with scoped(first):
        proposed = propose_insider_rules(actor=first, source=stricter, mode="live", now=MORNING)
        assert {row["rule"]: row["alerts"] for row in proposed.tried}["read-burst"] == 1
        with pytest.raises(Refused, match="second_person"):
            decide_insider_rules(actor=first, rules=proposed, approve=True, now=MORNING)
    with scoped(second):
        decide_insider_rules(actor=second, rules=proposed, approve=True, now=MORNING + 2 * DAY)
        in_force = InsiderRulebook.objects.filter(state="in_force")
        assert [each.version for each in in_force] == ["2026.2"]
    past = [each for each in watched(MORNING + 2 * DAY) if each.rule == "read-burst"]
    assert [each.is_shadow for each in past] == [True]  # its predecessor judged these
    opens(people.zhao, MORNING + 3 * DAY, *range(101, 121))
    fresh = [each for each in watched(MORNING + 4 * DAY) if each.actor == people.zhao.ref]
    assert {(each.rule, each.is_shadow) for each in fresh} >= {("read-burst", False)}


def test_a_version_in_shadow_is_only_counted(people: People) -> None:
    first, second = overseer("peng"), overseer("tong")
    watch_insiders(now=MORNING)
    stricter = shipped_insider_source().replace("2026.1", "2026.2").replace(">= 60", ">= 20")
    with scoped(first):
        made = propose_insider_rules(actor=first, source=stricter, mode="shadow", now=MORNING)
    with scoped(second):
        decide_insider_rules(actor=second, rules=made, approve=True, now=MORNING)
    opens(people.lin, MORNING, *range(1, 31))
    assert all(each.is_shadow and each.case_id is None for each in watched(MORNING + DAY))


@pytest.mark.parametrize(
    ("before", "after"), [('id = "insider"', 'id = "other"'), ('on = ["read"]', 'on = ["login"]')]
)
def test_rules_about_other_events_are_none_of_the_watch(
    people: People, before: str, after: str
) -> None:
    first = overseer("peng")
    source = shipped_insider_source().replace("2026.1", "2026.2").replace(before, after)
    with scoped(first), pytest.raises(InvalidRulebook):
        propose_insider_rules(actor=first, source=source, mode="live", now=MORNING)


def test_officers_managers_and_police_touch_neither_rules_nor_households(people: People) -> None:
    for who in (
        people.lin,
        people.chen,
        people.qin,
        people.gu,
        people.ou,
        overseer("he", "BANK-01"),
    ):
        with scoped(who), pytest.raises(Refused, match="not_overseer"):
            propose_insider_rules(actor=who, source="", mode="live", now=MORNING)


def test_an_overseer_says_what_came_of_it_with_a_reason(people: People, planted: int) -> None:
    opens(people.xu, MORNING, planted)
    watched(MORNING + 2 * MINUTE)
    with scoped(people.shen):
        case = InsiderCase.objects.get()
        with pytest.raises(Refused, match="reason"):
            label_insider_case(
                actor=people.shen, case=case, verdict="misuse", reason=" ", close=True, now=MORNING
            )
        closed = label_insider_case(
            actor=people.shen, case=case, verdict="misuse", reason="查无此户业务", close=True, now=MORNING
        )  # fmt: skip
        assert (closed.state, InsiderLabel.objects.get().verdict) == ("closed", "misuse")


def test_no_source_can_send_events_of_our_own_kinds() -> None:
    from xinnong.core.detection.events import KINDS, OWN_KINDS

    assert not set(KINDS) & set(OWN_KINDS)


def test_a_request_that_reads_knows_nothing_of_the_watch() -> None:
    """Reading is not slowed: what writes a read imports nothing of guard."""
    text = (Path(__file__).parents[2] / "xinnong/privacy/services/__init__.py").read_text("utf-8")
    assert "guard" not in text
