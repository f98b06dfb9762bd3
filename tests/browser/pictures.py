"""Take the pictures kept in docs/screenshots from a running demo.

    python3 run.py                                   # in one terminal; note the password
    .venv/bin/python -m tests.browser.pictures http://127.0.0.1:8000 PASSWORD [NAME…]

Every picture signs in through the form, so that what it shows is what a person sees. The files have
256 colours at most, which keeps them small without any other tool.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.chromium import CHROMIUM, DESKTOP, FLAGS, PHONE, with_chinese_fonts
from tests.browser.few_colours import in_few_colours
from tests.browser.second_factor import Codes, sign_in

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


def _nothing(page: Page) -> None:
    """Stay on the page that was opened."""


def _find(page: Page) -> None:
    """Look for a name."""
    page.fill("#id_text", "李")
    page.click(".finder button")
    page.wait_for_load_state()


def _household(page: Page) -> None:
    """Open a household that has a granted line, for an application."""
    page.goto(re.sub(r"\?.*", "", page.url) + "?kind=granted&state=lined")
    page.click("tbody th a")
    page.check("input[value=application]")
    page.click("main .card button")
    page.wait_for_load_state()


def _dimension(page: Page) -> None:
    """Open the first dimension with htmx."""
    _household(page)
    page.click(".dimension a >> nth=0")
    page.wait_for_selector(".dimension-detail")
    page.locator(".dimension >> nth=0").scroll_into_view_if_needed()


def _report(page: Page) -> None:
    """Open the report of a delivery with rows that were turned back."""
    page.click("tbody a >> nth=0")
    page.wait_for_load_state()


def _application(page: Page) -> None:
    """Open the newest application that waits."""
    page.click("tbody a >> nth=0")
    page.wait_for_load_state()


def _first(page: Page) -> None:
    """Open the first row of the list."""
    page.click("tbody th a >> nth=0")
    page.wait_for_load_state()


def _loan(page: Page) -> None:
    """Open the first of one's own loans."""
    page.click("a[href*='/borrow/loans/'] >> nth=0")
    page.wait_for_load_state()


def _check_team(page: Page) -> None:
    """Read the digits of an approved visit off its channel's page and ask for them as anybody does."""
    site = page.url.split("/outreach/")[0]
    _first(page)
    digits = page.inner_text(".hero .stat-value")
    page.context.clear_cookies(name="sessionid")
    page.goto(f"{site}/check/")
    page.fill("#id_code", digits)
    page.click("main .card button")
    page.wait_for_selector("#answer")


def _order(page: Page) -> None:
    """Register a platform with two officers where there is none, sign about the newest case, open it."""
    site = page.url.split("/guard/")[0]
    if not page.locator("tbody th a").count():
        page.goto(f"{site}/guard/targets/")
        for name, value in PLATFORM.items():
            page.fill(f"#id_{name}", value)
        _press(page, "#propose button")
        chief = page.context.browser.new_page()  # type: ignore[union-attr]  # made by a browser
        sign_in(chief, site, "chief", CODES.password)
        CODES.pass_on(chief, site, "chief", CODES.password)
        chief.goto(f"{site}/guard/targets/")
        _press(chief, "button[value=approve]")
        chief.context.close()
        page.goto(f"{site}/guard/cases/")
        _first(page)
        page.goto(f"{page.url}order/")
        page.check("input[name=targets]")
        page.fill("#id_reason", "同一部手机一天内替多人开户，本人都说不知道")
        _press(page, "main .card button")
    page.goto(f"{site}/guard/orders/")
    _first(page)


def _press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.click(button)


def _visit(page: Page) -> None:
    """Take today's list along and open the first household."""
    page.fill("#words", "seven-red-hens")
    page.click("#open")
    page.click("#take")
    page.click("#stops button, #stops a >> nth=0")


@dataclass(frozen=True)
class Picture:
    """One picture: who, which page, on which screen, and what is done first."""

    name: str
    user: str
    path: str
    act: Callable[[Page], None] = _nothing
    phone: bool = False
    size: str = "standard"
    language: str = "zh-hans"
    height: int = 960
    second: bool = False


PLATFORM = {
    "code": "demo-pay", "name": "演示支付平台", "url": "https://orders.example.cn/in",
    "public_key": "ab" * 32, "client": "demo-pay-platform",
}  # fmt: skip
PICTURES = (
    Picture("sign-in", "", "/", height=640),
    Picture("sign-in-phone-elder", "", "/", phone=True, size="elder"),
    Picture("home-officer", "officer", "/", height=720),
    Picture("find", "officer", "/workbench/", _find),
    Picture("find-phone", "officer", "/workbench/", _find, phone=True),
    Picture("find-phone-en", "officer", "/workbench/", _find, phone=True, language="en"),
    Picture("household", "officer", "/workbench/", _household),
    Picture("household-en", "officer", "/workbench/", _household, language="en"),
    Picture("household-phone", "officer", "/workbench/", _household, phone=True),
    Picture("household-phone-en", "officer", "/workbench/", _household, phone=True, language="en"),
    Picture("household-facts", "officer", "/workbench/", _dimension),
    Picture("county", "regulator", "/county/"),
    Picture("county-en", "regulator", "/county/", language="en"),
    Picture("county-phone", "regulator", "/county/", phone=True),
    Picture("town", "regulator", "/county/339981101/", height=820),
    Picture("own-file", "farmer", "/me/"),
    Picture("own-file-phone-elder", "farmer", "/me/", phone=True, size="elder"),
    Picture("own-file-phone-elder-en", "farmer", "/me/", phone=True, size="elder", language="en"),
    Picture("own-file-phone-largest", "farmer", "/me/", phone=True, size="largest"),
    Picture("deliveries", "steward.police", "/data/", height=640),
    Picture("report", "steward.police", "/data/batches/", _report),
    Picture("report-en", "steward.police", "/data/batches/", _report, language="en"),
    Picture("application", "officer", "/loans/", _application),
    Picture("application-en", "officer", "/loans/", _application, language="en"),
    Picture("borrow-phone-elder", "farmer", "/borrow/", phone=True, size="elder"),
    Picture("borrow-phone-elder-en", "farmer", "/borrow/", phone=True, size="elder", language="en"),
    Picture("portfolio", "manager", "/loans/portfolio/"),
    Picture("portfolio-en", "manager", "/loans/portfolio/", language="en"),
    Picture("collections", "officer", "/loans/collections/"),
    Picture("collections-en", "officer", "/loans/collections/", language="en"),
    Picture("loan", "officer", "/loans/book/?bucket=late_31", _first, height=1080),
    Picture("loan-en", "officer", "/loans/book/?bucket=late_31", _first, language="en", height=1080),
    Picture("owed-phone-elder", "farmer.two", "/borrow/", _loan, phone=True, size="elder"),
    Picture(
        "owed-phone-elder-en", "farmer.two", "/borrow/", _loan, phone=True, size="elder",
        language="en",
    ),
    Picture("visit-phone", "officer", "/visit/", _visit, phone=True),
    Picture("bureau", "manager.two", "/loans/bureau/", second=True, height=820),
    Picture("bureau-en", "manager.two", "/loans/bureau/", second=True, language="en", height=820),
    Picture(
        "check-team-phone-elder", "channel", "/outreach/?state=approved", _check_team, phone=True,
        size="elder",
    ),
    Picture("approve-visit", "bureau", "/outreach/?state=filed", _first, second=True, height=1040),
    Picture("case-en", "police", "/guard/cases/", _first, language="en", second=True, height=1080),
    Picture("order-en", "police", "/guard/orders/", _order, language="en", second=True),
)  # fmt: skip
CODES = Codes()


def take(browser: Browser, site: str, password: str, picture: Picture) -> Path:
    """Take one picture and return its file."""
    desk: ViewportSize = {"width": DESKTOP["width"], "height": picture.height}
    context = browser.new_context(
        viewport=PHONE if picture.phone else desk,
        has_touch=picture.phone,
        is_mobile=picture.phone,
        device_scale_factor=2 if picture.phone else 1,
    )
    cookies = {"django_language": picture.language, "text_size": picture.size}
    context.add_cookies([{"name": n, "value": v, "url": site} for n, v in cookies.items()])
    page = context.new_page()
    if picture.user:
        sign_in(page, site, picture.user, password)
        if picture.second or picture.user in CODES.secrets:
            CODES.pass_on(page, site, picture.user, password)
    page.goto(site + picture.path)
    picture.act(page)
    target = FOLDER / f"{picture.name}.png"
    target.write_bytes(in_few_colours(context.new_page(), page.screenshot()))
    context.close()
    return target


def main() -> int:
    """Take all pictures, or those named."""
    parser = argparse.ArgumentParser(description="Take the pictures of docs/screenshots.")
    parser.add_argument("site")
    parser.add_argument("password")
    parser.add_argument("names", nargs="*", help="only these")
    options = parser.parse_args()
    CODES.password = options.password
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [p for p in PICTURES if not options.names or p.name in options.names]
    with tempfile.TemporaryDirectory() as fonts, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, env=dict(with_chinese_fonts(Path(fonts)))
        )
        for picture in wanted:
            target = take(browser, options.site, options.password, picture)
            sys.stdout.write(f"{target.name}\n")
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
