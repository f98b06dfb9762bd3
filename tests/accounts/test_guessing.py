"""Somebody guesses at passwords: they run out of tries, the officer does not."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import signing
from django.core.cache import cache
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from tests.people import PASSWORD, settle
from xinnong.accounts.devices import COOKIE, SALT, client_address, name_tried
from xinnong.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WRONG = "wrong wrong wrong"
ELSEWHERE = "203.0.113.7"


@pytest.fixture(autouse=True)
def nobody_tried_before() -> None:
    cache.clear()


@pytest.fixture
def lin() -> User:
    lin = settle().lin
    lin.set_password(PASSWORD)
    lin.save()
    return lin


def tried(browser: Client, name: str = "lin", password: str = WRONG, address: str = "") -> int:
    origin = {"REMOTE_ADDR": address} if address else {}
    page = browser.post(
        reverse("account_login"),
        {"login": name, "password": password},
        **origin,  # type: ignore[arg-type]
    )
    return page.status_code


def exhaust(name: str, address: str = "") -> list[int]:
    return [tried(Client(), name, address=address) for _ in range(settings.AXES_FAILURE_LIMIT)]


def test_it_locks_the_stranger_and_not_the_officers_own_device(lin: User) -> None:
    own = Client()
    assert tried(own, password=PASSWORD) == 302
    own.post(reverse("account_logout"))
    assert exhaust("lin")[-1] == 429
    assert tried(Client(), password=PASSWORD) == 429
    assert tried(own, password=PASSWORD) == 302


def test_it_locks_the_officers_device_by_its_own_count(lin: User) -> None:
    own = Client()
    tried(own, password=PASSWORD)
    own.post(reverse("account_logout"))
    assert [tried(own) for _ in range(settings.AXES_FAILURE_LIMIT)][-1] == 429
    assert tried(own, password=PASSWORD) == 429
    assert tried(Client(), password=PASSWORD, address=ELSEWHERE) == 302


def test_it_bounds_guesses_at_one_name_from_everywhere(lin: User) -> None:
    """Ten in five minutes, from however many addresses; the officer's device is not counted."""
    own = Client()
    tried(own, password=PASSWORD)
    own.post(reverse("account_logout"))
    for number in range(10):
        assert tried(Client(), address=f"198.51.100.{number}") == 200
    page = Client().post(
        reverse("account_login"), {"login": "lin", "password": PASSWORD}, REMOTE_ADDR=ELSEWHERE
    )
    assert page.status_code == 200
    assert tried(own, password=PASSWORD) == 302


def test_it_bounds_guesses_at_many_names_from_one_address(lin: User) -> None:
    with patch.object(Argon2PasswordHasher, "encode", return_value="argon2$x"):
        answers = [tried(Client(), f"name{number}") for number in range(30)]
    assert set(answers) == {200}
    assert tried(Client(), password=PASSWORD) == 429
    assert tried(Client(), password=PASSWORD, address=ELSEWHERE) == 302


def test_it_works_as_long_for_names_that_do_not_exist(lin: User) -> None:
    """The same number of password hashes whether the name exists, left, or has no password."""
    User.objects.filter(username="zhao").update(is_active=False)
    costs = {}
    for name in ("lin", "zhao", "chen", "nobody"):
        with (
            patch.object(
                Argon2PasswordHasher, "encode", autospec=True, return_value="argon2$x"
            ) as made,
            patch.object(
                Argon2PasswordHasher, "verify", autospec=True, return_value=False
            ) as checked,
            patch.object(Argon2PasswordHasher, "must_update", return_value=False),
        ):
            tried(Client(), name)
        costs[name] = made.call_count + checked.call_count
    assert costs == dict.fromkeys(costs, 1)


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "a:b:c", signing.dumps(["d", ["0" * 16]], salt=SALT), "\0" * 9],
    ids=["empty", "letter", "colons", "signed", "nul"],
)
def test_it_trusts_no_cookie_it_did_not_make_for_the_name(cookie: str) -> None:
    request = RequestFactory().post("/", {"login": "LIN#d"})
    request.COOKIES[COOKIE] = cookie
    assert name_tried(request) == "lind"
    assert name_tried(request, {"username": "Lin"}) == "lin"


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_it_believes_its_own_proxies_alone(hops: int, forwarded: str, address: str) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    with override_settings(XINNONG_PROXIES=hops):
        assert client_address(request) == address
