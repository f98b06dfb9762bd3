"""One call of the database's posting function: keys, rules, money and audit entry in a statement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import DatabaseError, IntegrityError, connection, transaction

from xinnong.accounts.models import Institution
from xinnong.accounts.scope import Scope, scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor
from xinnong.core.errors import Refused
from xinnong.core.ledger import Draft
from xinnong.core.ledger_refusals import POSTING_REFUSALS, AlreadyReversed

REFUSED_STATE: Final = "XL001"
GIVEN: Final = (
    "%s, %s, %s, %s, %s::uuid[], %s::text[], %s::date[], %s::text[], %s::text[], %s::bigint[],"
    " %s::integer[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],"
    " %s::bigint[], %s, %s, %s, %s, %s, %s"
)
ALONE: Final = f"SELECT journal_id, journal_ref, replayed FROM ledger.post({GIVEN}, %s)"
WITHIN: Final = (
    f"SELECT journal_id, journal_ref, replayed, refused, place FROM ledger.post_within({GIVEN})"
)
Row = tuple[int, UUID, bool]
"""A journal's number and reference, and whether its key had been used before."""


@dataclass(frozen=True, slots=True)
class Noted:
    """The audit entry of a call: a posting names its journal, a batch its counts and checksum."""

    action: str
    is_batch: bool = False
    run_id: int | None = None


def call(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    route: str,
    now: datetime,
    drafts: Sequence[Draft],
    noted: Noted,
    scope: Scope | None,
) -> list[Row]:
    """Post drafts with their entry, all or nothing; one round trip.

    With a scope and no transaction open, the statement is the transaction. Within a transaction a
    refusal undoes the call alone. Raises the refusals of core.
    """
    by = actor if isinstance(actor, UUID) else actor.ref
    given = [institution.pk, by, now, route, *_columns(drafts)]
    given += [new_ref(), noted.action, institution.operator.kind, institution.code]
    given += [noted.run_id, noted.is_batch]
    if not connection.in_atomic_block:
        return _alone([*given, scope.document() if scope else None])
    if scope is None:
        return _within(given)
    with scoped(scope):
        return _within(given)


def _alone(given: Sequence[object]) -> list[Row]:
    with _refusals():
        return _rows(ALONE, given)


def _within(given: Sequence[object]) -> list[Row]:
    with transaction.atomic(savepoint=False):
        rows = _rows(WITHIN, given)
    if rows and rows[0][3] is not None:
        raise _refusal(rows[0][3], rows[0][4])
    return [row[:3] for row in rows]


def _rows(sql: str, given: Sequence[object]) -> list[Any]:
    """Send the values beside the statement, so that the server plans it once a connection."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, given, prepare=True).fetchall()


def _columns(drafts: Sequence[Draft]) -> list[str]:
    """The arrays of the function: six of journals, seven of transfers."""
    moves = [(place, move) for place, draft in enumerate(drafts, 1) for move in draft.moves]
    columns: list[list[object]] = [
        [new_ref() for _ in drafts],
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
    return [_array(column) for column in columns]


def _array(values: Sequence[object]) -> str:
    """The values as PostgreSQL writes an array: every one quoted, so that none is read as syntax."""
    return "{" + ",".join("NULL" if value is None else _quoted(value) for value in values) + "}"


def _quoted(value: object) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the function raises into the refusals of core."""
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
        raise _refusal(told.message_primary, told.message_detail) from None


def _refusal(code: str, place: str) -> Refused:
    return POSTING_REFUSALS[code](**json.loads(place))
