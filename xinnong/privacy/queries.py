"""Who looked: reads as the household, the institution or the overseer may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.privacy.models import Canary, Listing, Read, ReadKind
from xinnong.web.paging import Turn

PAGE = 20
RECENT_READS = 5_000
BUSIEST = 10


@dataclass(frozen=True, slots=True)
class Reader:
    """What one person did within the newest reads."""

    actor: UUID
    name: str
    institution: str
    reads: int
    households: int
    unmasked: int
    last_at: datetime


def reads_of_household(household_id: int, *, limit: int = PAGE) -> QuerySet[Read]:
    """Reads of one household, newest first.

    Row-level security leaves a lender its own reads, a farmer all of the own household.
    """
    return Read.objects.filter(household_id=household_id).order_by("-id")[:limit]


def reads_by_others(household_id: int, actor: UUID, *, turn: Turn, limit: int) -> list[Read]:
    """One page of reads of a household by anybody but `actor`, and one row more, newest first."""
    others = Read.objects.filter(household_id=household_id).exclude(actor=actor)
    return list(_beside(others, turn)[:limit])


def own_reads(household_id: int, actor: UUID) -> tuple[int, datetime | None]:
    """How often, and when last, one person opened one household."""
    mine = Read.objects.filter(household_id=household_id, actor=actor)
    found = mine.aggregate(count=Count("id"), last_at=Max("at"))
    return found["count"], found["last_at"]


def reads_page(conditions: Mapping[str, Any], *, turn: Turn, limit: int) -> list[Read]:
    """One page of reads and one row more, newest first; a page back comes oldest first."""
    return list(_beside(Read.objects.filter(**conditions), turn)[:limit])


def listings_page(conditions: Mapping[str, Any], *, turn: Turn, limit: int) -> list[Listing]:
    """One page of searches, lists and exports, as `reads_page`."""
    return list(_beside(Listing.objects.filter(**conditions), turn)[:limit])


def busiest_readers() -> list[Reader]:
    """Who opened the most households within the newest reads that the overseer may see.

    The newest reads are taken by number, so that the question costs the same after ten years.
    """
    newest = Read.objects.order_by("-id").values("id")[:RECENT_READS]
    rows = (
        Read.objects.filter(id__in=newest)
        .values("actor", "actor_name", "institution_name")
        .annotate(
            households=Count("household_id", distinct=True),
            reads=Count("id"),
            unmasked=Count("id", filter=Q(kind=ReadKind.UNMASKED)),
            last_at=Max("at"),
        )
        .order_by("-households", "-reads", "actor")
    )
    return [
        Reader(
            row["actor"],
            row["actor_name"],
            row["institution_name"],
            row["reads"],
            row["households"],
            row["unmasked"],
            row["last_at"],
        )
        for row in rows[:BUSIEST]
    ]


def canary_households() -> frozenset[int]:
    """Numbers of every household that was ever planted; opens the overseers' table for this question.

    For what must leave them out (exports) and for the watch; never for a page that shows rows.
    """
    with scoped(SYSTEM):
        found = Canary.objects.values_list("household_id", flat=True)
        return frozenset(number for number in found if number is not None)


def canaries() -> list[Canary]:
    """Every planted household that the overseer may see, newest first."""
    return list(Canary.objects.order_by("-pk"))


def _beside(rows: QuerySet[Any], turn: Turn) -> QuerySet[Any]:
    if turn.number is not None:
        rows = rows.filter(id__gt=turn.number) if turn.is_back else rows.filter(id__lt=turn.number)
    return rows.order_by("id" if turn.is_back else "-id")
