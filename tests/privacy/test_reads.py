"""Who looked: written with what it shows, seen by whom it concerns, never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from tests.people import LOTUS_VILLAGE, NOW, People
from xinnong.accounts.scope import SYSTEM, scope_of, scoped
from xinnong.privacy.models import Listing, Read
from xinnong.privacy.purposes import CaseMissing, PurposeMissing
from xinnong.privacy.queries import reads_of_household
from xinnong.privacy.services import LISTED_LIMIT, record_listing, record_read

pytestmark = pytest.mark.django_db
HOUSEHOLD = 17


def look(people: People, name: str = "lin", purpose: str = "campaign", case: str = "") -> Read:
    actor = getattr(people, name)
    with scoped(actor):
        return record_read(
            actor=actor,
            at=NOW,
            purpose=purpose,
            case=case,
            fields=["score", "line", "score"],
            household_id=HOUSEHOLD,
            area12=LOTUS_VILLAGE,
        )


def test_it_remembers_who_when_whom_what_and_why(people: People) -> None:
    read = look(people, case=" 2026-17 ")
    assert (read.actor, read.actor_name, read.at) == (people.lin.ref, "林客户经理", NOW)
    assert (read.household_id, read.fields, read.purpose, read.case) == (
        HOUSEHOLD,
        ["line", "score"],
        "campaign",
        "2026-17",
    )
    assert (read.owner_kind, read.institution) == ("b", "BANK-01")


def test_it_refuses_without_a_purpose(people: People) -> None:
    with pytest.raises(PurposeMissing):
        look(people, purpose="")
    with pytest.raises(CaseMissing):
        look(people, purpose="break-glass")
    with scoped(SYSTEM):
        assert Read.objects.count() == 0


def test_it_is_seen_by_the_household_and_the_readers_own_institution(people: People) -> None:
    look(people)
    with scoped(replace(scope_of(people.wu), households=(HOUSEHOLD,))):
        assert reads_of_household(HOUSEHOLD).count() == 1
    with scoped(people.chen):
        assert reads_of_household(HOUSEHOLD).count() == 1
    for name in ("zhao", "xu", "zheng", "mo", "qin"):
        with scoped(getattr(people, name)):
            assert reads_of_household(HOUSEHOLD).count() == 0


def test_it_is_reviewed_by_the_own_operators_oversight(people: People) -> None:
    look(people, "lin")
    look(people, "xu")
    with scoped(people.shen):
        assert [read.actor for read in Read.objects.all()] == [people.xu.ref]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Read.objects.update(purpose="own-file"),
        lambda: Read.objects.all().delete(),
        lambda: Listing.objects.all().delete(),
        lambda: _run("UPDATE privacy_read SET actor = gen_random_uuid()"),
    ],
)
def test_it_cannot_be_changed(people: People, change: Callable[[], object]) -> None:
    look(people)
    with scoped(SYSTEM):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()
        assert Read.objects.get().purpose == "campaign"


def test_it_cannot_be_written_for_somebody_else(people: People) -> None:
    with scoped(people.lin), pytest.raises(DatabaseError), transaction.atomic():
        record_read(
            actor=people.zhao,
            at=NOW,
            purpose="campaign",
            fields=["members"],
            household_id=HOUSEHOLD,
        )


def test_it_names_every_household_a_list_showed(people: People) -> None:
    shown = list(range(LISTED_LIMIT + 5))
    with scoped(people.lin):
        record_listing(
            actor=people.lin, at=NOW, asked="village", households=shown, purpose="campaign"
        )
        rows = Listing.objects.order_by("id")
        assert [row.shown for row in rows] == [LISTED_LIMIT, 5]
        assert [number for row in rows for number in row.households] == shown


def test_it_remembers_a_search_that_found_nobody(people: People) -> None:
    with scoped(people.lin):
        record_listing(actor=people.lin, at=NOW, asked="name", households=[], purpose="campaign")
        assert Listing.objects.get().shown == 0


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
