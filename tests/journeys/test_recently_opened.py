"""What was opened lately is told by name where the reader may still see it, and that is on record."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import Sample, signed_in
from tests.journeys.test_open_a_household import page_of
from tests.people import LOTUS_VILLAGE, REED_VILLAGE, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.areas.models import Area
from xinnong.privacy.models import Listing

pytestmark = pytest.mark.slow  # a published county is made first
CARD = re.compile(r"最近打开</h2>(.*?)</section>", re.DOTALL)
CHIP = re.compile(r'href="([^"]*)">([^<]*)</a>')


def chips(client: Client, address: str) -> list[tuple[str, str]]:
    """Address and words of each household opened lately."""
    card = CARD.search(client.get(address).content.decode())
    return CHIP.findall(card.group(1)) if card else []


def listings() -> list[Listing]:
    with scoped(SYSTEM):
        return list(Listing.objects.filter(asked="recent"))


@pytest.mark.parametrize("address", ["/", "/workbench/"])
def test_it_names_the_heads_newest_first(lin: Client, sample: Sample, address: str) -> None:
    first, second = sample.home_of("李大山"), sample.home_of("王大山")
    page_of(lin, first.ref)
    page_of(lin, second.ref)
    assert chips(lin, address) == [
        (f"/households/{second.ref}/", "王大山 · 荷塘镇 莲花村"),
        (f"/households/{first.ref}/", "李大山 · 荷塘镇 莲花村"),
    ]
    (listing,) = listings()
    assert (listing.households, listing.purpose) == ([second.id, first.id], "application")


def test_nothing_opened_is_no_listing(lin: Client) -> None:
    assert chips(lin, "/") == []
    assert listings() == []


def test_a_search_names_whom_it_found_alone(lin: Client, sample: Sample) -> None:
    page_of(lin, sample.home_of("王大山").ref)
    found = lin.post("/workbench/", {"text": "李"}, follow=True).content.decode()
    assert "李大山" in found
    assert "王大山" not in found
    assert listings() == []


def test_who_left_the_village_is_named_no_household_of_it(people: People, sample: Sample) -> None:
    client = signed_in(people.xu)
    page_of(client, sample.home_of("李大山").ref, "campaign")
    people.xu.area_grants.filter(area__code=LOTUS_VILLAGE).delete()
    people.xu.area_grants.create(area=Area.objects.get(code=REED_VILLAGE))
    assert chips(client, "/") == []
    assert listings() == []
