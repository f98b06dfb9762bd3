"""Chen and a colleague of his bank, both past a second factor, and the products that ship."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.factories import filled
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import Lender, open_lender, vouched
from tests.people import NOW, People
from xinnong.accounts.models import User
from xinnong.accounts.services import set_user
from xinnong.lending.models import Loan, PublishedProduct
from xinnong.lending.services import ship_products
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

Opened = tuple[Lender, Any]


@pytest.fixture(scope="module")
def opened(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Opened]:
    """A bank whose products are all offered, made once for a module of tests.

    Where the module says with a function `begin(lender)` what its tests begin with, that is done too.
    """
    begin = getattr(request.module, "begin", None)

    def fill() -> Opened:
        with vouched():
            lender = open_lender()
            return lender, begin(lender) if begin else None

    what = request.module.__name__.rpartition(".")[2] if begin else "lender"
    with filled(django_db_blocker, what, fill) as made:
        yield made


@pytest.fixture
def lender(opened: Opened, db: None) -> Iterator[Lender]:
    """The bank where somebody vouches for every contract: before its first loan, or as it has begun."""
    with vouched():
        yield copy.deepcopy(opened[0])


@pytest.fixture
def begun(opened: Opened, db: None) -> Any:
    """What `begin` of the module has returned."""
    return copy.deepcopy(opened[1])


@pytest.fixture
def loan(begun: Loan) -> Loan:
    """The loan that the tests of a module begin with."""
    return begun


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
