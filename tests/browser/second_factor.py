"""Pass the second factor of a demo's user: switch it on, remember its secret, give its codes."""

from __future__ import annotations

import base64
import hmac
import re
import time
from typing import Final

from playwright.sync_api import Page

STEP_SECONDS: Final = 30
DIGITS: Final = 6
SECRET: Final = re.compile(r"\b[A-Z2-7]{32}\b")


class Codes:
    """The secrets of those who switched their second factor on in this run."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.password = ""
        """That of every user of the demo, for a picture that needs somebody else's step first."""

    def pass_on(self, page: Page, site: str, user: str, password: str) -> None:
        """Give a code where one is asked for; else switch the second factor on and sign in again."""
        if "/accounts/2fa/" not in page.url:
            self._switch_on(page, site, user, password)
        _send(page, code_of(self.secrets[user], time.time()))
        if "/accounts/2fa/" in page.url:  # the code was used a moment ago
            time.sleep(STEP_SECONDS + 1)
            _send(page, code_of(self.secrets[user], time.time()))

    def _switch_on(self, page: Page, site: str, user: str, password: str) -> None:
        page.goto(f"{site}/accounts/2fa/totp/activate/")
        if page.locator("#id_password").count():
            page.fill("#id_password", password)
            with page.expect_navigation():
                page.press("#id_password", "Enter")
        found = SECRET.search(page.content())
        if found is None:
            raise SystemExit(f"{user} has a second factor already; start a fresh demo")
        self.secrets[user] = found.group()
        _send(page, code_of(found.group(), time.time()))
        page.context.clear_cookies(name="sessionid")
        time.sleep(STEP_SECONDS + 1)  # a code is good for one sign-in
        sign_in(page, site, user, password)


def sign_in(page: Page, site: str, user: str, password: str) -> None:
    """Sign in through the form."""
    page.goto(f"{site}/accounts/login/")
    page.fill("#id_login", user)
    page.fill("#id_password", password)
    with page.expect_navigation():
        page.press("#id_password", "Enter")


def code_of(secret: str, seconds: float) -> str:
    """The code of a secret at a time (RFC 6238)."""
    counter = (int(seconds) // STEP_SECONDS).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def _send(page: Page, code: str) -> None:
    page.fill("input[name=code]", code)
    with page.expect_navigation():
        page.press("input[name=code]", "Enter")
