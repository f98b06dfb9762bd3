"""Every reading of a household can be paged through: by the family, by staff, and one's own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.factories import Sample, signed_in
from tests.journeys.test_open_a_household import page_of
from tests.people import NOW, People
from xinnong.accounts.models import User
from xinnong.accounts.scope import scoped
from xinnong.journeys.services.listed import MOST_LINES, MOST_WINDOWS, WINDOW, Lists, lists_with
from xinnong.privacy.services import record_listing, record_read
from xinnong.registry.models import Household

pytestmark = pytest.mark.slow  # a published county is made first
NEXT = re.compile(r'href="(\?[^"]*)" rel="next"')
TIMES = 45


@pytest.fixture
def home(people: People, sample: Sample) -> Household:
    """Wang's household, Wu's own, which Lin read forty-five times a minute apart."""
    home = sample.home_of("王大山")
    people.wu.person_ref = sample.people["王大山"].ref
    people.wu.save(update_fields=["person_ref"])
    read_often(people.lin, home)
    return home


def read_often(reader: User, home: Household) -> None:
    with scoped(reader):
        for minute in range(TIMES):
            record_read(
                actor=reader,
                at=NOW + timedelta(minutes=minute),
                purpose="campaign",
                fields=["household"],
                household_id=home.id,
                area12=home.area12,
            )


def times_on(page: str) -> list[str]:
    """The instants of the readings that a page lists."""
    return re.findall(r'<th scope="row"[^>]*>\s*(2026-11-20 [0-9:]+)', page)


def paged(client: Client, address: str) -> list[list[str]]:
    """The instants on every page from an address on."""
    found, following = [], address
    while following:
        page = client.get(following).content.decode()
        found.append(times_on(page))
        onward = NEXT.search(page)
        following = address + onward.group(1) if onward else ""
    return found


def all_of_them(pages: list[list[str]]) -> None:
    """Twenty a page, newest first, each exactly once."""
    every = [instant for page in pages for instant in page]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert every == sorted(set(every), reverse=True)


def test_the_family_pages_to_the_oldest(people: People, home: Household) -> None:
    client = signed_in(people.wu)
    shown = client.get("/me/").content.decode()
    assert len(times_on(shown.partition("谁看过我家</h2>")[2])) == 3
    assert 'href="/me/who-looked/">看全部</a>' in shown
    all_of_them(paged(client, "/me/who-looked/"))


def test_an_officer_pages_to_the_oldest(lin: Client, home: Household) -> None:
    shown = page_of(lin, home.ref)
    address = f"/households/{home.ref}/who-looked/"
    assert f'href="{address}">看全部</a>' in shown
    pages = paged(lin, address)
    assert sum(len(page) for page in pages) == TIMES
    assert "王大山" not in lin.get(address).content.decode()


def test_few_readings_offer_no_second_page(lin: Client, sample: Sample) -> None:
    assert "看全部" not in page_of(lin, sample.home_of("李大山").ref)


def test_a_rival_pages_through_the_own_readings_alone(people: People, home: Household) -> None:
    zhao = signed_in(people.zhao)
    page_of(zhao, home.ref)
    page = zhao.get(f"/households/{home.ref}/who-looked/").content.decode()
    assert "赵客户经理" in page
    assert "林客户经理" not in page


def test_an_english_page_names_the_bank_in_english(lin: Client, home: Household) -> None:
    page_of(lin, home.ref)
    lin.cookies["django_language"] = "en"
    page = lin.get(f"/households/{home.ref}/who-looked/").content.decode()
    assert "Suipu Rural Commercial Bank" in page
    assert "穗浦农村商业银行" not in page


def test_without_a_purpose_it_is_asked_for(lin: Client, home: Household) -> None:
    answer = lin.get(f"/households/{home.ref}/who-looked/")
    assert (answer.status_code, answer["Location"]) == (302, f"/households/{home.ref}/")


def test_one_s_own_record_pages_to_the_oldest(lin: Client, home: Household) -> None:
    all_of_them(paged(lin, "/my-record/"))


def list_it(reader: User, home: Household, *, asked: str, times: int, days: int = 0) -> None:
    with scoped(reader):
        for _again in range(times):
            record_listing(
                actor=reader, at=NOW + timedelta(days=days), asked=asked, purpose="campaign",
                households=[home.pk + 1, home.pk],
            )  # fmt: skip


def lines_of(page: str) -> list[tuple[str, ...]]:
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition('id="lists"')[2], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows[1:]]
    return [tuple(re.sub(r"<[^>]*>", "", cell).strip() for cell in row) for row in cells]


def test_lists_are_one_line_for_a_day_and_an_officer(people: People, home: Household) -> None:
    list_it(people.lin, home, asked="village", times=30)
    list_it(people.lin, home, asked="name", times=20)
    list_it(people.lin, home, asked="export", times=1, days=1)
    list_it(people.zhao, home, asked="name", times=2)
    with scoped(people.lin):
        record_listing(
            actor=people.lin, at=NOW, asked="name", purpose="campaign", households=[home.pk + 1]
        )
    page = signed_in(people.wu).get("/me/who-looked/").content.decode()
    found = lines_of(page)
    assert [(row[1], row[4]) for row in found] == [
        ("林客户经理", "1"), ("赵客户经理", "2"), ("林客户经理", "50"),
    ]  # fmt: skip
    assert "姓名" in found[2][3]
    assert "名单从那天开始记" in page
    assert "看更早的名单" not in page
    assert lists_with(reader=people.lin, home=home) == Lists()


OLDER = re.compile(r'href="(\?[^"]*)#lists">看更早的名单')
OTHERS = """
INSERT INTO privacy_listing (ref, at, actor, owner_kind, institution, asked, purpose, households, shown)
SELECT gen_random_uuid(), %(at)s, %(actor)s, 'b', 'BANK-01', 'name', 'campaign', ARRAY[%(other)s], 1
FROM generate_series(1, %(many)s)
"""


def others_are_listed(reader: User, home: Household, many: int) -> None:
    """As many lists in which the household does not stand."""
    with scoped(reader), connection.cursor() as cursor:
        named: dict[str, Any] = {"at": NOW, "actor": reader.ref, "other": home.pk + 1, "many": many}
        cursor.execute(OTHERS, named)


def every_list(client: Client) -> list[list[tuple[str, ...]]]:
    """The lines of every page of lists, from the newest on."""
    pages, following = [], "?"
    while following:
        page = client.get(f"/me/who-looked/{following}").content.decode()
        pages.append(lines_of(page))
        older = OLDER.search(page)
        following = older.group(1).replace("&amp;", "&") if older else ""
    return pages


def test_lists_are_paged_to_the_first_of_all(people: People, home: Household) -> None:
    list_it(people.lin, home, asked="village", times=2)
    others_are_listed(people.lin, home, WINDOW * (MOST_WINDOWS + 1))
    list_it(people.lin, home, asked="name", times=3, days=1)
    others_are_listed(people.lin, home, WINDOW)
    list_it(people.lin, home, asked="export", times=1, days=2)
    client = signed_in(people.wu)
    pages = every_list(client)
    assert [[(row[3], row[4]) for row in page] for page in pages] == [
        [("导出", "1")], [("姓名", "3")], [], [("按村查", "2")],
    ]  # fmt: skip
    assert "还有更早的" in client.get("/me/who-looked/").content.decode()
    with scoped(people.wu):
        second = lists_with(reader=people.wu, home=home)
    assert second.older is not None
    with scoped(people.wu):
        third = lists_with(reader=people.wu, home=home, before=second.older)
    empty = client.get("/me/who-looked/", {"lists": str(third.older)}).content.decode()
    assert "这一段时间的名单里没有您家" in empty
    assert "没有出现在别人的名单里" not in empty
    for nonsense in ("0", "x", "-1", "9" * 30):
        assert client.get("/me/who-looked/", {"lists": nonsense}).status_code == 200


def test_a_day_of_lists_is_whole_on_its_page(people: People, home: Household) -> None:
    days = MOST_LINES // 2 + 10
    for ago in range(days):
        for officer in (people.lin, people.zhao):
            list_it(officer, home, asked="name", times=2, days=ago)
    first, second = every_list(signed_in(people.wu))
    assert (len(first), len(second)) == (MOST_LINES, 20)
    assert len({row[0] for row in first}) == MOST_LINES // 2
    assert {row[4] for row in [*first, *second]} == {"2"}
