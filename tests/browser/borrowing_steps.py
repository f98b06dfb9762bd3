"""What the walks through a loan share: signing in by the form, the desk's steps, and time that passes."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import FilePayload, Locator, Page

from tests.browser.conftest import Visitor
from tests.browser.test_every_page import follows_the_rules, looks_right
from tests.people import PASSWORD
from xinnong.accounts.models import User
from xinnong.lending.tasks import end_through

SCAN = FilePayload(name="page.png", mimeType="image/png", buffer=b"a scanned page")


def well(visitor: Visitor) -> Page:
    """The page as it stands breaks no rule and nothing is cut off."""
    looks_right(visitor)
    follows_the_rules(visitor)
    return visitor.page


def signs_in(visitor: Visitor, user: User) -> Page:
    """By the form, so that the device is known from now on."""
    cache.clear()
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    page = visitor.open("/accounts/login/")
    page.fill("#id_login", user.username)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.press("#id_password", "Enter")
    return page


def step(page: Page | Locator, value: str) -> None:
    """Press the button of a step, opening the fold it lies in."""
    button = page.locator(f"button[name=step][value={value}]").first
    if not button.is_visible():
        fold = page.locator(f"details:has(button[name=step][value={value}])").first
        fold.locator("summary").first.click()
    follow(button)


def follow(link: Locator) -> None:
    """Press what leads to a page, and wait until that page has come."""
    with link.page.expect_navigation():
        link.click()


def pass_days(monkeypatch: pytest.MonkeyPatch, days: int) -> date:
    """Let days go by for the site: its clock, and the end of every day; answers the new today."""
    real = timezone.now
    shift = timedelta(days=days)

    def later() -> datetime:
        return real() + shift

    monkeypatch.setattr(timezone, "now", later)
    today = timezone.localdate()
    end_through(today - timedelta(1))
    return today


class Desk:
    """An officer at work; every page stands up to a look."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    def approves(self, application: str) -> None:
        """Find it in the queue, read it, say yes."""
        self.visitor.open("/loans/")
        well(self.visitor)
        follow(self.page.locator(f"a[href='/loans/applications/{application}/']"))
        well(self.visitor)
        self.page.locator("#decide input[value=approve]").check()
        step(self.page, "decide")

    def files_report(self, application: str) -> None:
        """Ask for the credit report under a signed paper, and file what came."""
        page = self.visitor.open(f"/loans/applications/{application}/")
        fold = page.locator("details:has(button[value=ask-report])")
        fold.locator("summary").click()
        fold.locator("#id_authorisation").set_input_files(SCAN)
        fold.locator("#id_authorised_on").fill(timezone.localdate().isoformat())
        step(page, "ask-report")
        fold = page.locator("details:has(button[value=file-report])")
        fold.locator("summary").click()
        answer = {
            "query": fold.locator("input[name=query]").input_value(),
            "reported_on": timezone.localdate().isoformat(), "open_loans": 0,
            "overdue_loans": 0, "lines_yuan": "0.00", "owed_yuan": "0.00",
        }  # fmt: skip
        paper = FilePayload(
            name="report.json", mimeType="application/json", buffer=json.dumps(answer).encode()
        )
        fold.locator("#id_report").set_input_files(paper)
        step(page, "file-report")
        well(self.visitor)

    def drafts(self, application: str) -> str:
        """Make the agreement; answers its number."""
        page = self.visitor.open(f"/loans/applications/{application}/")
        step(page, "draft")
        well(self.visitor)
        return page.url.split("/")[-2]

    def signs(self, contract: str) -> None:
        """Face to face: the check of the id card, the picture, the signed page."""
        page = self.visitor.open(f"/loans/contracts/{contract}/")
        page.locator("#sign #id_identity_check").fill("idcheck/77")
        page.locator("#sign #id_photo").fill("photo/9")
        page.locator("#sign #id_scan_sha256").set_input_files(SCAN)
        step(page, "sign")
        well(self.visitor)

    def calls_back(self, contract: str) -> None:
        """Ask the borrower whether card and device are theirs, so that nothing has to wait."""
        page = self.visitor.open(f"/loans/contracts/{contract}/")
        while page.locator("button[value=lift]").count():
            before = page.locator("button[value=lift]").count()
            page.locator("form:has(button[value=lift]) select").first.select_option("in_person")
            step(page, "lift")
            assert page.locator("button[value=lift]").count() < before
        well(self.visitor)
