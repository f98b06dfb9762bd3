"""A small bank's books for the tests: Lin's bank, a farmer's loan, and the accounts around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from tests.people import NOW, People, settle
from xinnong.accounts.models import Institution
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.ledger.models import Account, Assertion, Journal, Transfer
from xinnong.ledger.queries import balances_now
from xinnong.ledger.services import (
    Move,
    Opening,
    PostedJournal,
    assert_balance,
    close_period,
    open_accounts,
    post_journal,
)

DAY = date(2026, 11, 20)
LOAN = UUID(int=0x10A4)
WU = UUID(int=0x3003)
BANK_ACCOUNT = UUID(int=0xBA4C)

OPENINGS = {
    "bank": Opening("100201", object_ref=BANK_ACCOUNT),
    "loan": Opening("130301", product="puhui", object_ref=LOAN, holder=WU),
    "interest": Opening("113201", product="puhui", object_ref=LOAN, holder=WU),
    "wallet": Opening("224101", object_ref=LOAN, holder=WU),
    "income": Opening("601101", product="puhui"),
    "capital": Opening("400101"),
}


@dataclass
class Books:
    """Lin's bank and its accounts by short name."""

    people: People
    bank: Institution
    accounts: dict[str, Account]
    posted: int = 0
    journals: list[PostedJournal] = field(default_factory=list)
    said: UUID | None = None

    @property
    def last(self) -> PostedJournal:
        return self.journals[-1]

    def number(self, name: str) -> int:
        return self.accounts[name].pk

    def move(self, debit: str, credit: str, amount: int, *, pending: bool = False) -> Move:
        return Move(self.number(debit), self.number(credit), amount, "test", pending=pending)

    def post(self, *moves: Move, key: str = "", on: date = DAY) -> PostedJournal:
        """Post in the name of the installation; without a key under a new one."""
        self.posted += 1
        posted = post_journal(
            institution=self.bank,
            actor=SYSTEM_ACTOR,
            key=key or f"test-{self.posted}",
            business_on=on,
            now=NOW,
            reason="test",
            reference="LOAN-1",
            moves=moves,
        )
        self.journals.append(posted)
        return posted

    def balance(self, name: str) -> int:
        account = Account.objects.get(pk=self.number(name))
        return account.balance_minor if account.runs else balances_now(account)[0]

    def available(self, name: str) -> int:
        return Account.objects.get(pk=self.number(name)).available_minor


def open_books(people: People | None = None) -> Books:
    """Call inside scoped(SYSTEM); everybody settled, every account open and empty."""
    people = people or settle()
    bank = people.lin.institution
    assert bank is not None
    opened = open_accounts(
        institution=bank, actor=SYSTEM_ACTOR, now=NOW, openings=list(OPENINGS.values())
    )
    return Books(people, bank, dict(zip(OPENINGS, opened, strict=True)))


def a_month_of_books(people: People) -> Books:
    """October lent and closed; a bank statement of November that differs."""
    books = open_books(people)
    books.post(books.move("bank", "capital", 1_000_000), on=date(2026, 10, 8))
    books.post(books.move("loan", "bank", 600_000), on=date(2026, 10, 9))
    close_period(
        institution=books.bank, actor=SYSTEM_ACTOR, key="close", month=date(2026, 10, 8), now=NOW
    )
    books.post(books.move("bank", "loan", 50_000), books.move("bank", "interest", 2_050))
    said = assert_balance(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key="said",
        account=books.number("bank"),
        source=Assertion.Source.BANK_STATEMENT,
        business_on=DAY,
        expected_minor=450_000,
        now=NOW,
        reference="B-11",
    )
    books.said = said.ref
    return books


@contextmanager
def nothing_moves() -> Iterator[None]:
    """Assert that the block leaves totals, journals and transfers as they were."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> list[object]:
    with scoped(SYSTEM):
        accounts = list(Account.objects.order_by("pk").values())
        return [accounts, Journal.objects.count(), Transfer.objects.count()]


def total(sql: str) -> int:
    """One number by SQL."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    assert row is not None
    return int(row[0] or 0)


@contextmanager
def undone() -> Iterator[None]:
    """Every example begins with the same empty books."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
