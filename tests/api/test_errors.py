"""Whatever goes wrong under /api/ is answered with a problem document and a stable code."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.api.conftest import Tokens
from xinnong.accounts.permissions import Permission
from xinnong.config import api as api_module
from xinnong.sources.models import Delivery

pytestmark = pytest.mark.django_db
API = "/api/v1"
PROBLEM = "application/problem+json"


@pytest.fixture
def police(token_of: Tokens) -> Client:
    headers = token_of("DEPT-POLICE", Permission.DELIVER_BATCH, Permission.READ_BATCHES)
    return Client(headers=headers, raise_request_exception=False)


def refusal(answer: Any) -> tuple[int, str]:
    body = answer.json()
    assert answer["Content-Type"] == PROBLEM
    assert (body["status"], body["type"]) == (answer.status_code, f"urn:xinnong:{body['code']}")
    assert body["title"]
    assert "Traceback" not in answer.content.decode()
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    "path", ["nothing", "households", "batches/", "deliveries/x/y", "contracts/x"]
)
def test_an_unknown_address(police: Client, path: str) -> None:
    assert refusal(police.get(f"{API}/{path}")) == (404, "request.not_found")


def test_a_wrong_method(police: Client) -> None:
    answer = police.delete(f"{API}/batches")
    assert refusal(answer) == (405, "request.method")
    assert answer["Allow"] == "GET"


def test_no_token_and_the_wrong_verb(police: Client, token_of: Tokens) -> None:
    answer = Client().get(f"{API}/batches")
    assert refusal(answer) == (401, "request.unauthenticated")
    assert answer["WWW-Authenticate"] == "Bearer"
    bank = Client(headers=token_of("BANK-01", Permission.READ_LINE))
    assert refusal(bank.get(f"{API}/batches")) == (403, "request.forbidden")


def test_a_parameter_that_does_not_hold(police: Client) -> None:
    answer = police.get(f"{API}/batches?before=x")
    assert refusal(answer) == (422, "request.invalid")
    assert answer.json()["errors"] == [{"at": ["query", "before"], "problem": "int_parsing"}]


@pytest.mark.parametrize(
    "query", ["class=person", "state=nosuch", "limit=-1", "before=1&Before=2", "class_name=&x="]
)
def test_a_filter_that_nobody_knows_selects_nothing(police: Client, query: str) -> None:
    answer = police.get(f"{API}/batches?{query}")
    assert refusal(answer) == (422, "request.invalid")
    assert [place["problem"] for place in answer.json()["errors"]] == ["unknown"]


def test_a_form_field_that_nobody_knows_delivers_nothing(police: Client) -> None:
    file = SimpleUploadedFile("person_20261031.csv", b"a,b\n1,2\n")
    answer = police.post(f"{API}/deliveries", {"file": file, "validate-only": "true"})
    assert refusal(answer) == (422, "request.invalid")
    assert answer.json()["errors"] == [{"at": ["form", "validate-only"], "problem": "unknown"}]
    assert not Delivery.objects.exists()


def test_a_nul_is_refused_wherever_it_stands(police: Client, token_of: Tokens) -> None:
    answer = police.get(f"{API}/batches?class_name=%00")
    assert refusal(answer) == (422, "request.invalid")
    assert {"at": ["query", "class_name"], "problem": "nul"} in answer.json()["errors"]
    planner = Client(headers=token_of("BANK-01", Permission.PLAN_LOAN))
    for body in (rb'{"method": "a\u0000"}', rb'{"method": "\\\u0000"}'):
        answer = planner.generic("POST", f"{API}/schedules", body, "application/json")
        assert answer.json()["errors"] == [{"at": ["body"], "problem": "nul"}]
    answer = planner.generic(
        "POST", f"{API}/schedules", rb'{"method": "\\u0000"}', "application/json"
    )
    assert refusal(answer) == (422, "terms.invalid")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_json_comes_as_json(token_of: Tokens, kind: str) -> None:
    planner = Client(headers=token_of("BANK-01", Permission.PLAN_LOAN))
    answer = planner.generic("POST", f"{API}/schedules", b"{}", kind)
    assert refusal(answer) == (415, "request.media_type")


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"{}", "application/json", (415, "request.media_type")),
        (b"junk", "text/plain", (415, "request.media_type")),
        (b"junk", "multipart/form-data", (400, "request.malformed")),
        (b"junk", "multipart/form-data; boundary=" + "x" * 300, (400, "request.malformed")),
        (b"junk", "multipart/form-data; boundary=x", (422, "request.invalid")),
    ],
)
def test_a_body_that_cannot_be_read(
    police: Client, body: bytes, kind: str, expected: tuple[int, str]
) -> None:
    assert refusal(police.generic("POST", f"{API}/deliveries", body, kind)) == expected


def test_an_upload_beyond_the_limit(police: Client) -> None:
    answer = police.generic(
        "POST",
        f"{API}/deliveries",
        b"x",
        "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(6 << 30),
    )
    assert refusal(answer) == (413, "file.too_large")


def test_too_many_requests(police: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(api_module, "REQUESTS_A_MINUTE", 2)
    monkeypatch.setattr("xinnong.config.api.time.time", lambda: 1_000_000.0)
    assert [police.get(f"{API}/batches").status_code for _ in range(2)] == [200, 200]
    answer = police.get(f"{API}/batches")
    assert refusal(answer) == (429, "request.too_many")
    assert answer["Retry-After"] == "20"


def test_a_fault_shows_its_number_and_nothing_else(
    police: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xinnong.sources import api as sources_api

    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(sources_api, "batches_page", broken)
    answer = police.get(f"{API}/batches")
    assert refusal(answer) == (500, "fault")
    assert len(answer.json()["fault"]) == 8
    assert b"secret" not in answer.content


def test_a_fault_outside_an_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    from xinnong.accounts import middleware

    def broken(_request: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(middleware, "_client_of", broken)
    answer = Client(raise_request_exception=False).get(f"{API}/batches")
    assert refusal(answer) == (500, "fault")
    assert len(answer.json()["fault"]) == 8
