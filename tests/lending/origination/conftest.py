"""Wang Dashan of Lotus Village borrows from Lin's bank; Bai manages it beside Chen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county
from tests.lending.origination.story import Story, told
from tests.people import People


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture
def story(county: tuple[People, Sample], db: None) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        yield made
