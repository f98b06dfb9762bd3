"""Chromium against the sample county, served by the site's own WSGI application in a thread."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import DjangoDbBlocker

from tests.browser.chromium import CHROMIUM, DESKTOP, FLAGS, PHONE, with_chinese_fonts
from tests.factories import Sample, sample_county, signed_in
from tests.people import People
from xinnong.accounts.models import User

SAFE_WITH_ANOTHER_LOOP = "DJANGO_ALLOW_ASYNC_UNSAFE"

browser_needed = pytest.mark.skipif(
    shutil.which(CHROMIUM) is None, reason="no Chromium: apt-get install chromium"
)


class QuietHandler(WSGIRequestHandler):
    """Requests of tests are not news."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base
        """Say nothing."""


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """One thread per request, as browsers ask for several files at once."""

    daemon_threads = False  # closing the server waits for their database connections


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def site(county: tuple[People, Sample]) -> Iterator[str]:
    """Address of the running site; its threads give their connections back after each request."""
    for alias in connections:
        connections[alias].settings_dict["CONN_MAX_AGE"] = 0
    server = make_server(
        "localhost",
        0,
        get_wsgi_application(),
        server_class=ThreadingServer,
        handler_class=QuietHandler,
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no Chromium: apt-get install chromium")
    folder = tmp_path_factory.mktemp("fonts")
    os.environ[SAFE_WITH_ANOTHER_LOOP] = "1"  # Playwright runs an event loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, env=dict(with_chinese_fonts(folder))
        )
        yield browser
        browser.close()
    del os.environ[SAFE_WITH_ANOTHER_LOOP]


class Visitor:
    """Opens pages as one person, with a language, a text size, a screen and maybe no JavaScript."""

    def __init__(self, browser: Browser, site: str, user: User | None, **options: object) -> None:
        self.site = site
        phone = bool(options.get("phone"))
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            device_scale_factor=2 if phone else 1,
            java_script_enabled=bool(options.get("javascript", True)),
            locale="zh-CN",
        )
        self._cookies(user, str(options.get("language", "zh-hans")), options.get("size"))
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _cookies(self, user: User | None, language: str, size: object) -> None:
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if size:
            cookies["text_size"] = str(size)
        if user is not None:
            session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
            cookies[settings.SESSION_COOKIE_NAME] = session
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.site} for name, value in cookies.items()]
        )

    def _note(self, message: object) -> None:
        kind, text = message.type, message.text  # type: ignore[attr-defined]  # Playwright's own
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def open(self, path: str) -> Page:
        """Open a path of the site."""
        self.page.goto(self.site + path, wait_until="load")
        return self.page


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[type[Visitor]]:
    """Make visitors; their browsers are closed after the test."""
    made: list[Visitor] = []

    def visitor(user: User | None, **options: object) -> Visitor:
        made.append(Visitor(chromium, site, user, **options))
        return made[-1]

    yield visitor  # type: ignore[misc]  # a factory with the class's signature
    for one in made:
        one.context.close()
