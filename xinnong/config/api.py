"""The JSON API: one document for the routers of all apps, errors as application/problem+json.

An app that serves the API has an `api.py` with a `router`; paths and authentication are its own.
"""

from __future__ import annotations

import time
from importlib import import_module, util
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.throttling import BaseThrottle

from xinnong import __version__
from xinnong.config import api_document, faults
from xinnong.config.api_requests import refuse_unknown, remembered
from xinnong.config.problems import code_of, path_of, problem, words_of
from xinnong.core.errors import InvalidDocument, Problem, Refused

REQUESTS_A_MINUTE: Final = 6_000
"""Of one client, to one web process."""
MINUTE_SECONDS: Final = 60
STATUS: Final = {"file.too_large": 413}
"""Refusals for which HTTP has a word of its own."""


class PerClient(BaseThrottle):
    """So many requests of one client in a minute of the clock."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request, and say whether it still fits."""
        minute = int(time.time()) // MINUTE_SECONDS
        key = f"api-requests:{request.auth.pk}:{minute}"  # type: ignore[attr-defined]  # by ninja
        cache.add(key, 0, timeout=2 * MINUTE_SECONDS)
        return cache.incr(key) <= REQUESTS_A_MINUTE

    def wait(self) -> float:
        """Seconds until the next minute."""
        return MINUTE_SECONDS - time.time() % MINUTE_SECONDS


class Api(NinjaAPI):
    """The API, whose document says what every operation answers and which verb it needs."""

    _document: Any = None

    def get_openapi_schema(self, **_options: Any) -> Any:
        """The OpenAPI document, made once: anybody may ask for it, and making it takes half a second."""
        if self._document is None:
            self._document = self.make_document()
        return self._document

    def make_document(self) -> Any:
        """The OpenAPI document, made anew."""
        return api_document.finished(super().get_openapi_schema(), self)

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """Where the answer begins, once the client is known: what the operation lacks is refused."""
        refuse_unknown(request)
        return super().create_temporal_response(request)


api = Api(
    title="Xinnong",
    version=__version__,
    description=api_document.ABOUT,
    docs_url=None,
    urls_namespace="api",
    throttle=[PerClient()],
    openapi_extra=api_document.EXTRA,
    servers=[{"url": "/", "description": "this installation"}],
)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    _roll_back(request, error)
    places = [{"at": list(e["loc"]), "problem": e["type"]} for e in error.errors]
    return problem(422, "request.invalid", errors=places)


@api.exception_handler(AuthenticationError)
def _unknown_client(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    response = problem(401, "request.unauthenticated")
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    _roll_back(request, error)
    return problem(403, "request.forbidden")


@api.exception_handler(Http404)
def _unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    _roll_back(request, error)
    return problem(404, "request.not_found")


@api.exception_handler(HttpError)
def _refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
    _roll_back(request, error)
    return problem(error.status_code, code_of(error.status_code))


@api.exception_handler(MultiPartParserError)
@api.exception_handler(BadRequest)
@api.exception_handler(SuspiciousOperation)
@api.exception_handler(UnreadablePostError)
def _malformed(request: HttpRequest, error: Exception) -> HttpResponse:
    _roll_back(request, error)
    status = 413 if isinstance(error, RequestDataTooBig) else 400
    return problem(status, code_of(status))


@api.exception_handler(Exception)
def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    where = request.resolver_match.view_name if request.resolver_match else "api"
    number = faults.record(where)
    _roll_back(request, error)
    return problem(500, "fault", fault=number)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    _roll_back(request, error)
    status = STATUS.get(error.code, 422)
    reasons: tuple[Problem, ...] = getattr(error, "problems", ())
    if reasons or isinstance(error, InvalidDocument):
        return problem(status, error.code, params=error.params, errors=[*map(_place, reasons)])
    return problem(status, error.code, params=error.params)


def _place(each: Problem) -> dict[str, object]:
    """One of several reasons for which a step was refused, with its sentence where it has one."""
    params = {
        name: value if isinstance(value, int | str | list) else str(value)
        for name, value in each.params.items()
    }
    found: dict[str, object] = {
        "at": path_of(each.field), "problem": each.code, "params": params,
    }  # fmt: skip
    title, _advice = words_of(each.code, each.params)
    return found if title == each.code else found | {"title": title}


def _roll_back(request: HttpRequest, error: Exception) -> None:
    """What an operation wrote before it refused is undone, as it is for a page."""
    scope = getattr(request, "open_scope", None)
    if scope is not None:
        request.undone = True  # type: ignore[attr-defined]  # our own: what is owed is written again
        scope.pop_all().__exit__(type(error), error, error.__traceback__)


def _mount_routers() -> None:
    """Add the router of every app that has one."""
    api.add_decorator(remembered, mode="view")
    for app in settings.INSTALLED_APPS:
        if app.startswith("xinnong.") and util.find_spec(f"{app}.api"):
            api.add_router("", import_module(f"{app}.api").router)


_mount_routers()
