"""Chen, past a second factor, carries a list out: no names, recorded, within his bank's reach."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import LENDER, Sample, signed_in
from tests.people import OTHER_TOWN, People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.credit.models import Line
from xinnong.privacy.models import Listing

pytestmark = pytest.mark.slow  # a published county is made first
EXPORT = "/workbench/export/"


def past_second_factor(user: User) -> Client:
    """A browser whose session allauth opened with a second factor."""
    client = signed_in(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "totp", "at": timezone.now().timestamp()}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


@pytest.fixture
def chen(people: People) -> Client:
    return past_second_factor(people.chen)


def rows_of(client: Client, **form: str) -> list[dict[str, str]]:
    answer = client.post(EXPORT, {"purpose": "reporting", **form})
    assert answer.status_code == 200
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_it_holds_the_lines_of_the_list(chen: Client, sample: Sample) -> None:
    rows = rows_of(chen, kind="granted", state="lined")
    with scoped(SYSTEM):
        lines = Line.objects.filter(run=sample.run, kind="granted", line_minor__gt=0)
        expected = {
            (line.household.ref, f"{line.line_minor / 100:.2f}", line.grade)
            for line in lines.filter(lender=LENDER).select_related("household")
        }
    assert {(row["household_id"], row["line_yuan"], row["grade"]) for row in rows} == expected


def test_it_holds_no_name_and_no_id(chen: Client, sample: Sample) -> None:
    text = chen.post(EXPORT, {"purpose": "reporting"}).content.decode()
    assert not any(name in text for name in sample.people)
    assert not any(rid in text for rid in sample.rids.values())


def test_it_narrows_as_the_list_does(chen: Client, sample: Sample) -> None:
    rows = rows_of(chen, town=OTHER_TOWN[:9])
    assert len(rows) == 4
    assert {row["area"] for row in rows} == {"远山镇 远村"}


def test_it_is_recorded_and_named_after_its_record(
    chen: Client, people: People, sample: Sample
) -> None:
    answer = chen.post(EXPORT, {"purpose": "reporting"})
    with scoped(SYSTEM):
        entry = Entry.objects.get(actor=people.chen.ref)
        listing = Listing.objects.get(actor=people.chen.ref)
    assert str(entry.ref) in answer["Content-Disposition"]
    assert entry.action == "journeys.export-lines"
    assert entry.counts == {"rows": 30, "households": 30}
    assert (listing.asked, listing.purpose, listing.shown) == ("export", "reporting", 30)


def test_it_asks_for_a_purpose(chen: Client, sample: Sample) -> None:
    answer = chen.post(EXPORT, {"purpose": "curiosity"})
    assert answer.status_code == 422
    with scoped(SYSTEM):
        assert not Listing.objects.exists()


@pytest.mark.parametrize("name", ["town", "village", "kind", "grade", "state"])
def test_it_carries_nobody_out_by_a_filter_that_is_not_known(
    chen: Client, sample: Sample, name: str
) -> None:
    answer = chen.post(EXPORT, {"purpose": "reporting", name: "nosuch"})
    assert answer.status_code == 422
    assert "没有导出任何农户" in answer.content.decode()
    with scoped(SYSTEM):
        assert not Listing.objects.exists()


def test_it_refuses_too_much_at_once(
    chen: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinnong.journeys.views.exporting.MOST_HOUSEHOLDS", 10)
    answer = chen.post(EXPORT, {"purpose": "reporting"})
    assert answer.status_code == 422
    assert "选中的农户超过 10 户" in answer.content.decode()


def test_without_a_second_factor_nothing_leaves(people: People, sample: Sample) -> None:
    client = signed_in(people.chen)
    assert client.post(EXPORT, {"purpose": "reporting"}).status_code == 403
    assert "导出这些农户" not in client.get("/workbench/").content.decode()
    assert "导出这些农户" in past_second_factor(people.chen).get("/workbench/").content.decode()


def test_an_officer_exports_nothing(people: People, sample: Sample) -> None:
    client = past_second_factor(people.lin)
    assert client.post(EXPORT, {"purpose": "reporting"}).status_code == 403
