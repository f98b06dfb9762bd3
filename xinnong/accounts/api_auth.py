"""Authentication of API operations: `router = Router(auth=needs(Permission.READ_SCORE))`.

The token was checked by the middleware, because the scope of the transaction depends on it; here
only the verb is asked for. Browsers' sessions do not open the API, so it needs no CSRF tokens.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission
from xinnong.accounts.services.tokens import client_of_token

BASIC: Final = "Basic "
MOST_HEADER: Final = 512


class needs(HttpBearer):  # noqa: N801  # reads as a phrase where it is used
    """A client whose token holds the verb; 401 without a valid token, 403 without the verb."""

    openapi_description = "Token of an API client; it holds verbs and expires."

    def __init__(self, permission: Permission) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The client, which ninja keeps as `request.auth`."""
        client: ApiClient | None = getattr(request, "client", None)
        if client is None:
            return None
        if not client.can(self.permission):
            raise PermissionDenied(self.permission)
        return client


def program_of(request: HttpRequest) -> ApiClient | None:
    """The program of a bearer token, or of one that came as the password of HTTP Basic (RFC 7617).

    For addresses outside the API whose callers know nothing but Basic; the user's name says nothing.
    """
    known: ApiClient | None = getattr(request, "client", None)
    header = request.headers.get("Authorization", "")
    if known is not None or not header.startswith(BASIC) or len(header) > MOST_HEADER:
        return known
    try:
        shown = base64.b64decode(header.removeprefix(BASIC).strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return client_of_token(shown.partition(":")[2], now=timezone.now())
