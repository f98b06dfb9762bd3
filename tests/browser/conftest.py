"""Chromium against the sample county, served by the site's own WSGI application in a thread."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client, override_settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)
from pytest_django import DjangoDbBlocker

from tests.browser.chromium import CHROMIUM, DESKTOP, FLAGS, PHONE, with_chinese_fonts
from tests.factories import Sample, sample_county, signed_in
from tests.people import People
from xinnong.accounts.models import User
from xinnong.web.text_size import COOKIE as TEXT_SIZE

SAFE_WITH_ANOTHER_LOOP = "DJANGO_ALLOW_ASYNC_UNSAFE"
PATIENCE_MS = 20_000
NO_COMPLAINT = ("the server responded", "ERR_INTERNET_DISCONNECTED")
"""What the browser says of an answer or of a network that a test took away, sooner or later."""

NO_CHROMIUM = (
    f"no Chromium at {CHROMIUM}: apt-get install chromium, or name yours in XINNONG_CHROMIUM"
)


class QuietHandler(WSGIRequestHandler):
    """Requests of tests are not news."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base
        """Say nothing."""


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """One thread per request, as browsers ask for several files at once."""

    daemon_threads = False  # closing the server waits for them

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer; then give the database connection back, also after a browser that left."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Lake, spool and uploads of the running site."""
    own = tmp_path_factory.mktemp("data")
    names = {"XINNONG_DATA": own, "XINNONG_LAKE": own / "lake", "XINNONG_WORK": own / "work"}
    (own / "uploads").mkdir()
    with override_settings(**names, FILE_UPLOAD_TEMP_DIR=str(own / "uploads")):
        yield own


@pytest.fixture(scope="module")
def site(county: tuple[People, Sample], folders: Path) -> Iterator[str]:
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
def chromium(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Browser]:
    """The browser, ended before the database goes: Django keeps other connections beside a loop."""
    if shutil.which(CHROMIUM) is None:
        leave = pytest.fail if os.environ.get("CI") else pytest.skip
        leave(NO_CHROMIUM)
    folder = tmp_path_factory.mktemp("fonts")
    os.environ[SAFE_WITH_ANOTHER_LOOP] = "1"  # Playwright runs an event loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, env=dict(with_chinese_fonts(folder))
        )
        yield browser
        browser.close()
        connections.close_all()
    del os.environ[SAFE_WITH_ANOTHER_LOOP]


class Visitor:
    """Opens pages as one person, with a language, a text size, a screen and maybe no JavaScript.

    `who` is a user, or a test client in which somebody already did something.
    """

    def __init__(
        self, browser: Browser, site: str, who: User | Client | None, **options: object
    ) -> None:
        self.site = site
        phone = self.is_phone = bool(options.get("phone"))
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=bool(options.get("javascript", True)),
            locale="zh-CN",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.reads(str(options.get("language", "zh-hans")), str(options.get("size", "standard")))
        if who is not None:
            client = who if isinstance(who, Client) else signed_in(who)
            name = settings.SESSION_COOKIE_NAME
            self._cookie(name, client.cookies[name].value)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch)

    def reads(self, language: str, size: str = "standard") -> None:
        """Prefer a language and a text size from now on."""
        self._cookie(settings.LANGUAGE_COOKIE_NAME, language)
        self._cookie(TEXT_SIZE, size)

    def open(self, path: str) -> Page:
        """Open a path of the site."""
        self.page.goto(self.site + path, wait_until="load")
        return self.page

    def _cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.site}])

    def _note(self, message: ConsoleMessage) -> None:
        """Errors and warnings; a breach of the content security policy is among them."""
        is_meant = any(words in message.text for words in NO_COMPLAINT)
        if message.type in {"error", "warning"} and not is_meant:
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.outside.append(request.url)


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Visit]:
    """Make visitors; their browsers are closed after the test."""
    made: list[Visitor] = []

    def visitor(who: User | Client | None = None, **options: object) -> Visitor:
        made.append(Visitor(chromium, site, who, **options))
        return made[-1]

    yield visitor
    for one in made:
        one.context.close()
