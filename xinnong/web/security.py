"""Response headers that hold for every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
PERMISSIONS_POLICY = "camera=(self), microphone=(), geolocation=(self), payment=()"


def response_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: strict content security policy, and no caching of personal pages."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if _is_known(request):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def _is_known(request: HttpRequest) -> bool:
    """Whether a person or a program was told something that others should not find in a cache."""
    user, client = getattr(request, "user", None), getattr(request, "client", None)
    return client is not None or (user is not None and user.is_authenticated)
