"""Who looked: reads as the household, the institution or the overseer may see them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from xinnong.privacy.models import Listing, Read

PAGE = 20


def reads_of_household(household_id: int, *, limit: int = PAGE) -> QuerySet[Read]:
    """Reads of one household, newest first.

    Row-level security leaves a lender its own reads, a farmer all of the own household.
    """
    return Read.objects.filter(household_id=household_id).order_by("-id")[:limit]


def reads_by_actor(actor: UUID, *, limit: int = PAGE) -> QuerySet[Read]:
    """What one person opened, newest first; for oversight and for oneself."""
    return Read.objects.filter(actor=actor).order_by("-id")[:limit]


def listings_by_actor(actor: UUID, *, limit: int = PAGE) -> QuerySet[Listing]:
    """What one person searched or exported, newest first."""
    return Listing.objects.filter(actor=actor).order_by("-id")[:limit]
