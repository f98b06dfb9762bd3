"""The books are read in words: products by name, reasons as sentences, nothing unknown hidden."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from tests.people import NOW
from xinnong.ledger import naming
from xinnong.lending.services import ship_products
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

SERVICES = Path(__file__).resolve().parents[2] / "xinnong" / "lending" / "services"
BOOKED = re.compile(
    r'(?:reason=|Move\([^()]*(?:\([^()]*\))?[^()]*, )"((?:loan|payment|statement|eod)[.a-z-]*)"'
)


def test_a_reason_is_read_in_the_language_of_the_page() -> None:
    assert naming.reason_text("loan.draw") == "发放贷款"
    assert naming.reason_text("loan.repay-principal") == "收到还款：本金"
    with override("en"):
        assert naming.reason_text("eod.interest") == "Interest of the day"


def test_a_reason_without_words_is_shown_as_it_is() -> None:
    assert naming.reason_text("nobody.knows") == "nobody.knows"
    assert naming.reason_text("loan.draw-nothing") == "loan.draw-nothing"


def test_every_reason_that_lending_books_has_words() -> None:
    found = {
        code for path in SERVICES.glob("*.py") for code in BOOKED.findall(path.read_text("utf-8"))
    }
    assert {"loan.draw", "payment.done", "statement.opening"} <= found
    assert [code for code in sorted(found) if naming.reason_text(code) == code] == []


@pytest.mark.django_db
def test_products_are_named_as_published() -> None:
    ship_products(signers=RELEASE_SIGNERS, now=NOW)
    assert naming.product_names()["tea"] == "茶农贷"
