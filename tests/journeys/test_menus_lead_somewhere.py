"""Every entry of everybody's menu opens, with or without a published county."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests.factories import Sample, signed_in
from tests.people import People
from xinnong.accounts.models import User

pytestmark = pytest.mark.slow  # a published county is made first
ENTRY = re.compile(r"<nav\b.*?</nav>", re.DOTALL)
NOT_LICENSED = {"/outreach/teams/": 422}
"""What the clerk of a channel reads that the bureau has not licensed, with what to do."""
EVERYBODY = [field.name for field in dataclasses.fields(People)]


def opened(user: User) -> dict[str, int]:
    """Status of every address in the header."""
    client = signed_in(user)
    home = client.get("/", follow=True).content.decode()
    addresses = re.findall(r'href="(/[^"]*)"', "".join(ENTRY.findall(home)))
    found = {address: client.get(address, follow=True).status_code for address in addresses}
    return dict(found.items() - NOT_LICENSED.items())


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_entry_opens(name: str, people: People, sample: Sample) -> None:
    found = opened(getattr(people, name))
    assert set(found.values()) <= {200}, found


@pytest.mark.parametrize("name", EVERYBODY)
def test_every_entry_opens_before_anything_is_published(name: str, people: People) -> None:
    found = opened(getattr(people, name))
    assert set(found.values()) <= {200}, found


def test_menus_are_read(people: People, sample: Sample) -> None:
    assert len(opened(people.lin)) > 5
