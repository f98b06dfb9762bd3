"""One check at a time for each class, across processes and machines.

The lock belongs to the database session: a process that is killed lets go of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

NAMESPACE: Final = 7_466_252


class LockLost(Exception):
    """The session that held the lock ended while files were being checked."""


@contextmanager
def class_lock(class_name: str) -> Iterator[None]:
    """Hold the class inside the block; waits for whoever holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [NAMESPACE, class_name])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(%s, hashtext(%s))", [NAMESPACE, class_name]
                )


def assert_held(class_name: str) -> None:
    """Raise LockLost unless this session still holds the class."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_locks
               WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objsubid = 2
                 AND classid = %s AND objid = (hashtext(%s)::bigint & 4294967295)::oid""",
            [NAMESPACE, class_name],
        )
        row = cursor.fetchone()
    if not row or row[0] == 0:
        raise LockLost(class_name)
