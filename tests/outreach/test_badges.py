"""Badges of agents: issued, printed, read back, revoked; the county's bundle in three colours."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.factories import signed_in
from tests.outreach.world import NOW, World
from tests.people import LOTUS_VILLAGE
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.cli.dispatch import dispatch
from xinnong.core.badges import written
from xinnong.core.cose import ED25519, ES256, PublicKey
from xinnong.core.county_bundle import Bundle, read_bundle, taken
from xinnong.core.county_check import Answer, check_offline
from xinnong.outreach.models import Badge
from xinnong.outreach.queries.badges import signing_key
from xinnong.outreach.services.badges import (
    issue_badges,
    make_key,
    publish_bundle,
    revoke_badge,
    signed_bundle,
)
from xinnong.outreach.services.refusals import NoKey, NotYours, WrongState
from xinnong.outreach.services.suspending import resume, suspend
from xinnong.outreach.tasks import publish_county_bundle

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SECOND = int(NOW.timestamp())


@pytest.fixture(autouse=True)
def _keys_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.XINNONG_DATA = tmp_path
    settings.XINNONG_BADGES = tmp_path / "badges"


def key_of(world: World, algorithm: int = ED25519) -> PublicKey:
    with scoped(world.people.han):
        make_key(actor=world.people.han, algorithm=algorithm, now=NOW)
        found = signing_key()
    assert found is not None
    return found


def issued(world: World, activity: Any) -> list[Badge]:
    with scoped(world.people.jiang):
        return issue_badges(actor=world.people.jiang, activity=activity, now=NOW)


def of_now(key: PublicKey, now: datetime = NOW) -> Bundle:
    data, signer = signed_bundle(now=now)
    bundle = read_bundle(data, {key.key_id: key})
    assert (signer, isinstance(bundle, Bundle)) == (key, True)
    assert isinstance(bundle, Bundle)
    return bundle


def verdict(badge: Badge, key: PublicKey, *, second: int = SECOND) -> Answer:
    text = written(bytes(badge.message))
    return check_offline(text, of_now(key), village=LOTUS_VILLAGE, second=second)


@pytest.mark.parametrize("algorithm", [ED25519, ES256])
def test_a_badge_holds_until_anything_above_it_is_stopped(world: World, algorithm: int) -> None:
    people, activity = world.people, world.approved()
    with pytest.raises(NoKey):
        issued(world, activity)
    key = key_of(world, algorithm)
    leader, helper = issued(world, activity)
    assert issued(world, activity) == []
    assert (verdict(leader, key).colour, verdict(leader, key).reason) == ("green", None)
    assert verdict(leader, key, second=SECOND + 2 * 24 * 3600).colour == "red"
    for part in (world.channel, world.team, world.leader):
        with scoped(people.han):
            suspend(actor=people.han, part=part, reason="核查", now=NOW)
        assert verdict(leader, key).reason == "revoked"
        with scoped(people.han):
            resume(actor=people.han, part=part, now=NOW)
    with scoped(people.jiang):
        revoke_badge(actor=people.jiang, badge=helper, now=NOW)
    assert verdict(helper, key).reason == "revoked"
    assert verdict(leader, key).colour == "green"
    (again,) = issued(world, activity)
    assert verdict(again, key).colour == "green"


def test_after_a_key_was_changed_earlier_badges_hold_until_they_end(world: World) -> None:
    old = key_of(world)
    leader, _helper = issued(world, world.approved())
    new = key_of(world, ES256)
    assert old.key_id != new.key_id
    assert verdict(leader, new).colour == "green"
    assert read_bundle(signed_bundle(now=NOW)[0], {old.key_id: old}) == "not_signed"
    folder = sorted((path.name, path.stat().st_mode & 0o77) for path in _folder().iterdir())
    assert folder == sorted((f"{key.key_id.hex()}.pem", 0) for key in (old, new))


def test_nobody_else_issues_and_nothing_unapproved_gets_a_badge(world: World) -> None:
    key_of(world)
    activity = world.filed()
    with pytest.raises(WrongState):
        issued(world, activity)
    with scoped(world.people.han), pytest.raises(NotYours):
        issue_badges(actor=world.people.han, activity=activity, now=NOW)
    with scoped(world.people.jiang), pytest.raises(NotYours):
        make_key(actor=world.people.jiang, algorithm=ED25519, now=NOW)
    with scoped(SYSTEM):
        assert Badge.objects.count() == 0


def test_pages_issue_show_print_and_revoke(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    monkeypatch.setattr("xinnong.accounts.middleware._passed_second_factor", lambda _request: True)
    bureau, clerk = signed_in(world.people.han), signed_in(world.people.jiang)
    activity = world.approved()
    place = f"/outreach/activities/{activity.ref}/"
    refused = clerk.post(place, {"step": "issue"})
    assert (refused.status_code, "还没有生成工作牌密钥" in refused.content.decode()) == (422, True)
    assert publish_county_bundle(timestamp=0) == 0
    assert Client().get("/check-badge/bundle").status_code == 404
    unknown = bureau.post("/outreach/keys/", {"step": "mak", "algorithm": "ed25519"})
    assert (unknown.status_code, "这个页面没有这一步" in unknown.content.decode()) == (422, True)
    make = {"step": "make", "algorithm": "ed25519"}
    assert bureau.post("/outreach/keys/", make | {"algorithm": "rot13"}).status_code == 422
    assert bureau.post("/outreach/keys/", make).status_code == 302
    assert clerk.post(place, {"step": "issue"}).status_code == 302
    with scoped(SYSTEM):
        badge = Badge.objects.order_by("pk")[0]
    page = f"/outreach/badges/{badge.ref}/"
    assert written(bytes(badge.message)).replace("+", "+") in _plain(clerk.get(page))
    card = clerk.get(f"{page}card.pdf")
    assert (card.status_code, card.headers["Content-Type"]) == (200, "application/pdf")
    said = PdfReader(BytesIO(card.content)).pages[0].extract_text()
    assert ("顾队长" in said, "切勿扫描来历不明的二维码" in said) == (True, True)
    assert publish_county_bundle(timestamp=0) == len(Client().get("/check-badge/bundle").content)
    with scoped(SYSTEM):
        key = signing_key()
    assert key is not None
    assert f'data-keys="{key.key_id.hex()}:{key.point.hex()}"' in _plain(
        Client().get("/check-badge/")
    )
    assert bureau.post(page).status_code == 302
    assert clerk.post(page).status_code == 422
    assert clerk.get(f"{page}card.pdf").status_code == 404


def test_the_command_publishes_what_the_other_checks_by(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dispatch(["county-bundle"]) == 1
    assert "badge.no_key" in capsys.readouterr().err
    key = key_of(world)
    leader, _helper = issued(world, world.approved())
    file = tmp_path / "county.xnb"
    file.write_bytes(publish_bundle(now=NOW)[0])
    pinned = f"{key.key_id.hex()}:{key.point.hex()}"
    asked = ["badge", "verify", written(bytes(leader.message)), "--bundle", str(file), "--key"]

    def said(at: datetime, village: str = LOTUS_VILLAGE) -> tuple[int, str, str | None, int]:
        code = dispatch([*asked, pinned, "--at", at.isoformat(), "--village", village])
        told = json.loads(capsys.readouterr().out)
        return code, told["colour"], told["reason"], told["age_seconds"]

    assert said(NOW) == (0, "green", None, 0)
    late = NOW + timedelta(hours=3)
    assert said(late) == (0, "green", None, 3 * 3600)
    assert said(late, "339981101202")[:3] == (1, "red", "other_village")
    assert dispatch([*asked, "0000:" + "00" * 32, "--village", LOTUS_VILLAGE]) == 2
    assert dispatch(["county-bundle", "--out", str(file)]) == 0
    assert capsys.readouterr().out.strip() == pinned


def test_a_later_bundle_replaces_an_earlier_one_and_never_the_other_way(world: World) -> None:
    key = key_of(world)
    earlier, later = of_now(key), of_now(key, NOW + timedelta(seconds=1))
    assert (taken(later, earlier), taken(earlier, later)) == (None, "older")


def _folder() -> Path:
    from django.conf import settings

    return Path(settings.XINNONG_DATA) / "badge-keys"


def _plain(answer: Any) -> str:
    from html import unescape

    return unescape(answer.content.decode())
