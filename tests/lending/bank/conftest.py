"""Lin's bank and Wang Dashan, whose name is on file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county
from tests.lending.bank.hands import hands
from tests.lending.loans import Lender
from tests.people import People


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture
def lender(county: tuple[People, Sample], db: None) -> Iterator[Lender]:
    with hands(*county) as made:
        yield made
