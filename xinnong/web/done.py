"""What a page says after a command: what is so now, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest
    from django.utils.functional import _StrPromise


def say_done(request: HttpRequest, words: Mapping[str, _StrPromise], step: str) -> None:
    """Show the words of a step on the page that follows; nothing for a step without words."""
    if step in words:
        messages.success(request, words[step])
