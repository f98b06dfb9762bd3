"""A key that was replaced is believed as long as its badges last; one that was stolen no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.factories import signed_in
from tests.outreach.test_badges import issued, key_of
from tests.outreach.world import NOW, TODAY, World
from tests.people import LOTUS_VILLAGE
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.badges import check_badge, written
from xinnong.core.cose import ED25519, ES256, PublicKey
from xinnong.core.county_bundle import Bundle, read_bundle, taken
from xinnong.core.county_check import check_offline
from xinnong.outreach.models import Activity, Badge, BadgeKey
from xinnong.outreach.queries.badges import key_by_id
from xinnong.outreach.services.badges import publish_bundle, revoke_badge, revoke_key
from xinnong.outreach.services.refusals import NotYours, ReasonMissing, StoppedAlready

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AHEAD = timedelta(days=20)
LATER = NOW + AHEAD
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _keys_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.XINNONG_DATA = tmp_path
    settings.XINNONG_BADGES = tmp_path / "badges"


def from_the_page(now: datetime) -> Bundle:
    """What a phone takes from the site, checked by the key that stands in the page."""
    publish_bundle(now=now)
    said = (Path(_badges()) / "keys.txt").read_text().strip()
    assert f'data-keys="{said}"' in Client().get("/check-badge/").content.decode()
    name, point = said.split(":")
    algorithm = ED25519 if len(point) == 64 else ES256
    anchor = PublicKey(bytes.fromhex(name), algorithm, bytes.fromhex(point))
    data = Client().get("/check-badge/bundle").content
    bundle = read_bundle(data, {anchor.key_id: anchor})
    assert isinstance(bundle, Bundle)
    return bundle


def said_of(badge: Badge, bundle: Bundle, at: datetime) -> tuple[str, str | None]:
    answer = check_offline(
        written(bytes(badge.message)), bundle, village=LOTUS_VILLAGE, second=int(at.timestamp())
    )
    return answer.colour, answer.reason


def key_row(key: PublicKey) -> BadgeKey:
    with scoped(SYSTEM):
        found = key_by_id(key.key_id)
    assert found is not None
    return found


def stolen(world: World, key: PublicKey, now: datetime = NOW) -> int:
    with scoped(world.people.han):
        return revoke_key(actor=world.people.han, key=key_row(key), reason="电脑失窃", now=now)


def test_a_badge_for_a_day_far_ahead_outlives_the_change_of_its_key(world: World) -> None:
    old = key_of(world)
    far = world.approved(on=TODAY + AHEAD)
    leader, helper = issued(world, far)
    new = key_of(world, ES256)
    assert said_of(leader, from_the_page(NOW), NOW) == ("red", "not_yet")
    assert said_of(leader, from_the_page(LATER), LATER) == ("green", None)
    eve = from_the_page(LATER - DAY + timedelta(hours=1))
    assert said_of(leader, eve, LATER) == ("green", None)  # no network since yesterday
    assert said_of(leader, eve, LATER + DAY) == ("red", "over")
    with scoped(world.people.jiang):
        revoke_badge(actor=world.people.jiang, badge=helper, now=NOW)
    assert said_of(helper, from_the_page(LATER), LATER) == ("red", "revoked")
    (hours,) = [each for each in from_the_page(LATER).keys if each.key == old]
    assert hours.valid_until == int(far.ends_at.timestamp())
    (after,) = from_the_page(LATER + DAY).keys
    assert after.key == new
    assert said_of(leader, from_the_page(LATER + DAY), LATER + DAY) == ("red", "unknown_key")


def test_without_a_badge_that_needs_it_a_retired_key_goes_after_two_days(world: World) -> None:
    key_of(world)
    far = world.approved(on=TODAY + AHEAD)
    badges = issued(world, far)
    new = key_of(world)
    with scoped(world.people.jiang):
        for badge in badges:
            revoke_badge(actor=world.people.jiang, badge=badge, now=NOW)
    assert len(from_the_page(NOW + DAY).keys) == 2
    assert [each.key for each in from_the_page(NOW + 3 * DAY).keys] == [new]


def test_a_stolen_key_is_believed_by_nobody_who_has_the_new_bundle(world: World) -> None:
    old = key_of(world)
    near, far = world.approved(), world.approved(on=TODAY + AHEAD)
    leader, _helper = issued(world, near)
    later, _other = issued(world, far)
    held = from_the_page(NOW)
    assert said_of(leader, held, NOW) == ("green", None)
    assert stolen(world, old) == 4
    fresh = from_the_page(NOW + timedelta(minutes=1))
    assert taken(fresh, held) is None
    assert [each.key for each in fresh.keys] != [old]
    assert len(fresh.keys) == 1
    assert said_of(leader, fresh, NOW) == ("red", "unknown_key")
    assert said_of(later, from_the_page(LATER), LATER) == ("red", "unknown_key")
    # a phone that has heard nothing since says green for its day, and then asks to call
    assert said_of(leader, held, NOW + timedelta(hours=1)) == ("green", None)
    online = {each.key.key_id: each.key for each in fresh.keys}
    text = written(bytes(leader.message))
    assert check_badge(text, online, second=int(NOW.timestamp())).wrong == "unknown_key"


def test_after_a_theft_the_channel_issues_anew_under_the_key_that_took_its_place(
    world: World,
) -> None:
    old = key_of(world, ES256)
    activity = world.approved()
    issued(world, activity)
    stolen(world, old)
    again = issued(world, activity)
    assert len(again) == 2
    fresh = from_the_page(NOW)
    assert [said_of(each, fresh, NOW) for each in again] == [("green", None)] * 2
    assert fresh.keys[0].key.algorithm == ES256
    with scoped(SYSTEM):
        assert Entry.objects.filter(action="outreach.revoke-key").count() == 1


def test_an_old_key_can_be_revoked_and_the_one_that_signs_stays(world: World) -> None:
    old, new = key_of(world), None
    leader, _helper = issued(world, world.approved())
    new = key_of(world)
    assert said_of(leader, from_the_page(NOW), NOW) == ("green", None)
    assert stolen(world, old) == 2
    assert [each.key for each in from_the_page(NOW).keys] == [new]
    assert said_of(leader, from_the_page(NOW), NOW) == ("red", "unknown_key")


def test_only_the_bureau_revokes_a_key_once_and_says_why(world: World) -> None:
    key = key_of(world)
    with scoped(world.people.jiang), pytest.raises(NotYours):
        revoke_key(actor=world.people.jiang, key=key_row(key), reason="想想", now=NOW)
    with scoped(world.people.han), pytest.raises(ReasonMissing):
        revoke_key(actor=world.people.han, key=key_row(key), reason=" ", now=NOW)
    assert key_row(key).revoked_at is None
    stolen(world, key)
    with pytest.raises(StoppedAlready):
        stolen(world, key)
    with scoped(SYSTEM):
        assert BadgeKey.objects.count() == 2


def test_the_page_of_keys_revokes_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    key = key_of(world)
    activity = world.approved()
    issued(world, activity)
    place, said = "/outreach/keys/", {"step": "revoke", "key": key.key_id.hex(), "reason": "失窃"}
    without = signed_in(world.people.han)
    assert without.post(place, said).status_code == 404
    monkeypatch.setattr("xinnong.accounts.middleware._passed_second_factor", lambda _request: True)
    bureau = signed_in(world.people.han)
    assert "密钥泄露了" in bureau.get(place).content.decode()
    assert bureau.post(place, said | {"key": "ffff00"}).status_code == 422
    assert bureau.post(place, said | {"reason": ""}).status_code == 422
    assert key_row(key).revoked_at is None
    assert bureau.post(place, said).status_code == 302
    page = bureau.get(place).content.decode()
    assert ("已作废，不再认" in page, "失窃" in page) == (True, True)
    assert f'value="{key.key_id.hex()}"' not in page
    with scoped(SYSTEM):
        assert Badge.objects.filter(revoked_at=None).count() == 0
        assert Activity.objects.get(pk=activity.pk).state == "approved"


def _badges() -> str:
    from django.conf import settings

    return str(settings.XINNONG_BADGES)
