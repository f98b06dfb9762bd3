"""Per request: second factor, API token, and the scope of the transaction a view runs in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Final

import structlog
from allauth.account.authentication import get_authentication_records
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from xinnong.accounts.models import Actor, ApiClient
from xinnong.accounts.scope import Write, owing, scoped
from xinnong.accounts.services.tokens import client_of_token

GetResponse = Callable[[HttpRequest], HttpResponse]
BEARER: Final = "Bearer "
FAULTS: Final = 500
logger = structlog.get_logger("xinnong.accounts")


class Undone(Exception):
    """A view answered with a fault of its own; what it wrote is rolled back."""


def note_second_factor(get_response: GetResponse) -> GetResponse:
    """Middleware: tell the user object whether this session passed a second factor."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.second_factor_passed = _passed_second_factor(request)
        return get_response(request)

    return answer


def _passed_second_factor(request: HttpRequest) -> bool:
    """Allauth keeps the ways by which this person opened this session; a passkey counts too."""
    ways = get_authentication_records(request, request.user)
    return any(way.get("method") == "mfa" for way in ways)


class ScopeEachView:
    """Middleware: every view of a signed-in person or API client runs in `scoped(...)`.

    The transaction is committed before the answer leaves and undone when the view raises or answers
    with a fault. What is owed (`scope.owe`: who looked at whom) is then written again on its own, so
    that a page that fails half-way still leaves its trace. A view marked `scope_exempt` opens its
    own scopes (uploads, long downloads). Without an actor no scope is set and the database shows no
    rows about persons. Stands last in MIDDLEWARE.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Identify an API client by its token; people were identified by their session."""
        request.client = _client_of(request)  # type: ignore[attr-defined]  # our own attribute
        request.undone = False  # type: ignore[attr-defined]  # as above
        with owing() as owed:
            with ExitStack() as open_scope:
                request.open_scope = open_scope  # type: ignore[attr-defined]  # as above
                response = self.get_response(request)
                if response.status_code >= FAULTS:
                    self.process_exception(request, Undone())
            if request.undone:  # type: ignore[attr-defined]  # as above
                _pay(owed, actor_of(request))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> None:
        """Open the scope; `__call__` closes it after the page is rendered."""
        actor = actor_of(request)
        if actor is not None and not getattr(view, "scope_exempt", False):
            request.open_scope.enter_context(scoped(actor))  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Roll back at once, so that whoever turns the exception into a page starts clean."""
        request.undone = True  # type: ignore[attr-defined]  # our own attribute
        request.open_scope.pop_all().__exit__(  # type: ignore[attr-defined]
            type(exception), exception, exception.__traceback__
        )


def _pay(owed: Sequence[Write], actor: Actor | None) -> None:
    """Write what is owed in the actor's scope; where even that fails, the log says how much."""
    if actor is None or not owed:
        return
    try:
        with scoped(actor):
            for write in owed:
                write()
    except DatabaseError:
        logger.exception("trace-lost", actor=str(actor.ref), rows=len(owed))


def _client_of(request: HttpRequest) -> ApiClient | None:
    header = request.headers.get("Authorization", "")
    if not header.startswith(BEARER):
        return None
    return client_of_token(header.removeprefix(BEARER).strip(), now=timezone.now())


def actor_of(request: HttpRequest) -> Actor | None:
    """The API client of the token, else the signed-in person, else nobody."""
    client: Actor | None = getattr(request, "client", None)
    if client is not None:
        return client
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def scope_exempt(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view that opens its scopes itself."""
    view.scope_exempt = True  # type: ignore[attr-defined]  # read by ScopeEachView
    return view
