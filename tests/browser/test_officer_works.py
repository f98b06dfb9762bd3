"""An officer's day in a real browser: sign in, find, say why, open, read on, change how it reads."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.addresses import HEAD
from tests.browser.conftest import Visit, Visitor
from tests.factories import Sample
from tests.people import PASSWORD, People

pytestmark = [pytest.mark.browser, pytest.mark.slow]
County = tuple[People, Sample]


@pytest.fixture
def lin(county: County, visit: Visit) -> Visitor:
    """Lin at the search, signed in through the form."""
    people, _sample = county
    people.lin.set_password(PASSWORD)
    people.lin.save(update_fields=["password"])
    visitor = visit()
    page = visitor.open("/workbench/")
    page.get_by_label("登录名").fill("lin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="查农户")).to_be_visible()
    return visitor


def find_and_open(page: Page) -> None:
    """Search by pinyin initials, say why, open the household."""
    page.locator("#id_text").fill("WDS")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=HEAD).click()
    expect(page.get_by_role("heading", name="为什么要看这一户？")).to_be_visible()
    page.locator("input[value=application]").check()
    page.get_by_role("button", name="打开档案").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(HEAD)


def test_a_wrong_password_says_so_and_keeps_the_name(county: County, visit: Visit) -> None:
    page = visit().open("/accounts/login/")
    page.get_by_label("登录名").fill("nobody")
    page.get_by_label("密码").fill("not the password")
    page.get_by_label("密码").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("登录名")).to_have_value("nobody")


def test_a_household_is_found_and_opened_for_a_purpose(lin: Visitor) -> None:
    find_and_open(lin.page)
    expect(lin.page.get_by_text("本次目的")).to_be_visible()
    expect(lin.page.locator("svg.chart").first).to_be_visible()
    assert lin.complaints == []


def test_a_dimension_opens_inside_the_page(lin: Visitor) -> None:
    find_and_open(lin.page)
    before = lin.page.url
    lin.page.get_by_role("link", name="看明细").first.click()
    detail = lin.page.locator(".dimension-detail")
    expect(detail.get_by_role("table").first).to_be_visible()
    assert lin.page.url == before
    assert lin.complaints == []


def test_a_full_id_appears_in_its_place(lin: Visitor, county: County) -> None:
    find_and_open(lin.page)
    rid = county[1].rids[HEAD]
    expect(lin.page.get_by_text(rid)).to_have_count(0)
    lin.page.get_by_role("button", name=f"看全号 {HEAD}").click()
    expect(lin.page.get_by_text(rid)).to_be_visible()
    assert lin.complaints == []


def test_the_language_changes_and_stays(lin: Visitor) -> None:
    page = lin.page
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/workbench/")
    lin.open("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_the_text_grows_and_stays(lin: Visitor) -> None:
    page = lin.page
    page.locator("header").get_by_role("button", name="长辈版").click()
    expect(page.locator("html")).to_have_attribute("data-size", "elder")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "24px"  # 18 pt
    page.locator("footer").get_by_role("button", name="特大字").click()
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "40px"  # 30 pt
    lin.open("/")
    expect(page.locator("html")).to_have_attribute("data-size", "largest")


def test_search_and_household_work_without_javascript(county: County, visit: Visit) -> None:
    people, _sample = county
    visitor = visit(people.lin, javascript=False)
    find_and_open(visitor.open("/workbench/"))
    visitor.page.get_by_role("link", name="看明细").first.click()
    expect(visitor.page.get_by_role("table").first).to_be_visible()
    assert "/facts/" in visitor.page.url
    visitor.page.get_by_role("link", name="返回档案").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(HEAD)


def test_the_menu_closes_with_escape_and_gives_the_focus_back(lin: Visitor) -> None:
    menu = lin.page.locator(".switches details.menu")
    menu.locator("summary").click()
    expect(menu.get_by_role("button", name="退出登录")).to_be_visible()
    lin.page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="退出登录")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_what_has_no_room_in_the_bar_opens_below_more(lin: Visitor) -> None:
    more = lin.page.locator("details.menu.more")
    more.locator("summary").click()
    expect(more.get_by_role("link", name="催收")).to_be_visible()
    with lin.page.expect_navigation():
        more.get_by_role("link", name="催收").click()
    bar = lin.page.get_by_role("navigation", name="主菜单")
    expect(bar.locator("[aria-current]")).to_have_text("催收")
