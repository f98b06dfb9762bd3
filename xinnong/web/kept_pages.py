"""Pages for people without sign-in, kept for seconds by everything they are made of.

Whoever asks about the same team in the same language reads the same page. Making it costs more than
looking up what it says, and on a day when a county asks, it would be made hundreds of times a second.
The form's token is everybody's own and is put in each time.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from xinnong.web.text_size import text_size_of

if TYPE_CHECKING:
    from django.http import HttpRequest

KEPT_SECONDS: Final = 20
OF_SOMEBODY: Final = (settings.SESSION_COOKIE_NAME, "messages")
"""Cookies of people who are known or are told something; for them a page is made anew."""

Context = Callable[[], Mapping[str, Any]]


def render_kept(
    request: HttpRequest, template: str, context: Context, *, made_of: object, status: int = 200
) -> HttpResponse:
    """The page of a template; `made_of` names everything in its context, and is compared by its repr."""
    if any(name in request.COOKIES for name in OF_SOMEBODY):
        return render(request, template, dict(context()), status=status)
    parts = (template, get_language(), text_size_of(request), request.get_full_path(), made_of)
    key, pages = hashlib.sha256(repr(parts).encode()).hexdigest(), caches["pages"]
    kept: tuple[str, str] | None = pages.get(key)
    if kept is None:
        token = secrets.token_hex()
        kept = token, render_to_string(template, {**context(), "csrf_token": token}, request)
        pages.set(key, kept, KEPT_SECONDS)
    token, page = kept
    return HttpResponse(page.replace(token, get_token(request)), status=status)
