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
