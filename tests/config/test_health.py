"""A load balancer asks by address and in plain HTTP, whatever the site is called."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

BEHIND_A_PROXY = override_settings(ALLOWED_HOSTS=["credit.example.org"], SECURE_SSL_REDIRECT=True)
"""A site reached by one name and by TLS only, as docs/operations/install.md sets it up."""


@pytest.mark.django_db
@BEHIND_A_PROXY
def test_it_answers_a_load_balancer_that_asks_by_address() -> None:
    answer = Client().get("/health/", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()) == (200, {"database": "up"})
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")


@BEHIND_A_PROXY
def test_it_sends_everything_else_to_the_name_by_tls() -> None:
    assert Client().get("/", headers={"host": "10.0.0.7:8000"}).status_code == 400
    answer = Client().get("/", headers={"host": "credit.example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://credit.example.org/")
