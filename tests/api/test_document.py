"""The OpenAPI document says everything a client's author asks, and real answers keep to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from tests.api.conftest import Tokens
from tests.factories import Sample
from xinnong.accounts.permissions import Permission
from xinnong.config.api import api

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def document() -> Any:
    return Client().get("/api/v1/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def holds(document: Any, schema: Any, value: object) -> None:
    """Raise ValidationError where a value is not what the document promises."""
    whole = {**schema, "components": document["components"]}
    jsonschema_rs.Draft202012Validator(whole).validate(value)


def test_every_operation_names_its_verb_errors_and_security(document: Any) -> None:
    names = []
    for _path, operation in operations(document):
        names.append(operation["operationId"])
        assert "Verb: `" in operation["description"]
        assert operation["security"] == [{"token": []}]
        errors = {s: a for s, a in operation["responses"].items() if int(s) >= 400}
        assert {"401", "403", "422", "429", "500"} <= errors.keys()
        assert {kind for answer in errors.values() for kind in answer["content"]} == {PROBLEM}
        assert all("example" in parameter for parameter in operation.get("parameters", ()))
    assert len(names) == len(set(names)) == 56
    assert list(document["components"]["securitySchemes"]) == ["token"]
    assert document["info"]["description"]


def test_its_examples_are_what_it_promises(document: Any) -> None:
    checked = 0
    for _path, operation in operations(document):
        for answer in operation["responses"].values():
            for content in answer.get("content", {}).values():
                if "example" in content:
                    holds(document, content["schema"], content["example"])
                    checked += 1
    assert checked > 60


@pytest.mark.parametrize(
    ("operation", "verb", "path"),
    [
        ("household_profile", Permission.READ_HOUSEHOLD, "profile"),
        ("household_score", Permission.READ_SCORE, "score"),
        ("household_score_explanation", Permission.READ_SCORE, "score/explanation"),
        ("household_lines", Permission.READ_LINE, "lines"),
    ],
)
def test_a_household_answers_as_promised(
    document: Any, sample: Sample, token_of: Tokens, operation: str, verb: Permission, path: str
) -> None:
    ref = sample.households[0].ref
    bank = Client(headers=token_of("BANK-01", verb))
    answer = bank.get(f"/api/v1/households/{ref}/{path}?purpose=application")
    assert answer.status_code == 200
    promised = dict(operations(document))[f"/api/v1/households/{{ref}}/{path}"]
    assert promised["operationId"] == operation
    body = answer.json()
    holds(document, promised["responses"]["200"]["content"]["application/json"]["schema"], body)
    assert body["household_id"] == ref


def test_the_document_is_the_same_each_time() -> None:
    assert api.make_document() == api.make_document() == api.get_openapi_schema()
