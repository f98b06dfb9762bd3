"""Signing in: by password, with a second factor, with a plain answer when it fails."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from axes.models import AccessAttempt
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from html5lib import HTMLParser

from tests.authenticator import code_of
from tests.people import NOW, PASSWORD, People
from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def nobody_tried_before() -> None:
    cache.clear()


@pytest.fixture
def lin(people: People) -> User:
    people.lin.set_password(PASSWORD)
    people.lin.save()
    return people.lin


def sign_in(client: Client, name: str = "lin", password: str = PASSWORD) -> int:
    page = reverse("account_login")
    return client.post(page, {"login": name, "password": password}).status_code


def test_it_shows_the_sign_in_page(client: Client) -> None:
    page = client.get(reverse("account_login"))
    assert page.status_code == 200
    assert 'data-xinnong="sign-in"' in page.content.decode()


@pytest.mark.slow
def test_it_signs_in_and_out_with_a_new_session_each_time(client: Client, lin: User) -> None:
    client.get(reverse("account_login"))
    before = client.session.session_key
    assert sign_in(client) == 302
    inside = client.session.session_key
    assert inside != before
    assert client.session["_auth_user_id"] == str(lin.pk)
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session
    assert client.session.session_key != inside


@pytest.mark.slow
def test_it_stores_argon2_and_accepts_capitals_in_the_name(client: Client, lin: User) -> None:
    assert lin.password.startswith("argon2")
    assert sign_in(client, "LIN") == 302


@pytest.mark.slow
def test_it_refuses_a_wrong_password_without_saying_which_was_wrong(
    client: Client, lin: User
) -> None:
    answers = []
    for name in ("lin", "nobody"):
        page = client.post(reverse("account_login"), {"login": name, "password": "x" * 12})
        answers.append(re.findall(r"<h2>.*?</ul>", page.content.decode(), re.DOTALL))
    assert answers[0] == answers[1]
    assert answers[0]
    assert "_auth_user_id" not in client.session


@pytest.mark.slow
def test_it_locks_a_name_after_five_wrong_passwords(client: Client, lin: User) -> None:
    answers = [
        sign_in(client, password="wrong wrong wrong") for _ in range(settings.AXES_FAILURE_LIMIT)
    ]
    assert answers == [200, 200, 200, 200, 429]
    page = client.post(reverse("account_login"), {"login": "lin", "password": PASSWORD})
    assert page.status_code == 429
    assert "15" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert PASSWORD not in str(list(AccessAttempt.objects.values_list("post_data", flat=True)))


def test_it_refuses_somebody_who_left(client: Client, lin: User) -> None:
    lin.is_active = False
    lin.save()
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_it_offers_no_sign_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert client.get("/accounts/password/reset/").status_code == 404


@pytest.mark.slow
def test_it_asks_for_the_second_factor_and_only_then_lets_an_approver_approve(
    client: Client, people: People
) -> None:
    chen = people.chen
    chen.set_password(PASSWORD)
    chen.save()
    assert Permission.EXPORT_LINES not in chen.granted
    TOTP.activate(chen, SECRET)
    assert sign_in(client, "chen") == 302
    assert "_auth_user_id" not in client.session
    page = client.post(reverse("mfa_authenticate"), {"code": code_of(SECRET)})
    assert page.status_code == 302
    user = client.get(reverse("mfa_index")).wsgi_request.user
    assert isinstance(user, User)
    assert Permission.EXPORT_LINES in user.granted


def test_it_withholds_approving_verbs_from_a_session_without_second_factor(
    client: Client, people: People
) -> None:
    client.force_login(people.chen)
    user = client.get(reverse("mfa_index")).wsgi_request.user
    assert isinstance(user, User)
    assert user.can(Permission.READ_HOUSEHOLD)
    assert not user.can(Permission.EXPORT_LINES)


@pytest.mark.slow
def test_it_draws_the_code_of_the_authenticator_into_the_page(client: Client, lin: User) -> None:
    sign_in(client)
    activate = reverse("mfa_activate_totp")
    asked_again = client.get(activate)
    assert asked_again.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": activate})
    page = client.get(activate).content.decode()
    assert "<svg" in page
    assert "data:image" not in page


PAGES = [
    "account_login",
    "account_logout",
    "account_inactive",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_list_webauthn",
]


@pytest.mark.parametrize("name", PAGES)
def test_it_keeps_the_strict_policy_on_every_page(client: Client, lin: User, name: str) -> None:
    client.force_login(lin)
    page = client.get(reverse(name), follow=True)
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert "data:" not in policy
    text = page.content.decode()
    HTMLParser(strict=True).parse(text)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style", text)
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("name", PAGES)
def test_it_speaks_english_completely(client: Client, lin: User, name: str) -> None:
    if name != "account_login":
        client.force_login(lin)
    client.cookies["django_language"] = "en"
    text = client.get(reverse(name), follow=True).content.decode()
    shown = re.sub(r'<[^>]*lang="zh-hans"[^>]*>[^<]*<', "<", text)
    shown = shown.replace(lin.name, "")
    assert re.findall(r"[\u4e00-\u9fff]+", shown) == []


def test_it_employs_nobody_in_two_kinds_of_operator(people: People) -> None:
    from xinnong.accounts.services import RoleOfOtherOperator, RoleUnknown, set_user

    for role, refusal in (("officer", RoleOfOtherOperator), ("king", RoleUnknown)):
        with pytest.raises(refusal):
            set_user(
                username="new",
                name="新人",
                roles=[role],
                institution=people.xu.institution,
                areas=[],
                password=None,
                now=NOW,
            )
    assert not User.objects.filter(username="new").exists()
