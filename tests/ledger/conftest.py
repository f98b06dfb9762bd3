"""Books for every test of the ledger."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.factories import filled
from tests.ledger.books import Books, open_books
from xinnong.accounts.scope import SYSTEM, scoped


@pytest.fixture(scope="module")
def opened(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Books]:
    """Every account open and empty, made once for a module of tests."""
    with filled(django_db_blocker, "books", _open) as made:
        yield made


def _open() -> Books:
    with scoped(SYSTEM):
        return open_books()


@pytest.fixture
def books(opened: Books, db: None) -> Iterator[Books]:
    with scoped(SYSTEM):
        yield copy.deepcopy(opened)
