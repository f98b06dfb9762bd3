"""The posting function acts as the owner of the tables: it opens nothing to anybody else."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from tests import database
from tests.ledger.books import DAY, Books, nothing_moves
from tests.people import NOW
from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import NOBODY, SYSTEM, Scope, scope_of, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.ledger_refusals import AccountUnknown
from xinnong.ledger.models import Account, Journal
from xinnong.ledger.services import Opening, open_accounts, post_journal

pytestmark = pytest.mark.django_db

AN_ACCOUNT = (
    "INSERT INTO ledger_account (institution_id, ref, kind, product, normal, no_negative_balance,"
    " debits_must_not_exceed_credits, opened_at)"
    " VALUES (7, gen_random_uuid(), '100101', '', 'd', false, false, now())"
)
POSTING = "SELECT set_config('xinnong.posting', %s, true)"


def post(books: Books, actor: User | UUID, scope: Scope) -> None:
    """Pay 1.00 in, in somebody's name and scope."""
    with scoped(scope):
        post_journal(
            institution=books.bank,
            actor=actor,
            key=f"by {actor}",
            business_on=DAY,
            now=NOW,
            reason="paid in",
            reference="",
            moves=[books.move("bank", "wallet", 100)],
        )


def test_it_posts_only_where_books_are_open_and_in_the_own_name(books: Books) -> None:
    lin = books.people.lin
    own = scope_of(lin)
    post(books, lin, own)
    wrong: list[tuple[User | UUID, Scope]] = [
        (lin, NOBODY),
        (lin, replace(own, books=False)),
        (lin, replace(own, kinds=("a",))),
        (lin, replace(own, institutions=())),
        (lin, replace(own, institutions=("BANK-09-02",))),
        (lin, replace(own, subject=UUID(int=9), staff=False)),
        (books.people.zhao, own),
        (SYSTEM_ACTOR, own),
    ]
    for actor, scope in wrong:
        with nothing_moves(), pytest.raises(DatabaseError, match="row-level security"):
            post(books, actor, scope)


def test_it_moves_no_money_of_another_lender_even_for_the_installation(books: Books) -> None:
    other = Institution.objects.exclude(pk=books.bank.pk).filter(operator__kind="b").first()
    assert other is not None
    opening = Opening("400101")
    [foreign] = open_accounts(institution=other, actor=SYSTEM_ACTOR, now=NOW, openings=[opening])
    for debit, credit in ((books.number("bank"), foreign.pk), (foreign.pk, books.number("bank"))):
        move = replace(books.move("bank", "capital", 5), debit=debit, credit=credit)
        with nothing_moves(), pytest.raises(AccountUnknown):
            books.post(move)


def test_it_leaves_nothing_open_to_whoever_posted(books: Books) -> None:
    with scoped(SYSTEM):
        books.post(books.move("bank", "capital", 1))
        with scoped(NOBODY), connection.cursor() as cursor:
            cursor.execute(POSTING, [str(books.bank.pk)])
            assert (Account.objects.count(), Journal.objects.count()) == (0, 0)


def test_it_is_the_only_way_in(books: Books) -> None:
    nulls = ", ".join(["NULL"] * 25)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT * FROM ledger.post_the_long_way({nulls})")


def test_it_shows_the_owner_no_row_but_where_a_posting_runs(
    books: Books, database_server: str
) -> None:
    address = database.address(database_server, connection.settings_dict["NAME"])
    with psycopg.connect(address) as owner:

        def seen() -> list[int]:
            found = []
            for posting in ("7", "8", ""):
                owner.execute(POSTING, [posting])
                row = owner.execute("SELECT count(*) FROM ledger_account").fetchone()
                assert row is not None
                found.append(row[0])
            return found

        owner.execute(POSTING, ["7"])
        owner.execute(AN_ACCOUNT)
        assert seen() == [1, 0, 0]
        for posting in ("8", ""):
            owner.execute(POSTING, [posting])
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege),
                owner.transaction(),
            ):
                owner.execute(AN_ACCOUNT)
        owner.rollback()


@pytest.mark.parametrize(
    "wrong",
    [
        {"posted_debits_minor": -1},
        {"posted_debits_minor": None},
        {"pending_debits_minor": 1},
        {"posted_debits_minor": 1},
    ],
)
def test_it_keeps_limits_past_the_function_too(books: Books, wrong: dict[str, int | None]) -> None:
    """The wallet holds nothing and may not fall below."""
    wallet = Account.objects.filter(pk=books.number("wallet"))
    with pytest.raises(DatabaseError, match="account_totals_hold"), transaction.atomic():
        wallet.update(**wrong)
