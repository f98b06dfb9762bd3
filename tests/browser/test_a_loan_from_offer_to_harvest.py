"""An elder borrows for the first time: offered, explained, signed with help, drawn, repaid."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.borrowing_steps import Desk, follow, pass_days, signs_in, step, well
from tests.browser.conftest import Visit
from tests.factories import Sample
from tests.lending.origination.story import Story, told
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending import demo_checks
from xinnong.lending.models import Loan

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MONTHS = 3
OWN, _SECOND, STRANGERS, _LOST = (card.number for card in demo_checks.DEMO_CARDS)


@pytest.fixture(scope="module")
def story(county: tuple[People, Sample], site: str) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        demo_checks.register()
        yield made
        demo_checks.withdraw()


def test_it_is_offered_explained_signed_drawn_and_repaid_after_the_harvest(
    story: Story, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    farmer = visit(None, phone=True, size="elder")
    desk = Desk(visit(None))
    signs_in(farmer, story.people.wu)
    signs_in(desk.visitor, story.people.lin)

    page = farmer.open("/borrow/")  # offered
    well(farmer)
    page.locator(f"a[href^='/borrow/{story.offers['inclusive'].ref}/']").first.click()
    page.locator("#id_amount").fill("40000")
    page.locator("#id_months").fill(str(MONTHS))
    page.locator("#id_method").select_option("at_maturity")
    step(page, "look")  # explained
    well(farmer)
    follow(page.get_by_role("button", name="提交申请"))
    well(farmer)
    application = page.url.split("/")[-2]

    desk.approves(application)
    desk.files_report(application)
    contract = desk.drafts(application)

    page = farmer.open(f"/borrow/contracts/{contract}/")
    expect(page.locator("#demo")).to_contain_text("演示专用")
    page.locator("#id_number").fill(STRANGERS)
    page.locator("#id_bank").fill(demo_checks.DEMO_BANK)
    step(page, "card")
    expect(page.locator(".errors")).to_contain_text(f"尾号 {STRANGERS[-4:]}")
    well(farmer)
    page.locator("#id_number").fill(OWN)
    step(page, "card")
    well(farmer)

    desk.signs(contract)  # with an officer's help
    desk.calls_back(contract)
    page = farmer.open(f"/borrow/contracts/{contract}/")
    page.locator("#draw #id_amount").fill("40000")
    step(page, "draw")
    page.wait_for_url("**/borrow/loans/**")
    well(farmer)
    loan = page.url

    today = pass_days(monkeypatch, 95)  # after the harvest
    signs_in(farmer, story.people.wu)
    page.goto(loan)
    expect(page.locator("main")).to_contain_text("逾期")
    well(farmer)
    step(page, "settle")
    expect(page.locator("#afterwards")).to_contain_text("这笔贷款就还清了")
    well(farmer)
    step(page, "confirm")
    well(farmer)
    with scoped(SYSTEM):
        found = Loan.objects.get()
        assert (found.state, found.closed_on) == ("settled", today)
