"""A published sample county with everybody in it, made once for a module of tests.

It is committed through the publisher's connection, as a refresh would; each test then runs in a
transaction of its own that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county, signed_in
from tests.people import People


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
def lin(people: People) -> Client:
    """Lin of BANK-01, signed in."""
    return signed_in(people.lin)
