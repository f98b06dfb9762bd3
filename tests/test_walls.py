"""Every address of the installation, walked as nobody, as a stranger and in every role.

A new address fails here until tests/walls.py says who may open it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county, signed_in
from tests.people import FAR_VILLAGE, LOTUS_VILLAGE, People, client_of
from tests.walls import DEEDS, HOME, NOBODY_KNOWS, PAGES, PEOPLE, PROGRAMS, SOMEBODY, Program, Wall
from xinnong.accounts.models import User
from xinnong.accounts.roles import BY_CODE
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import API_VERBS, issue_token
from xinnong.areas.models import Area
from xinnong.audit.services import SYSTEM_ACTOR

BARE = {
    "api:deliver",
    "api:plan",
    "api:make_file",
    "api:take_file",
    "api:take_results",
    "api:take_bank_statement",
}
POSTED = {
    "api:submit_loan_application",
    "api:withdraw_loan_application",
    "api:draft_loan_contract",
    "api:announce_device",
    "api:draw_loan",
    "api:take_repayment",
    "api:record_loan_contact",
    "api:redeem_ecard",
    "api:file",
    "api:check_team",
    "api:take",
    "api:take_receipts",
}
PUT = {"api:put_core_codes"}
County = tuple[People, Sample]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[County]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def sessions(county: County, django_db_blocker: DjangoDbBlocker) -> dict[str, str]:
    """The cookie of everybody, who signed in once before the first test."""
    with django_db_blocker.unblock():
        browsers = {role: signed_in(user) for role, user in county[0].by_role().items()}
    name = settings.SESSION_COOKIE_NAME
    return {role: browser.cookies[name].value for role, browser in browsers.items()}


def test_it_knows_every_address() -> None:
    known = set(PAGES) | set(PROGRAMS)
    assert sorted(set(addresses()) - known) == []
    assert sorted(known - set(addresses())) == []


def test_it_walks_as_every_role(county: County) -> None:
    assert set(county[0].by_role()) == set(BY_CODE) | {"stranger"} == PEOPLE - {"anonymous"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PAGES))
def test_it_shows_a_page_only_to_whom_it_may(
    county: County, sessions: dict[str, str], name: str
) -> None:
    answers = _answers("get", name, PAGES[name], county, sessions)
    assert answers == {role: PAGES[name].status(role) for role in sorted(PEOPLE)}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(DEEDS))
def test_it_lets_only_those_act_who_may(
    county: County, sessions: dict[str, str], name: str
) -> None:
    answers = _answers("post", name, DEEDS[name], county, sessions)
    assert answers == {role: DEEDS[name].status(role) for role in sorted(PEOPLE)}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_it_opens_the_api_to_tokens_with_the_verb_alone(county: County, name: str) -> None:
    people, sample = county
    program = PROGRAMS[name]
    assert _call(signed_in(people.chen), name, program, sample) == 401
    assert _call(Client(), name, program, sample, token="xn_wrong") == 401
    others = sorted(API_VERBS - {program.verb})
    assert _call(Client(), name, program, sample, token=_token(people.chen, others)) == 403
    right = _token(people.chen, [program.verb])
    assert _call(Client(), name, program, sample, token=right) == program.answer


@pytest.mark.parametrize("name", ["journeys:household", "journeys:dimension", "journeys:purpose"])
def test_it_answers_a_cadre_of_elsewhere_as_if_nothing_were_there(
    county: County, name: str
) -> None:
    people, sample = county
    far = next(h for h in sample.households if h.area12 == FAR_VILLAGE)
    browser = signed_in(people.xu if name != "journeys:dimension" else _officer_of_lotus(people))
    dimension = {"dimension": "assets"} if name == "journeys:dimension" else {}
    address = reverse(name, kwargs={"ref": far.ref, **dimension})
    call = browser.post if name == "journeys:purpose" else browser.get
    assert call(address).status_code == 404


def _officer_of_lotus(people: People) -> User:
    """Lin, for once kept to one village."""
    people.lin.area_grants.all().delete()
    people.lin.area_grants.create(area=Area.objects.get(code=LOTUS_VILLAGE))
    return people.lin


def addresses() -> Iterator[str]:
    """Names of every address, with their namespaces."""
    yield from _names(get_resolver().url_patterns, "")


def _names(patterns: list[URLPattern | URLResolver], namespace: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}"


def _answers(
    method: str, name: str, wall: Wall, county: County, sessions: dict[str, str]
) -> dict[str, int]:
    """What everybody is answered at an address, each in a browser of their own."""
    address = reverse(name, kwargs=_real(wall.arguments, county[1]))
    answers = {}
    for role in sorted(PEOPLE):
        browser = Client()
        if role in sessions:
            browser.cookies[settings.SESSION_COOKIE_NAME] = sessions[role]
        answers[role] = int(getattr(browser, method)(address, wall.form).status_code)
    return answers


def _call(browser: Client, name: str, program: Program, sample: Sample, token: str = "") -> int:
    address = reverse(name, kwargs=_real(program.arguments, sample))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"{address}?{program.query}"
    if name in BARE:
        return int(browser.post(address, headers=headers).status_code)
    headers["Idempotency-Key"] = str(NOBODY_KNOWS)
    if name in PUT:
        answer = browser.put(address, {}, headers=headers, content_type="application/json")
    elif name in POSTED:
        answer = browser.post(address, headers=headers, content_type="application/json")
    else:
        answer = browser.get(address, headers=headers)
    return int(answer.status_code)


def _token(manager: User, verbs: Sequence[str]) -> str:
    """A token of the manager's bank."""
    assert manager.institution is not None
    with scoped(SYSTEM):
        return issue_token(
            actor=SYSTEM_ACTOR,
            client=client_of(manager.institution.code),
            scopes=verbs,
            lifetime=timedelta(days=1),
            now=timezone.now(),
        )


def _real(arguments: dict[str, Any], sample: Sample) -> dict[str, Any]:
    home = next(h for h in sample.households if h.area12 == LOTUS_VILLAGE)
    somebody = next(p for p in sample.people.values() if p.household_id == home.pk)
    found = {HOME: home.ref, SOMEBODY: somebody.ref}
    return {name: found.get(value, value) for name, value in arguments.items()}
