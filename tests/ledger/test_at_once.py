"""Many at the same moment: exactly what the money allows, one journal a key, no deadlock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection
from pytest_django import DjangoDbBlocker

from tests.factories import empty_tables
from tests.ledger.books import DAY, Books, open_books
from tests.people import NOW
from xinnong.accounts.scope import NOBODY, SYSTEM, Scope, scoped
from xinnong.audit.models import Entry
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.ledger_refusals import (
    BalanceTooSmall,
    LedgerRefused,
    PeriodClosed,
    ReservationOver,
)
from xinnong.ledger.models import Journal, Transfer
from xinnong.ledger.queries import trial_balance
from xinnong.ledger.services import (
    PostedJournal,
    close_period,
    post_journal,
    reserve,
    resum_balances,
    settle,
    void,
)

pytestmark = pytest.mark.slow
Answer = PostedJournal | int | LedgerRefused


@pytest.fixture
def books(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Books]:
    """Committed, so that every thread sees them."""
    with django_db_blocker.unblock():
        try:
            with scoped(SYSTEM):
                made = open_books()
            yield made
        finally:
            empty_tables()


def at_once(threads: int, act: Callable[[int], PostedJournal | int]) -> list[Answer]:
    """What each of so many threads is answered when all begin together."""
    together = Barrier(threads)

    def one(number: int) -> Answer:
        together.wait()
        try:
            with scoped(SYSTEM):
                return act(number)
        except LedgerRefused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def posted(books: Books, key: str, *moves: tuple[str, str, int], on: date = DAY) -> PostedJournal:
    return post_journal(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key=key,
        business_on=on,
        now=NOW,
        reason="test",
        reference="",
        moves=[books.move(*move) for move in moves],
    )


def holds(books: Books) -> bool:
    """Whether everything balances and every running total is the sum of its transfers."""
    with scoped(SYSTEM):
        sums = resum_balances(institution=books.bank, actor=SYSTEM_ACTOR, now=NOW)
        return sums.holds and trial_balance(books.bank, on=date.max).difference_minor == 0


def test_it_gives_sixty_four_what_is_there_and_no_more(books: Books) -> None:
    with scoped(SYSTEM):
        posted(books, "paid in", ("bank", "wallet", 1_000))
    answers = at_once(64, lambda n: posted(books, f"draw-{n}", ("wallet", "bank", 30)))
    refused = [answer for answer in answers if isinstance(answer, LedgerRefused)]
    assert {type(one) for one in refused} == {BalanceTooSmall}
    assert len(refused) == 64 - 33
    with scoped(SYSTEM):
        assert books.balance("wallet") == 10
        assert Journal.objects.count() == 1 + 33
    assert holds(books)


def test_it_posts_one_journal_for_one_key(books: Books) -> None:
    answers = at_once(32, lambda _n: posted(books, "once", ("bank", "wallet", 500)))
    journals = [answer for answer in answers if isinstance(answer, PostedJournal)]
    assert len(journals) == 32
    assert len({(journal.id, journal.ref) for journal in journals}) == 1
    assert [journal.replayed for journal in journals].count(False) == 1
    with scoped(SYSTEM):
        assert (books.balance("wallet"), Journal.objects.count()) == (500, 1)
        assert Entry.objects.filter(action="ledger.post").count() == 1


def test_it_is_one_statement_by_itself(books: Books) -> None:
    """Outside a transaction the scope comes with the posting, and ends with it."""

    def post(key: str, amount_minor: int, scope: Scope | None) -> PostedJournal:
        return post_journal(
            institution=books.bank,
            actor=SYSTEM_ACTOR,
            key=key,
            business_on=DAY,
            now=NOW,
            reason="test",
            reference="",
            moves=[books.move("wallet", "bank", amount_minor)],
            scope=scope,
        )

    with scoped(SYSTEM):
        posted(books, "in", ("bank", "wallet", 10))
    with pytest.raises(BalanceTooSmall):
        post("too much", 11, SYSTEM)
    first, again = post("out", 10, SYSTEM), post("out", 10, SYSTEM)
    assert (again.id, again.ref, again.replayed) == (first.id, first.ref, True)
    for closed in (None, NOBODY):
        with pytest.raises(DatabaseError):
            post("unseen", 1, closed)
    assert not Journal.objects.exists()
    with scoped(SYSTEM):
        assert set(Journal.objects.values_list("key", flat=True)) == {"in", "out"}
        assert Entry.objects.filter(action="ledger.post").count() == 2
    assert holds(books)


def test_it_never_deadlocks_on_crossing_accounts(books: Books) -> None:
    """Half move one way, half the other, over the same three accounts in other orders."""
    with scoped(SYSTEM):
        posted(books, "lent", ("loan", "wallet", 1_000), ("interest", "wallet", 1_000))
    there = [("wallet", "loan", 1), ("interest", "wallet", 2)]
    back = [("wallet", "interest", 2), ("loan", "wallet", 1)]
    answers = at_once(32, lambda n: posted(books, f"x-{n}", *(there if n % 2 else back)))
    assert [type(answer) for answer in answers] == [PostedJournal] * 32
    with scoped(SYSTEM):
        balances = [books.balance(name) for name in ("loan", "interest", "wallet")]
    assert balances == [1_000, 1_000, 2_000]
    assert holds(books)


def test_it_ends_a_reservation_once(books: Books) -> None:
    with scoped(SYSTEM):
        posted(books, "paid in", ("bank", "wallet", 100))
        held = reserve(
            institution=books.bank,
            actor=SYSTEM_ACTOR,
            key="hold",
            business_on=DAY,
            now=NOW,
            reason="hold",
            reference="",
            debit=books.number("wallet"),
            credit=books.number("bank"),
            amount_minor=60,
        )

    def end(number: int) -> PostedJournal:
        return (settle if number % 2 else void)(
            institution=books.bank,
            actor=SYSTEM_ACTOR,
            key=f"end-{number}",
            business_on=DAY,
            now=NOW,
            reason="end",
            reservation=held,
        )

    answers = at_once(16, end)
    won = [answer for answer in answers if isinstance(answer, PostedJournal)]
    assert len(won) == 1
    assert {type(one) for one in answers} == {PostedJournal, ReservationOver}
    with scoped(SYSTEM):
        [ended] = Transfer.objects.filter(ends=held)
        left = 40 if ended.state == "posted_pending" else 100
        assert (books.balance("wallet"), books.available("wallet")) == (left, left)
    assert holds(books)


def test_it_closes_a_month_while_others_post_into_it(books: Books) -> None:
    """Whatever landed before the close is in its figures; whatever came after was refused."""
    october = date(2026, 10, 10)

    def act(number: int) -> PostedJournal | int:
        if number == 7:
            return close_period(
                institution=books.bank, actor=SYSTEM_ACTOR, key="close", month=october, now=NOW
            ).transfers
        return posted(books, f"p-{number}", ("bank", "wallet", 1), on=october)

    answers = at_once(16, act)
    landed = sum(isinstance(answer, PostedJournal) for answer in answers)
    assert sum(isinstance(answer, PeriodClosed) for answer in answers) == 15 - landed
    assert answers[7] == landed
    with scoped(SYSTEM):
        assert books.balance("wallet") == landed
        late = october + timedelta(days=30)
        assert not posted(books, "later", ("bank", "wallet", 1), on=late).replayed
    assert holds(books)
