"""What every template may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.web.navigation import links_for, menu_of
from xinnong.web.text_size import TextSize, text_size_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """Return the text size, the navigation and the page to come back to."""
    return {
        "text_size": text_size_of(request),
        "text_sizes": TextSize,
        "nav": menu_of(links_for(request)),
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }
