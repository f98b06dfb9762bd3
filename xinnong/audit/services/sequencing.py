"""Entries get their numbers in the evidence log, and the log signs what it says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections

from xinnong.audit.models import LogCheckpoint, NoteKind, NoteSigner
from xinnong.audit.queries.log import (
    CONTENT,
    hash_or_none,
    log_keys,
    log_size,
    newest_checkpoint,
    root_of,
    stored_tree,
)
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.core.evidence import checkpoint_of, frontier_at, rungs_made
from xinnong.core.merkle import Frontier
from xinnong.core.notes import LOG, Note, NoteKey, signed_by, to_be_signed

MOST_AT_ONCE: Final = 10_000
CHECKPOINT_EVERY: Final = timedelta(seconds=10)
ONE_AT_A_TIME: Final = 7_466_252
REGISTERING: Final = 7_466_253
NAME_DIGITS: Final = 12
"""A log is named after its first key, so that no two installations call theirs the same."""

WAITING: Final = f"""
SELECT {CONTENT} FROM audit_pending p JOIN audit_entry e ON e.id = p.entry
WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.entry = p.entry)
ORDER BY p.entry LIMIT %s
"""
DONE: Final = "DELETE FROM audit_pending WHERE entry = ANY(%s)"
LEAVES: Final = (
    "INSERT INTO audit_leaf (index, entry, hash)"
    " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])"
)
NODES: Final = (
    "INSERT INTO audit_node (rung, index, hash)"
    " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])"
)


@dataclass(frozen=True, slots=True)
class Sequenced:
    """How many entries got a number, how many leaves there are now, and whether a checkpoint was signed."""

    entries: int
    size: int
    signed: bool


def sequence_entries(
    *, key: Ed25519PrivateKey, now: datetime, limit: int = MOST_AT_ONCE
) -> Sequenced | None:
    """Number what was committed since the last time, and sign a checkpoint when one is due.

    One transaction: killed at any statement, nothing has happened. Where somebody else is at it, None
    at once. The mark of an entry that is gone, or that no command can have written, stays for
    `verify-log` to tell and keeps no other waiting. Call inside `scoped(SYSTEM)`.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(WAITING, [limit])
        rows = cursor.fetchall()
        before = size = log_size()
        if rows:
            size = _append(cursor, rows, frontier_at(before, stored_tree()))
    signed = _is_due(size, now) and _sign(key, size, now)
    return Sequenced(size - before, size, signed)


def register_log_key(*, key: Ed25519PrivateKey, now: datetime) -> NoteKey:
    """The log's name and its key that signs now; a key seen for the first time is registered, on record.

    Call inside `scoped(SYSTEM)`.
    """
    point, known = key.public_key().public_bytes_raw(), log_keys()
    found = next((each for each in known if each.point == point), None)
    if found is not None:
        return found
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTERING])
    if point in {each.point for each in log_keys()}:
        return register_log_key(key=key, now=now)  # somebody else just did
    name = known[0].name if known else f"xinnong/{sha256(point).hexdigest()[:NAME_DIGITS]}"
    signer = NoteSigner.objects.create(name=name, kind=NoteKind.LOG, point=point, since=now)
    record(
        actor=SYSTEM_ACTOR,
        action="audit.register-log-key",
        at=now,
        subject=signer.ref,
        checksum=sha256(point).hexdigest(),
    )
    return NoteKey(name, LOG, point)


def _append(cursor: Any, rows: Sequence[Sequence[Any]], frontier: Frontier) -> int:
    """Put rows behind the last leaf, with the rungs that they complete; returns the new size."""
    leaves, rungs = [], []
    for row in rows:
        leaf = hash_or_none(frontier.size, row)
        if leaf is not None:
            leaves.append((frontier.size, row[0], leaf))
            rungs += rungs_made(frontier.add(leaf))
    if leaves:
        cursor.execute(LEAVES, _columns(leaves))
        cursor.execute(DONE, [[entry for _, entry, _ in leaves]])
    if rungs:
        cursor.execute(NODES, _columns(rungs))
    return frontier.size


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _is_due(size: int, now: datetime) -> bool:
    """Whether there is something new to sign, and the last signature is some seconds old."""
    last = newest_checkpoint()
    if last is None:
        return size > 0
    return size > last.size and now >= last.at + CHECKPOINT_EVERY


def _sign(key: Ed25519PrivateKey, size: int, now: datetime) -> bool:
    own, last = register_log_key(key=key, now=now), newest_checkpoint()
    second = now.astimezone(UTC).replace(microsecond=0)
    said = checkpoint_of(
        own.name,
        size,
        root_of(size),
        time=f"{second:%Y-%m-%dT%H:%M:%SZ}",
        after=last.size if last else 0,
    )
    body = said.body()
    line = signed_by(own, key.sign(to_be_signed(LOG, body)))
    LogCheckpoint.objects.create(
        size=size, root=said.root, at=second, note=Note(body, (line,)).text()
    )
    return True
