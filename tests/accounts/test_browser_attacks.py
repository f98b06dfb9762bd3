"""What a hostile page, link or network can do to somebody's browser session: nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county, signed_in
from tests.people import PASSWORD, People, client_of
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.services import SYSTEM_ACTOR

pytestmark = pytest.mark.django_db
County = tuple[People, Sample]
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://testserver@evil.example/",
    "/\t/evil.example",
    " //evil.example",
]


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[County]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture
def lin(county: County) -> User:
    cache.clear()
    lin = User.objects.get(username="lin")
    lin.set_password(PASSWORD)
    lin.save()
    return lin


def arrived(location: str) -> bool:
    """Whether a browser that follows the answer stays on this site."""
    return location.startswith("/") and not location.startswith(("//", "/\\", "/\t"))


@pytest.mark.slow
@pytest.mark.parametrize("target", ELSEWHERE)
def test_it_sends_nobody_elsewhere_after_signing_in(lin: User, target: str) -> None:
    form = {"login": "lin", "password": PASSWORD, "next": target}
    page = Client().post(f"{reverse('account_login')}", form)
    assert (page.status_code, arrived(page.headers["Location"])) == (302, True)


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("name", ["web:language", "web:text_size", "account_logout"])
def test_it_sends_nobody_elsewhere_after_a_choice(lin: User, name: str, target: str) -> None:
    form = {"next": target, "language": "en", "text_size": "elder"}
    page = signed_in(lin).post(reverse(name), form, headers={"referer": target})
    assert (page.status_code, arrived(page.headers["Location"])) == (302, True)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "testserver:x", ""])
def test_it_answers_for_its_own_host_names_alone(lin: User, host: str) -> None:
    assert Client().get(reverse("account_login"), HTTP_HOST=host).status_code == 400


def test_it_ignores_the_host_a_proxy_was_asked_for(lin: User) -> None:
    page = signed_in(lin).get("/accounts/2fa", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in page.headers.get("Location", "")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("account_login", {"login": "lin", "password": PASSWORD}),
        ("account_logout", {}),
        ("web:text_size", {"text_size": "elder"}),
        ("journeys:workbench", {"text": "李"}),
        ("account_change_password", {"password1": PASSWORD}),
    ],
)
def test_it_refuses_forms_that_another_site_posts(
    lin: User, name: str, form: dict[str, str]
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in(lin).cookies
    assert browser.post(reverse(name), form).status_code == 403


def test_it_takes_no_session_from_outside(lin: User) -> None:
    browser = Client()
    browser.cookies["sessionid"] = "a" * 32
    browser.post(reverse("account_login"), {"login": "lin", "password": PASSWORD})
    assert browser.cookies["sessionid"].value != "a" * 32
    assert browser.cookies["sessionid"]["httponly"]
    assert browser.cookies["sessionid"]["samesite"] == "Lax"


def test_it_ends_other_sessions_with_the_password(lin: User) -> None:
    elsewhere = signed_in(lin)
    assert elsewhere.get(reverse("mfa_index")).status_code == 200
    lin.set_password(PASSWORD + "2")
    lin.save()
    assert elsewhere.get(reverse("mfa_index")).status_code == 302


def test_it_ends_sessions_with_the_employment(lin: User) -> None:
    browser = signed_in(lin)
    User.objects.filter(pk=lin.pk).update(is_active=False)
    assert browser.get(reverse("mfa_index")).status_code == 302


def test_it_lets_nobody_keep_or_frame_personal_pages(county: County) -> None:
    people, sample = county
    home = sample.home_of("李大山")
    browser = signed_in(User.objects.get(username="lin"))
    browser.post(reverse("journeys:purpose", args=[home.ref]), {"purpose": "campaign"})
    token = _token(people)
    answers = [
        browser.get(reverse("journeys:household", args=[home.ref])),
        browser.get(reverse("journeys:workbench")),
        Client().get(
            reverse("api:score", kwargs={"ref": home.ref}) + "?purpose=campaign",
            headers={"Authorization": f"Bearer {token}"},
        ),
    ]
    for page in answers:
        assert page.status_code == 200
        assert "no-store" in page.headers["Cache-Control"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_it_keeps_tokens_out_of_addresses(county: County) -> None:
    people, sample = county
    address = reverse("api:score", kwargs={"ref": sample.home_of("李大山").ref})
    page = Client().get(f"{address}?purpose=campaign&access_token={_token(people)}")
    assert page.status_code == 401


def test_it_sends_cookies_over_tls_alone_where_there_is_tls(tmp_path: Path) -> None:
    program = (
        "import json; from django.conf import settings as s; import django; django.setup();"
        "print(json.dumps([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT,"
        " s.SECURE_HSTS_SECONDS > 0, s.XINNONG_PROXIES, s.DEBUG]))"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "xinnong.config.settings",
        "XINNONG_TLS": "1",
        "XINNONG_DATA": str(tmp_path),
        "XINNONG_DEMO": "1",
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == [True, True, True, True, 1, False]


def _token(people: People) -> str:
    assert people.lin.institution is not None
    with scoped(SYSTEM):
        return issue_token(
            actor=SYSTEM_ACTOR,
            client=client_of(people.lin.institution.code),
            scopes=["scores.read"],
            lifetime=timedelta(days=1),
            now=timezone.now(),
        )
