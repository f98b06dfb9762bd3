"""Lin opens a file with a purpose; every reading is remembered; another lender's stays hidden."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.factories import Sample, signed_in
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.credit.models import Line
from xinnong.credit.queries import worked_line
from xinnong.journeys.queries.identity import IdentityShown
from xinnong.journeys.views.file import MemberShown
from xinnong.privacy.models import Read
from xinnong.profiles.models import Profile
from xinnong.registry.models import Person
from xinnong.scoring.models import Score

pytestmark = pytest.mark.slow  # a published county is made first


def page_of(client: Client, ref: str, purpose: str = "application") -> str:
    """Choose a purpose and open the file."""
    chosen = client.post(f"/households/{ref}/purpose/", {"purpose": purpose})
    assert chosen.status_code == 302
    shown = client.get(chosen["Location"])
    assert shown.status_code == 200
    return shown.content.decode()


def reads() -> list[Read]:
    with scoped(SYSTEM):
        return list(Read.objects.order_by("id"))


def test_it_asks_for_a_purpose_before_it_shows_anybody(lin: Client, sample: Sample) -> None:
    home = sample.home_of("李大山")
    page = lin.get(f"/households/{home.ref}/").content.decode()
    assert "李大山" not in page
    assert home.ref in page
    assert reads() == []


def test_it_refuses_an_objection_without_a_case(lin: Client, sample: Sample) -> None:
    home = sample.home_of("李大山")
    answer = lin.post(f"/households/{home.ref}/purpose/", {"purpose": "objection"})
    assert answer.status_code == 422
    assert "案件号或理由" in answer.content.decode()
    assert reads() == []


def test_it_shows_the_file_and_remembers_the_reading(
    lin: Client, people: People, sample: Sample
) -> None:
    home = sample.home_of("王大山")
    page = page_of(lin, home.ref)
    for text in ("王大山", "六个方面", "为什么是这个分", "额度怎么算出来的", "谁看过", "历次结果"):
        assert text in page
    (read,) = reads()
    assert (read.actor, read.household_id, read.purpose) == (
        people.lin.ref,
        home.id,
        "application",
    )


def test_it_keeps_pre_and_granted_lines_apart(lin: Client, sample: Sample) -> None:
    page = page_of(lin, sample.home_of("王大山").ref)
    assert "不是承诺" in page
    assert "已取得授权" in page


def test_it_masks_ids_and_phones(lin: Client, sample: Sample) -> None:
    page = page_of(lin, sample.home_of("李大山").ref)
    assert sample.rids["李大山"] not in page
    assert sample.phones["李大山"] not in page
    assert "339981****" in page


def test_it_unmasks_as_a_reading_of_its_own(lin: Client, sample: Sample) -> None:
    home, person = sample.home_of("李大山"), sample.people["李大山"]
    page_of(lin, home.ref)
    opened = lin.post(f"/households/{home.ref}/identity/{person.ref}/")
    assert sample.rids["李大山"] in opened.content.decode()
    last = reads()[-1]
    assert (last.kind, last.person, last.fields) == (
        "unmasked",
        person.ref,
        ["address", "phone", "rid"],
    )


def test_it_does_not_unmask_without_a_purpose(lin: Client, sample: Sample) -> None:
    home, person = sample.home_of("李大山"), sample.people["李大山"]
    assert lin.post(f"/households/{home.ref}/identity/{person.ref}/").status_code == 404
    assert reads() == []


def test_it_hides_another_lenders_results(people: People, sample: Sample) -> None:
    client = signed_in(people.zhao)
    page = page_of(client, sample.home_of("王大山").ref)
    assert "BANK-01" not in page
    assert "已取得授权" not in page


def test_it_does_not_know_households_outside_the_reach(people: People, sample: Sample) -> None:
    client = signed_in(people.xu)
    far = sample.households[-1]
    assert client.get(f"/households/{far.ref}/").status_code == 404


def test_it_gives_a_cadre_no_details(people: People, sample: Sample) -> None:
    client = signed_in(people.xu)
    home = sample.home_of("李大山")
    page = page_of(client, home.ref, "campaign")
    assert "看明细" not in page
    assert "看全号" not in page
    assert client.get(f"/households/{home.ref}/facts/assets/").status_code == 403


def test_every_line_shown_is_the_sum_of_its_steps(sample: Sample) -> None:
    with scoped(SYSTEM):
        lines = list(Line.objects.filter(run=sample.run).select_related("policy"))
        profiles = {(p.household_id, p.basis): p for p in Profile.objects.filter(run=sample.run)}
        firsts = {
            (s.household_id, s.basis): s.first_borrower
            for s in Score.objects.filter(run=sample.run)
        }
    assert len(lines) == 50
    for line in lines:
        where = (line.household_id, line.kind)
        worked = worked_line(line, first_borrower=firsts[where], features=vars(profiles[where]))
        assert worked.line_minor == line.line_minor
        assert sum(step.amount_minor for step in worked.steps) == line.line_minor


@pytest.mark.parametrize(("age", "is_offered"), [(0, False), (17, False), (18, True), (None, True)])
def test_an_application_is_offered_for_whoever_is_of_age(
    *, age: int | None, is_offered: bool
) -> None:
    person = Person(ref=UUID(int=7), name="王小山")
    shown = MemberShown(person, "子女", "户籍登记", age, IdentityShown("", "", ""))
    page = render_to_string(
        "journeys/_members.html", {"members": [shown], "can_handle_loans": True}
    )
    assert (f"/loans/for/{person.ref}/" in page) is is_offered
