"""Gu's phone makes a key, shows a code of this half minute with a network and without, and is read from pixels."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.borrowing_steps import well
from tests.browser.conftest import Visit
from tests.factories import Sample
from tests.outreach.world import NOW, World, found
from tests.people import LOTUS_VILLAGE, People
from tests.pixels import grays
from xinnong.accounts.scope import scoped
from xinnong.config import decoder
from xinnong.core.cose import ED25519, PublicKey
from xinnong.core.county_bundle import Bundle, read_bundle
from xinnong.core.county_check import check_offline
from xinnong.outreach.services.badges import issue_badges, make_key, signed_bundle
from xinnong.outreach.services.phones import ask_phone, end_phone

pytestmark = [pytest.mark.browser, pytest.mark.slow]
IS_HELD = """async () => {
  const open = indexedDB.open("xinnong-my-badge", 1);
  await new Promise((done) => { open.onsuccess = done; });
  const asked = open.result.transaction("kept").objectStore("kept").get("phone");
  await new Promise((done) => { asked.onsuccess = done; });
  const key = asked.result.key;
  return [key.extractable, key.type, await crypto.subtle.exportKey("pkcs8", key).then(() => "out", () => "kept")];
}"""


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is half past nine on the day of the visit; the phone's own clock is not asked."""
    began, real = time.monotonic(), timezone.now
    assert real is not None
    monkeypatch.setattr(
        "django.utils.timezone.now", lambda: NOW + timedelta(seconds=time.monotonic() - began)
    )


@pytest.fixture
def world(county: tuple[People, Sample], folders: Any, morning: None) -> Iterator[World]:
    reader = settings.XINNONG_DECODER
    if not reader.exists():
        reader = folders / "decoder"
        decoder.fetch(reader)
    people, _sample = county
    made = found(people)
    with scoped(people.han):
        make_key(actor=people.han, algorithm=ED25519, now=NOW)
    activity = made.approved()
    with scoped(people.jiang):
        issue_badges(actor=people.jiang, activity=activity, now=NOW)
    with override_settings(XINNONG_DECODER=reader):
        yield made


def seen(page: Page) -> str:
    """The code that a camera reads from the screen."""
    (code,) = zxingcpp.read_barcodes(grays(page.locator("#code").screenshot()))
    return str(code.text)


def said_of(text: str, at: datetime) -> tuple[str, str | None]:
    data, key = signed_bundle(now=timezone.now())
    anchor: dict[bytes, PublicKey] = {key.key_id: key}
    bundle = read_bundle(data, anchor)
    assert isinstance(bundle, Bundle)
    answer = check_offline(text, bundle, village=LOTUS_VILLAGE, second=int(at.timestamp()))
    return answer.colour, answer.reason


def enrol(page: Page, code: str) -> None:
    page.fill("#typed", " ".join(code[at : at + 4] for at in (0, 4, 8)))
    page.click("#enrol button")


def test_the_phone_shows_a_code_that_holds_for_its_half_minute(world: World, visit: Visit) -> None:
    agent = visit(phone=True)
    agent.page.clock.install()
    page = agent.open("/my-badge/")
    page.locator("#mine[data-ready=yes]").wait_for()
    well(agent)
    expect(page.locator("#told")).to_be_hidden()
    enrol(page, "1234")
    expect(page.locator("#told")).to_contain_text("12位数字")
    enrol(page, "000000000000")
    expect(page.locator("#told")).to_contain_text("登记码不对")
    with scoped(world.people.jiang):
        code = ask_phone(actor=world.people.jiang, agent=world.leader, now=timezone.now())
    enrol(page, code)
    expect(page.locator("#name")).to_have_text("顾队长")
    page.locator("#mine[data-step]").wait_for()
    expect(page.locator("#facts")).to_contain_text("0577-0000-2201")
    expect(page.locator("#left")).to_contain_text("秒换新码")
    assert page.evaluate(IS_HELD) == [False, "private", "kept"]
    first, now = seen(page), timezone.now()
    assert first.startswith("XN1L:")
    assert said_of(first, now) == ("green", None)
    assert said_of(first, now + timedelta(seconds=61)) == ("red", "stale_proof")
    well(agent)
    step = page.locator("#mine").get_attribute("data-step")
    page.clock.fast_forward(30_000)
    page.locator(f"#mine:not([data-step='{step}'])").wait_for()
    second = seen(page)
    assert second != first
    assert said_of(second, timezone.now() + timedelta(seconds=30)) == ("green", None)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    agent.context.set_offline(True)
    page.reload()
    page.locator("#mine[data-step]").wait_for()
    expect(page.locator("#told")).to_contain_text("没有网络")
    assert said_of(seen(page), timezone.now() + timedelta(seconds=30))[0] == "green"
    agent.context.set_offline(False)
    with scoped(world.people.jiang):
        end_phone(actor=world.people.jiang, agent=world.leader, now=timezone.now())
    page.click("#refresh")
    expect(page.locator("#told")).to_contain_text("没有登记，或者已经停用")
    expect(page.locator("#badge")).to_be_hidden()
