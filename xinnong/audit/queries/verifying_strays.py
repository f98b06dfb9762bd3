"""What stands beside the log and should not: entries without a mark, marks without an entry, keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Final

from django.db import connections

from xinnong.audit.models import Entry, Leaf, NoteSigner
from xinnong.audit.queries.log import CONTENT, hash_or_none

Stray = tuple[str, int, int]
"""What, at which index, which entry (0: none)."""

LookForStrays = Callable[[int], Iterator[Stray]]
"""A search for what should not be there, in a log of so many leaves."""

UNNUMBERED: Final = """
SELECT e.id FROM audit_entry e
WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.entry = e.id)
  AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.entry = e.id)
ORDER BY e.id LIMIT 1000
"""
UNFOUNDED: Final = """
SELECT p.entry FROM audit_pending p
WHERE NOT EXISTS (SELECT FROM audit_entry e WHERE e.id = p.entry) ORDER BY 1 LIMIT 1000
"""
UNFIT: Final = f"""
SELECT {CONTENT} FROM audit_entry e JOIN audit_pending p ON p.entry = e.id ORDER BY e.id LIMIT 1000
"""  # noqa: S608  # our own columns


def put_in(size: int) -> Iterator[Stray]:
    """Entries that no command wrote: without a number, and not waiting for one.

    They are named by the place in the log that they claim: before the first leaf of a later entry.
    """
    for entry in _numbers(UNNUMBERED):
        later = (
            Leaf.objects.filter(entry__gt=entry).order_by("entry").values_list("index", flat=True)
        )
        place = later.first()
        yield "row_put_in", size if place is None else place, entry


def taken_away(size: int) -> Iterator[Stray]:
    """Entries that were deleted before they had a number."""
    for entry in _numbers(UNFOUNDED):
        yield "row_missing", size, entry


def unfit(size: int) -> Iterator[Stray]:
    """Entries that wait for a number and can never get one, because no command writes such."""
    with connections["default"].cursor() as cursor:
        cursor.execute(UNFIT)
        for row in cursor.fetchall():
            if hash_or_none(0, row) is None:
                yield "row_altered", size, row[0]


def keys_put_in(size: int) -> Iterator[Stray]:
    """Keys whose registration no entry of the log speaks of."""
    for signer in NoteSigner.objects.order_by("id"):
        digest = sha256(bytes(signer.point)).hexdigest()
        on_record = Entry.objects.filter(
            subject=signer.ref, checksum=digest, action__startswith="audit.register-"
        )
        if not on_record.exists():
            yield "key", size, 0


def _numbers(query: str) -> list[int]:
    with connections["default"].cursor() as cursor:
        cursor.execute(query)
        return [number for (number,) in cursor.fetchall()]


def below_the_first(_size: int) -> Iterator[Stray]:
    """Leaves with a number that no leaf has; an entry behind one would pass for numbered."""
    for entry in Leaf.objects.filter(index__lt=0).values_list("entry", flat=True)[:1000]:
        yield "leaf_altered", 0, entry


STRAYS: Final[tuple[LookForStrays, ...]] = (
    put_in,
    taken_away,
    unfit,
    keys_put_in,
    below_the_first,
)
