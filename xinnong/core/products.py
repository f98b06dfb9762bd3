"""Loan products as dated data: who may ask, for how much, on which terms, and what must hold first.

A product version is published once and never changed; a loan keeps the version it was signed
under. Amounts are fen, rates percent a year. Vocabularies are closed: a word that is not listed
here is refused when a product is read, so nothing is ever allowed by a typing mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from xinnong.core.errors import Problem
from xinnong.core.schedule.terms import DayCount, InterestPeriod, Method, Unit

METHODS: Final = tuple(each.value for each in Method)
UNITS: Final = tuple(each.value for each in Unit)
DAY_COUNTS: Final = tuple(each.value for each in DayCount)
INTEREST_PERIODS: Final = tuple(each.value for each in InterestPeriod)
BORROWERS: Final = ("household", "organisation")
LENDERS: Final = ("bank", "small_loan", "fund")
SECURITIES: Final = ("credit", "guarantee", "mortgage", "custody", "insurance", "chain")
SIGNINGS: Final = ("face_to_face", "card_check")
"""How a first contract is signed. A code sent by message is no signature, so none is listed."""
PAYEES: Final = ("own_card", "listed_supplier")
CONDITIONS: Final = (
    "line_granted",
    "credit_report",
    "site_visit",
    "guarantor_signed",
    "mortgage_registered",
    "custody_agreement",
    "insurance_policy",
    "chain_order",
    "fund_member",
    "supplier_listed",
)
CONDITION_OF_SECURITY: Final[Mapping[str, str]] = {
    "guarantee": "guarantor_signed",
    "mortgage": "mortgage_registered",
    "custody": "custody_agreement",
    "insurance": "insurance_policy",
    "chain": "chain_order",
}
CONDITION_OF_PAYEE: Final[Mapping[str, str]] = {"listed_supplier": "supplier_listed"}
DOCUMENTS: Final = (
    "identity_check",
    "household_register",
    "credit_report_authorisation",
    "purpose_statement",
    "order_or_invoice",
    "business_licence",
    "co_owner_consent",
    "valuation_report",
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to repay: the method, and how often something falls due."""

    method: str
    every: int
    unit: str


@dataclass(frozen=True, slots=True)
class RateRule:
    """Bounds of the contract rate; `lpr_multiple` bounds rate, penalty and fees together.

    The multiple is of the one-year loan prime rate and binds lenders that are no banks
    (最高人民法院民间借贷规定 25, 28, 29: four times).
    """

    floor_percent: Decimal
    cap_percent: Decimal
    lpr_multiple: Decimal | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a late payment costs, as whole percent of the contract rate (银发〔2003〕251号).

    `principal_first_after_days`: from that many days on a payment reduces principal before
    interest, where the contract says so; None keeps the order of the Civil Code, article 561.
    """

    late_percent: int
    misuse_percent: int
    compound: bool
    principal_first_after_days: int | None


@dataclass(frozen=True, slots=True)
class MortgageRule:
    """How much of the loan things have to cover after haircuts and earlier claims.

    The lender sets it for each product, by `basis` (商业银行押品管理指引, 银监发〔2017〕16号; what
    stands before us counts first, by the order of registration: 民法典 414).
    """

    least_coverage_percent: int
    basis: str


@dataclass(frozen=True, slots=True)
class Later:
    """What may be agreed on while the loan runs."""

    renewal: bool
    extension: bool


@dataclass(frozen=True, slots=True)
class Product:
    """A published product version; made by `product_file.load_product`."""

    id: str
    version: str
    effective_on: date
    title_zh: str
    title_en: str
    says_zh: str
    says_en: str
    lenders: tuple[str, ...]
    borrowers: tuple[str, ...]
    produces: tuple[str, ...]
    least_minor: int
    most_minor: int
    least_months: int
    most_months: int
    rate: RateRule
    ways: tuple[Way, ...]
    day_count: str
    interest_period: str
    most_grace: int
    revolving: bool
    payees: tuple[str, ...]
    cooling_off_days: int
    securities: tuple[str, ...]
    conditions: tuple[str, ...]
    documents: tuple[str, ...]
    signing: tuple[str, ...]
    overdue: Overdue
    later: Later
    mortgage: MortgageRule
    sha256: str

    def conditions_for(self, *, security: str, payee: str) -> tuple[str, ...]:
        """What must hold before money leaves: always, for this security, and for this payee."""
        own = (CONDITION_OF_SECURITY.get(security), CONDITION_OF_PAYEE.get(payee))
        named = (*self.conditions, *(each for each in own if each is not None))
        return tuple(dict.fromkeys(named))

    def way(self, method: str) -> Way | None:
        """The way with this method, or None where the product does not offer it."""
        return next((way for way in self.ways if way.method == method), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks of a product. `produces` are the crops and animals on the file."""

    lender: str
    borrower: str
    amount_minor: int
    months: int
    method: str
    rate_percent: Decimal
    security: str
    payee: str
    on: date
    produces: frozenset[str] = frozenset()
    grace: int = 0


def request_problems(
    product: Product, request: Request, *, lpr_percent: Decimal | None
) -> tuple[Problem, ...]:
    """Everything that keeps a request out of a product; empty when it fits.

    `lpr_percent` is the one-year loan prime rate of the day of signing; a product bound to it is
    refused while it is unknown (None).
    """
    return (
        *_who_problems(product, request),
        *_size_problems(product, request),
        *_terms_problems(product, request),
        *rate_problems(product, request.rate_percent, lpr_percent=lpr_percent),
    )


def _who_problems(product: Product, request: Request) -> Iterator[Problem]:
    if request.on < product.effective_on:
        yield Problem("product.not_yet", "on", {"effective_on": product.effective_on})
    if request.lender not in product.lenders:
        yield Problem("product.lender", "lender", {"lenders": product.lenders})
    if request.borrower not in product.borrowers:
        yield Problem("product.borrower", "borrower", {"borrowers": product.borrowers})
    if product.produces and request.produces.isdisjoint(product.produces):
        yield Problem("product.produces", "produces", {"produces": product.produces})


def _size_problems(product: Product, request: Request) -> Iterator[Problem]:
    if not product.least_minor <= request.amount_minor <= product.most_minor:
        bounds = {"least_minor": product.least_minor, "most_minor": product.most_minor}
        yield Problem("product.amount", "amount_minor", bounds)
    if not product.least_months <= request.months <= product.most_months:
        months = {"least_months": product.least_months, "most_months": product.most_months}
        yield Problem("product.months", "months", months)


def _terms_problems(product: Product, request: Request) -> Iterator[Problem]:
    way = product.way(request.method)
    if way is None:
        methods = tuple(each.method for each in product.ways)
        yield Problem("product.method", "method", {"methods": methods})
    if request.security not in product.securities:
        yield Problem("product.security", "security", {"securities": product.securities})
    if request.payee not in product.payees:
        yield Problem("product.payee", "payee", {"payees": product.payees})
    if not 0 <= request.grace <= product.most_grace:
        yield Problem("product.grace", "grace", {"most_grace": product.most_grace})


def rate_problems(
    product: Product, rate_percent: Decimal, *, lpr_percent: Decimal | None
) -> Iterator[Problem]:
    """Tell whether a contract rate breaks the product's bounds or the cap on the total cost."""
    rule = product.rate
    if not rule.floor_percent <= rate_percent <= rule.cap_percent:
        bounds = {"floor_percent": rule.floor_percent, "cap_percent": rule.cap_percent}
        yield Problem("product.rate", "rate_percent", bounds)
    if rule.lpr_multiple is None:
        return
    if lpr_percent is None:
        yield Problem("product.lpr_unknown", "rate_percent")
        return
    most = rule.lpr_multiple * lpr_percent
    if rate_percent > most:
        params = {"most_percent": most, "lpr_percent": lpr_percent}
        yield Problem("product.total_cost", "rate_percent", params)


def late_percent(
    product: Product, rate_percent: Decimal, *, lpr_percent: Decimal | None
) -> Decimal:
    """The penalty rate of a contract: its share of the contract rate, held under the total cost.

    Where the product bounds the total cost, a late borrower of a lender that is no bank pays at
    most the multiple of the loan prime rate, whatever the contract rate times its share gives.
    """
    rate = rate_percent * product.overdue.late_percent / 100
    if product.rate.lpr_multiple is None:
        return rate
    assert lpr_percent is not None, product.id
    return min(rate, product.rate.lpr_multiple * lpr_percent)
