"""A published sample county and programs with tokens, made once for a module of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county
from tests.people import People, client_of
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.accounts.services.tokens import issue_token

Tokens = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture
def people(county: tuple[People, Sample], db: None) -> People:
    return county[0]


@pytest.fixture
def sample(county: tuple[People, Sample], db: None) -> Sample:
    return county[1]


@pytest.fixture
def token_of(people: People) -> Tokens:
    """Headers of a program of an institution whose new token holds these verbs."""

    def issued(institution: str, *verbs: Permission) -> dict[str, str]:
        with scoped(people.ou):
            token = issue_token(
                actor=people.ou,
                client=client_of(institution),
                scopes=verbs,
                lifetime=timedelta(days=1),
                now=timezone.now(),
            )
        return {"Authorization": f"Bearer {token}"}

    return issued
