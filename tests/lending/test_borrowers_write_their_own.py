"""A borrower's scope and SQL written by hand: every table of lending and of the ledger is tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection
from psycopg import sql

from tests.ledger.books import undone
from tests.lending.loans import DRAWN, WU, Lender, open_lender, vouched
from tests.people import LOTUS_VILLAGE, NOW
from xinnong.accounts.scope import SYSTEM, Scope, scoped
from xinnong.lending.models import PaymentHold

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NEIGHBOUR = UUID(int=0x3004)
DENIED = "42501"
OWN = {
    ("lending_application", "INSERT"),
    ("lending_application", "UPDATE"),
    ("lending_decision", "INSERT"),
    ("lending_contract", "INSERT"),
    ("lending_contract", "UPDATE"),
    ("lending_contractpaper", "INSERT"),
    ("lending_contractcondition", "INSERT"),
    ("lending_bankcard", "INSERT"),
    ("lending_bankcard", "UPDATE"),
    ("lending_paymenthold", "INSERT"),
}
"""What a borrower's own commands write of the own rows."""
ANSWERED = "ledger_idempotencykey"
"""Whoever acts keeps the answers of the own commands there; nobody changes them."""


@dataclass(frozen=True)
class Bank:
    """A bank with a loan of Wu's that has lived a month, and Wu as at its counter."""

    lender: Lender
    loan: int
    wu: Scope

    @property
    def staff(self) -> Scope:
        """The same scope in the hands of staff."""
        return replace(self.wu, staff=True)


@pytest.fixture
def bank() -> Iterator[Bank]:
    with vouched():
        lender = open_lender()
        loan = lender.draw(number_of_repayments=1)
        lender.end(DRAWN.replace(month=4))
        code = lender.bank.code
        everything = Scope(
            actor=uuid4(),
            kinds=("b",),
            areas=(LOTUS_VILLAGE,),
            institutions=(code,),
            subject=WU,
            persons=True,
            books=True,
        )
        yield Bank(lender, loan.pk, everything)


def tables() -> list[str]:
    return found(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND relname ~ '^(lending|ledger)_' ORDER BY relname"
    )


def found(query: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [row[0] for row in cursor.fetchall()]


def tried(scope: Scope, statement: sql.Composable, *values: Any) -> int | str:
    """How many rows a statement wrote, or how the database refused it; undone afterwards."""
    try:
        with undone(), scoped(scope), connection.cursor() as cursor:
            cursor.execute(statement.as_string(cursor.connection), values)
            return int(cursor.rowcount)
    except DatabaseError as error:
        return str(getattr(error.__cause__, "sqlstate", ""))


def inserted(bank: Bank, scope: Scope, table: str, person: UUID = WU) -> int | str:
    """Try a row that every other policy lets pass: this bank's, this village's, this loan's."""
    known = {
        "institution": bank.lender.bank.code,
        "institution_id": bank.lender.bank.pk,
        "area12": LOTUS_VILLAGE,
        "person": person,
        "loan_id": bank.loan,
        "actor": scope.actor,
        "kind": "auto",
    }
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    columns = [name for name in found(query, table) if name in known]
    if not columns:
        return tried(scope, sql.SQL("INSERT INTO {} DEFAULT VALUES").format(sql.Identifier(table)))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.SQL("%s") for _ in columns),
    )
    return tried(scope, statement, *(known[name] for name in columns))


def updated(scope: Scope, table: str) -> int | str:
    """Try to write every row of a table as it is, by a column that the application may change."""
    changeable = found(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attidentity = ''"
        " AND has_column_privilege('xinnong_app', attrelid, attnum, 'UPDATE')",
        table,
    )
    if not changeable:
        return DENIED
    column = sql.Identifier(changeable[-1])
    statement = sql.SQL("UPDATE {} SET {} = {}").format(sql.Identifier(table), column, column)
    return tried(scope, statement)


def deleted(scope: Scope, table: str) -> int | str:
    return tried(scope, sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def test_a_borrower_inserts_nothing_but_what_the_own_commands_write(bank: Bank) -> None:
    refused = {table: inserted(bank, bank.wu, table) for table in tables()}
    allowed = {table for table, command in OWN if command == "INSERT"} | {ANSWERED}
    assert {table for table, how in refused.items() if how != DENIED} == allowed
    staff = {table: inserted(bank, bank.staff, table) for table in tables()}
    assert {table for table, how in staff.items() if how == DENIED} == set()


def test_a_borrower_inserts_nothing_about_a_neighbour(bank: Bank) -> None:
    for table, command in OWN:
        if command == "INSERT":
            assert inserted(bank, bank.wu, table, person=NEIGHBOUR) == DENIED, table


def test_a_borrower_changes_and_removes_nothing(bank: Bank) -> None:
    for table in tables():
        assert updated(bank.wu, table) in {0, DENIED}, table
        assert deleted(bank.wu, table) in {0, DENIED}, table
    for table in ("lending_loan", "lending_standing", "lending_opendue", "lending_eodaccrual"):
        assert updated(bank.staff, table) not in {0, DENIED}, table
        assert deleted(bank.staff, table) not in {0, DENIED}, table
    assert updated(bank.staff, "ledger_account") not in {0, DENIED}


def test_a_borrower_lifts_no_hold(bank: Bank) -> None:
    with scoped(SYSTEM):
        PaymentHold.objects.create(
            ref=uuid4(), institution=bank.lender.bank.code, area12=LOTUS_VILLAGE, household_id=1,
            person=WU, kind="number", mark=1, seen_at=NOW, held_until=NOW,
        )  # fmt: skip
    assert (
        updated(bank.wu, "lending_paymenthold"),
        updated(bank.staff, "lending_paymenthold"),
    ) == (
        0,
        1,
    )


def test_a_scope_that_does_not_say_is_a_borrowers(bank: Bank) -> None:
    with scoped(bank.wu):
        assert found("SELECT scope.is_borrower()") == [True]
        assert found("SELECT scope.ledgers()") == [[]]
    with scoped(bank.staff):
        assert found("SELECT scope.is_borrower()") == [False]
        assert found("SELECT scope.ledgers()") == [[bank.lender.bank.pk]]


def test_every_table_of_lending_stands_behind_the_three_policies() -> None:
    rows = found(
        "SELECT tablename || ' ' || cmd FROM pg_policies WHERE permissive = 'RESTRICTIVE'"
        " AND tablename LIKE 'lending%%' AND policyname LIKE 'borrower%%'"
    )
    lending = [table for table in tables() if table.startswith("lending_")]
    assert sorted(rows) == sorted(
        f"{table} {command}" for table in lending for command in ("DELETE", "INSERT", "UPDATE")
    )
