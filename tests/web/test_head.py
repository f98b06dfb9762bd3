"""Whoever only asks whether a page is there gets its headers, of every page that can be read."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("place", ["/check/", "/check/village/", "/log/keys/", "/accounts/login/"])
def test_headers_are_those_of_the_page(place: str) -> None:
    read, watched = Client().get(place), Client().head(place)
    assert (watched.status_code, watched.content) == (read.status_code, b"")
    assert watched.headers["Content-Type"] == read.headers["Content-Type"]


def test_what_only_takes_a_form_stays_closed() -> None:
    assert (
        Client().head("/my-badge/enrol").status_code == Client().get("/my-badge/enrol").status_code
    )
