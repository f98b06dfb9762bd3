"""Reads of sources and of what they delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.guard.models import Feed, FeedState, Parcel

if TYPE_CHECKING:
    from uuid import UUID

    from xinnong.web.paging import Turn

SHOWN = (FeedState.PROPOSED, FeedState.ACTIVE, FeedState.SUSPENDED)


def feeds() -> list[Feed]:
    """Sources in use, stopped, or waiting for a second officer."""
    return list(Feed.objects.filter(state__in=SHOWN).order_by("code", "pk"))


def feed_by_ref(ref: UUID) -> Feed | None:
    """One registration."""
    return Feed.objects.filter(ref=ref).first()


def parcels_page(code: str, *, turn: Turn, limit: int) -> list[Parcel]:
    """Deliveries of a source and one row more, the newest first."""
    rows = Parcel.objects.filter(feed=code)
    if turn.number is not None:
        rows = rows.filter(id__gt=turn.number) if turn.is_back else rows.filter(id__lt=turn.number)
    return list(rows.order_by("id" if turn.is_back else "-id")[:limit])
