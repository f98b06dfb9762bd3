"""Lin finds households by name, initials, number, id and phone; nothing secret in an address."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import Sample, signed_in
from tests.people import FAR_VILLAGE, LOTUS_VILLAGE, OTHER_TOWN, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.analytics.linking.pinyin import initials_of
from xinnong.areas.places import places
from xinnong.privacy.models import Listing
from xinnong.registry.models import Person

pytestmark = pytest.mark.slow  # a published county is made first
WORKBENCH = "/workbench/"
HEADS = re.compile(r'<th scope="row"[^>]*><a href="[^"]*">([^<]+)</a>')


def names_on(page: str) -> list[str]:
    """Names in the first column, in order."""
    return HEADS.findall(page)


def find(client: Client, text: str, **filters: str) -> str:
    """Post a search and follow it to its list."""
    sent = client.post(WORKBENCH, {"text": text, **filters})
    assert sent.status_code == 302
    assert text not in sent["Location"]
    shown = client.get(sent["Location"])
    assert shown.status_code == 200
    return shown.content.decode()


def test_it_finds_by_the_beginning_of_a_name(lin: Client, sample: Sample) -> None:
    assert names_on(find(lin, "李")) == ["李大山", "李小满"]


def test_it_shows_a_village_by_its_name(lin: Client, sample: Sample) -> None:
    """And not that nobody of the village's name was found."""
    village = places().of(LOTUS_VILLAGE)
    assert village is not None
    shown = find(lin, village.name)
    assert f"&amp;village={LOTUS_VILLAGE}" in shown
    assert "没有找到农户" not in shown
    assert "没有找到农户" in find(lin, "没有这个人")


def test_it_finds_by_pinyin_initials_in_either_case(lin: Client, sample: Sample) -> None:
    assert names_on(find(lin, "cds")) == ["陈大山", "曹大山"]


def test_initials_are_searched_as_linkage_spells_them(lin: Client, sample: Sample) -> None:
    with scoped(SYSTEM):
        for name in ("陈大山", "曹大山", "何王云"):
            assert Person.objects.get(name=name).initials == initials_of([name])[0]
    assert names_on(find(lin, initials_of(["陈大山"])[0])) == ["陈大山", "曹大山"]


def test_it_finds_by_household_number(lin: Client, sample: Sample) -> None:
    home = sample.home_of("王大山")
    assert names_on(find(lin, home.ref)) == ["王大山"]


@pytest.mark.parametrize("length", [4, 5, 6, 18])
def test_it_finds_by_the_tail_of_an_id(lin: Client, sample: Sample, length: int) -> None:
    assert "李大山" in names_on(find(lin, sample.rids["李大山"][-length:]))


@pytest.mark.parametrize("length", [4, 5, 6, 11])
def test_it_finds_by_the_tail_of_a_phone(lin: Client, sample: Sample, length: int) -> None:
    assert "李小满" in names_on(find(lin, sample.phones["李小满"][-length:]))


def test_it_never_shows_the_number_it_searched_for(lin: Client, sample: Sample) -> None:
    rid = sample.rids["李大山"]
    page = find(lin, rid)
    assert rid not in page
    assert rid[-4:] not in re.findall(r'value="([^"]*)"', page)


def test_it_says_what_it_could_not_read(lin: Client, sample: Sample) -> None:
    answer = lin.post(WORKBENCH, {"text": "12"})
    assert answer.status_code == 422
    assert "没有看懂要找什么" in answer.content.decode()


def test_it_pages_by_key_without_names_in_the_address(lin: Client, sample: Sample) -> None:
    first = lin.get(WORKBENCH).content.decode()
    following = re.search(r'rel="next"', first)
    assert following
    target = re.search(r'href="(\?[^"]*)" rel="next"', first)
    assert target
    second = lin.get(WORKBENCH + target.group(1)).content.decode()
    assert len(names_on(first)) == 20
    assert len(names_on(second)) == 10
    assert not set(names_on(first)) & set(names_on(second))


def test_it_pages_through_a_name_that_many_share(lin: Client, sample: Sample) -> None:
    seen: list[str] = []
    address = lin.post(WORKBENCH, {"text": "何"})["Location"]
    while address:
        page = lin.get(address).content.decode()
        seen += names_on(page)
        following = re.search(r'href="(\?[^"]*)" rel="next"', page)
        address = WORKBENCH + following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 32


def test_it_filters_by_village_grade_and_state(lin: Client, sample: Sample) -> None:
    village = names_on(
        lin.get(f"{WORKBENCH}?town=339981102&village={FAR_VILLAGE}").content.decode()
    )
    assert len(village) == 4
    grade = names_on(lin.get(f"{WORKBENCH}?grade=C").content.decode())
    lined = names_on(lin.get(f"{WORKBENCH}?state=lined&kind=granted").content.decode())
    closed = names_on(lin.get(f"{WORKBENCH}?state=closed&kind=granted").content.decode())
    assert grade
    assert lined
    assert not set(lined) & set(closed)


def test_it_keeps_filters_beside_a_search(lin: Client, sample: Sample) -> None:
    page = find(lin, "何", town=OTHER_TOWN[:9])
    assert len(names_on(page)) == 4


@pytest.mark.parametrize("name", ["grade", "state", "kind", "town"])
def test_a_filter_that_nobody_knows_is_refused_beside_a_search(
    lin: Client, sample: Sample, name: str
) -> None:
    answer = lin.post(WORKBENCH, {"text": "何", name: "nonsense"})
    assert answer.status_code == 422
    assert names_on(answer.content.decode()) == []


def test_it_offers_villages_with_that_name(lin: Client, sample: Sample) -> None:
    page = find(lin, "莲花")
    assert f"village={LOTUS_VILLAGE}" in page


def test_it_shows_a_cadre_the_own_village_only(people: People, sample: Sample) -> None:
    client = signed_in(people.xu)
    assert len(names_on(client.get(WORKBENCH).content.decode())) == 14
    assert names_on(find(client, sample.home_of("韩大山").ref)) == []


def test_it_logs_what_a_search_showed_but_not_what_was_typed(
    lin: Client, people: People, sample: Sample
) -> None:
    find(lin, sample.rids["李大山"])
    with scoped(SYSTEM):
        logged = Listing.objects.latest("id")
    assert logged.actor == people.lin.ref
    assert logged.households == [sample.home_of("李大山").id]
    assert logged.asked == "rid"


def test_it_forgets_a_search_of_another_session(
    lin: Client, people: People, sample: Sample
) -> None:
    address = lin.post(WORKBENCH, {"text": "李"})["Location"]
    other = signed_in(people.zhao)
    assert other.get(address).status_code == 302
