"""What comes home from a farmhouse: once, in the writer's name, and refused in words."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import signed_in
from tests.lending.origination.story import SUM, Story, counts, states
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending import services
from xinnong.lending.models import Application, Contract, Investigation
from xinnong.privacy.models import Read

pytestmark = pytest.mark.slow  # a published county is made first


@pytest.fixture
def lin(story: Story) -> Client:
    return signed_in(story.people.lin)


def piece(story: Story, kind: str, subject: object, **fields: Any) -> dict[str, Any]:
    owner = str(story.people.lin.ref)
    return {"kind": kind, "subject": str(subject), "owner": owner, "key": str(uuid4()), **fields}


def seen(story: Story, application: Application, **changes: Any) -> dict[str, Any]:
    fields = {
        "companion": "bai", "visited_on": NOW.date().isoformat(), "purpose": "seed_and_fertiliser",
        "crop": "", "mu": "3", "finding": "agrees",
        "photo": SimpleUploadedFile("photo", b"a field"),
    }  # fmt: skip
    return piece(story, "investigation", application.ref, **fields) | changes


def test_the_list_holds_who_waits_and_each_of_them_learns_of_it(story: Story, lin: Client) -> None:
    waiting = story.apply(wants_person=True)
    story.draft(story.apply("online"))
    before = Read.objects.count()
    said = lin.get("/visit/list/").json()
    (stop,) = said["stops"]
    assert stop["name"] == "王大山"
    assert [each["ref"] for each in stop["applications"]] == [str(waiting.ref)]
    assert len(stop["contracts"]) == 1
    with scoped(SYSTEM):
        assert Read.objects.filter(person=story.borrower.ref, fields=["line", "visit"]).exists()
    assert before == 0


def test_another_bank_takes_nobody_along(story: Story) -> None:
    story.apply(wants_person=True)
    assert signed_in(story.people.zhao).get("/visit/list/").json()["stops"] == []


def test_somebody_chosen_at_the_counter_is_on_the_list(story: Story, lin: Client) -> None:
    chosen = lin.post(f"/visit/people/{story.person('李大山').ref}/")
    assert chosen.status_code == 302
    assert [each["name"] for each in lin.get("/visit/list/").json()["stops"]] == ["李大山"]


def test_a_visit_comes_home_once_however_often_it_is_sent(story: Story, lin: Client) -> None:
    sent = seen(story, story.apply(wants_person=True))
    for _again in range(2):
        sent["photo"].seek(0)
        assert lin.post("/visit/sync/", sent).json() == {"state": "sent"}
    with scoped(SYSTEM):
        assert Investigation.objects.get().second_by == story.bai.ref


def test_a_signature_brings_the_contract_forward_as_at_the_desk(story: Story, lin: Client) -> None:
    contract = story.draft(story.apply())
    signed = piece(
        story, "signing", contract.ref, identity_check="idcheck/7", photo=SUM,
        scan_sha256=SimpleUploadedFile("scan", b"a signature"),
    )  # fmt: skip
    assert lin.post("/visit/sync/", signed).json() == {"state": "sent"}
    assert states(Contract) == ["signed"]


def test_an_application_is_decided_when_it_comes_home(story: Story, lin: Client) -> None:
    asked = piece(
        story, "wish", story.borrower.ref, offer=str(story.offers["inclusive"].ref),
        amount="20000", months="12", method="at_maturity", purpose="seed_and_fertiliser",
        security="credit", channel="desk",
    )  # fmt: skip
    for _again in range(2):
        assert lin.post("/visit/sync/", asked).json() == {"state": "sent"}
    assert states(Application) == ["approved"]


def test_what_no_longer_holds_is_said_in_words_and_nothing_moves(story: Story, lin: Client) -> None:
    contract = story.draft(story.apply())
    with scoped(story.people.lin):
        services.cancel_contract(actor=story.people.lin, contract=contract, now=NOW, key=uuid4())
    before = counts()
    signed = piece(
        story, "signing", contract.ref, identity_check="idcheck/7", photo=SUM,
        scan_sha256=SimpleUploadedFile("scan", b"a signature"),
    )  # fmt: skip
    answer = lin.post("/visit/sync/", signed)
    assert (answer.status_code, answer.json()["state"]) == (422, "look")
    assert answer.json()["says"]
    assert answer.json()["advice"]
    assert counts() == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "draw"}, "这件资料看不懂"),
        ({"kind": "decision"}, "这件资料看不懂"),
        ({"owner": str(uuid4())}, "另一位同事"),
        ({"subject": str(uuid4())}, "找不到"),
        ({"subject": "not-a-number"}, "找不到"),
        ({"companion": "nobody-here"}, ""),
        ({"companion": "lin"}, ""),
        ({"mu": "many"}, "没有填对"),
        ({"visited_on": "2031-01-01"}, ""),
    ],
)
def test_hostile_or_muddled_pieces_move_nothing(
    story: Story, lin: Client, changes: dict[str, str], says: str
) -> None:
    sent = seen(story, story.apply(wants_person=True), **changes)
    before = counts()
    answer = lin.post("/visit/sync/", sent)
    assert answer.status_code == 422
    assert says in answer.json()["says"]
    assert counts() == before


def test_a_picture_that_is_too_large_is_refused_before_it_is_read(
    story: Story, lin: Client
) -> None:
    huge = SimpleUploadedFile("photo", b"0" * (8 * 1024 * 1024 + 1))
    answer = lin.post("/visit/sync/", seen(story, story.apply(wants_person=True), photo=huge))
    assert answer.status_code == 422
    assert "8 MB" in answer.json()["advice"]


def test_the_page_that_is_kept_holds_nobodys_data(story: Story, lin: Client) -> None:
    story.apply(wants_person=True)
    page = lin.get("/visit/").content.decode()
    for name in ("王大山", str(story.borrower.ref), story.people.lin.name):
        assert name not in page
