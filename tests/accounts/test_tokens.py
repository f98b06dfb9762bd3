"""API tokens: shown once, kept as a digest, with verbs, an end and a log entry."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from tests.people import NOW, People, client_of
from xinnong.accounts.models import ApiClient, ApiToken
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scope_of, scoped
from xinnong.accounts.services.tokens import (
    LifetimeTooLong,
    ScopeNotForClients,
    client_of_token,
    issue_token,
    revoke_tokens,
)
from xinnong.audit.models import Entry

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def bank(people: People) -> ApiClient:
    return client_of("BANK-01")


def issue(people: People, bank: ApiClient, *scopes: str, lifetime: timedelta = DAY) -> str:
    with scoped(people.ou):
        return issue_token(actor=people.ou, client=bank, scopes=scopes, lifetime=lifetime, now=NOW)


def test_it_opens_what_its_verbs_open(people: People, bank: ApiClient) -> None:
    token = issue(people, bank, "scores.read")
    found = client_of_token(token, now=NOW)
    assert found == bank
    assert found is not None
    assert (found.can(Permission.READ_SCORE), found.can(Permission.READ_LINE)) == (True, False)
    assert scope_of(found).institutions == ("BANK-01", "BANK-01-01")
    assert scope_of(found).kinds == ("b",)


def test_it_keeps_no_token(people: People, bank: ApiClient) -> None:
    token = issue(people, bank, "scores.read")
    kept = ApiToken.objects.get()
    assert token not in str(kept.__dict__)
    assert kept.digest != token
    with scoped(people.ou):
        assert Entry.objects.get(action="accounts.issue-token").subject == bank.ref


@pytest.mark.parametrize("later", [DAY, DAY * 400])
def test_it_ends(people: People, bank: ApiClient, later: timedelta) -> None:
    token = issue(people, bank, "scores.read")
    assert client_of_token(token, now=NOW + DAY - timedelta(seconds=1)) == bank
    assert client_of_token(token, now=NOW + later) is None


def test_it_is_revoked(people: People, bank: ApiClient) -> None:
    token = issue(people, bank, "scores.read")
    with scoped(people.ou):
        assert revoke_tokens(actor=people.ou, client=bank, now=NOW) == 1
    assert client_of_token(token, now=NOW) is None


def test_it_ends_with_its_client(people: People, bank: ApiClient) -> None:
    token = issue(people, bank, "scores.read")
    bank.is_active = False
    bank.save()
    assert client_of_token(token, now=NOW) is None


@pytest.mark.parametrize("token", ["", "xn_", "xn_wrong", "Bearer x", "x" * 5000, "\0"])
def test_it_refuses_what_was_never_issued(people: People, token: str) -> None:
    assert client_of_token(token, now=NOW) is None


@pytest.mark.parametrize("scopes", [(), ("policies.publish",), ("scores.read", "nothing")])
def test_it_gives_programs_no_verb_of_people(
    people: People, bank: ApiClient, scopes: tuple[str, ...]
) -> None:
    with pytest.raises(ScopeNotForClients):
        issue(people, bank, *scopes)
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=367)])
def test_it_refuses_other_lifetimes(people: People, bank: ApiClient, lifetime: timedelta) -> None:
    with pytest.raises(LifetimeTooLong):
        issue(people, bank, "scores.read", lifetime=lifetime)
    assert ApiToken.objects.count() == 0


def test_it_issues_nothing_without_its_log_entry(people: People, bank: ApiClient) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), scoped(people.lin):
        issue_token(actor=people.ou, client=bank, scopes=["scores.read"], lifetime=DAY, now=NOW)
    assert ApiToken.objects.count() == 0
