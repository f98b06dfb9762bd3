"""What a product lets through, and every reason for which it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.core.test_product_file import PUBLISHED
from xinnong.core.money import percent
from xinnong.core.product_file import load_product
from xinnong.core.products import Product, Request, late_percent, request_problems

LPR = percent("3.00")


def product(name: str) -> Product:
    return load_product((PUBLISHED / f"{name}-2026.1.json").read_bytes())


TEA_GROWER = Request(
    lender="bank", borrower="household", amount_minor=8_000_000, months=12, method="seasonal",
    rate_percent=percent("4.1"), security="credit", payee="own_card", on=date(2026, 2, 1),
    produces=frozenset({"tea", "early_rice"}), grace=2,
)  # fmt: skip


def codes(name: str, request: Request, lpr_percent: Decimal | None = LPR) -> list[str]:
    return [each.code for each in request_problems(product(name), request, lpr_percent=lpr_percent)]


def test_it_lets_a_tea_grower_through() -> None:
    assert codes("tea", TEA_GROWER) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on": date(2025, 12, 31)}, "product.not_yet"),
        ({"lender": "fund"}, "product.lender"),
        ({"borrower": "village"}, "product.borrower"),
        ({"produces": frozenset({"pigs"})}, "product.produces"),
        ({"produces": frozenset()}, "product.produces"),
        ({"amount_minor": 999_999}, "product.amount"),
        ({"amount_minor": 30_000_001}, "product.amount"),
        ({"months": 37}, "product.months"),
        ({"method": "flat"}, "product.method"),
        ({"security": "mortgage"}, "product.security"),
        ({"payee": "a_friend"}, "product.payee"),
        ({"grace": 7}, "product.grace"),
        ({"grace": -1}, "product.grace"),
        ({"rate_percent": percent("2.999999")}, "product.rate"),
        ({"rate_percent": percent("12.000001")}, "product.rate"),
    ],
)
def test_it_says_which_bound_a_request_breaks(changes: dict[str, object], code: str) -> None:
    assert codes("tea", replace(TEA_GROWER, **changes)) == [code]  # type: ignore[arg-type]


def test_it_says_everything_at_once() -> None:
    wrong = replace(TEA_GROWER, lender="fund", months=60, payee="a_friend")
    assert codes("tea", wrong) == ["product.lender", "product.months", "product.payee"]


SMALL = replace(
    TEA_GROWER, lender="small_loan", method="equal_installment", rate_percent=percent("11.5"),
    grace=0,
)  # fmt: skip


def test_it_holds_a_small_loan_firm_under_four_times_the_prime_rate() -> None:
    assert codes("small-loan", SMALL) == []
    assert codes("small-loan", SMALL, percent("2.85")) == ["product.total_cost"]
    assert codes("small-loan", SMALL, None) == ["product.lpr_unknown"]


def test_it_holds_the_penalty_of_a_small_loan_firm_under_it_too() -> None:
    assert late_percent(product("small-loan"), percent("11.5"), lpr_percent=LPR) == 12
    assert late_percent(product("tea"), percent("4.1"), lpr_percent=None) == percent("6.15")


def test_it_asks_for_what_the_security_and_the_payee_need() -> None:
    pigs = product("pigs")
    assert pigs.conditions_for(security="custody", payee="listed_supplier") == (
        "credit_report", "site_visit", "insurance_policy", "custody_agreement", "supplier_listed",
    )  # fmt: skip
    assert product("tea").conditions_for(security="credit", payee="own_card") == (
        "line_granted", "credit_report",
    )  # fmt: skip
