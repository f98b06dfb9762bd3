"""The books are read in words: products by their names."""

from __future__ import annotations

import pytest

from tests.people import NOW
from xinnong.ledger import naming
from xinnong.lending.services import ship_products
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS


@pytest.mark.django_db
def test_products_are_named_as_published() -> None:
    ship_products(signers=RELEASE_SIGNERS, now=NOW)
    assert naming.product_names()["tea"] == "茶农贷"
