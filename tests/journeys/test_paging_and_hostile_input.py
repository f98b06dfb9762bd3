"""Lin pages to and fro through many who share a name, and types what nobody should type."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.test import Client

from tests.factories import Sample
from tests.journeys.test_find_a_household import HEADS, WORKBENCH
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.privacy.models import Listing
from xinnong.registry.models import Household

pytestmark = pytest.mark.slow  # a published county is made first
LINK = r'href="(\?[^"]*)" rel="{}"'
HOUSEHOLDS = re.compile(r"/households/(H[0-9]{13})/")

TYPED = {
    "percent": "%",
    "underscores": "____",
    "quote": "'; DROP TABLE registry_person; --",
    "double quote": '"><script>alert(1)</script>',
    "backslash": "\\",
    "nul": "李\x00大",
    "long": "李" * 10_240,
    "emoji": "😀",
    "emoji in a name": "李😀",
    "right to left": "\u202e李",
    "lone surrogate": "\\ud800",
    "two digits": "12",
    "nineteen digits": "3" * 19,
    "template": "{{ 7|add:7 }}",
}
SHOWN_AS_WRITTEN = ("DROP TABLE", "<script>alert(1)")


def pages(client: Client, address: str, towards: str) -> list[list[str]]:
    """Households on each page from an address to the end in one direction."""
    found = []
    while address:
        page = client.get(address).content.decode()
        found.append(HOUSEHOLDS.findall(page.partition("<tbody>")[2].partition("</tbody>")[0]))
        link = re.search(LINK.format(towards), page)
        address = WORKBENCH + link.group(1).replace("&amp;", "&") if link else ""
        last = page
    assert last
    return found


def last_address(client: Client, address: str) -> str:
    """Address of the last page."""
    while True:
        page = client.get(address).content.decode()
        link = re.search(LINK.format("next"), page)
        if not link:
            return address
        address = WORKBENCH + link.group(1).replace("&amp;", "&")


@pytest.mark.parametrize("search", ["", "name", "filter"])
def test_it_pages_back_over_the_same_pages(lin: Client, sample: Sample, search: str) -> None:
    first = {
        "": WORKBENCH,
        "filter": f"{WORKBENCH}?kind=pre&state=closed",
        "name": lin.post(WORKBENCH, {"text": "何"})["Location"] if search == "name" else "",
    }[search]
    forwards = pages(lin, first, "next")
    backwards = pages(lin, last_address(lin, first), "prev")
    assert list(reversed(backwards)) == forwards


def test_it_is_stable_among_equal_keys(
    lin: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinnong.journeys.views.workbench.PAGE_ROWS", 2)
    same = sorted(home.ref for name, home in _homes(sample) if name[0] in "李刘林罗梁")
    first = lin.post(WORKBENCH, {"text": "lds"})["Location"]
    forwards = pages(lin, first, "next")
    assert [len(page) for page in forwards] == [2, 2, 1]
    assert sorted(ref for page in forwards for ref in page) == same
    backwards = pages(lin, last_address(lin, first), "prev")
    assert list(reversed(backwards)) == forwards


def _homes(sample: Sample) -> list[tuple[str, Household]]:
    """Heads of the sample with their households."""
    return [(name, sample.home_of(name)) for name in sample.people if name.endswith("大山")]


@pytest.mark.parametrize("name", sorted(TYPED))
def test_it_answers_what_it_cannot_read_with_a_sentence(
    lin: Client, sample: Sample, name: str
) -> None:
    answer = lin.post(WORKBENCH, {"text": TYPED[name]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'class="errors"' in page or 'role="alert"' in page
    assert not HEADS.findall(page)
    assert all(text not in page for text in SHOWN_AS_WRITTEN[1:])


@pytest.mark.parametrize("text", ["　李　", " 李", "李\t", "李\n"])
def test_it_reads_around_blanks(lin: Client, sample: Sample, text: str) -> None:
    sent = lin.post(WORKBENCH, {"text": text})
    assert HEADS.findall(lin.get(sent["Location"]).content.decode()) == ["李大山", "李小满"]


def test_it_reads_full_width_digits_and_letters(lin: Client, sample: Sample) -> None:
    wide = sample.phones["李小满"].translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    sent = lin.post(WORKBENCH, {"text": wide})
    assert HEADS.findall(lin.get(sent["Location"]).content.decode()) == ["李小满"]
    sent = lin.post(WORKBENCH, {"text": "ｃｄｓ"})
    assert HEADS.findall(lin.get(sent["Location"]).content.decode()) == ["陈大山", "曹大山"]


MADE_UP = ["\x00", "'", "%", "9" * 5000, "😀", "H0000000000001"]


@pytest.mark.parametrize("name", ["after", "before", "find"])
@pytest.mark.parametrize("text", MADE_UP)
def test_it_shows_a_list_for_an_address_made_up_by_hand(
    lin: Client, sample: Sample, name: str, text: str
) -> None:
    answer = lin.get(f"{WORKBENCH}?{name}={quote(text)}")
    assert answer.status_code == (302 if name == "find" else 200)


@pytest.mark.parametrize("name", ["town", "village", "kind", "grade", "state"])
@pytest.mark.parametrize("text", MADE_UP)
def test_it_finds_nobody_by_a_filter_that_is_not_known(
    lin: Client, sample: Sample, name: str, text: str
) -> None:
    answer = lin.get(f"{WORKBENCH}?{name}={quote(text)}")
    assert answer.status_code == 422
    assert not HOUSEHOLDS.search(answer.content.decode())
    with scoped(SYSTEM):
        assert not Listing.objects.exists()


@pytest.mark.parametrize("ref", ["%00", "H", "H9999999999999", "%F0%9F%98%80", "%27", "9" * 3000])
def test_it_knows_no_household_of_a_made_up_number(lin: Client, sample: Sample, ref: str) -> None:
    for address in (f"/households/{ref}/", f"/households/{ref}/facts/assets/"):
        assert lin.get(address).status_code == 404
    assert lin.post(f"/households/{ref}/purpose/", {"purpose": "campaign"}).status_code == 404


def test_it_sends_only_offered_filters_on(lin: Client, sample: Sample) -> None:
    secret = sample.rids["李大山"]
    asked = {"text": "李", "town": secret, "grade": "李大山", "kind": "pre"}
    refused = lin.post(WORKBENCH, asked)
    assert (refused.status_code, "Location" in refused.headers) == (422, False)
    sent = lin.post(WORKBENCH, asked | {"town": "", "grade": ""})
    assert "kind=pre" in sent["Location"]
    assert "%E6" not in sent["Location"]


def test_it_keeps_the_town_when_the_village_lies_elsewhere(lin: Client, sample: Sample) -> None:
    page = lin.get(f"{WORKBENCH}?town=339981102&village=339981101201").content.decode()
    assert len(HEADS.findall(page)) == 4


def test_it_logs_every_page_it_shows(lin: Client, people: People, sample: Sample) -> None:
    found = pages(lin, WORKBENCH, "next")
    with scoped(SYSTEM):
        logged = list(Listing.objects.filter(actor=people.lin.ref).order_by("id"))
        known = dict(Household.objects.values_list("pk", "ref"))
    assert [[known[number] for number in row.households] for row in logged] == found
