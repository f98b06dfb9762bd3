from __future__ import annotations

import pytest
from django.test import Client

from tests.people import People


@pytest.fixture
def zhou(people: People, client: Client) -> Client:
    client.force_login(people.zhou)
    return client


def test_smoke(zhou: Client) -> None:
    for url in (
        "/data/",
        "/data/deliver/",
        "/data/batches/",
        "/data/contracts/",
        "/data/contracts/person/",
        "/data/contracts/person/template.xlsx",
    ):
        answer = zhou.get(url)
        assert answer.status_code == 200, url


def test_it_gives_templates_of_the_own_classes_only(zhou: Client, people: People) -> None:
    book = zhou.get("/data/contracts/person/template.xlsx")
    assert b"".join(book).startswith(b"PK")
    text = zhou.get("/data/contracts/person/template.csv")
    assert b"".join(text).decode("utf-8-sig").startswith("身份证号,姓名,")
    for address in (
        "land_contract/template.xlsx",
        "field_form/template.xlsx",
        "person/template.doc",
    ):
        assert zhou.get(f"/data/contracts/{address}").status_code == 404


@pytest.mark.parametrize("query", ["state=nosuch", "class_name=nosuch", "class_name=%00"])
def test_it_lists_no_batch_by_a_filter_that_is_not_known(zhou: Client, query: str) -> None:
    answer = zhou.get(f"/data/batches/?{query}")
    assert answer.status_code == 422
    assert "<table" not in answer.content.decode()
