"""What the database shows to whom, whatever the application forgets to filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoDbBlocker

from tests import database
from tests.people import FAR_VILLAGE, LOTUS_VILLAGE, REED_VILLAGE, People, settle
from xinnong.accounts import rls
from xinnong.accounts.models import Actor
from xinnong.accounts.scope import SYSTEM, Scope, scope_of, scoped

in_test_transaction = pytest.mark.django_db
ROWS = [
    (1, LOTUS_VILLAGE, "", "base"),
    (2, LOTUS_VILLAGE, "", "pre"),
    (3, LOTUS_VILLAGE, "BANK-01", "granted"),
    (4, REED_VILLAGE, "BANK-02", "granted"),
    (5, REED_VILLAGE, "", "pre"),
    (6, FAR_VILLAGE, "", "base"),
]
POLICIES = rls.enable(
    "harvest",
    owner_kind="a",
    area_column="area12",
    lender_column="lender",
    household_column="household",
    shares=[rls.Share("b", "basis = 'pre'")],
    batch="write",
)


@pytest.fixture(scope="module")
def harvest(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, database_server: str
) -> Iterator[psycopg.Connection]:
    """A table of the county whose granted rows belong to lenders, one row per household."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
    with psycopg.connect(database.address(database_server, name), autocommit=True) as owner:
        owner.execute(
            "CREATE TABLE harvest (household bigint PRIMARY KEY, area12 text, lender text,"
            " basis text)"
        )
        for operation in POLICIES:
            owner.execute(str(operation.sql).encode())
        with psycopg.connect(_as_batch(database_server, name)) as batch:
            batch.cursor().executemany("INSERT INTO harvest VALUES (%s, %s, %s, %s)", ROWS)
        yield owner
        owner.execute("DROP TABLE harvest")


@pytest.fixture
def people(db: None) -> People:
    """Everybody, settled in the database that has the table."""
    return settle()


@pytest.fixture
def outside_test_transaction(
    harvest: psycopg.Connection, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """One connection as the web process uses it: each transaction really ends."""
    with django_db_blocker.unblock():
        yield


def seen(actor: Actor | Scope) -> list[int]:
    with scoped(actor), connection.cursor() as cursor:
        cursor.execute("SELECT household FROM harvest ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


@in_test_transaction
def test_it_shows_nothing_without_a_scope(harvest: psycopg.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM harvest")
        assert cursor.fetchone() == (0,)


@in_test_transaction
def test_it_shows_a_cadre_the_village_and_no_lender_rows(
    harvest: psycopg.Connection, people: People
) -> None:
    assert seen(people.xu) == [1, 2]


@in_test_transaction
def test_it_shows_an_officer_the_own_banks_rows_and_what_is_shared(
    harvest: psycopg.Connection, people: People
) -> None:
    assert seen(people.lin) == [2, 3, 5]
    assert seen(people.zhao) == [2, 4, 5]


@in_test_transaction
@pytest.mark.parametrize(
    "name", ["zhou", "sun", "wu", "zheng", "xue", "shen", "han", "qin", "ou", "mo"]
)
def test_it_shows_persons_to_nobody_without_a_verb_about_persons(
    harvest: psycopg.Connection, people: People, name: str
) -> None:
    assert seen(getattr(people, name)) == []


@in_test_transaction
def test_it_shows_a_farmer_the_own_household(harvest: psycopg.Connection, people: People) -> None:
    assert seen(replace(scope_of(people.wu), households=(3,))) == [3]


@in_test_transaction
def test_it_shows_the_installation_everything(harvest: psycopg.Connection) -> None:
    assert seen(SYSTEM) == [1, 2, 3, 4, 5, 6]


@in_test_transaction
def test_it_shows_several_areas_and_nothing_between_them(harvest: psycopg.Connection) -> None:
    county = Scope(actor=None, kinds=("a",), persons=True, areas=(LOTUS_VILLAGE, "339981102"))
    assert seen(county) == [1, 2, 6]


@in_test_transaction
def test_it_refuses_to_write_outside_the_scope(harvest: psycopg.Connection, people: People) -> None:
    insert = "INSERT INTO harvest VALUES (9, %s, '', 'base')"
    with scoped(people.xu), connection.cursor() as cursor:
        cursor.execute(insert, [LOTUS_VILLAGE])
    with pytest.raises(DatabaseError), scoped(people.xu), connection.cursor() as cursor:
        cursor.execute(insert.replace("9", "10"), [REED_VILLAGE])
    assert seen(people.xu) == [1, 2, 9]


@in_test_transaction
def test_it_never_changes_shared_rows(harvest: psycopg.Connection, people: People) -> None:
    with scoped(people.lin), connection.cursor() as cursor:
        cursor.execute("UPDATE harvest SET basis = 'pre' WHERE lender = ''")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM harvest WHERE lender = 'BANK-01'")
        assert cursor.rowcount == 1


def test_it_forgets_the_scope_between_two_users_of_one_connection(
    outside_test_transaction: None,
) -> None:
    lotus = Scope(actor=None, kinds=("a",), persons=True, areas=(LOTUS_VILLAGE,))
    far = replace(lotus, areas=(FAR_VILLAGE,))
    backend = _backend()
    assert seen(lotus) == [1, 2]
    assert _unscoped_rows() == 0
    assert seen(far) == [6]
    assert _unscoped_rows() == 0
    assert _backend() == backend


def test_it_forgets_the_scope_after_a_failure(outside_test_transaction: None) -> None:
    lotus = Scope(actor=None, kinds=("a",), persons=True, areas=(LOTUS_VILLAGE,))
    with pytest.raises(ZeroDivisionError), scoped(lotus):
        raise ZeroDivisionError
    assert _unscoped_rows() == 0


@in_test_transaction
def test_it_puts_the_outer_scope_back(harvest: psycopg.Connection, people: People) -> None:
    with scoped(people.xu), connection.cursor() as cursor:
        assert seen(people.lin) == [2, 3, 5]
        cursor.execute("SELECT household FROM harvest ORDER BY 1")
        assert cursor.fetchall() == [(1,), (2,)]


def test_it_hides_rows_from_the_owner_too(harvest: psycopg.Connection) -> None:
    row = harvest.execute("SELECT count(*) FROM harvest").fetchone()
    assert row == (0,)


def test_it_refuses_names_that_are_not_names() -> None:
    with pytest.raises(AssertionError):
        rls.enable("harvest; DROP TABLE x", owner_kind="a")


def _unscoped_rows() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM harvest")
        return int(cursor.fetchone()[0])


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _as_batch(server: str, name: str) -> str:
    return database.address(server, name).replace("xinnong_owner", "xinnong_batch")
