"""One loan of the book goes on under a new contract, without its principal being repaid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from xinnong.accounts.scope import scoped
from xinnong.lending.demo_book.borrowing import agree, at
from xinnong.lending.demo_book.plan import Tale
from xinnong.lending.models import Loan, LoanDue
from xinnong.lending.services.contract_draws import renew_on_contract

if TYPE_CHECKING:
    from xinnong.lending.demo_book.book import Book

AGAIN: Final = 1_000
"""The number of a renewed tale's second contract is so much higher."""


def renew_one(book: Book, tale: Tale, day: date) -> None:
    """Agree on another contract and renew, on a day on which interest fell due and was paid.

    A loan that was renewed before is no tale's any more, so that it is renewed once.
    """
    person = book.people[tale.number]
    with scoped(book.staff.officer):
        old = Loan.objects.get(ref=book.loans[tale.number])
        falls_due = LoanDue.objects.filter(loan=old, until_version=None, on=day).exists()
    if old.renews is not None or not falls_due:
        return
    again = replace(tale, number=tale.number + AGAIN, drawn_on=day)
    contract = agree(book.staff, again, person, book.offers[tale.kind.product])
    book.loans[tale.number] = renew_on_contract(
        actor=book.staff.officer, institution=book.bank, loan_ref=old.ref,
        contract_ref=contract.ref, on=day, now=at(day, 17), key=str(tale.key(person.ref, "renew")),
    )  # fmt: skip
