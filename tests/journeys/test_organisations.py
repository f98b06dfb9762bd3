"""A co-op is found by name or code, has a file, and says honestly that it has no line yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid5

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county, signed_in
from tests.people import LOTUS_VILLAGE, People
from tests.sample_rows import BATCH, SPACE
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.ids import organisation_check, uscc_check
from xinnong.privacy.models import Listing
from xinnong.registry.models import Organisation

pytestmark = pytest.mark.slow  # a published county is made first
LINK = re.compile(r'href="(/organisations/[0-9a-f-]{36}/)"')


def uscc_of(number: int, kind: str = "93") -> str:
    """A valid code of the unassigned county."""
    body = f"{number:08d}"
    first_17 = f"{kind}339981{body}{organisation_check(body)}"
    return first_17 + uscc_check(first_17)


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as (people, sample):
        for number, (name, kind, head) in enumerate(
            (
                ("望禾水稻专业合作社", "农民专业合作社", "李大山"),
                ("远村股份合作社", "村集体", "曹大山"),
            ),
            1,
        ):
            Organisation.objects.using(BATCH).create(
                uscc=uscc_of(number),
                ref=uuid5(SPACE, f"organisation {number}"),
                name=name,
                kind=kind,
                area12=LOTUS_VILLAGE,
                head_key=sample.people[head].key,
                members_count=12,
                model_level="省级" if number == 1 else "",
                last_run=sample.run,
            )
        yield people, sample


def found(client: Client, text: str) -> list[str]:
    sent = client.post("/workbench/", {"text": text})
    assert sent.status_code == 302
    assert text not in sent["Location"]
    return LINK.findall(client.get(sent["Location"]).content.decode())


@pytest.mark.parametrize("text", ["望禾", "水稻专业", uscc_of(1), uscc_of(1).lower()])
def test_it_is_found_by_part_of_its_name_or_by_its_code(
    lin: Client, sample: Sample, text: str
) -> None:
    (address,) = found(lin, text)
    page = lin.get(address).content.decode()
    for shown in ("望禾水稻专业合作社", uscc_of(1), "荷塘镇 莲花村", "省级", "12"):
        assert shown in page


def test_it_says_why_it_has_no_line_and_what_its_members_can_do(
    lin: Client, sample: Sample
) -> None:
    page = lin.get(found(lin, "望禾")[0]).content.decode()
    for text in ("暂无额度", "还没有发布", "各自农户的额度"):
        assert text in page
    assert "大会的决议" not in page
    assert "大会的决议" in lin.get(found(lin, "远村股份")[0]).content.decode()


def test_it_leads_to_its_head_s_household_which_asks_why(lin: Client, sample: Sample) -> None:
    page = lin.get(found(lin, "望禾")[0]).content.decode()
    home = sample.home_of("李大山")
    assert f"/households/{home.ref}/" in page
    assert "李大山" not in page
    with scoped(SYSTEM):
        logged = Listing.objects.latest("id")
    assert (logged.asked, logged.households) == ("organisation", [home.pk])


def test_it_names_no_household_outside_the_reach(people: People, sample: Sample) -> None:
    client = signed_in(people.xu)
    page = client.get(found(client, "远村股份")[0]).content.decode()
    assert sample.home_of("曹大山").ref not in page
    assert "不在您负责的范围内" in page


def test_a_code_with_a_wrong_check_character_is_not_understood(lin: Client, sample: Sample) -> None:
    wrong = uscc_of(1)[:-1] + ("0" if uscc_of(1)[-1] != "0" else "1")
    answer = lin.post("/workbench/", {"text": wrong})
    assert answer.status_code == 422 or not LINK.search(
        lin.get(answer["Location"]).content.decode()
    )
