"""The JSON API: one document for the routers of all apps, errors as application/problem+json.

An app that serves the API has an `api.py` with a `router`; paths and authentication are its own.
"""

from __future__ import annotations

from importlib import import_module, util

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from xinnong import __version__
from xinnong.config import faults
from xinnong.core.errors import Refused

PROBLEM = "application/problem+json"
api = NinjaAPI(title="Xinnong", version=__version__, docs_url=None, urls_namespace="api")


def problem(status: int, code: str, **more: object) -> JsonResponse:
    """A refusal as RFC 9457 asks, with our stable code."""
    body = {"type": f"urn:xinnong:{code}", "title": code, "status": status, "code": code, **more}
    return JsonResponse(body, status=status, content_type=PROBLEM)


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = [{"at": list(e["loc"]), "problem": e["type"]} for e in error.errors]
    return problem(422, "request.invalid", errors=places)


@api.exception_handler(AuthenticationError)
def _unknown_client(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    response = problem(401, "request.unauthenticated")
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(PermissionDenied)
def _forbidden(_request: HttpRequest, _error: PermissionDenied) -> HttpResponse:
    return problem(403, "request.forbidden")


@api.exception_handler(Http404)
def _unknown(_request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem(404, "request.not_found")


@api.exception_handler(HttpError)
def _refused_by_ninja(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "request.malformed")


@api.exception_handler(Exception)
def _fault(request: HttpRequest, _error: Exception) -> HttpResponse:
    where = request.resolver_match.view_name if request.resolver_match else "api"
    return problem(500, "fault", fault=faults.record(where))


@api.exception_handler(Refused)
def _refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(422, error.code, params={k: str(v) for k, v in error.params.items()})


def _mount_routers() -> None:
    """Add the router of every app that has one."""
    for app in settings.INSTALLED_APPS:
        if app.startswith("xinnong.") and util.find_spec(f"{app}.api"):
            api.add_router("", import_module(f"{app}.api").router)


_mount_routers()
