"""A channel's program files and follows; any program with the verb checks a village, a code, a letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.outreach.world import NOW, TODAY, World
from tests.people import LOTUS_VILLAGE, client_of
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.models import Entry
from xinnong.outreach.models import Activity
from xinnong.outreach.secrets import code_of
from xinnong.outreach.services.documents import file_document
from xinnong.outreach.services.suspending import suspend

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
API = "/api/v1"
FILE, CHECK = Permission.FILE_ACTIVITY, Permission.CHECK_TEAMS


@pytest.fixture(autouse=True)
def _at_half_past_nine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def program(world: World, institution: str, *verbs: Permission) -> Client:
    with scoped(world.people.ou):
        token = issue_token(
            actor=world.people.ou, client=client_of(institution), scopes=verbs,
            lifetime=timedelta(days=40), now=timezone.now(),
        )  # fmt: skip
    return Client(headers={"Authorization": f"Bearer {token}"})


def filing(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "team": str(world.team.ref), "purpose": "bank", "villages": [LOTUS_VILLAGE],
        "place": "村委会", "on": TODAY.isoformat(), "begins": "09:00", "ends": "16:00",
        "expected": 60, "agents": [str(world.leader.ref), str(world.helper.ref)],
    } | changed  # fmt: skip


def sent(by: Client, said: Any, key: object = None) -> Any:
    headers = {"Idempotency-Key": str(key or uuid4())}
    return by.post(f"{API}/activities", said, content_type="application/json", headers=headers)


def test_a_program_files_for_its_channel_and_people_approve(world: World) -> None:
    bank, key = program(world, "CHAN-01", FILE), uuid4()
    (team,) = bank.get(f"{API}/field-teams").json()
    assert [each["name"] for each in team["agents"]] == ["顾队长", "钱队员"]
    answer = sent(bank, filing(world), key)
    assert (answer.status_code, answer.json()["state"]) == (200, "filed")
    ref = answer.json()["ref"]
    assert sent(bank, filing(world), key).json()["ref"] == ref
    with scoped(SYSTEM):
        assert Activity.objects.count() == 1
        entry = Entry.objects.get(action="outreach.file-activity")
    assert entry.actor == client_of("CHAN-01").ref
    approve(world, ref)
    told = bank.get(f"{API}/activities/{ref}").json()
    assert told["state"] == "approved"
    assert None not in (told["bureau_approved_at"], told["town_approved_at"])
    assert bank.get(f"{API}/villages/{LOTUS_VILLAGE}/activities").status_code == 403


def approve(world: World, ref: str) -> None:
    from xinnong.outreach.services.approving import approve_for_bureau, approve_for_town

    with scoped(SYSTEM):
        activity = Activity.objects.get(ref=ref)
    with scoped(world.people.han):
        approve_for_bureau(actor=world.people.han, activity=activity, now=NOW)
    with scoped(world.people.tang):
        approve_for_town(actor=world.people.tang, activity=activity, now=NOW)


def test_what_is_in_the_way_is_told_at_once_and_nothing_is_filed(world: World) -> None:
    bank = program(world, "CHAN-01", FILE)
    wrong = filing(
        world, purpose="activate", villages=["339981101999"], begins="05:00", expected=9_000,
        agents=[str(world.helper.ref)],
    )  # fmt: skip
    answer = sent(bank, wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "activity.filing")
    assert {each["problem"] for each in answer.json()["errors"]} >= {
        "activity.purpose_ended", "activity.village_unknown", "activity.hours",
        "activity.expected", "activity.no_leader",
    }  # fmt: skip
    for on in ("0001-01-01", "9999-12-31"):
        problems = sent(bank, filing(world, on=on)).json()["errors"]
        assert "activity.day" in {each["problem"] for each in problems}
    changes: tuple[dict[str, Any], ...] = (
        {"begins": "9:00"},
        {"team": str(uuid4())},
        {"agents": [str(uuid4())]},
        {"unknown": 1},
        {"villages": []},
    )
    for changed in changes:
        assert sent(bank, filing(world, **changed)).status_code == 422
    other = program(world, "BANK-01", FILE)
    assert sent(other, filing(world)).json()["code"] == "outreach.not_yours"
    assert other.get(f"{API}/field-teams").json()["code"] == "outreach.not_yours"
    with scoped(SYSTEM):
        assert Activity.objects.count() == 0


def test_another_s_activity_does_not_exist_for_a_program(world: World) -> None:
    activity = world.approved()
    bank, other = program(world, "CHAN-01", FILE), program(world, "BANK-01", FILE)
    assert bank.get(f"{API}/activities/{activity.ref}").status_code == 200
    assert other.get(f"{API}/activities/{activity.ref}").status_code == 404
    assert Client().get(f"{API}/activities/{activity.ref}").status_code == 401


def test_any_program_reads_who_is_approved_in_a_village_on_a_day(world: World) -> None:
    world.approved()
    world.filed(on=TODAY + timedelta(days=1))
    world.approved(on=TODAY + timedelta(days=2))
    anybody = program(world, "BANK-01", CHECK)

    def said(on: str = "", village: str = LOTUS_VILLAGE) -> tuple[str, int]:
        told = anybody.get(f"{API}/villages/{village}/activities{on}").json()
        return told["colour"], len(told["activities"])

    assert said() == ("green", 1)
    assert said("?on=2026-11-21") == ("red", 0)
    assert said("?on=2026-11-22") == ("amber", 1)
    assert said("?on=2020-01-01") == said(village="339981101202") == ("red", 0)
    assert anybody.get(f"{API}/villages/1/activities").status_code == 422
    for no_day in ("0", "0.0", "1795737600", "20261120", "2026-11-20T00:00:00"):
        address = f"{API}/villages/{LOTUS_VILLAGE}/activities?on={no_day}"
        assert anybody.get(address).status_code == 422, no_day
    (team,) = anybody.get(f"{API}/villages/{LOTUS_VILLAGE}/activities").json()["activities"]
    assert (team["reason"], team["agents"]) == ("now", ["顾队长", "钱队员"])
    with scoped(world.people.han):
        suspend(actor=world.people.han, part=world.team, reason="核查", now=NOW)
    assert said() == ("red", 1)


def test_a_code_is_checked_and_guessing_ends_as_on_the_page(world: World) -> None:
    activity = world.approved()
    anybody = program(world, "BANK-01", CHECK)

    def said(code: str, **more: str) -> Any:
        said = {"code": code, **more}
        return anybody.post(f"{API}/team-checks", said, content_type="application/json").json()

    found = said(code_of(activity))
    assert (found["outcome"], found["colour"], found["activity"]["team"]) == (
        "found", "green", "外拓一队",
    )  # fmt: skip
    assert (said("123")["outcome"], said("12345678")["outcome"]) == ("not_digits", "mistyped")
    wrong = [code for code in well_typed() if code != code_of(activity)][:11]
    assert [said(code)["outcome"] for code in wrong] == ["unknown"] * 10 + ["name_village"]
    assert said(code_of(activity))["outcome"] == "name_village"
    assert said(code_of(activity), village=LOTUS_VILLAGE)["outcome"] == "found"
    other = program(world, "DEPT-POLICE", CHECK)
    answer = other.post(f"{API}/team-checks", {"code": wrong[10]}, content_type="application/json")
    assert answer.json()["outcome"] == "unknown"


def well_typed() -> list[str]:
    from xinnong.core.outreach import is_well_typed

    return [code for code in map(str, range(12_345_000, 12_345_200)) if is_well_typed(code)]


def test_a_letter_is_checked_by_its_number_and_so_many_a_minute(world: World) -> None:
    with scoped(world.people.han):
        file_document(
            actor=world.people.han, issuer="bureau", number="穗医保函〔2026〕12号",
            title="关于上门服务的通知", issued_on=TODAY, valid_until=TODAY + timedelta(days=30),
            villages=[], file_sha256="ab" * 32, now=NOW,
        )  # fmt: skip
    anybody = program(world, "BANK-01", CHECK)
    found = anybody.get(f"{API}/letters", {"number": "穗医保函[2026] 12号"}).json()
    assert (found["colour"], found["letter_title"]) == ("green", "关于上门服务的通知")
    unknown = anybody.get(f"{API}/letters", {"number": "穗医保函〔2026〕99号"}).json()
    assert (unknown["colour"], unknown["letter_title"]) == ("red", None)
    cache.clear()
    answers = [anybody.get(f"{API}/letters?number=9").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    page = [Client().get("/check/document/?number=9") for _ in range(31)]
    assert [each.status_code for each in page] == [200] * 30 + [429]
    assert "查得太勤了" in page[-1].content.decode()
