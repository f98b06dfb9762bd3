"""Without a mouse: sign in, search, open a household, read on, deliver. Every stop is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.addresses import HEAD
from tests.browser.conftest import Visit
from tests.factories import Sample
from tests.people import PASSWORD, People

pytestmark = [pytest.mark.browser, pytest.mark.slow]
County = tuple[People, Sample]
MOST_STOPS = 60
STOP = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  const seen = box.bottom > 0 && box.top < innerHeight && box.width > 1;
  return [here.tagName, here.type || "", style.outlineStyle, parseFloat(style.outlineWidth), seen];
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press the tab key until something is reached; each stop on the way is outlined and in view."""
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        tag, kind, line, width, is_seen = page.evaluate(STOP)
        if tag != "BODY" and kind != "date":  # a date has parts, the browser outlines them itself
            assert (tag, line, width, is_seen) == (tag, "solid", 3, True)
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"{selector} is not reached by the tab key")


def press_on(page: Page, selector: str) -> None:
    """Go to a link or button and press enter; the page that follows has loaded."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def signed_in_by_keyboard(page: Page, name: str) -> None:
    expect(page.locator("#id_login")).to_be_focused()
    page.keyboard.type(name)
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")  # a key pressed while scripts arrive opens nothing


def test_an_officer_needs_no_mouse(county: County, visit: Visit) -> None:
    people, _sample = county
    people.lin.set_password(PASSWORD)
    people.lin.save(update_fields=["password"])
    visitor = visit()
    page = visitor.open("/workbench/")
    signed_in_by_keyboard(page, "lin")
    tab_to(page, "a.skip")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, "#id_text")
    page.keyboard.type("WDS")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press_on(page, "tbody th a")
    tab_to(page, "input[name=purpose]")
    page.keyboard.press("ArrowDown")
    press_on(page, "main form[action$='/purpose/'] button")
    expect(page.get_by_role("heading", level=1)).to_contain_text(HEAD)
    tab_to(page, ".dimension a")
    page.keyboard.press("Enter")
    expect(page.locator(".dimension-detail").get_by_role("table").first).to_be_visible()
    expect(page.locator(".dimension a").first).to_be_focused()
    tab_to(page, "footer button")
    assert visitor.complaints == []


def test_a_steward_needs_no_mouse(county: County, visit: Visit, tmp_path: Path) -> None:
    people, _sample = county
    people.zhou.set_password(PASSWORD)
    people.zhou.save(update_fields=["password"])
    empty = tmp_path / "person_20261031.csv"
    empty.write_bytes(b"")
    visitor = visit()
    page = visitor.open("/data/deliver/")
    signed_in_by_keyboard(page, "zhou")
    with page.expect_file_chooser() as opened:  # asked for early: it takes effect a little later
        tab_to(page, "#id_file")
        page.keyboard.press("Enter")
    opened.value.set_files(empty)
    press_on(page, "form[enctype] button")
    expect(page.get_by_role("alert")).to_be_focused()
    tab_to(page, ".errors a")
    page.keyboard.press("Enter")
    expect(page.locator("#id_file")).to_be_focused()
    assert visitor.complaints == []
