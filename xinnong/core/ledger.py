"""The ledger's rules: immutable records, journals that land whole or not at all, refusals by code.

This is the obvious reference of the posting function in the database (`ledger.post`); a test holds
the two together. Amounts are whole fen. An account's four totals never shrink, except that a
reservation leaves the pending totals when it is settled or voided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

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

MAX_AMOUNT_MINOR: Final = 10**15
"""Largest amount of one transfer, ten trillion yuan: a slip of the pen, never a loan."""


class Side(StrEnum):
    """The two sides of an account, as stored."""

    DEBIT = "d"
    CREDIT = "c"


class State(StrEnum):
    """What a transfer is: money that moved, a reservation, or the end of a reservation."""

    POSTED = "posted"
    PENDING = "pending"
    POSTED_PENDING = "posted_pending"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Move:
    """One transfer as asked for: from the credited account to the debited one.

    `debit` and `credit` are account numbers. `pending` reserves instead of moving; `settles` and
    `voids` name the transfer number of a reservation that this one ends.
    """

    debit: int
    credit: int
    amount_minor: int
    reason: str
    pending: bool = False
    settles: int | None = None
    voids: int | None = None

    def __post_init__(self) -> None:
        """Assert that the move is one thing only."""
        ways = (self.pending, self.settles is not None, self.voids is not None)
        assert sum(ways) <= 1, "a move reserves, settles or voids, never two of them"

    @property
    def state(self) -> State:
        """The state the transfer is stored with."""
        if self.settles is not None:
            return State.POSTED_PENDING
        if self.voids is not None:
            return State.VOIDED
        return State.PENDING if self.pending else State.POSTED

    @property
    def ends(self) -> int | None:
        """The reservation this move ends."""
        return self.settles if self.settles is not None else self.voids


@dataclass(frozen=True, slots=True)
class Draft:
    """One journal as asked for. `key` names the command, `reference` the business it belongs to."""

    key: str
    business_on: date
    reason: str
    reference: str
    moves: tuple[Move, ...]
    reverses: int | None = None

    @property
    def body(self) -> tuple[object, ...]:
        """Everything but the key: a replay must ask for exactly the same."""
        return (self.business_on, self.reason, self.reference, self.moves, self.reverses)


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its four totals. Only `running` accounts may carry a flag."""

    number: int
    normal: Side
    running: bool = True
    no_negative_balance: bool = False
    debits_must_not_exceed_credits: bool = False
    is_open: bool = True
    posted_debits: int = 0
    posted_credits: int = 0
    pending_debits: int = 0
    pending_credits: int = 0

    @property
    def balance(self) -> int:
        """Posted balance on the normal side."""
        balance = self.posted_debits - self.posted_credits
        return balance if self.normal is Side.DEBIT else -balance

    @property
    def limited(self) -> frozenset[Side]:
        """Sides whose posted and pending total may not exceed the posted total of the other."""
        sides: set[Side] = set()
        if self.debits_must_not_exceed_credits:
            sides.add(Side.DEBIT)
        if self.no_negative_balance:
            sides.add(Side.CREDIT if self.normal is Side.DEBIT else Side.DEBIT)
        return frozenset(sides)

    def holds(self, side: Side) -> bool:
        """Whether the limit on a side is kept."""
        if side is Side.DEBIT:
            return self.posted_debits + self.pending_debits <= self.posted_credits
        return self.posted_credits + self.pending_credits <= self.posted_debits

    def moved(self, side: Side, *, posted: int, pending: int) -> Account:
        """The account after one side of a transfer."""
        if side is Side.DEBIT:
            return replace(
                self,
                posted_debits=self.posted_debits + posted,
                pending_debits=self.pending_debits + pending,
            )
        return replace(
            self,
            posted_credits=self.posted_credits + posted,
            pending_credits=self.pending_credits + pending,
        )


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer as stored, with its number and that of its journal."""

    number: int
    journal: int
    move: Move


@dataclass(frozen=True, slots=True)
class Books:
    """One institution's ledger for one actor and route; every change makes a new one."""

    accounts: Mapping[int, Account]
    transfers: tuple[Posted, ...] = ()
    drafts: tuple[Draft, ...] = ()
    closed_through: date | None = None
    journals: Mapping[str, int] = field(default_factory=dict)

    def transfer(self, number: int) -> Posted | None:
        """A stored transfer; numbers count from 1."""
        return self.transfers[number - 1] if 0 < number <= len(self.transfers) else None

    def is_over(self, reservation: int) -> bool:
        """Whether a reservation was settled or voided."""
        return any(posted.move.ends == reservation for posted in self.transfers)

    def trial_balance(self) -> int:
        """Debits less credits over all accounts: 0 in every book."""
        return sum(a.posted_debits - a.posted_credits for a in self.accounts.values())


def post(books: Books, drafts: Sequence[Draft]) -> tuple[Books, tuple[int, ...]]:
    """Post all drafts or none; returns the books after and the journal number of each draft.

    A draft whose key was used with the same body gets its first number and moves nothing. Raises a
    LedgerRefused that names the first place in the order of checks: bodies, dates, transfers,
    reservations, balances.
    """
    fresh = _fresh(books, drafts)
    for check in (_check_reversals, _check_dates, _check_transfers, _check_reservations):
        check(books, fresh)
    numbers = dict(books.journals)
    for place, draft in fresh:
        books, numbers[draft.key] = _land(books, place, draft)
    return replace(books, journals=numbers), tuple(numbers[draft.key] for draft in drafts)


Fresh = Sequence[tuple[int, Draft]]


def _fresh(books: Books, drafts: Sequence[Draft]) -> Fresh:
    """Drafts that were not posted before, with their places; refuses empty ones and used keys."""
    for place, draft in enumerate(drafts, 1):
        if not draft.moves:
            raise NoTransfers(journal=place, transfer=0)
    known = {key: books.drafts[number - 1].body for key, number in books.journals.items()}
    fresh = []
    for place, draft in enumerate(drafts, 1):
        if draft.key not in known:
            known[draft.key] = draft.body
            fresh.append((place, draft))
        elif known[draft.key] != draft.body:
            raise KeyReused(journal=place, transfer=0)
    return fresh


def _check_reversals(books: Books, fresh: Fresh) -> None:
    reversed_before = {draft.reverses for draft in books.drafts} - {None}
    for place, draft in fresh:
        if draft.reverses is None:
            continue
        if not 0 < draft.reverses <= len(books.drafts):
            raise JournalUnknown(journal=place, transfer=0)
        if draft.reverses in reversed_before:
            raise AlreadyReversed(journal=place, transfer=0)
        reversed_before.add(draft.reverses)


def _check_dates(books: Books, fresh: Fresh) -> None:
    closed = books.closed_through
    for place, draft in fresh:
        if closed is not None and draft.business_on <= closed:
            raise PeriodClosed(journal=place, transfer=0, closed_through=closed.isoformat())


def _check_transfers(books: Books, fresh: Fresh) -> None:
    for place, draft in fresh:
        for at, move in enumerate(draft.moves, 1):
            _check_transfer(books.accounts, move, journal=place, transfer=at)


def _check_transfer(
    accounts: Mapping[int, Account], move: Move, *, journal: int, transfer: int
) -> None:
    if not 0 < move.amount_minor <= MAX_AMOUNT_MINOR:
        raise AmountOutOfRange(journal=journal, transfer=transfer)
    if move.debit == move.credit:
        raise SameAccount(journal=journal, transfer=transfer)
    if move.debit not in accounts or move.credit not in accounts:
        raise AccountUnknown(journal=journal, transfer=transfer)
    if not (accounts[move.debit].is_open and accounts[move.credit].is_open):
        raise AccountClosed(journal=journal, transfer=transfer)


def _check_reservations(books: Books, fresh: Fresh) -> None:
    ended: set[int] = set()
    for place, draft in fresh:
        for at, move in enumerate(draft.moves, 1):
            if move.ends is None:
                continue
            found = books.transfer(move.ends)
            if found is None or found.move.state is not State.PENDING:
                raise ReservationUnknown(journal=place, transfer=at)
            if books.is_over(move.ends) or move.ends in ended:
                raise ReservationOver(journal=place, transfer=at)
            if _differs(found.move, move):
                raise ReservationDiffers(journal=place, transfer=at)
            ended.add(move.ends)


def _differs(reserved: Move, move: Move) -> bool:
    if (reserved.debit, reserved.credit) != (move.debit, move.credit):
        return True
    if move.state is State.VOIDED:
        return move.amount_minor != reserved.amount_minor
    return move.amount_minor > reserved.amount_minor


def _land(books: Books, place: int, draft: Draft) -> tuple[Books, int]:
    """The books after one journal; refuses when a flag does not hold at its end."""
    accounts = dict(books.accounts)
    transfers = list(books.transfers)
    number = len(books.drafts) + 1
    for move in draft.moves:
        posted, pending = _amounts(books, move)
        for side, account in ((Side.DEBIT, move.debit), (Side.CREDIT, move.credit)):
            accounts[account] = accounts[account].moved(side, posted=posted, pending=pending)
        transfers.append(Posted(len(transfers) + 1, number, move))
    _check_flags(accounts, place, draft)
    landed = replace(
        books, accounts=accounts, transfers=tuple(transfers), drafts=(*books.drafts, draft)
    )
    return landed, number


def _amounts(books: Books, move: Move) -> tuple[int, int]:
    """What a move adds to the posted and to the pending totals."""
    if move.state is State.POSTED:
        return move.amount_minor, 0
    if move.state is State.PENDING:
        return 0, move.amount_minor
    assert move.ends is not None
    reserved = books.transfer(move.ends)
    assert reserved is not None
    settled = move.amount_minor if move.state is State.POSTED_PENDING else 0
    return settled, -reserved.move.amount_minor


def _check_flags(accounts: Mapping[int, Account], place: int, draft: Draft) -> None:
    """Name the first transfer that takes from an account that ends below its limit."""
    for at, move in enumerate(draft.moves, 1):
        if move.ends is not None:
            continue
        for side, number in ((Side.DEBIT, move.debit), (Side.CREDIT, move.credit)):
            account = accounts[number]
            if side in account.limited and not account.holds(side):
                raise BalanceTooSmall(journal=place, transfer=at)
