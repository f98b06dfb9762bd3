"""A page that refuses says what to do next, in the reader's language and text size."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import signed_in
from tests.people import People

pytestmark = pytest.mark.django_db
READERS = (("zh-hans", "standard"), ("zh-hans", "elder"), ("en", "largest"))
BUTTON = re.compile(r'<a class="button" href="([^"]+)">')


def reading(client: Client, language: str, size: str) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.cookies["text_size"] = size
    return client


def main_of(page: str, language: str, size: str) -> str:
    """What stands in the page's main part, once language and size are those asked for."""
    assert f'<html lang="{language}" data-size="{size}">' in page
    return page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_page_for_others_leads_back_and_speaks_to_farmers_too(
    people: People, language: str, size: str
) -> None:
    answer = reading(signed_in(people.wu), language, size).get("/workbench/")
    shown = main_of(answer.content.decode(), language, size)
    assert answer.status_code == 403
    assert {"en": "If you are a farmer", "zh-hans": "农户请回到首页"}[language] in shown
    assert BUTTON.findall(shown) == ["/"]


@pytest.mark.parametrize(("language", "size"), READERS)
def test_an_address_of_nothing_leads_back(db: None, language: str, size: str) -> None:
    answer = reading(Client(), language, size).get("/nothing-here/")
    assert answer.status_code == 404
    assert BUTTON.findall(main_of(answer.content.decode(), language, size)) == ["/"]


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_form_without_its_token_says_how_to_send_it_again(
    db: None, language: str, size: str
) -> None:
    strict = reading(Client(enforce_csrf_checks=True), language, size)
    answer = strict.post("/accounts/login/", {"login": "lin", "password": "x"})
    shown = main_of(answer.content.decode(), language, size)
    assert answer.status_code == 403
    for word in {"en": ("reload", "cookies"), "zh-hans": ("刷新", "Cookie")}[language]:
        assert word in shown


@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_fault_keeps_language_and_size_and_shows_its_number_alone(
    people: People, language: str, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_request: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("xinnong.journeys.views.home.panels_for", broken)
    lin = reading(signed_in(people.lin), language, size)
    lin.raise_request_exception = False
    answer = lin.get("/")
    page = answer.content.decode()
    assert answer.status_code == 500
    shown = main_of(page, language, size)
    assert re.search(r"<strong>[0-9a-f]{8}</strong>", shown)
    assert BUTTON.findall(shown) == ["/"]
    assert "secret" not in page
    assert "Traceback" not in page


@pytest.mark.slow
@pytest.mark.parametrize(("language", "size"), READERS)
def test_a_locked_name_is_told_how_long_and_whom_to_ask(db: None, language: str, size: str) -> None:
    client, name = reading(Client(), language, size), f"nobody.{language}.{size}"
    for _time in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/accounts/login/", {"login": name, "password": "wrong wrong"})
    shown = main_of(answer.content.decode(), language, size)
    assert answer.status_code == 429
    for word in {"en": ("15 minutes", "farmers"), "zh-hans": ("15 分钟", "农户")}[language]:
        assert word in shown
    assert BUTTON.findall(shown) == ["/accounts/login/"]


@pytest.mark.parametrize(("language", "size"), READERS)
def test_an_address_of_a_form_says_where_to_begin_again(
    people: People, language: str, size: str
) -> None:
    answer = reading(signed_in(people.lin), language, size).get("/text-size/")
    shown = main_of(answer.content.decode(), language, size)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert {"en": "changed nothing", "zh-hans": "没有做任何改动"}[language] in shown
    assert BUTTON.findall(shown) == ["/"]
