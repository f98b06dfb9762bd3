"""Lending's question to guard: whether new draws of a person in a village wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from xinnong.guard.queries.holds import draw_hold
from xinnong.lending.seams import DrawHold

if TYPE_CHECKING:
    from uuid import UUID


def hold_of_guard(person: UUID, village: str) -> DrawHold | None:
    """The hold with its public reason and appeal number, or nothing."""
    found = draw_hold(person, village, timezone.now())
    return DrawHold(found.reason, found.appeal) if found else None
