"""How often one address asked in a minute of the clock, for pages that anybody may ask.

Counted in this process alone, which bounds what one address costs; guesses that matter are counted in the
database by those who know what a guess is.
"""

from __future__ import annotations

import hashlib
from functools import wraps
from typing import TYPE_CHECKING, Final

from django.core.cache import cache
from django.http import JsonResponse
from django.utils import timezone

from xinnong.accounts.devices import client_address

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

MINUTE_SECONDS: Final = 60
TOO_MANY: Final = 429


def asked_too_often(what: str, asker: str, *, most: int, now: datetime) -> bool:
    """Count a question; whether this asker had more than `most` in this minute."""
    minute = int(now.timestamp()) // MINUTE_SECONDS
    asker_hash = hashlib.sha256(asker.encode()).hexdigest()[:32]
    key = f"asked:{what}:{asker_hash}:{minute}"
    cache.add(key, 0, timeout=2 * MINUTE_SECONDS)
    return cache.incr(key) > most


def too_many(now: datetime) -> HttpResponse:
    """What a program is told that asked too often: when to ask again."""
    answer = JsonResponse({"code": "request.too_many"}, status=TOO_MANY)
    answer.headers["Retry-After"] = str(MINUTE_SECONDS - int(now.timestamp()) % MINUTE_SECONDS)
    return answer


def limited(
    what: str, *, most: int
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let one address ask a view, and all others of the same `what`, so many times in a minute."""

    def around(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            now = timezone.now()
            if asked_too_often(what, client_address(request), most=most, now=now):
                return too_many(now)
            return view(request, *args, **kwargs)

        return answer

    return around
