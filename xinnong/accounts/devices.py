"""Who knocks: the address a sign-in comes from, and whether the name signed in from here before.

Wrong passwords are counted by name and address. A device on which a name signed in before carries a
signed cookie and is counted by itself (OWASP, "device cookies"): a stranger who guesses at an
officer's name, from the officer's own address or from thousands, exhausts the strangers' tries and
never the officer's.
"""

from __future__ import annotations

import ipaddress
import secrets
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE: Final = "xinnong_device"
SALT: Final = "xinnong.accounts.device"
GOOD_FOR: Final = timedelta(days=180)
NAMES_KEPT: Final = 8
"""People who share the computer of a counter; the ninth pushes out the first."""
NOWHERE: Final = "127.0.0.1"


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks, behind as many proxies of our own as XINNONG_PROXIES says.

    Each proxy appends the address it was asked from to X-Forwarded-For, so what stands further left
    is the asker's own invention.
    """
    hops = settings.XINNONG_PROXIES
    named = request.headers.get("X-Forwarded-For", "").split(",")
    given = named[-hops].strip() if 0 < hops <= len(named) else ""
    return _valid(given) or _valid(request.META.get("REMOTE_ADDR", "")) or NOWHERE


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What wrong passwords are counted by: the name in lower case, on a known device its own count.

    A sign-in name never holds "#", so nobody can type another device's count.
    """
    given = credentials or {}
    typed = given.get("username") or given.get("login") or request.POST.get("login", "")
    name = str(typed).lower().replace("#", "")
    device, names = _device(request)
    known = any(constant_time_compare(_mark(name), mark) for mark in names)
    return f"{name}#{device}" if known else name


def device_of(request: HttpRequest) -> str:
    """The id of the device that asks, as its signed cookie names it; "" where nobody signed in."""
    return _device(request)[0]


def remember_device(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let this device have tries of its own for a name that signed in on it just now."""
    device, names = _device(request)
    kept = [*(mark for mark in names if mark != _mark(username)), _mark(username)]
    response.set_cookie(
        COOKIE,
        signing.dumps([device or secrets.token_hex(8), kept[-NAMES_KEPT:]], salt=SALT),
        max_age=GOOD_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        path=settings.SESSION_COOKIE_PATH,
    )


def _device(request: HttpRequest) -> tuple[str, list[str]]:
    """Id of the device and marks of the names known on it; nothing from a cookie we did not sign."""
    try:
        device, names = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return "", []
    return device, names


def _mark(username: str) -> str:
    """Stands for a name in the cookie, which others at the counter may read."""
    return salted_hmac(SALT, username.lower(), algorithm="sha256").hexdigest()[:16]


def _valid(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""
