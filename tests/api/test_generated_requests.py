"""Schemathesis makes requests from the API's own document and looks for answers it does not promise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok

from tests.api.conftest import Tokens
from xinnong.accounts.permissions import Permission
from xinnong.accounts.services.tokens import API_VERBS
from xinnong.config.wsgi import application

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
DOCUMENT = "/api/v1/openapi.json"
EXAMPLES = 6
OF_OTHERS = 2
"""So many requests a program sends to an operation of another verb: it is refused before they are read."""
VERB = re.compile(r"Verb: `([a-z.-]+)`")

Made = list[tuple[str, list[Case[Any]]]]
"""Requests of each operation with the verb that it asks for."""
INSTITUTION = {
    Permission.DELIVER_BATCH: "DEPT-POLICE",
    Permission.READ_BATCHES: "DEPT-POLICE",
    Permission.FILE_ACTIVITY: "CHAN-01",
}
load_all_checks()


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests stay inside the test's transaction, as those of Django's own test client do."""
    ends = (signals.request_started, signals.request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


def left_out() -> list[Any]:
    """A request can be well-formed and refused all the same: the rules know more than a schema."""
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    return [positive_data_acceptance]


def made_for(operation: Any, mode: GenerationMode) -> list[Case[Any]]:
    """Requests of one operation: the same at every run."""
    made: list[Case[Any]] = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def keep(case: Case[Any]) -> None:
        made.append(case)

    keep()
    return made


@pytest.fixture(scope="module")
def cases(county: object) -> dict[GenerationMode, Made]:
    """Requests of every operation, made once and sent by a program of every verb."""
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, application)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == 56
    return {
        mode: [(verb_of(each), made_for(each, mode)) for each in operations]
        for mode in GenerationMode
    }


def verb_of(operation: Any) -> str:
    """The verb that the document names for an operation."""
    found = VERB.search(operation.definition.raw["description"])
    assert found is not None
    return Permission(found[1])


@pytest.mark.parametrize("verb", sorted(API_VERBS - {Permission.READ_RUNS}))
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_it_answers_as_its_document_says(
    token_of: Tokens,
    cases: dict[GenerationMode, Made],
    verb: Permission,
    mode: GenerationMode,
) -> None:
    headers = token_of(INSTITUTION.get(verb, "BANK-01"), verb)
    for wanted, made in cases[mode]:
        for case in made if wanted == verb else made[:OF_OTHERS]:
            case.call_and_validate(headers=headers, excluded_checks=left_out())
