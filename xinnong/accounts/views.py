"""Sign-in pages that differ from allauth's own, and the page of a lockout."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

TOO_MANY = 429
MINUTES_PER_HOUR = 60


class ActivateAuthenticator(ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """The code is drawn into the page: an image from a data address would break the policy."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the drawing without its XML declaration."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["totp_code_svg"] = _drawing(context["totp_svg"])
        return context


activate_authenticator = ActivateAuthenticator.as_view()


def locked(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """429: too many wrong passwords for one name from one address (called by axes)."""
    context = {
        "failure_limit": settings.AXES_FAILURE_LIMIT,
        "minutes": round(settings.AXES_COOLOFF_TIME * MINUTES_PER_HOUR),
    }
    return render(request, "account/locked.html", context, status=TOO_MANY)


def _drawing(svg: str) -> SafeString:
    """From `<svg` on; it is drawn by our own process from a secret of letters and digits."""
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308
