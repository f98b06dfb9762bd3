"""Li has no phone: with card and id at an outlet he asks, signs, draws, repays, asks who looked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.borrowing_steps import Desk, follow, signs_in, step, well
from tests.browser.conftest import Visit
from tests.factories import Sample
from tests.lending.origination.story import CARD, Story, told
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import Application, Loan, Repayment

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAME = "李大山"


@pytest.fixture(scope="module")
def story(county: tuple[People, Sample], site: str) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        yield made


def asks(desk: Desk, story: Story) -> str:
    """Li at the counter, with the id card in his hand; answers the application's number."""
    page = desk.visitor.open("/loans/counter/")
    page.locator("#id_tail").fill(story.sample.rids[NAME][-6:])
    page.locator("#id_name").fill(NAME)
    follow(page.locator("main form button").last)
    well(desk.visitor)
    page.get_by_role("link", name=NAME).click()
    page.locator(f"a[href='?offer={story.offers['inclusive'].ref}']").click()
    page.locator("#id_amount").fill("10000")
    page.locator("#id_months").fill("6")
    page.locator("#id_method").select_option("at_maturity")
    page.locator("#id_channel").select_option("outlet")
    page.locator("#id_wants_letter").check()
    page.locator("#id_wants_person").check()
    well(desk.visitor)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/loans/applications/**")
    return page.url.split("/")[-2]


def test_everything_is_done_at_an_outlet_with_card_and_id(story: Story, visit: Visit) -> None:
    desk, colleague = Desk(visit(None, phone=True)), Desk(visit(None))
    signs_in(desk.visitor, story.people.lin)
    signs_in(colleague.visitor, story.bai)
    application = asks(desk, story)
    desk.approves(application)
    desk.files_report(application)
    contract = desk.drafts(application)
    desk.signs(contract)

    page = desk.page
    fold = page.locator("details:has(button[value=card])")
    fold.locator("summary").click()
    fold.locator("#id_number").fill(CARD)
    fold.locator("#id_bank").fill("穗浦农村商业银行")
    step(page, "card")
    expect(page.locator("main")).to_contain_text(CARD[-4:])
    colleague.calls_back(contract)  # whoever bound the card does not lift its day of waiting

    page = desk.visitor.open(f"/loans/contracts/{contract}/")
    page.locator("form:has(button[value=draw]) #id_amount").fill("10000")
    step(page, "draw")
    follow(page.locator("a[href^='/loans/']", has_text="10,000"))
    well(desk.visitor)
    page.locator("#repay #id_amount").fill("3000")
    page.locator("#repay #id_channel").select_option("cash")
    step(page, "preview")
    step(page, "confirm")
    well(desk.visitor)
    with scoped(SYSTEM):
        assert Repayment.objects.get(loan=Loan.objects.get()).channel == "cash"
        assert Application.objects.get().channel == "outlet"


def test_he_gets_a_letter_and_is_told_who_looked(story: Story, visit: Visit) -> None:
    desk = Desk(visit(None))
    signs_in(desk.visitor, story.people.lin)
    with scoped(SYSTEM):
        application = Application.objects.get()
    page = desk.visitor.open(f"/loans/applications/{application.ref}/")
    follow(page.get_by_role("link", name="打印告知信"))
    expect(page.locator("main")).to_contain_text(NAME)
    well(desk.visitor)
    home = story.sample.home_of(NAME).ref
    desk.visitor.open(f"/households/{home}/")
    page.check("input[value=present]")
    follow(page.locator("main .card button").first)
    expect(page.locator("#borrowed")).to_contain_text("普惠贷")
    well(desk.visitor)
    desk.visitor.open(f"/households/{home}/who-looked/")
    expect(page.locator("main table")).to_contain_text(story.people.lin.name)
    well(desk.visitor)
