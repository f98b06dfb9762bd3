"""A large wish by phone in the evening; an officer, and a manager with an authenticator, by morning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.authenticator import code_of
from tests.browser.borrowing_steps import Desk, follow, signs_in, step, well
from tests.browser.conftest import Visit
from tests.factories import Sample
from tests.lending.origination.story import Story, told
from tests.people import PASSWORD, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import Application

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def story(county: tuple[People, Sample], site: str) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        yield made


def asked_in_the_evening(story: Story, visit: Visit) -> str:
    """Eighty thousand, which no officer approves alone."""
    farmer = visit(None, phone=True)
    signs_in(farmer, story.people.wu)
    page = farmer.open("/borrow/")
    page.locator(f"a[href^='/borrow/{story.offers['inclusive'].ref}/']").first.click()
    page.locator("#id_amount").fill("80000")
    follow(page.get_by_role("button", name="提交申请"))
    page.wait_for_url("**/borrow/applications/**")
    well(farmer)
    return page.url.split("/")[-2]


def sets_up_authenticator(manager: Desk) -> str:
    """Show the code, type what the authenticator says; answers the secret on it."""
    page = manager.page
    follow(page.get_by_role("link", name="去开启"))
    well(manager.visitor)
    manager.visitor.open("/accounts/2fa/totp/activate/")
    if page.locator("#id_password").count():  # the password once more, because a key changes
        well(manager.visitor)
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url("**/totp/activate/**")
    well(manager.visitor)
    secret = page.locator("dl.pairs dd").inner_text().strip()
    page.locator("#id_code").fill(code_of(secret))
    follow(page.locator("main form button").last)
    return secret


def signs_out(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/logout/")
    page.locator("main form button").click()
    page.wait_for_url("**/accounts/login/**")


def test_two_people_decide_and_the_second_has_an_authenticator(story: Story, visit: Visit) -> None:
    application = asked_in_the_evening(story, visit)
    desk, manager = Desk(visit(None)), Desk(visit(None))
    signs_in(desk.visitor, story.people.lin)
    desk.approves(application)
    well(desk.visitor)

    signs_in(manager.visitor, story.bai)
    page = manager.visitor.open(f"/loans/applications/{application}/")
    assert page.locator("#confirm").count() == 0  # the password alone confirms nothing
    secret = sets_up_authenticator(manager)
    signs_out(page, manager.visitor.site)
    signs_in(manager.visitor, story.bai)
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    well(manager.visitor)
    page.locator("#id_code").fill("000000")
    follow(page.locator("main form button").first)
    page.locator("#id_code").fill(code_of(secret))
    follow(page.locator("main form button").first)

    manager.visitor.open(f"/loans/applications/{application}/")
    well(manager.visitor)
    page.locator("#confirm input[value=approve]").check()
    step(page, "confirm")
    expect(page.locator("main")).to_contain_text("拟合同")
    well(manager.visitor)
    with scoped(SYSTEM):
        assert Application.objects.get().state == "approved"
