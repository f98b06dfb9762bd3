"""The demo's lenders offer what is made for their kind, and somebody may approve it."""

from __future__ import annotations

import pytest

from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.cli.demo_users import _offer_products
from xinnong.lending.models import AuthorityLimit, Offer, PublishedProduct


@pytest.mark.django_db
def test_every_lender_of_the_demo_can_lend_once_prepared(
    people: People, shipped: dict[str, PublishedProduct]
) -> None:
    for _twice in range(2):
        _offer_products()
    with scoped(SYSTEM):
        offers = Offer.objects.values_list("institution", flat=True)
        limits = AuthorityLimit.objects.values_list("institution", "role")
        lenders = {"BANK-01", "BANK-02", "SLC-01", "FUND-01"}
        assert set(offers) == lenders
        assert set(limits) == {
            (each, r) for each in lenders for r in ("auto", "officer", "manager")
        }
        assert limits.count() == 12
