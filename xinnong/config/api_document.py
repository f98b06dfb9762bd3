"""The OpenAPI document of the API: what ninja writes, completed with verbs, errors and examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xinnong.accounts.api_auth import needs
from xinnong.config.problems import PROBLEM, TITLES

if TYPE_CHECKING:
    from ninja import NinjaAPI

    from xinnong.accounts.permissions import Permission

EXAMPLES: Final = Path(__file__).parent / "api_examples.json"
ABOUT: Final = """\
Deliver department files, read household files by reference, and carry a lender's loans.

Every request carries the token of a client program: `Authorization: Bearer TOKEN`. A token holds
verbs and expires; each operation names the verb it needs. What lies outside the client's
institution and areas does not exist for it (404). Every read of a household names its purpose and
is recorded; the household sees it. Errors are problem documents (RFC 9457) with a stable `code`.
A command on loans carries an `Idempotency-Key`: the same key with the same body answers the same and
moves nothing, with another body it is refused (422). People decide, and people sign: no program does.
Instants are UTC, dates ISO 8601, lines decimal strings in yuan; features of a profile are whole
numbers in the unit of the feature, money in fen. Null is unknown, never zero.
"""
TAGS: Final = [
    {"name": "sources", "description": "Deliveries, their reports, and the contracts of the files"},
    {"name": "households", "description": "Profile, score and lines of one household"},
    {
        "name": "payments",
        "description": "What a bank is to pay, what came of it, and its statements",
    },
    {"name": "schedules", "description": "Repayment schedules worked out from terms"},
    {"name": "loans", "description": "A lender's products, applications, contracts and loans"},
    {"name": "collections", "description": "Late loans, and what was done to collect them"},
    {"name": "alerts", "description": "What borrowers share that strangers do not; people judge"},
    {"name": "portfolio", "description": "A lender's book in sums, without a person"},
    {"name": "evidence", "description": "Proofs that what was done stands in the signed log"},
    {"name": "ledger", "description": "The codes of the bank's own core"},
    {
        "name": "field teams",
        "description": "A channel files activities; anybody with a token checks a team or a letter",
    },
    {"name": "events", "description": "Signed events of platforms, carriers and the hotline"},
    {
        "name": "orders",
        "description": "Joint orders of the police, and signed receipts for accounts",
    },
]
LICENCE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
EXTRA: Final[dict[str, Any]] = {"info": {"license": LICENCE}, "tags": TAGS}
SCHEME: Final = "token"
SECURITY_SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "Token of a client program; the operator issues it with `xinnong api-client`.",
}
PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 with a stable code; codes of deliveries stand in docs/reference.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "description": "urn:xinnong: and the code"},
        "title": {"type": "string", "description": "what is wrong, in the language asked for"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "what to do about it"},
        "params": {"type": "object", "additionalProperties": {"type": "string"}},
        "fault": {"type": "string", "description": "number of a fault, to quote in a report"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "at": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "problem": {"type": "string"},
                    "title": {"type": "string", "description": "the problem as a sentence"},
                    "params": {"type": "object", "description": "figures of the problem"},
                },
            },
        },
    },
}
ANYWHERE: Final = (401, 403, 422, 429, 500)
UPLOADS: Final = (400, 413, 415)
OF_NINJA: Final = ("Problem", "ProblemOut")
CODE_BY_STATUS: Final[Mapping[int, str]] = {
    400: "request.malformed",
    401: "request.unauthenticated",
    403: "request.forbidden",
    404: "request.not_found",
    413: "file.too_large",
    415: "request.media_type",
    422: "request.invalid",
    429: "request.too_many",
    500: "fault",
}


def finished(document: Any, api: NinjaAPI) -> Any:
    """The document with one security scheme, every error as a problem, verbs and examples."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    verbs = _verbs(api)
    for operation in _operations(document):
        verb = verbs[operation["operationId"]]
        operation["security"] = [{SCHEME: []}]
        operation["description"] = f"{operation.get('description', '')}\n\nVerb: `{verb}`.".strip()
        _state_problems(operation)
        _add_examples(operation, examples)
    components = document["components"]
    components["securitySchemes"] = {SCHEME: SECURITY_SCHEME}
    for name in OF_NINJA:
        components["schemas"].pop(name, None)
    components["schemas"]["Problem"] = PROBLEM_SCHEMA
    return document


def _operations(document: Any) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _verbs(api: NinjaAPI) -> dict[str, Permission]:
    """The verb that each operation's token must hold."""
    return {
        operation.operation_id or api.get_openapi_operation_id(operation): check.permission
        for router in api._get_bound_routers()  # noqa: SLF001 - as ninja's own document does
        for path in router.path_operations.values()
        for operation in path.operations
        for check in operation.auth_callbacks
        if isinstance(check, needs)
    }


def _state_problems(operation: dict[str, Any]) -> None:
    """Every error that the operation may answer with, as a problem document."""
    answers = operation["responses"]
    declared = {int(status) for status in answers if int(status) >= HTTPStatus.BAD_REQUEST}
    uploads = UPLOADS if "requestBody" in operation else ()
    for status in declared:
        answers.pop(status, answers.pop(str(status), None))
    for status in sorted({*declared, *ANYWHERE, *uploads}):
        answers[status] = _answer(status)


def _answer(status: int) -> dict[str, Any]:
    code = CODE_BY_STATUS[status]
    title = TITLES.get(code, "The file is larger than the limit of its type.")
    example = {"type": f"urn:xinnong:{code}", "title": title, "status": status, "code": code}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": title, "content": {PROBLEM: content}}


def _add_examples(operation: dict[str, Any], examples: Any) -> None:
    """A worked example for every parameter and for the answer that was asked for."""
    name = operation["operationId"]
    for parameter in operation.get("parameters", ()):
        own = examples["parameters"].get(f"{name}.{parameter['name']}")
        parameter["example"] = own or examples["parameters"][parameter["name"]]
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json")
        if int(status) < HTTPStatus.BAD_REQUEST and content and name in examples["answers"]:
            content["example"] = examples["answers"][name]
