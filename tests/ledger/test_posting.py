"""Journals land whole or not at all; every refusal names the transfer and moves nothing."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.ledger.books import DAY, Books, nothing_moves
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import NOBODY, SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.ledger import Draft, Move
from xinnong.core.ledger_refusals import (
    AccountClosed,
    AccountUnknown,
    AlreadyReversed,
    AmountOutOfRange,
    BalanceTooSmall,
    JournalUnknown,
    KeyReused,
    NoTransfers,
    PeriodClosed,
    ReservationDiffers,
    ReservationOver,
    ReservationUnknown,
    SameAccount,
)
from xinnong.ledger.models import Account, Journal, Period, Transfer
from xinnong.ledger.services import (
    AccountDiffers,
    AccountNotEmpty,
    CommandKeyReused,
    Opening,
    PostedJournal,
    ReservationNotReversed,
    answer_once,
    close_account,
    open_accounts,
    post_journal,
    post_many,
    reserve,
    reverse_journal,
    settle,
    void,
)
from xinnong.ledger.services.accounts import NotALender, ObjectNeeded

pytestmark = pytest.mark.django_db


def test_it_posts_a_loan_and_its_first_interest(books: Books) -> None:
    books.post(books.move("bank", "capital", 1_000_000))
    books.post(books.move("loan", "bank", 500_000), books.move("interest", "income", 227_78))
    assert [books.balance(name) for name in ("bank", "loan", "interest")] == [
        500_000,
        500_000,
        22_778,
    ]
    assert Account.objects.get(pk=books.number("income")).posted_credits_minor is None
    assert (Journal.objects.count(), Transfer.objects.count()) == (2, 3)


def test_it_writes_one_entry_a_journal(books: Books) -> None:
    posted = books.post(books.move("bank", "capital", 100), books.move("bank", "capital", 200))
    entry = Entry.objects.get(action="ledger.post")
    assert (entry.subject, entry.counts) == (posted.ref, {"transfers": 2})
    assert (entry.owner_kind, entry.institution) == ("b", "BANK-01")


def test_it_answers_the_same_key_with_the_first_journal(books: Books) -> None:
    first = books.post(books.move("bank", "capital", 100), key="once")
    with nothing_moves():
        again = books.post(books.move("bank", "capital", 100), key="once")
    assert (again.id, again.ref, again.replayed) == (first.id, first.ref, True)
    assert Entry.objects.filter(action="ledger.post").count() == 1


def test_it_refuses_the_same_key_with_another_body(books: Books) -> None:
    books.post(books.move("bank", "capital", 100), key="once")
    with nothing_moves(), pytest.raises(KeyReused) as refused:
        books.post(books.move("bank", "capital", 101), key="once")
    assert refused.value.params == {"journal": 1, "transfer": 0}


def test_it_replays_even_when_the_money_is_gone(books: Books) -> None:
    books.post(books.move("bank", "wallet", 100))
    first = books.post(books.move("wallet", "bank", 100), key="out")
    assert books.post(books.move("wallet", "bank", 100), key="out").id == first.id
    assert books.balance("wallet") == 0


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1])
def test_it_refuses_an_amount_out_of_range(books: Books, amount: int) -> None:
    with nothing_moves(), pytest.raises(AmountOutOfRange) as refused:
        books.post(books.move("bank", "capital", 1), books.move("bank", "capital", amount))
    assert refused.value.params == {"journal": 1, "transfer": 2}


def test_it_refuses_one_account_on_both_sides(books: Books) -> None:
    with nothing_moves(), pytest.raises(SameAccount):
        books.post(books.move("bank", "bank", 1))


def test_it_refuses_an_account_of_another_bank(books: Books) -> None:
    other = books.people.zhao.institution
    assert other is not None
    [theirs] = open_accounts(
        institution=other, actor=SYSTEM_ACTOR, now=NOW, openings=[Opening("400101")]
    )
    with nothing_moves(), pytest.raises(AccountUnknown):
        books.post(Move(books.number("bank"), theirs.pk, 1, "test"))


def test_it_refuses_a_journal_without_transfers(books: Books) -> None:
    with nothing_moves(), pytest.raises(NoTransfers):
        books.post()


def test_it_refuses_more_than_the_account_holds(books: Books) -> None:
    books.post(books.move("bank", "wallet", 100))
    with nothing_moves(), pytest.raises(BalanceTooSmall) as refused:
        books.post(books.move("bank", "capital", 1), books.move("wallet", "bank", 101))
    assert refused.value.params == {"journal": 1, "transfer": 2}


def test_it_looks_at_balances_only_after_the_whole_journal(books: Books) -> None:
    books.post(books.move("wallet", "bank", 100), books.move("bank", "wallet", 100))
    assert books.balance("wallet") == 0


def test_it_refuses_repaying_more_principal_than_was_lent(books: Books) -> None:
    books.post(books.move("loan", "bank", 100))
    with nothing_moves(), pytest.raises(BalanceTooSmall):
        books.post(books.move("bank", "loan", 101))


def test_it_refuses_a_closed_account(books: Books) -> None:
    close_account(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key="close",
        now=NOW,
        account=books.number("wallet"),
    )
    with nothing_moves(), pytest.raises(AccountClosed):
        books.post(books.move("bank", "wallet", 1))


def test_it_closes_only_an_empty_account(books: Books) -> None:
    books.post(books.move("bank", "wallet", 5))
    with nothing_moves(), pytest.raises(AccountNotEmpty):
        close_account(
            institution=books.bank,
            actor=SYSTEM_ACTOR,
            key="close",
            now=NOW,
            account=books.number("wallet"),
        )


def test_it_refuses_a_date_in_a_closed_period(books: Books) -> None:
    Period.objects.create(
        institution=books.bank,
        first_on=date(2026, 10, 1),
        last_on=date(2026, 10, 31),
        closed_at=NOW,
        closed_by=SYSTEM_ACTOR,
    )
    with nothing_moves(), pytest.raises(PeriodClosed) as refused:
        books.post(books.move("bank", "capital", 1), on=date(2026, 10, 31))
    assert refused.value.params["closed_through"] == "2026-10-31"
    assert not books.post(books.move("bank", "capital", 1), on=date(2026, 11, 1)).replayed


def _reserve(books: Books, amount: int, key: str = "hold") -> int:
    return reserve(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key=key,
        business_on=DAY,
        now=NOW,
        reason="hold",
        reference="LOAN-1",
        debit=books.number("wallet"),
        credit=books.number("bank"),
        amount_minor=amount,
    )


def test_it_keeps_what_is_reserved(books: Books) -> None:
    books.post(books.move("bank", "wallet", 100))
    _reserve(books, 70)
    assert (books.balance("wallet"), books.available("wallet")) == (100, 30)
    with nothing_moves(), pytest.raises(BalanceTooSmall):
        books.post(books.move("wallet", "bank", 31))
    with nothing_moves(), pytest.raises(BalanceTooSmall):
        _reserve(books, 31, key="another")


def _end(books: Books, reservation: int, key: str, amount: int | None = None) -> None:
    settle(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key=key,
        business_on=DAY,
        now=NOW,
        reason="paid",
        reservation=reservation,
        amount_minor=amount,
    )


def test_it_settles_a_part_and_frees_the_rest(books: Books) -> None:
    books.post(books.move("bank", "wallet", 100))
    held = _reserve(books, 70)
    with nothing_moves(), pytest.raises(ReservationDiffers):
        _end(books, held, "too much", 71)
    _end(books, held, "part", 50)
    assert (books.balance("wallet"), books.available("wallet")) == (50, 50)
    with nothing_moves(), pytest.raises(ReservationOver):
        _end(books, held, "again", 1)


def test_it_voids_a_reservation(books: Books) -> None:
    books.post(books.move("bank", "wallet", 100))
    held = _reserve(books, 70)
    for _ in range(2):
        void(
            institution=books.bank,
            actor=SYSTEM_ACTOR,
            key="void",
            business_on=DAY,
            now=NOW,
            reason="gave up",
            reservation=held,
        )
    assert (books.balance("wallet"), books.available("wallet")) == (100, 100)
    assert Transfer.objects.filter(ends=held).count() == 1


def test_it_settles_only_reservations(books: Books) -> None:
    plain = books.post(books.move("bank", "wallet", 100)).transfers[0].pk
    with nothing_moves(), pytest.raises(ReservationUnknown):
        _end(books, plain, "what")


def _reverse(books: Books, journal: int, key: str) -> None:
    reverse_journal(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key=key,
        business_on=DAY + timedelta(days=1),
        now=NOW,
        reason="wrong account",
        journal=journal,
    )


def test_it_reverses_a_journal_once(books: Books) -> None:
    posted = books.post(books.move("bank", "wallet", 100), books.move("interest", "income", 7))
    _reverse(books, posted.id, "back")
    _reverse(books, posted.id, "back")
    assert [books.balance(name) for name in ("bank", "wallet", "interest")] == [0, 0, 0]
    with nothing_moves(), pytest.raises(AlreadyReversed):
        _reverse(books, posted.id, "back again")


def test_it_reverses_nothing_that_is_not_there(books: Books) -> None:
    with nothing_moves(), pytest.raises(JournalUnknown):
        _reverse(books, 10**9, "what")
    books.post(books.move("bank", "wallet", 100))
    _reserve(books, 70)
    held = Journal.objects.get(reason="hold")
    with nothing_moves(), pytest.raises(ReservationNotReversed):
        _reverse(books, held.pk, "back")


def test_it_posts_a_batch_with_one_entry_and_only_what_is_missing(books: Books) -> None:
    drafts = [
        Draft(f"accrual-{day}", DAY, "accrual", "LOAN-1", (books.move("interest", "income", 41),))
        for day in range(5)
    ]

    def run(number: int, asked: list[Draft]) -> list[PostedJournal]:
        return post_many(
            institution=books.bank,
            actor=SYSTEM_ACTOR,
            now=NOW,
            route="eod",
            drafts=asked,
            run_id=number,
        )

    first = run(7, drafts[:3])
    second = run(8, drafts)
    assert [p.id for p in second[:3]] == [p.id for p in first]
    assert [p.replayed for p in second] == [True, True, True, False, False]
    assert books.balance("interest") == 205
    counts = [e.counts for e in Entry.objects.filter(action="ledger.post-many").order_by("id")]
    assert counts == [
        {"journals": 3, "replayed": 0, "transfers": 3},
        {"journals": 2, "replayed": 3, "transfers": 2},
    ]


def test_it_writes_one_entry_a_batch_that_can_be_checked(books: Books) -> None:
    drafts = [
        Draft(f"day-{n}", DAY, "in", 'a "mark" \\', (books.move("bank", "wallet", 1 + n),))
        for n in range(3)
    ]
    batch: dict[str, Any] = {
        "institution": books.bank,
        "actor": SYSTEM_ACTOR,
        "now": NOW,
        "route": "eod",
    }
    [first] = post_many(**batch, drafts=drafts[:1], run_id=1)
    rest = [p.id for p in post_many(**batch, drafts=drafts, run_id=2)[1:]]
    again = post_many(**batch, drafts=drafts, run_id=3)
    assert [p.ref for p in again] == [Journal.objects.get(pk=p.id).ref for p in again]
    entries = Entry.objects.filter(action="ledger.post-many").order_by("id")
    assert [(e.run_id, e.subject, e.actor, e.at) for e in entries] == [
        (run, None, SYSTEM_ACTOR, NOW) for run in (1, 2, 3)
    ]
    assert [e.checksum for e in entries] == [checksum(ids) for ids in ([first.id], rest, [])]
    assert set(Journal.objects.values_list("reference", flat=True)) == {'a "mark" \\'}


def checksum(journals: list[int]) -> str:
    """What the entry of a batch keeps of the journals that were new in it."""
    digest = hashlib.sha256()
    for journal in Journal.objects.filter(pk__in=journals).order_by("id"):
        digest.update(journal.key.encode() + bytes(journal.body_hash))
    return digest.hexdigest()


def test_it_refuses_a_whole_batch_for_one_bad_journal(books: Books) -> None:
    drafts = [
        Draft("good", DAY, "in", "", (books.move("bank", "wallet", 10),)),
        Draft("bad", DAY, "out", "", (books.move("wallet", "bank", 11),)),
        Draft("late", DAY, "in", "", (books.move("bank", "wallet", 10),)),
    ]
    with nothing_moves(), pytest.raises(BalanceTooSmall) as refused:
        post_many(institution=books.bank, actor=SYSTEM_ACTOR, now=NOW, route="eod", drafts=drafts)
    assert refused.value.params == {"journal": 2, "transfer": 1}


def test_it_posts_for_an_officer_in_the_own_bank_alone(books: Books) -> None:
    def posted_by(user: User) -> PostedJournal:
        with scoped(user):
            return post_journal(
                institution=books.bank,
                actor=user,
                key="counter-1",
                business_on=DAY,
                now=NOW,
                reason="paid in",
                reference="",
                moves=[books.move("bank", "wallet", 100)],
            )

    assert not posted_by(books.people.lin).replayed
    with nothing_moves(), pytest.raises(DatabaseError, match="row-level security"):
        posted_by(books.people.zhao)


@pytest.mark.parametrize("who", ["zhao", "sun", "xu", "wu", "zheng", "shen", "mo"])
def test_it_shows_nobody_else_the_books(books: Books, who: str) -> None:
    books.post(books.move("bank", "capital", 1))
    with scoped(getattr(books.people, who)):
        seen = [model.objects.count() for model in (Account, Journal, Transfer)]
    assert seen == [0, 0, 0]
    with scoped(NOBODY):
        assert Account.objects.count() == 0


@pytest.mark.parametrize("table", ["ledger_journal", "ledger_transfer"])
@pytest.mark.parametrize("change", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_it_never_changes_what_was_posted(books: Books, table: str, change: str) -> None:
    books.post(books.move("bank", "capital", 1))
    with (
        nothing_moves(),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


def test_it_opens_an_account_once(books: Books) -> None:
    again = open_accounts(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        now=NOW,
        openings=[Opening("601101", product="puhui"), Opening("601101", product="chanye")],
    )
    assert again[0].pk == books.number("income")
    assert Account.objects.count() == 7


def test_it_refuses_accounts_that_cannot_be(books: Books) -> None:
    def opened(opening: Opening, whose: str = "lin") -> None:
        institution = getattr(books.people, whose).institution
        open_accounts(institution=institution, actor=SYSTEM_ACTOR, now=NOW, openings=[opening])

    with nothing_moves():
        with pytest.raises(ObjectNeeded):
            opened(Opening("130301", product="puhui"))
        with pytest.raises(NotALender):
            opened(Opening("400101"), whose="zheng")
        with pytest.raises(AccountDiffers):
            opened(
                Opening(
                    "224101",
                    object_ref=books.accounts["wallet"].object_ref,
                    holder=SYSTEM.actor,
                )
            )


def test_it_answers_a_command_once(books: Books) -> None:
    done: list[int] = []

    def work() -> dict[str, int]:
        done.append(1)
        return {"journal": len(done)}

    def asked(amount: int) -> dict[str, int]:
        return answer_once(
            institution=books.bank,
            actor=books.people.lin,
            route="lines.draw",
            key="k1",
            body={"amount_minor": amount},
            now=NOW,
            work=work,
        )

    assert [asked(5), asked(5)] == [{"journal": 1}, {"journal": 1}]
    with pytest.raises(CommandKeyReused):
        asked(6)
    assert done == [1]
