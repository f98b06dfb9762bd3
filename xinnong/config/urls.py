"""Addresses: every app's own `urls.py` (sign-in is that of accounts), the API, the health check."""

from __future__ import annotations

from importlib import util

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from xinnong.config.api import api
from xinnong.config.health import health


def _own_urls() -> list[URLResolver]:
    """The addresses of each app, which names its own prefixes."""
    apps = [app for app in settings.INSTALLED_APPS if app.startswith("xinnong.")]
    return [path("", include(f"{app}.urls")) for app in apps if util.find_spec(f"{app}.urls")]


urlpatterns: list[URLPattern | URLResolver] = [
    *_own_urls(),
    path("api/v1/", api.urls),
    path("health/", health, name="health"),
]

handler500 = "xinnong.config.faults.server_error"
