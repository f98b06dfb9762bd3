"""Reads of the audit log; row-level security limits them to the reader's own operator."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from xinnong.audit.models import Entry

PAGE = 50


def entries_about(subject: UUID) -> QuerySet[Entry]:
    """Entries of one subject, newest first."""
    return Entry.objects.filter(subject=subject).order_by("-id")


def entries_before(entry_id: int | None = None, *, limit: int = PAGE) -> QuerySet[Entry]:
    """The newest entries, or those older than a known one (keyset paging)."""
    entries = Entry.objects.order_by("-id")
    if entry_id is not None:
        entries = entries.filter(id__lt=entry_id)
    return entries[:limit]
