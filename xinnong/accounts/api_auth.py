"""Authentication of API operations: `router = Router(auth=needs(Permission.READ_SCORE))`.

The token was checked by the middleware, because the scope of the transaction depends on it; here
only the verb is asked for. Browsers' sessions do not open the API, so it needs no CSRF tokens.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import HttpBearer

from xinnong.accounts.models import ApiClient
from xinnong.accounts.permissions import Permission


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
