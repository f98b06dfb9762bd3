"""The area list as the checks of delivered files want it."""

from __future__ import annotations

from xinnong.areas.models import Area


def area_table() -> dict[str, str | None] | None:
    """Every known code with its successor, None for a code in use; None before areas are loaded."""
    rows = Area.objects.values_list("code", "retired_to__code")
    return dict(rows) or None
