"""Posting: journals through the one database function, reservations and their ends, reversals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.scope import Scope
from xinnong.audit.services import ActsFor
from xinnong.core.errors import Refused
from xinnong.core.ledger import Draft, Move
from xinnong.core.ledger_refusals import JournalUnknown, ReservationUnknown
from xinnong.ledger.models import Journal, Transfer
from xinnong.ledger.services.posting_call import Noted, call

ROUTE: Final = "ledger.post"


class ReservationNotReversed(Refused):
    """A journal with reservations is not reversed; void them."""

    code: ClassVar[str] = "ledger.reservation_not_reversed"


@dataclass(frozen=True, slots=True)
class PostedJournal:
    """Where a draft landed. `replayed`: the key was used before and nothing moved now."""

    id: int
    ref: UUID
    replayed: bool

    @property
    def transfers(self) -> list[Transfer]:
        """Its transfers in the order of the moves."""
        return list(Transfer.objects.filter(journal_id=self.id).order_by("id"))


def post_journal(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    key: str,
    business_on: date,
    now: datetime,
    reason: str,
    reference: str,
    moves: Sequence[Move],
    route: str = ROUTE,
    reverses: int | None = None,
    scope: Scope | None = None,
) -> PostedJournal:
    """Post one journal and write its audit entry, all of it or nothing, in one round trip.

    The same key of the same actor on the same route with the same body answers the first journal
    and moves nothing. Raises the LedgerRefused of core.ledger_refusals, each naming the transfer.
    Put everything that must land together into one journal, and one posting into a transaction.
    With a `scope` it needs no transaction around it: then the one statement is the transaction.
    """
    draft = Draft(key, business_on, reason, reference, tuple(moves), reverses)
    noted = Noted(action="ledger.reverse") if reverses else Noted(action="ledger.post")
    [row] = call(
        institution=institution,
        actor=actor,
        route=route,
        now=now,
        drafts=[draft],
        noted=noted,
        scope=scope,
    )
    return PostedJournal(*row)


def post_many(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    now: datetime,
    drafts: Sequence[Draft],
    route: str,
    run_id: int | None = None,
) -> list[PostedJournal]:
    """Post many journals, all or nothing, with one audit entry: counts, run and checksum.

    The checksum is the SHA-256 over key and body hash of each journal that is new, in their order.
    Drafts whose keys were used before answer their first journals; so a run that is started again
    posts only what is missing. Order: limits hold after each journal in turn.
    """
    rows = call(
        institution=institution,
        actor=actor,
        route=route,
        now=now,
        drafts=drafts,
        noted=Noted(action="ledger.post-many", is_batch=True, run_id=run_id),
        scope=None,
    )
    return [PostedJournal(*row) for row in rows]


def reserve(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    key: str,
    business_on: date,
    now: datetime,
    reason: str,
    reference: str,
    debit: int,
    credit: int,
    amount_minor: int,
) -> int:
    """Reserve an amount between two accounts; answers the reservation's transfer id.

    What is reserved counts against the limits of both accounts, but is no money yet.
    """
    posted = post_journal(
        institution=institution,
        actor=actor,
        key=key,
        business_on=business_on,
        now=now,
        reason=reason,
        reference=reference,
        moves=[Move(debit, credit, amount_minor, reason, pending=True)],
        route="ledger.reserve",
    )
    return posted.transfers[0].pk


def settle(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    key: str,
    business_on: date,
    now: datetime,
    reason: str,
    reservation: int,
    amount_minor: int | None = None,
) -> PostedJournal:
    """Turn a reservation into money, whole or in part; the rest is free again.

    Raises ReservationUnknown, ReservationOver, ReservationDiffers (more than was reserved).
    """
    reserved = _reservation(institution, reservation)
    amount = reserved.amount_minor if amount_minor is None else amount_minor
    move = Move(reserved.debit_id, reserved.credit_id, amount, reason, settles=reserved.pk)
    return post_journal(
        institution=institution,
        actor=actor,
        key=key,
        business_on=business_on,
        now=now,
        reason=reason,
        reference=reserved.journal.reference,
        moves=[move],
        route="ledger.settle",
    )


def void(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    key: str,
    business_on: date,
    now: datetime,
    reason: str,
    reservation: int,
) -> PostedJournal:
    """Give a reservation up. Raises ReservationUnknown, ReservationOver."""
    reserved = _reservation(institution, reservation)
    move = Move(
        reserved.debit_id, reserved.credit_id, reserved.amount_minor, reason, voids=reserved.pk
    )
    return post_journal(
        institution=institution,
        actor=actor,
        key=key,
        business_on=business_on,
        now=now,
        reason=reason,
        reference=reserved.journal.reference,
        moves=[move],
        route="ledger.void",
    )


def reverse_journal(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    key: str,
    business_on: date,
    now: datetime,
    reason: str,
    journal: int,
) -> PostedJournal:
    """Undo a journal by one that moves everything back on another business date.

    Raises JournalUnknown, AlreadyReversed, ReservationNotReversed, and whatever posting refuses: an
    account may not hold any more what it would have to give back.
    """
    found = Journal.objects.filter(pk=journal, institution=institution).first()
    if found is None:
        raise JournalUnknown(journal=1, transfer=0)
    moves = _backwards(found, reason)
    return post_journal(
        institution=institution,
        actor=actor,
        key=key,
        business_on=business_on,
        now=now,
        reason=reason,
        reference=found.reference,
        moves=moves,
        route="ledger.reverse",
        reverses=found.pk,
    )


def _backwards(journal: Journal, reason: str) -> list[Move]:
    transfers = list(journal.transfers.order_by("-id"))
    if any(t.state == Transfer.State.PENDING for t in transfers):
        raise ReservationNotReversed(journal=1)
    return [
        Move(t.credit_id, t.debit_id, t.amount_minor, reason)
        for t in transfers
        if t.state != Transfer.State.VOIDED
    ]


def _reservation(institution: Institution, number: int) -> Transfer:
    found = (
        Transfer.objects.select_related("journal")
        .filter(pk=number, institution=institution, state=Transfer.State.PENDING)
        .first()
    )
    if found is None:
        raise ReservationUnknown(journal=1, transfer=1)
    return found
