"""No page shows a person whom the record of readings does not know of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from tests.factories import Sample, signed_in
from tests.people import LOTUS_VILLAGE, People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.privacy.models import Listing, Read

pytestmark = pytest.mark.slow  # a published county is made first
NAME = "李大山"


@dataclass(frozen=True)
class Page:
    """An address about people: who opens it, what it shows, and what is remembered of it.

    `fields` are those of a reading, `asked` is the question of a listing.
    """

    who: str
    address: str
    shows: str
    purpose: str = "application"
    fields: tuple[str, ...] = ()
    asked: str = ""
    posts: bool = False


PAGES = {
    "home": Page("lin", "/", NAME, "application", asked="recent"),
    "recent": Page("lin", "/workbench/", NAME, "application", asked="recent"),
    "list": Page("lin", "/workbench/", NAME, "application", asked="nothing"),
    "village": Page("xu", "/workbench/?grade=&state=", NAME, "application", asked="nothing"),
    "household": Page(
        "lin",
        "/households/{home}/",
        NAME,
        fields=("applications", "household", "line", "loans", "members", "score"),
    ),
    "cadre": Page(
        "xu", "/households/{home}/", NAME, fields=("household", "line", "members", "score")
    ),
    "dimension": Page("lin", "/households/{home}/facts/income/", "", fields=("facts.income",)),
    "identity": Page(
        "lin",
        "/households/{home}/identity/{person}/",
        "{rid}",
        fields=("address", "phone", "rid"),
        posts=True,
    ),
    "own file": Page(
        "wu", "/me/", "为什么是这个分", "own-file", ("household", "line", "members", "score")
    ),
    "own dimension": Page("wu", "/me/facts/assets/", "", "own-file", ("facts.assets",)),
}


@pytest.fixture
def ask(people: People, sample: Sample) -> Callable[[Page], tuple[Client, str]]:
    """A browser whose person has chosen a purpose, and the real address of a page."""
    home, person = sample.home_of(NAME), sample.people[NAME]
    people.wu.person_ref = person.ref
    people.wu.save(update_fields=["person_ref"])

    def prepared(page: Page) -> tuple[Client, str]:
        user = User.objects.get(pk=getattr(people, page.who).pk)
        client = signed_in(user)
        if page.who != "wu":
            sent = client.post(f"/households/{home.ref}/purpose/", {"purpose": page.purpose})
            assert sent.status_code == 302
        return client, page.address.format(home=home.ref, person=person.ref)

    return prepared


def opened(client: Client, address: str, page: Page) -> tuple[int, str]:
    answer = client.post(address) if page.posts else client.get(address)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_it_remembers_who_saw_what_of_whom_and_why(
    ask: Callable[[Page], tuple[Client, str]], people: People, sample: Sample, name: str
) -> None:
    page = PAGES[name]
    status, shown = opened(*ask(page), page)
    assert status == 200
    assert page.shows.format(rid=sample.rids[NAME]) in shown
    actor, home = getattr(people, page.who), sample.home_of(NAME)
    with scoped(SYSTEM):
        reads, listings = list(Read.objects.all()), list(Listing.objects.filter(asked=page.asked))
    if page.asked:
        assert reads == []
        (listing,) = listings
        assert (listing.actor, listing.asked, listing.purpose) == (
            actor.ref,
            page.asked,
            page.purpose,
        )
        assert home.pk in listing.households
        return
    (read,) = reads
    assert (read.actor, read.household_id, read.area12) == (actor.ref, home.pk, LOTUS_VILLAGE)
    assert (read.purpose, tuple(read.fields)) == (page.purpose, page.fields)


@pytest.mark.parametrize("name", PAGES)
def test_it_shows_nobody_when_that_cannot_be_written(
    ask: Callable[[Page], tuple[Client, str]],
    sample: Sample,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    def full(**_given: object) -> None:
        raise OSError("disk full")

    page = PAGES[name]
    client, address = ask(page)
    for module in ("household", "own_file"):
        monkeypatch.setattr(f"xinnong.journeys.views.{module}.record_read", full)
    for module in ("workbench", "recent"):
        monkeypatch.setattr(f"xinnong.journeys.views.{module}.record_listing", full)
    client.raise_request_exception = False
    status, shown = opened(client, address, page)
    assert status == 500
    assert NAME not in shown
    assert sample.rids[NAME] not in shown


@pytest.mark.parametrize("name", ["household", "dimension", "identity"])
def test_without_a_purpose_nobody_is_shown(people: People, sample: Sample, name: str) -> None:
    page = PAGES[name]
    home, person = sample.home_of(NAME), sample.people[NAME]
    address = page.address.format(home=home.ref, person=person.ref)
    _status, shown = opened(signed_in(people.lin), address, page)
    assert NAME not in shown
    assert sample.rids[NAME] not in shown
    with scoped(SYSTEM):
        assert not Read.objects.exists()
