"""Chen and a colleague of his bank, both past a second factor, and the products that ship."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.factories import filled
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import Lender, open_lender, vouched
from tests.people import NOW, People
from xinnong.accounts.models import User
from xinnong.accounts.services import set_user
from xinnong.lending.models import PublishedProduct
from xinnong.lending.services import ship_products
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS


@pytest.fixture(scope="module")
def opened(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Lender]:
    """A bank whose products are all offered, made once for a module of tests."""
    with filled(django_db_blocker, "lender", open_lender) as made:
        yield made


@pytest.fixture
def lender(opened: Lender, db: None) -> Iterator[Lender]:
    """The bank before its first loan, where somebody vouches for every contract."""
    with vouched():
        yield copy.deepcopy(opened)


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
