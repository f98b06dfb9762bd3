"""What a request to the JSON API may hold: settings that its operation names, in its media type.

A filter that nobody knows would otherwise answer with everything, and an option with a slip of the
pen would be as if it had never been given; no text of ours holds a NUL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation

JSON: Final = "application/json"
UNSUPPORTED: Final = 415
NUL_IN_JSON: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escape of a NUL, unless its backslash is itself escaped."""
Run = Callable[..., HttpResponse]


def remembered(run: Run) -> Run:
    """The request remembers the operation that answers it, for `refuse_unknown`."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]  # a method of an operation

    @wraps(run)
    def answer(request: HttpRequest, **path: object) -> HttpResponse:
        request.operation = operation  # type: ignore[attr-defined]
        return run(request, **path)

    return answer


def refuse_unknown(request: HttpRequest) -> None:
    """Raise for the first kind of thing that the operation of this request does not take."""
    operation: Operation = request.operation  # type: ignore[attr-defined]
    sources = _names_by_source(operation)
    if (
        "body" in sources
        and request.content_type != JSON
        and (request.content_type or request.body)
    ):
        raise HttpError(UNSUPPORTED, JSON)
    found = [*_of_fields("query", request.GET, sources.get("query", set()))]
    if "form" in sources or "file" in sources:
        found += _of_fields("form", request.POST, sources.get("form", set()))
    if "body" in sources and NUL_IN_JSON.search(request.body):
        found.append({"loc": ("body",), "type": "nul"})
    if found:
        raise ValidationError(found)


def _names_by_source(operation: Operation) -> Mapping[str, set[str]]:
    """The names that an operation takes, by where they stand: query, form, file or body."""
    return {
        model.__ninja_param_source__: set(getattr(model, "__ninja_flatten_map__", ()))
        for model in operation.models
    }


def _of_fields(where: str, fields: QueryDict, known: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What is wrong with these fields: a name that nobody knows, a NUL."""
    for name, values in fields.lists():
        if name not in known:
            yield {"loc": (where, name), "type": "unknown"}
        elif any("\0" in str(value) for value in values):
            yield {"loc": (where, name), "type": "nul"}
