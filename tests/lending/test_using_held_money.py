"""Money that came early pays on the due date, at the end of the day, as the reference says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lending.loans import (
    DRAWN,
    Lender,
    as_booked,
    booked_days,
    loan_of,
    nights,
    nothing_moves,
    owed_now,
    unbalanced,
)
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.loan_book import Book, Open, Payment, live_days, run_days
from xinnong.core.loan_plan import plan_of
from xinnong.core.schedule.terms import Method, Unit
from xinnong.lending.models import Loan, Repayment
from xinnong.lending.queries.loans import (
    book_of,
    dues_in_force,
    open_day_of,
    payments_of,
    terms_in_force,
)
from xinnong.lending.services.eod_held import use_held

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
DUE = date(2026, 3, 6)
DAYS = 21


def drawn(lender: Lender) -> Loan:
    return lender.draw(
        4_000_000, number_of_repayments=4, every=5, unit=Unit.DAYS, limit_minor=10**9
    )


def dues(loan: Loan) -> list[int]:
    with scoped(SYSTEM):
        return [due.principal_minor + due.interest_minor for due in dues_in_force(loan)]


def from_held(loan: Loan) -> list[tuple[date, int]]:
    with scoped(SYSTEM):
        used = Repayment.objects.filter(loan=loan, channel="held").order_by("id")
        return [(each.on, each.amount_minor) for each in used]


def test_it_pays_on_the_due_date_before_the_night_costs_anything(lender: Lender) -> None:
    loan = drawn(lender)
    first, second, *_ = dues(loan)
    lender.repay(loan, first + 100, DRAWN)
    assert from_held(loan) == []
    lender.end(DUE - timedelta(1))
    assert from_held(loan) == []
    lender.end(DUE)
    assert from_held(loan) == [(DUE, first)]
    assert owed_now(loan) == {}
    assert lender.balance("224101", loan) == 100
    lender.end(DUE + timedelta(5))
    assert from_held(loan) == [(DUE, first), (DUE + timedelta(5), 100)]
    left = sum(sum(parts) for parts in owed_now(loan).values())
    assert left > second - 100
    assert (lender.balance("224101", loan), unbalanced()) == (0, 0)
    with scoped(SYSTEM):
        assert Entry.objects.filter(action="lending.use-held").count() == 2
        assert Repayment.objects.filter(loan=loan, journal=None).count() == 0


def test_it_is_never_used_twice(lender: Lender) -> None:
    loan = drawn(lender)
    lender.repay(loan, 3 * dues(loan)[0], DRAWN)
    lender.end(DUE)
    with nothing_moves(), scoped(SYSTEM):
        again = use_held(institution=lender.bank, actor=SYSTEM_ACTOR, on=DUE, now=NOW)
    assert again == 0
    with nothing_moves():
        assert [each.status for each in lender.end(DUE)] == ["already"]


def test_it_settles_a_loan_with_the_last_of_it(lender: Lender) -> None:
    loan = drawn(lender)
    lender.repay(loan, sum(dues(loan)) + 7, DRAWN)
    lender.end(DRAWN + timedelta(DAYS))
    assert loan_of(loan.ref).state == "settled"
    assert [amount for _, amount in from_held(loan)] == dues(loan)
    kinds = ("130301", "113211", "113212", "113213")
    assert [lender.balance(kind) for kind in kinds] == [0, 0, 0, 0]
    assert (lender.balance("224101", loan), unbalanced()) == (7, 0)


def reference(book: Book, came: list[Payment], start: date, through: date) -> list[Payment]:
    """What arrives and what is held pay, day after day: as much as is owed and no more."""
    payments: list[Payment] = []
    held, day = 0, start
    while day <= through:
        for arrived in [each.amount_minor for each in came if each.on == day]:
            paid = min(owed_on(book, payments, start, day), arrived)
            held += arrived - paid
            payments += [Payment(day, paid)] if paid else []
        from_it = min(owed_on(book, payments, start, day), held)
        held -= from_it
        payments += [Payment(day, from_it)] if from_it else []
        day += timedelta(1)
    return payments


def owed_on(book: Book, payments: list[Payment], start: date, day: date) -> int:
    """What is due and unpaid on a day, after the payments so far."""
    opened: list[Open] = []
    before = [each for each in payments if each.on < day]
    list(live_days(book, before, opened, from_on=start, through_on=day - timedelta(1)))
    opened += [Open(due) for due in book.dues if due.on == day]
    paid = sum(each.amount_minor for each in payments if each.on == day)
    return sum(each.owed().total for each in opened) - paid


Case = tuple[int, Method, int | None, list[tuple[int, int]]]
MONEY = st.lists(
    st.tuples(st.integers(0, DAYS - 2), st.integers(1, 2_500_000)), min_size=1, max_size=3
)
LOANS = st.lists(
    st.tuples(
        st.integers(10_000, 4_000_000),
        st.sampled_from([Method.EQUAL_INSTALLMENT, Method.EQUAL_PRINCIPAL, Method.INTEREST_FIRST]),
        st.sampled_from([None, 3]),
        MONEY,
    ),
    min_size=2,
    max_size=4,
)


@settings(
    max_examples=nights(3), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(cases=LOANS)
def test_every_loan_is_paid_as_the_reference_says(lender: Lender, cases: list[Case]) -> None:
    with scoped(SYSTEM):
        start = open_day_of(lender.bank.code) or DRAWN
    loans = [
        lender.draw(
            amount, on=start, method=method, number_of_repayments=4, every=5, unit=Unit.DAYS,
            limit_minor=10**13, principal_first_after_days=turns, compounds=True,
        )
        for amount, method, turns, _ in cases
    ]  # fmt: skip
    with scoped(SYSTEM):
        books = [
            book_of(loan, terms_in_force(loan), plan_of(terms_in_force(loan))) for loan in loans
        ]
    came: list[list[Payment]] = [[] for _ in loans]
    for ahead in range(DAYS):
        on = start + timedelta(ahead)
        for loan, (*_, money), kept in zip(loans, cases, came, strict=True):
            for amount in [amount for day, amount in money if day == ahead]:
                if loan_of(loan.ref).state == "active":
                    lender.repay(loan, amount, on)
                    kept.append(Payment(on, amount))
        lender.end(on)
    for loan, book, kept in zip(loans, books, came, strict=True):
        payments = reference(book, kept, start, on)
        days = list(run_days(book, payments, from_on=start, through_on=on))
        assert booked_days(loan) == as_booked(days)
        assert owed_until(loan, on) == {each.n: each.total for each in days[-1].owed}
        with scoped(SYSTEM):
            spent = payments_of(loan)
        assert [(p.on, p.amount_minor) for _, p in spent if p.amount_minor] == [
            (each.on, each.amount_minor) for each in payments
        ]
    assert unbalanced() == 0


def owed_until(loan: Loan, on: date) -> dict[int, int]:
    """What fell due by a day and is unpaid, by number."""
    with scoped(SYSTEM):
        due = {due.n for due in dues_in_force(loan) if due.on <= on}
    return {n: sum(parts) for n, parts in owed_now(loan).items() if n in due}
