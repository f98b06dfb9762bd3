"""Books for every test of the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ledger.books import Books, open_books
from xinnong.accounts.scope import SYSTEM, scoped


@pytest.fixture
def books(db: None) -> Iterator[Books]:
    with scoped(SYSTEM):
        yield open_books()
