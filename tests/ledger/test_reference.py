"""The database function and the plain reference agree on every sequence, refusals included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.ledger.books import DAY, undone
from tests.ledger.books import Books as Bank
from tests.people import NOW
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core import ledger as reference
from xinnong.core.ledger import Account, Books, Draft, Move, Side
from xinnong.core.ledger_refusals import LedgerRefused
from xinnong.ledger.models import TOTALS, Period, Transfer
from xinnong.ledger.models import Account as Stored
from xinnong.ledger.services import post_many

pytestmark = pytest.mark.django_db

NAMES = ("bank", "loan", "interest", "wallet", "income", "capital")
NOWHERE = 99
CLOSED_THROUGH = DAY - timedelta(days=1)

# places among the accounts, transfers and journals made so far; the test turns them into numbers
amounts = st.sampled_from([-1, 0, 1, 2, 3, 5, 50, 10**15, 10**15 + 1])
kinds = st.sampled_from(["post", "post", "post", "hold", "settle", "void"])


@dataclass(frozen=True)
class Wish:
    """A move before it is known what exists: `which` counts back among the reservations."""

    debit: int
    credit: int
    amount: int
    kind: str
    which: int
    same: bool


wishes = st.builds(
    Wish,
    debit=st.sampled_from([0, 1, 2, 3, 3, 3, 4, 5, 6, NOWHERE]),
    credit=st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5]),
    amount=amounts,
    kind=kinds,
    which=st.integers(0, 3),
    same=st.sampled_from([True, True, True, False]),
)
good_wishes = st.builds(
    Wish,
    debit=st.sampled_from([0, 1, 2, 0, 3]),
    credit=st.sampled_from([4, 5, 3]),
    amount=st.integers(1, 5),
    kind=st.sampled_from(["post", "hold", "settle", "void"]),
    which=st.integers(0, 3),
    same=st.just(value=True),
)
drafts = st.tuples(
    st.integers(0, 12),
    st.sampled_from([DAY, DAY, DAY, DAY, CLOSED_THROUGH]),
    st.lists(good_wishes, min_size=1, max_size=3) | st.lists(wishes, max_size=3),
    st.sampled_from([None, None, None, None, 0, 1, NOWHERE]),
)
good_drafts = st.tuples(
    st.integers(0, 60),
    st.just(DAY),
    st.lists(good_wishes, min_size=1, max_size=3),
    st.sampled_from([None] * 7 + [1]),
)
good_calls = st.lists(good_drafts, min_size=1, max_size=3)
mixed_calls = st.lists(good_drafts | drafts, min_size=1, max_size=3)
calls = st.lists(
    st.sampled_from([good_calls, good_calls, good_calls, mixed_calls]).flatmap(lambda kind: kind),
    min_size=4,
    max_size=14,
)


@dataclass
class Pair:
    """Both ledgers, with the database's numbers of what the reference counts from 1."""

    bank: Bank
    books: Books
    accounts: dict[int, int]
    transfers: list[int] = field(default_factory=list)
    journals: list[int] = field(default_factory=list)


def opened(bank: Bank) -> Pair:
    """The same accounts in both: the seventh is closed."""
    accounts = {}
    for number, name in enumerate(NAMES):
        stored = bank.accounts[name]
        accounts[number] = Account(
            number=number,
            normal=Side(stored.normal),
            running=stored.runs,
            no_negative_balance=stored.no_negative_balance,
            debits_must_not_exceed_credits=stored.debits_must_not_exceed_credits,
        )
    ids = {number: bank.number(name) for number, name in enumerate(NAMES)}
    shut = Stored.objects.create(
        institution=bank.bank, kind="222101", normal="c", opened_at=NOW, closed_at=NOW
    )
    accounts[6] = Account(6, Side.CREDIT, running=False, is_open=False)
    Period.objects.create(
        institution=bank.bank,
        first_on=date(2026, 11, 1),
        last_on=CLOSED_THROUGH,
        closed_at=NOW,
        closed_by=SYSTEM_ACTOR,
    )
    return Pair(bank, Books(accounts, closed_through=CLOSED_THROUGH), {**ids, 6: shut.pk})


def meant(pair: Pair, wish: Wish) -> Move:
    """The wish in the reference's numbers."""
    plain = Move(wish.debit, wish.credit, wish.amount, "r")
    if wish.kind == "post":
        return plain
    if wish.kind == "hold":
        return replace(plain, pending=True)
    held = [t for t in pair.books.transfers if t.move.pending]
    if not held and wish.same:
        return replace(plain, pending=True)
    target = held[-1 - wish.which % len(held)] if held else None
    if target is not None and wish.same:
        most = target.move.amount_minor
        amount = most if wish.kind == "void" else min(max(wish.amount, 1), most + 1)
        plain = Move(target.move.debit, target.move.credit, amount, "r")
    number = target.number if target else NOWHERE
    return replace(plain, settles=number) if wish.kind == "settle" else replace(plain, voids=number)


def translated(pair: Pair, draft: Draft) -> Draft:
    """The same draft in the database's numbers."""
    return replace(
        draft,
        moves=tuple(_move(pair, move) for move in draft.moves),
        reverses=None if draft.reverses is None else _at(pair.journals, draft.reverses),
    )


def _move(pair: Pair, move: Move) -> Move:
    return replace(
        move,
        debit=pair.accounts.get(move.debit, -1),
        credit=pair.accounts.get(move.credit, -1),
        settles=None if move.settles is None else _at(pair.transfers, move.settles),
        voids=None if move.voids is None else _at(pair.transfers, move.voids),
    )


def _at(numbers: list[int], place: int) -> int:
    return numbers[place - 1] if 0 < place <= len(numbers) else -1


def both(pair: Pair, asked: Sequence[Draft]) -> tuple[Any, Any]:
    """What each of the two answers: journal numbers from 1, or code and place."""
    before = pair.books
    expected: Any
    try:
        pair.books, expected = reference.post(before, asked)
    except LedgerRefused as refused:
        expected = (refused.code, refused.params)
    wanted = [translated(pair, draft) for draft in asked]
    try:
        posted = post_many(
            institution=pair.bank.bank, actor=SYSTEM_ACTOR, now=NOW, drafts=wanted, route="t"
        )
    except LedgerRefused as refused:
        return expected, (refused.code, refused.params)
    pair.journals = list(dict.fromkeys([*pair.journals, *(p.id for p in posted)]))
    pair.transfers = list(Transfer.objects.order_by("id").values_list("pk", flat=True))
    return expected, tuple(pair.journals.index(p.id) + 1 for p in posted)


@pytest.mark.slow
@given(calls=calls)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_it_posts_and_refuses_as_the_reference_does(books: Bank, calls: Any) -> None:
    with undone():
        pair = opened(books)
        for call in calls:
            asked = [
                Draft(f"k{key}", day, "r", "", tuple(meant(pair, w) for w in moves), reverses)
                for key, day, moves, reverses in call
            ]
            expected, answered = both(pair, asked)
            assert answered == expected
            event("posted" if isinstance(expected[0], int) else expected[0])
        agree(pair)


def agree(pair: Pair) -> None:
    """Running totals, transfers and the sum of everything are the same in both."""
    for number, account in pair.books.accounts.items():
        stored = Stored.objects.get(pk=pair.accounts[number])
        totals = [getattr(stored, total) for total in TOTALS]
        theirs = [
            account.posted_debits,
            account.posted_credits,
            account.pending_debits,
            account.pending_credits,
        ]
        assert totals == (theirs if account.running else [None] * 4)
    states = [(t.move.state.value, t.move.amount_minor) for t in pair.books.transfers]
    stored_states = Transfer.objects.order_by("id").values_list("state", "amount_minor")
    assert list(stored_states) == states
    assert pair.books.trial_balance() == 0
