"""Keys to an account change only before the password, and never unnoticed."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from tests.authenticator import code_of
from tests.people import PASSWORD, settle
from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.roles import ROLES
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NEW_PASSWORD = "另一个 密码 2027 冬至"
MUST_BE_APPROVED = {
    Permission.EXPORT_LINES,
    Permission.EXPORT_HOUSEHOLDS,
    Permission.PUBLISH_POLICY,
    Permission.PUBLISH_PRODUCT,
    Permission.PUBLISH_SCORECARD,
    Permission.CONFIRM_LOANS,
    Permission.RESOLVE_LOANS,
    Permission.SET_AUTHORITY,
    Permission.EXPORT_LOANS,
    Permission.REPORT_BUREAU,
    Permission.BREAK_GLASS,
    Permission.MANAGE_USERS,
    Permission.MANAGE_CLIENTS,
    Permission.CLOSE_LEDGER,
    Permission.CARRY_PAYMENTS,
    Permission.APPROVE_ACTIVITY,
    Permission.LICENSE_CHANNEL,
    Permission.FILE_DOCUMENT,
    Permission.MANAGE_FEEDS,
    Permission.PUBLISH_RULEBOOK,
    Permission.KEEP_WATCH,
    Permission.SIGN_ORDERS,
    Permission.APPROVE_ORDERS,
}


@pytest.fixture
def chen() -> User:
    cache.clear()
    chen = settle().chen
    chen.set_password(PASSWORD)
    chen.save()
    return chen


@pytest.fixture
def browser(chen: User) -> Client:
    browser = Client()
    browser.post(reverse("account_login"), {"login": "chen", "password": PASSWORD})
    return browser


def recorded(user: User) -> list[str]:
    with scoped(SYSTEM):
        found = Entry.objects.filter(actor=user.ref, subject=user.ref).order_by("id")
        return [entry.action for entry in found]


def set_up(browser: Client) -> int:
    """Answer the page that shows the secret with the code of it."""
    page = browser.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    answer = browser.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return answer.status_code


def test_it_asks_for_the_password_before_a_factor_is_set_up(browser: Client, chen: User) -> None:
    page = browser.get(reverse("mfa_activate_totp"))
    assert page.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not Authenticator.objects.filter(user=chen).exists()


def test_one_word_names_it_on_every_page(browser: Client) -> None:
    page = browser.get(reverse("mfa_index")).content.decode()
    assert re.search(r"<h1>\s*两步验证\s*</h1>", page)
    assert "双因素" not in page
    assert "身份验证器" not in page


def test_it_records_that_a_factor_was_set_up_and_taken_away(
    browser: Client, chen: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        assert set_up(browser) == 302
    assert "accounts.add-second-factor" in recorded(chen)
    browser.post(reverse("mfa_deactivate_totp"))
    assert recorded(chen)[-1] == "accounts.remove-second-factor"


def test_it_gives_no_approving_verb_to_the_session_that_set_a_factor_up(
    browser: Client, chen: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        set_up(browser)
    user = browser.get(reverse("mfa_index")).wsgi_request.user
    assert isinstance(user, User)
    assert not user.can(Permission.EXPORT_LINES)


def test_it_takes_a_code_once(chen: User) -> None:
    TOTP.activate(chen, "JBSWY3DPEHPK3PXP")
    code = code_of("JBSWY3DPEHPK3PXP")
    signed = []
    for _attempt in range(2):
        browser = Client()
        browser.post(reverse("account_login"), {"login": "chen", "password": PASSWORD})
        browser.post(reverse("mfa_authenticate"), {"code": code})
        signed.append("_auth_user_id" in browser.session)
    assert signed == [True, False]


def test_it_records_a_new_password(browser: Client, chen: User) -> None:
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert browser.post(reverse("account_change_password"), form).status_code == 302
    assert recorded(chen) == ["accounts.change-password"]


def test_it_names_every_verb_that_needs_a_second_factor() -> None:
    """Whatever role comes to hold one of them, holds it as approving."""
    for role in ROLES:
        assert role.permissions & MUST_BE_APPROVED == role.approving, role.code
