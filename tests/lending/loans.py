"""A lender that lends: Lin's bank, a contract of Wu's, and days that go by."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from tests.people import LOTUS_VILLAGE, NOW, People, settle
from xinnong.accounts.models import Institution
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.loan_book import DayEnd, Payment, run_days
from xinnong.core.loan_plan import plan_of
from xinnong.core.money import percent
from xinnong.core.schedule.terms import DayCount, Method
from xinnong.ledger.models import Account
from xinnong.ledger.queries import balances_now
from xinnong.lending.loan_terms import LoanTerms
from xinnong.lending.may_draw import register_draw_gate, registered_gate
from xinnong.lending.models import Loan, OpenDue, PublishedProduct
from xinnong.lending.queries.loans import accruals_of, book_of, payments_of, terms_in_force
from xinnong.lending.services import (
    DayReport,
    Excess,
    PaymentReceipt,
    draw,
    end_days,
    offer_product,
    repay,
    ship_products,
)
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

WU = UUID(int=0x3003)
CONTRACT = UUID(int=0xC0)
DRAWN = date(2026, 3, 1)
HUNDRED_THOUSAND = 10_000_000


@dataclass
class Lender:
    """Lin's bank with its products; `at` is nothing but a counter for keys."""

    people: People
    bank: Institution
    products: dict[str, PublishedProduct]
    used: int = 0
    terms: LoanTerms = field(init=False)

    def __post_init__(self) -> None:
        self.terms = LoanTerms(
            institution=self.bank,
            contract_ref=CONTRACT,
            product=self.products["inclusive"],
            person=WU,
            area12=LOTUS_VILLAGE,
            household_id=None,
            limit_minor=HUNDRED_THOUSAND,
            rate_percent=percent("4.1"),
            late_rate_percent=percent("6.15"),
            method=Method.EQUAL_INSTALLMENT,
            day_count=DayCount.ACTUAL_360,
            number_of_repayments=12,
        )

    def key(self) -> str:
        self.used += 1
        return f"test-{self.used}"

    def contract(self, **changes: Any) -> LoanTerms:
        return replace(self.terms, **changes)

    def draw(
        self, amount: int = HUNDRED_THOUSAND, *, on: date = DRAWN, key: str = "", **changes: Any
    ) -> Loan:
        ref = draw(
            actor=SYSTEM_ACTOR,
            terms=self.contract(**changes),
            amount_minor=amount,
            on=on,
            now=NOW,
            key=key or self.key(),
        )
        return loan_of(ref)

    def repay(
        self,
        loan: Loan,
        amount: int,
        on: date,
        *,
        excess: Excess = Excess.HOLD,
        key: str = "",
        channel: str = "transfer",
        settles: bool = False,
    ) -> PaymentReceipt:
        return repay(
            actor=SYSTEM_ACTOR,
            institution=self.bank,
            loan_ref=loan.ref,
            amount_minor=amount,
            channel=channel,
            on=on,
            now=NOW,
            key=key or self.key(),
            excess=excess,
            settles=settles,
        )

    def end(self, through: date) -> list[DayReport]:
        return list(
            end_days(
                institution=self.bank.code,
                through_on=through,
                today=date(2030, 12, 31),
                clock=lambda: NOW,
            )
        )

    def asked(self, on: date) -> dict[str, Any]:
        """What every command takes."""
        return {
            "actor": SYSTEM_ACTOR, "institution": self.bank, "on": on, "now": NOW,
            "key": self.key(),
        }  # fmt: skip

    def balance(self, kind: str, loan: Loan | None = None) -> int:
        """What the accounts of a kind have, on their normal side."""
        with scoped(SYSTEM):
            found = Account.objects.filter(institution=self.bank, kind=kind)
            if loan is not None:
                found = found.filter(object_ref=loan.ref)
            return sum(balances_now(each)[0] for each in found)


def open_lender(*, from_on: date = date(2020, 1, 1), people: People | None = None) -> Lender:
    """Everybody settled, every product offered, no loan yet."""
    people = people or settle()
    bank = people.lin.institution
    assert bank is not None
    products = {each.code: each for each in ship_products(signers=RELEASE_SIGNERS, now=NOW)}
    with scoped(SYSTEM):
        for product in products.values():
            offer_product(
                institution=bank.code, product=product, book_of_record="xinnong", from_on=from_on
            )
    return Lender(people, bank, products)


def loan_of(ref: UUID) -> Loan:
    with scoped(SYSTEM):
        return Loan.objects.select_related("product").get(ref=ref)


@dataclass(frozen=True)
class Booked:
    """One day of one loan as the day's end left it, or as the reference says."""

    interest: int = 0
    penalty: int = 0
    compound: int = 0


def booked_days(loan: Loan) -> dict[date, Booked]:
    with scoped(SYSTEM):
        rows = accruals_of(loan)
        return {
            row.on: Booked(row.interest_minor, row.penalty_minor, row.compound_minor)
            for row in rows
        }


def lived(loan: Loan, through: date) -> list[DayEnd]:
    """The loan's days by the reference, under its newest terms and all its payments."""
    with scoped(SYSTEM):
        terms = terms_in_force(loan)
        payments = [payment for _, payment in payments_of(loan)]
        book = book_of(loan, terms, plan_of(terms))
    return list(run_days(book, payments, from_on=loan.disbursed_on, through_on=through))


def as_booked(days: list[DayEnd]) -> dict[date, Booked]:
    """Those of the reference's days on which anything was booked."""
    found = {
        day.on: Booked(day.interest_minor, day.penalty_minor, day.compound_minor) for day in days
    }
    return {on: booked for on, booked in found.items() if booked != Booked()}


def owed_now(loan: Loan) -> dict[int, tuple[int, ...]]:
    """What is open by number of the due: fee, interest, penalty, compound, principal."""
    with scoped(SYSTEM):
        return {
            row.n: (
                row.fee_minor, row.interest_minor, row.penalty_minor, row.compound_minor,
                row.principal_minor,
            )
            for row in OpenDue.objects.filter(loan=loan)
        }  # fmt: skip


@contextmanager
def vouched() -> Iterator[None]:
    """Let every contract be drawn on in the block."""
    before = registered_gate()
    register_draw_gate(lambda _asked: None)
    try:
        yield
    finally:
        register_draw_gate(before)


@contextmanager
def nothing_moves() -> Iterator[None]:
    """Assert that the block leaves loans, what they owe and the ledger as they were."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> list[Any]:
    tables = ("lending_loan", "lending_opendue", "lending_loandue", "lending_repayment",
              "lending_standing", "ledger_transfer", "lending_businessday")  # fmt: skip
    with scoped(SYSTEM), connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
            found.append(cursor.fetchall())
        return found


def unbalanced() -> int:
    """Running balances of all accounts against the sums of their transfers: how far apart."""
    with scoped(SYSTEM):
        running = Account.objects.filter(posted_debits_minor__isnull=False)
        return sum(abs(each.balance_minor - balances_now(each)[0]) for each in running)


def nights(few: int) -> int:
    """How many examples or kills: few in the suite, XINNONG_TEST_MANY of them when asked."""
    return int(os.environ.get("XINNONG_TEST_MANY", few))


def tomorrow(day: date) -> date:
    return day + timedelta(1)


def pay_of(day: date, amount: int) -> Payment:
    return Payment(day, amount)


def rate(text: str) -> Decimal:
    return percent(text)
