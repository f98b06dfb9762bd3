"""Commands read in the name of the account that answers for them, and are recorded as it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests import database
from tests.factories import LENDER, NOW, Sample
from tests.people import People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.journeys.services import OperatorUnknown, read_household_file, read_score
from xinnong.journeys.services.exporting import export_households, export_lines
from xinnong.privacy.models import Listing, Read
from xinnong.privacy.purposes import PurposeMissing

pytestmark = pytest.mark.django_db
County = tuple[People, Sample]


@pytest.fixture
def operator(county: County) -> User:
    """Ou, under the name that commands look for."""
    county[0].ou.username = "operator"
    county[0].ou.save()
    return county[0].ou


def household_file(county: County, purpose: str = "oversight") -> dict[str, Any]:
    home = county[1].home_of("李大山")
    return read_household_file(ref=home.ref, purpose=purpose, case="", now=NOW)


def test_it_reads_a_file_and_is_remembered(county: County, operator: User) -> None:
    report = household_file(county)
    assert report["members"] == 3
    with scoped(SYSTEM):
        read = Read.objects.get()
    assert (read.actor, read.institution, read.purpose) == (operator.ref, "GOV-339981", "oversight")


def test_it_reads_a_score_and_is_remembered(county: County, operator: User) -> None:
    home = county[1].home_of("李大山")
    report = read_score(
        ref=home.ref, basis="pre", explain=True, purpose="oversight", case="", now=NOW
    )
    assert report["basis"] == "pre"
    with scoped(SYSTEM):
        assert Read.objects.get().fields == ["score"]


def test_it_exports_and_is_remembered(county: County, operator: User, tmp_path: Path) -> None:
    common: dict[str, Any] = {"form": "csv", "purpose": "acceptance", "as_of": None, "now": NOW}
    lines = export_lines(out=tmp_path / "lines.csv", lender=LENDER, **common)
    homes = export_households(out=tmp_path / "homes.csv", **common)
    assert (lines.rows, lines.households, homes.rows) == (50, 30, 90)
    with scoped(SYSTEM):
        exports = Entry.objects.filter(action__startswith="journeys.export")
        assert [entry.actor for entry in exports] == [operator.ref, operator.ref]
        assert [row.shown for row in Listing.objects.order_by("id")] == [30, 30]


def test_it_reads_nothing_without_a_purpose(county: County, operator: User) -> None:
    with pytest.raises(PurposeMissing):
        household_file(county, purpose="")
    with scoped(SYSTEM):
        assert Read.objects.count() == 0


def test_it_reads_nothing_where_nobody_answers_for_it(county: County) -> None:
    with pytest.raises(OperatorUnknown):
        household_file(county)


@pytest.fixture
def publisher(county: County, database_server: str) -> Iterator[psycopg.Connection]:
    """A connection of the publisher, outside the test's transaction."""
    name = connection.settings_dict["NAME"]
    address = database.address(database_server, name).replace("xinnong_owner", "xinnong_batch")
    with psycopg.connect(address, autocommit=True) as link:
        yield link


def test_it_exports_who_belonged_together_on_an_earlier_day(
    county: County, operator: User, publisher: psycopg.Connection, tmp_path: Path
) -> None:
    """The Wangs' child moved in with the Lis in the newest run; a year ago it lived at home."""
    sample = county[1]
    child, old_home = sample.people["王小满"], sample.home_of("王小满")
    new_home = sample.home_of("李大山")
    until = "UPDATE registry_membership SET until_run_id = %s WHERE person_id = %s"
    publisher.execute(until, [sample.run.pk, child.pk])
    publisher.execute(
        "INSERT INTO registry_membership (household_id, person_id, area12, relation, evidence,"
        " since_run_id) VALUES (%s, %s, %s, '', 'hukou', %s)",
        [new_home.pk, child.pk, new_home.area12, sample.run.pk],
    )
    try:
        for as_of, home in ((None, new_home), (sample.earlier.as_of, old_home)):
            out = tmp_path / "homes.csv"
            made = export_households(
                out=out, form="csv", purpose="acceptance", as_of=as_of, now=NOW
            )
            assert made.rows == 90
            assert f"{home.ref},{child.ref}," in out.read_text()
    finally:
        publisher.execute(
            "DELETE FROM registry_membership WHERE since_run_id = %s", [sample.run.pk]
        )
        publisher.execute(until, [None, child.pk])


def test_it_names_the_household_that_a_merged_one_went_into(
    county: County, operator: User, publisher: psycopg.Connection
) -> None:
    gone, living = county[1].home_of("王大山"), county[1].home_of("李大山")
    state = "UPDATE registry_household SET state = %s, successor_id = %s WHERE id = %s"
    publisher.execute(state, ["merged", living.pk, gone.pk])
    try:
        report = read_household_file(ref=gone.ref, purpose="oversight", case="", now=NOW)
    finally:
        publisher.execute(state, ["active", None, gone.pk])
    assert (report["state"], report["successor"]) == ("merged", living.ref)
