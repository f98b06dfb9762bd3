"""Reads of the audit log; row-level security limits them to the reader's own operator."""

from __future__ import annotations

from xinnong.audit.models import Entry


def entries_page(*, before: int | None, since: int | None, limit: int) -> list[Entry]:
    """One page of entries, newest first (keyset); those `since` a known one come oldest first."""
    entries = Entry.objects.order_by("-id" if since is None else "id")
    if before is not None:
        entries = entries.filter(id__lt=before)
    if since is not None:
        entries = entries.filter(id__gt=since)
    return list(entries[:limit])
