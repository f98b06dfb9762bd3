"""A loan's statement against its account in the ledger and what its days were booked to cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.lending.loans import HUNDRED_THOUSAND, Lender, loan_of
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.schedule.terms import Method
from xinnong.ledger.models import Account
from xinnong.ledger.queries import balance_at
from xinnong.lending.models import Loan
from xinnong.lending.queries.loan_statements import Kind, LoanStatement, statement_of
from xinnong.lending.queries.loans import BOOKED, booked_of, dues_in_force
from xinnong.lending.services import (
    Excess,
    judge,
    renew,
    repay_by_value_date,
    write_off,
)
from xinnong.lending.services.correcting import reverse_repayment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST_DUE = date(2026, 4, 1)
BEGINNING = date(2026, 1, 1)


def said(loan: Loan, until: date, from_on: date = BEGINNING) -> LoanStatement:
    with scoped(SYSTEM):
        return statement_of(loan_of(loan.ref), from_on=from_on, until=until)


def kinds(found: LoanStatement) -> list[str]:
    return [line.kind.value for line in found.lines]


def in_ledger(loan: Loan, on: date) -> int:
    with scoped(SYSTEM):
        return balance_at(Account.objects.get(kind="130301", object_ref=loan.ref), on=on)


def assert_ties_out(loan: Loan, until: date) -> None:
    """Every day's balance is the ledger's; any cut of the time gives the same end and the same cost."""
    whole, day = said(loan, until), loan.disbursed_on
    while day <= until:
        first, rest = said(loan, day), said(loan, until, day + timedelta(1))
        assert first.closing_minor == rest.opening_minor == in_ledger(loan, day), day
        assert [*first.lines, *rest.lines] == whole.lines
        assert {name: first.earned[name] + rest.earned[name] for name in BOOKED} == whole.earned
        day += timedelta(1)
    with scoped(SYSTEM):
        assert whole.earned == booked_of(loan_of(loan.ref), before=until + timedelta(1))


def test_it_tells_of_payments_late_and_early_as_the_ledger_does(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(date(2026, 4, 9))
    lender.repay(loan, 500_000, date(2026, 4, 10))
    lender.repay(loan, 3_000_000, date(2026, 4, 10), excess=Excess.REDUCE_INSTALLMENT)
    lender.end(date(2026, 4, 30))
    lender.repay(loan, 2 * HUNDRED_THOUSAND, date(2026, 5, 1), settles=True)
    lender.end(date(2026, 5, 3))
    found = said(loan, date(2026, 5, 3))
    assert kinds(found) == ["drawn", "paid", "paid", "paid"]
    assert found.closing_minor == 0
    assert found.paid("principal") == HUNDRED_THOUSAND
    spent = sum(found.paid(name) for name in ("fee", "interest", "penalty", "compound"))
    held = sum(line.held_minor for line in found.lines)
    assert found.paid_minor == HUNDRED_THOUSAND + spent + held
    assert spent == sum(found.earned.values())
    assert_ties_out(loan, date(2026, 5, 3))


def test_what_was_reversed_stands_there_and_counts_nothing(lender: Lender) -> None:
    loan = lender.draw()
    lender.end(date(2026, 3, 31))
    with scoped(SYSTEM):
        due = dues_in_force(loan)[0]
    receipt = lender.repay(loan, due.principal_minor + due.interest_minor, FIRST_DUE)
    lender.end(date(2026, 4, 5))
    undone: dict[str, Any] = {"repayment_ref": receipt.repayment}
    on = date(2026, 4, 6)
    reverse_repayment(**lender.asked(on), **undone)
    found = said(loan, on)
    assert kinds(found) == ["drawn", "reversed"]
    assert (found.paid_minor, found.closing_minor) == (0, HUNDRED_THOUSAND)
    assert in_ledger(loan, on) == HUNDRED_THOUSAND


def test_a_payment_counts_from_the_day_it_was_made_not_from_when_it_was_found(
    lender: Lender,
) -> None:
    loan = lender.draw(5_000_000)
    other = lender.draw(5_000_000)
    lender.end(date(2026, 3, 31))
    with scoped(SYSTEM):
        due = dues_in_force(loan)[0]
    amount = due.principal_minor + due.interest_minor
    receipt = lender.repay(other, amount, FIRST_DUE)
    lender.end(date(2026, 4, 20))
    on = date(2026, 4, 21)
    undone: dict[str, Any] = {"repayment_ref": receipt.repayment}
    reverse_repayment(**lender.asked(on), **undone)
    repay_by_value_date(
        **lender.asked(on), loan_ref=loan.ref, amount_minor=amount, counts_from=FIRST_DUE
    )
    found = said(loan, on)
    assert [(line.kind, line.on) for line in found.lines][1:] == [(Kind.PAID, FIRST_DUE)]
    assert found.closing_minor == in_ledger(loan, on)
    assert found.earned["penalty"] == 0


def test_a_renewed_and_a_lost_loan_end_with_a_line_that_says_how(lender: Lender) -> None:
    once: dict[str, Any] = {"method": Method.AT_MATURITY, "number_of_repayments": 1}
    loan, lost = lender.draw(**once), lender.draw(contract_ref=UUID(int=0xC2), **once)
    lender.end(date(2026, 3, 31))
    interest = said(loan, date(2026, 3, 31)).earned["interest"]
    lender.repay(loan, interest, FIRST_DUE)
    fresh = lender.contract(contract_ref=UUID(int=0xC1), **once)
    new = loan_of(renew(**lender.asked(FIRST_DUE), loan_ref=loan.ref, terms=fresh))
    judge(**lender.asked(FIRST_DUE), loan_ref=lost.ref, expected_loss_percent=90)
    lender.end(FIRST_DUE)
    on = date(2026, 4, 2)
    write_off(**lender.asked(on), loan_ref=lost.ref)
    assert kinds(said(loan, on)) == ["drawn", "paid", "renewed"]
    assert kinds(said(new, on)) == ["taken_over"]
    assert kinds(said(lost, on)) == ["drawn", "written_off"]
    for each in (loan, new, lost):
        assert said(each, on).closing_minor == in_ledger(each, on)


def test_days_that_cross_have_no_lines(lender: Lender) -> None:
    loan = lender.draw()
    found = said(loan, BEGINNING, date(2026, 12, 31))
    assert (found.lines, sum(found.earned.values())) == ([], 0)
