"""Chen and a colleague of his bank, both past a second factor, and the products that ship."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.journeys.test_exporting_a_list import past_second_factor
from tests.people import NOW, People, settle
from xinnong.accounts.models import User
from xinnong.accounts.services import set_user
from xinnong.lending.models import PublishedProduct
from xinnong.lending.services import ship_products
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS


@pytest.fixture
def people(db: None) -> People:
    return settle()


@pytest.fixture
def shipped(db: None) -> dict[str, PublishedProduct]:
    return {each.code: each for each in ship_products(signers=RELEASE_SIGNERS, now=NOW)}


@pytest.fixture
def bai(people: People) -> User:
    """Bai manages the same bank as Chen."""
    return set_user(
        username="bai", name="白清明", roles=["manager"], institution=people.chen.institution,
        areas=[], password=None, now=NOW,
    )  # fmt: skip


@pytest.fixture
def chens(people: People) -> Client:
    return past_second_factor(people.chen)


@pytest.fixture
def bais(bai: User) -> Client:
    return past_second_factor(bai)
