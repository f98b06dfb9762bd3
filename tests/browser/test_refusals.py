"""Pages that refuse, in a real browser: they read well in both languages and in all text sizes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Visitor
from tests.browser.test_every_page import follows_the_rules, in_other_sizes, looks_right
from tests.factories import Sample
from tests.people import People
from xinnong.sources import storage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
County = tuple[People, Sample]


def reads_well(visitor: Visitor) -> None:
    """The page that stands there, on a phone, in every size."""
    looks_right(visitor)
    follows_the_rules(visitor)
    in_other_sizes(visitor, "elder", "largest", "standard")


def tried(page: Page, name: str) -> None:
    """Send the form of the sign-in with a wrong password."""
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill("not the password")
    page.locator("#id_password").press("Enter")
    page.wait_for_load_state()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_locked_name(county: County, visit: Visit, language: str) -> None:
    phone = visit(phone=True, language=language)
    for _time in range(6):
        tried(phone.open("/accounts/login/"), f"nobody.{language}")
    expect(phone.page.get_by_role("alert")).to_contain_text("15")
    reads_well(phone)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_form_that_lost_its_token(county: County, visit: Visit, language: str) -> None:
    phone = visit(phone=True, language=language)
    page = phone.open("/accounts/login/")
    phone.context.clear_cookies(name="csrftoken")
    tried(page, "nobody")
    expect(page.locator("main")).to_contain_text("Cookie" if language == "zh-hans" else "cookies")
    reads_well(phone)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_fault(
    county: County, visit: Visit, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_request: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("xinnong.journeys.views.home.panels_for", broken)
    phone = visit(county[0].lin, phone=True, language=language, size="elder")
    page = phone.open("/")
    expect(page.locator("main strong")).to_have_text(re.compile("^[0-9a-f]{8}$"))
    assert page.locator("html").get_attribute("data-size") == "elder"
    reads_well(phone)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_upload_that_is_refused_keeps_the_form(
    county: County, visit: Visit, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(storage.LARGEST, ".csv", 10)
    file = tmp_path / "person_20261031.csv"
    file.write_text("身份证号,姓名\n" * 10)
    phone = visit(county[0].zhou, phone=True, language=language)
    page = phone.open("/data/deliver/")
    page.locator("#id_file").set_input_files(file)
    page.locator("#id_as_of").fill("2026-10-31")
    page.locator("form[enctype] button").click()
    page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("#id_as_of")).to_have_value("2026-10-31")
    reads_well(phone)
