"""Posting: journals through the one database function, reservations and their ends, reversals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, transaction

from xinnong.accounts.models import Institution
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.core.ledger import Draft, Move
from xinnong.core.ledger_refusals import (
    POSTING_REFUSALS,
    AlreadyReversed,
    JournalUnknown,
    ReservationUnknown,
)
from xinnong.ledger.models import Journal, Transfer

REFUSED_STATE: Final = "XL001"
POST: Final = (
    "SELECT journal_id, replayed FROM ledger.post(%s, %s, %s, %s, %s::uuid[], %s::text[],"
    " %s::date[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::bigint[], %s::bigint[],"
    " %s::bigint[], %s::text[], %s::text[], %s::bigint[])"
)
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
) -> PostedJournal:
    """Post one journal, all of it or nothing.

    The same key of the same actor on the same route with the same body answers the first journal
    and moves nothing. Raises the LedgerRefused of core.ledger_refusals, each naming the transfer.
    Put everything that must land together into one journal, and one posting into a transaction.
    """
    draft = Draft(key, business_on, reason, reference, tuple(moves), reverses)
    with transaction.atomic():
        [posted] = _post(institution, actor, route, now, [draft])
        if not posted.replayed:
            record(
                actor=actor,
                action="ledger.reverse" if reverses else "ledger.post",
                at=now,
                subject=posted.ref,
                counts={"transfers": len(draft.moves)},
                concerns=institution,
            )
    return posted


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

    Drafts whose keys were used before answer their first journals; so a run that is started again
    posts only what is missing. Order: limits hold after each journal in turn.
    """
    with transaction.atomic():
        posted = _post(institution, actor, route, now, drafts)
        fresh = [d for d, p in zip(drafts, posted, strict=True) if not p.replayed]
        record(
            actor=actor,
            action="ledger.post-many",
            at=now,
            run_id=run_id,
            counts={
                "journals": len(fresh),
                "replayed": len(drafts) - len(fresh),
                "transfers": sum(len(draft.moves) for draft in fresh),
            },
            checksum=_checksum(fresh),
            concerns=institution,
        )
    return posted


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


def _post(
    institution: Institution,
    actor: ActsFor | UUID,
    route: str,
    now: datetime,
    drafts: Sequence[Draft],
) -> list[PostedJournal]:
    refs = [new_ref() for _ in drafts]
    by = actor if isinstance(actor, UUID) else actor.ref
    with _refusals(), connection.cursor() as cursor:
        cursor.execute(POST, [institution.pk, by, now, route, *_columns(refs, drafts)])
        rows = cursor.fetchall()
    first = _first_refs([number for number, replayed in rows if replayed])
    return [
        PostedJournal(number, first.get(number, ref), replayed)
        for (number, replayed), ref in zip(rows, refs, strict=True)
    ]


def _first_refs(numbers: Sequence[int]) -> dict[int, UUID]:
    """References of journals that an earlier call posted."""
    if not numbers:
        return {}
    return dict(Journal.objects.filter(pk__in=numbers).values_list("pk", "ref"))


def _columns(refs: Sequence[UUID], drafts: Sequence[Draft]) -> list[list[object]]:
    """The arrays of `ledger.post`: six of journals, seven of transfers."""
    moves = [(place, move) for place, draft in enumerate(drafts, 1) for move in draft.moves]
    return [
        list(refs),
        [draft.key for draft in drafts],
        [draft.business_on for draft in drafts],
        [draft.reason for draft in drafts],
        [draft.reference for draft in drafts],
        [draft.reverses for draft in drafts],
        [place for place, _ in moves],
        [move.debit for _, move in moves],
        [move.credit for _, move in moves],
        [move.amount_minor for _, move in moves],
        [move.reason for _, move in moves],
        [move.state.value for _, move in moves],
        [move.ends for _, move in moves],
    ]


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the function refuses into the refusals of core."""
    try:
        yield
    except IntegrityError as error:
        if "journal_reversed_once" in str(error):
            raise AlreadyReversed(journal=1, transfer=0) from None
        raise
    except DatabaseError as error:
        told = getattr(error.__cause__, "diag", None)
        if told is None or told.sqlstate != REFUSED_STATE:
            raise
        place = json.loads(told.message_detail)
        raise POSTING_REFUSALS[told.message_primary](**place) from None


def _checksum(drafts: Sequence[Draft]) -> str:
    """SHA-256 over keys, accounts and amounts in order."""
    digest = hashlib.sha256()
    for draft in drafts:
        moved = [(move.debit, move.credit, move.amount_minor, move.state) for move in draft.moves]
        digest.update(json.dumps([draft.key, draft.business_on.isoformat(), moved]).encode())
    return digest.hexdigest()
