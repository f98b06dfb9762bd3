"""The same answer is drawn once for everybody without sign-in, and never said when it is no longer so."""

from __future__ import annotations

import re

import pytest
from django.core.cache import caches
from django.test import Client

from tests.factories import signed_in
from tests.outreach.world import NOW, World
from xinnong.accounts.scope import scoped
from xinnong.outreach.secrets import code_of
from xinnong.outreach.services.suspending import suspend

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture
def code(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    caches["pages"].clear()
    return code_of(world.approved())


def page(browser: Client, code: str) -> str:
    return browser.post("/check/", {"code": code}).content.decode()


def test_everybody_reads_the_same_page_with_a_token_of_their_own(code: str) -> None:
    first, second = Client(), Client()
    said = [page(browser, code) for browser in (first, second)]
    tokens = [set(TOKEN.findall(text)) for text in said]
    assert tokens[0]
    assert not tokens[0] & tokens[1]
    assert (
        len(
            {TOKEN.sub("", text).replace(t.pop(), "") for text, t in zip(said, tokens, strict=True)}
        )
        == 1
    )
    strict = Client(enforce_csrf_checks=True)
    (token, *_more) = TOKEN.findall(strict.get("/check/").content.decode())
    typed = {"code": code, "csrfmiddlewaretoken": token}
    assert strict.post("/check/", typed).status_code == 200
    assert strict.post("/check/", {"code": code}).status_code == 403


def test_a_suspension_is_on_the_next_page(world: World, code: str) -> None:
    assert "绿灯" in page(Client(), code)
    with scoped(world.people.han):
        suspend(actor=world.people.han, part=world.team, reason="核查", now=NOW)
    assert "红灯" in page(Client(), code)


def test_language_size_and_people_have_their_own_pages(world: World, code: str) -> None:
    plain = page(Client(), code)
    english = Client(headers={"accept-language": "en"})
    elder = Client()
    elder.cookies["text_size"] = "elder"
    assert 'lang="en"' in page(english, code)
    assert 'data-size="elder"' in page(elder, code)
    assert "登录" in plain
    assert world.people.han.get_full_name() not in plain
    assert page(signed_in(world.people.han), code) != plain
