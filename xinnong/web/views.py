"""Reading preferences, which work before sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from xinnong.web.text_size import COOKIE, COOKIE_SECONDS, TextSize

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_POST
def set_text_size(request: HttpRequest) -> HttpResponse:
    """Remember the text size and go back to the page it was chosen on."""
    chosen = request.POST.get("text_size", "")
    size = TextSize(chosen) if chosen in set(TextSize) else TextSize.STANDARD
    response = HttpResponseRedirect(safe_next(request))
    response.set_cookie(
        COOKIE,
        size,
        max_age=COOKIE_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    return response


def safe_next(request: HttpRequest, fallback: str = "/") -> str:
    """Return the posted address to go back to, if it lies on this site."""
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else fallback
