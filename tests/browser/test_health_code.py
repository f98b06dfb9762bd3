"""Wu shows a health code at the hospital, with a network and without one, large type and no script."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.borrowing_steps import well
from tests.browser.conftest import Visit, Visitor
from tests.factories import Sample
from tests.people import People
from xinnong.accounts.models import Institution
from xinnong.accounts.services import link_person
from xinnong.ecard import stand_in
from xinnong.ecard.services import register_terminal

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LI = "李大山"
LONGEST_WAIT_MS = 10_000


@pytest.fixture
def wu(county: tuple[People, Sample]) -> Iterator[tuple[People, Sample]]:
    """Wu is Li Dashan in the register; the hospital has a terminal."""
    people, sample = county
    link_person(user=people.wu, person_ref=sample.people[LI].ref)
    register_terminal(
        actor=people.han,
        institution=Institution.objects.get(code="HOSP-01"),
        code="H1",
        place="收费 1 号窗口",
        now=timezone.now(),
        key=uuid4(),
    )
    stand_in.register()
    yield people, sample
    stand_in.withdraw()


def keep(visitor: Visitor, name: str) -> Page:
    """The page breaks no rule; a picture of it where somebody wants to look."""
    page = well(visitor)
    folder = os.environ.get("XINNONG_LOOK")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
    return page


def digits(page: Page) -> str:
    """The code on the page."""
    code = page.locator(".digits").inner_text()
    assert re.fullmatch(r"(\d{4} ){6}\d{4}", code), code
    return code


def redeem(desk: Page, code: str) -> None:
    """Type a code at the counter."""
    desk.fill("#id_code", code)
    desk.select_option("#id_business_type", "01302")
    desk.click("main form[method=post] button")


def test_a_code_is_shown_and_redeemed_with_a_network_and_without(
    wu: tuple[People, Sample], visit: Visit
) -> None:
    people, sample = wu
    farmer = visit(people.wu, phone=True, size="elder")
    page = farmer.open("/ecard/")
    keep(farmer, "mine-before")
    page.click("text=在这部手机上开通")
    page.fill("#id_name", LI)
    page.fill("#id_rid", sample.rids[LI])
    page.fill("#id_number", sample.phones[LI])
    keep(farmer, "activate")
    page.click("main form[method=post] button >> text=开通")
    keep(farmer, "mine")
    page.click("text=出示医保码")
    expect(page.locator("#left")).to_contain_text("秒")
    keep(farmer, "code")
    counter = visit(people.kang)
    desk = counter.open("/ecard-desk/counter/")
    keep(counter, "counter")
    redeem(desk, digits(page))
    expect(desk.locator("main")).to_contain_text("李*山")
    keep(counter, "receipt")

    page = farmer.open("/ecard/offline/")
    page.click("#prepare button")
    expect(page.locator("#digits")).to_have_text(re.compile(r"^9002"))
    keep(farmer, "offline")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    farmer.context.set_offline(True)
    page.goto(farmer.site + "/ecard/offline/")
    expect(page.locator("#digits")).to_have_text(re.compile(r"^9002"), timeout=LONGEST_WAIT_MS)
    counter.open("/ecard-desk/counter/")
    redeem(desk, digits(page))
    expect(desk.locator("main")).to_contain_text("医保码有效")
    farmer.context.set_offline(False)
    assert farmer.complaints == []
    assert counter.complaints == []

    plain = visit(people.wu, phone=True, language="en", javascript=False)
    page = plain.open("/ecard/")
    page.click("text=Show the code")
    expect(page.locator("#code")).to_contain_text("Good until")
    reader = visit(people.wu, phone=True, language="en")
    for name in ("", "history/", "family/", "lost/"):
        reader.open(f"/ecard/{name}")
        keep(reader, f"en-{name[:-1]}")
    bureau = visit(people.han, language="en")
    for name in ("terminals", "lost"):
        bureau.open(f"/ecard-desk/{name}/")
        keep(bureau, f"bureau-{name}")
