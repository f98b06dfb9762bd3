"""Entries are written with the deed, in the name of whoever acts, and never changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from tests.people import NOW, People, settle
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.audit.services import SYSTEM_ACTOR, record

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return settle()


def test_it_writes_who_what_and_how_much(people: People) -> None:
    with scoped(people.zhou):
        record(actor=people.zhou, action="sources.deliver", at=NOW, counts={"read": 3})
        entry = Entry.objects.get()
    assert (entry.actor, entry.action, entry.counts) == (
        people.zhou.ref,
        "sources.deliver",
        {"read": 3},
    )
    assert (entry.owner_kind, entry.institution) == ("a", "DEPT-POLICE")


def test_it_writes_for_the_installation_itself() -> None:
    with scoped(SYSTEM):
        record(actor=SYSTEM_ACTOR, action="registry.refresh", at=NOW, run_id=7, checksum="0" * 64)
        assert Entry.objects.get().run_id == 7


@pytest.mark.parametrize(
    "change",
    [
        lambda: Entry.objects.update(action="a.b"),
        lambda: Entry.objects.all().delete(),
        lambda: _run("UPDATE audit_entry SET action = 'a.b'"),
    ],
)
def test_it_refuses_to_change_or_delete(people: People, change: Callable[[], object]) -> None:
    with scoped(SYSTEM):
        record(actor=SYSTEM_ACTOR, action="registry.refresh", at=NOW)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()
        assert Entry.objects.filter(action="registry.refresh", at=NOW).count() == 1


def test_it_refuses_an_entry_in_somebody_elses_name(people: People) -> None:
    with scoped(people.zhou):
        with pytest.raises(DatabaseError), transaction.atomic():
            record(actor=people.lin, action="credit.approve", at=NOW)
        assert Entry.objects.count() == 0


def test_it_is_read_by_the_own_operators_oversight_alone(people: People) -> None:
    with scoped(people.zhou):
        record(actor=people.zhou, action="sources.deliver", at=NOW)
    with scoped(people.lin):
        record(actor=people.lin, action="credit.propose", at=NOW)
        assert Entry.objects.count() == 1
    with scoped(people.shen):
        by_people = Entry.objects.exclude(actor=SYSTEM_ACTOR)
        assert [entry.action for entry in by_people] == ["sources.deliver"]
    with scoped(people.zhao):
        assert Entry.objects.count() == 0


def test_it_asserts_whole_numbers(people: People) -> None:
    with scoped(people.zhou), pytest.raises(AssertionError):
        record(actor=people.zhou, action="sources.deliver", at=NOW, counts={"name": "王"})  # type: ignore[dict-item]


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
