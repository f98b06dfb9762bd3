"""Reads of areas by code and date."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from xinnong.areas.models import Area

LONGEST_CHAIN = 10


def valid_on(day: date) -> QuerySet[Area]:
    """Areas whose code was valid on a day."""
    return Area.objects.filter(valid_from__lte=day).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    )


def current_code(code: str) -> str | None:
    """The code in use today for a code that may be retired; None for an unknown one.

    Follows successors; a retired code without successor stays itself.
    """
    area = Area.objects.filter(code=code).select_related("retired_to").first()
    for _step in range(LONGEST_CHAIN):
        if area is None or area.retired_to is None:
            break
        area = area.retired_to
    return area.code if area else None


def area_rows() -> list[tuple[str, str, str, str]]:
    """Code, level, parent code and successor code ('' for none) of every area, for the engine."""
    rows = Area.objects.order_by("code").values_list(
        "code", "level", "parent__code", "retired_to__code"
    )
    return [(code, level, parent or "", successor or "") for code, level, parent, successor in rows]
