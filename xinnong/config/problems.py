"""Refusals of the JSON API as RFC 9457 asks, wherever in the server they arise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from xinnong.core.money import yuan
from xinnong.web.refusals import unfilled_wording, wording_of

PROBLEM: Final = "application/problem+json"
API: Final = "/api/"
CODES: Final[Mapping[int, str]] = {
    401: "request.unauthenticated",
    403: "request.forbidden",
    404: "request.not_found",
    405: "request.method",
    413: "request.too_large",
    415: "request.media_type",
    422: "request.invalid",
    429: "request.too_many",
    500: "fault",
}
MALFORMED: Final = "request.malformed"
TITLES: Final[Mapping[str, str]] = {
    MALFORMED: "The request could not be read.",
    "request.unauthenticated": "A valid token is needed: Authorization: Bearer TOKEN.",
    "request.forbidden": "The token does not hold the verb of this operation.",
    "request.not_found": "There is nothing at this address that the token may see.",
    "request.method": "The address does not take this method; see the Allow header.",
    "request.too_large": "The request is larger than the limit.",
    "request.media_type": "Send the media type that the operation names.",
    "request.invalid": "A parameter or field does not hold; see `errors`.",
    "request.too_many": "Too many requests in this minute; see the Retry-After header.",
    "fault": "Something went wrong here; quote `fault` when you report it.",
}
KEPT: Final = ("Allow", "Retry-After", "WWW-Authenticate")
FAULT: Final = 500
Answer = Callable[[HttpRequest], HttpResponseBase]


def code_of(status: int) -> str:
    """The code of a refusal that says no more than its status."""
    return CODES.get(status, MALFORMED if status < FAULT else "fault")


def problem(
    status: int, code: str, *, params: Mapping[str, object] | None = None, **more: object
) -> JsonResponse:
    """A problem document with our stable code and, where there are words, title and detail."""
    title, detail = words_of(code, params or {})
    body = {"type": f"urn:xinnong:{code}", "title": title, "status": status, "code": code}
    if detail:
        body["detail"] = detail
    if params is not None:
        body["params"] = {name: str(value) for name, value in params.items()}
    return JsonResponse({**body, **more}, status=status, content_type=PROBLEM)


def path_of(field: str) -> list[str | int]:
    """The parts of a field's name: events[0].amount is events, 0, amount."""
    parts = field.replace("[", ".").replace("]", "").split(".") if field else []
    return [int(part) if part.isdigit() else part for part in parts]


def words_of(code: str, params: Mapping[str, object]) -> tuple[str, str]:
    """The sentence of a code and what to do; the code itself where there is none."""
    if code in TITLES or unfilled_wording(code) is None:
        return TITLES.get(code, code), ""
    try:
        said = wording_of(code, {name: _shown(name, value) for name, value in params.items()})
    except (KeyError, TypeError, ValueError):  # a sentence with a place nobody filled
        return code, ""
    return str(said.says), str(said.advice)


def _shown(name: str, value: object) -> object:
    """Fen are told in yuan."""
    return yuan(value) if name.endswith("_minor") and isinstance(value, int) else value


def as_problem(response: HttpResponseBase) -> HttpResponseBase:
    """An error that arose outside an operation, as a problem document; any other answer as it is."""
    is_error = response.status_code >= HTTPStatus.BAD_REQUEST
    if not is_error or response.headers.get("Content-Type", "").startswith(PROBLEM):
        return response
    found = problem(response.status_code, code_of(response.status_code))
    for name in KEPT:
        if name in response.headers:
            found.headers[name] = response.headers[name]
    return found


def problem_answers(get_response: Answer) -> Answer:
    """Middleware: every error under the API's addresses is a problem document."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        return as_problem(response) if is_api(request) else response

    return answer


def is_api(request: HttpRequest) -> bool:
    """Whether whoever asks expects a problem document."""
    return request.path.startswith(API)
