from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.people import NOW
from tests.sources.reports import JULY, MADE, NOTHING_NEW, OCTOBER, committed, facts, opened
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.sources import queries, services
from xinnong.sources.models import Batch, BatchState
from xinnong.sources.services import Deliverer, Turned

pytestmark = pytest.mark.django_db

MACHINE = Deliverer.installation()


@pytest.fixture(autouse=True)
def everything_in_sight() -> object:
    with scoped(SYSTEM):
        yield


def answering(**changes: object) -> Batch | None:
    asked = {"class_name": "person", "as_of": OCTOBER, "sha256": "a" * 64, "schema_version": "v1"}
    return queries.answering_batch(**{**asked, **changes})  # type: ignore[arg-type]


def test_it_makes_a_batch_live_with_counts_codes_and_one_audit_entry() -> None:
    batch = committed(facts(), MACHINE)
    batch.refresh_from_db()
    assert (batch.state, batch.live_at, batch.read) == (BatchState.LIVE, NOW, 100)
    codes = {(line.kind, line.code): line.rows for line in batch.codes.all()}
    assert codes == {
        ("reason", "rid.check"): 2,
        ("reason", "area.missing"): 1,
        ("repair", "rid.15to18"): 5,
    }
    entry = Entry.objects.get(subject=batch.ref)
    assert (entry.action, entry.checksum) == ("sources.commit", "a" * 64)
    assert entry.counts["quarantined"] == 3


def test_it_reads_nothing_before_the_commit() -> None:
    opened(facts(), MACHINE)
    assert queries.live_batches() == []


def test_it_never_stores_counts_that_do_not_add_up() -> None:
    wrong = replace(MADE, read=101)
    with pytest.raises(IntegrityError), transaction.atomic():
        committed(facts(), MACHINE, wrong)
    assert Batch.objects.count() == 0


def test_it_closes_a_file_that_brings_nothing_new_unchanged() -> None:
    batch = committed(facts(), MACHINE, NOTHING_NEW)
    assert (batch.state, batch.live_at) == (BatchState.UNCHANGED, None)
    assert queries.live_batches() == []


def test_it_keeps_a_validated_file_out_of_the_lake() -> None:
    batch = committed(facts(), MACHINE, dry=True)
    assert batch.state == BatchState.CHECKED
    assert queries.live_batches() == []
    assert answering() is None


def test_it_lists_live_files_in_the_order_of_class_date_and_number() -> None:
    late = committed(facts("tax", OCTOBER), MACHINE)
    early = committed(facts("tax", JULY), MACHINE)
    person = committed(facts("person"), MACHINE)
    assert [file.batch for file in queries.live_batches()] == [person.pk, early.pk, late.pk]


def test_it_answers_for_the_same_file_only() -> None:
    batch = committed(facts(), MACHINE)
    assert answering() == batch
    assert answering(sha256="b" * 64) is None
    assert answering(as_of=JULY) is None
    assert answering(class_name="residence") is None
    assert answering(schema_version="v2") is None


def test_it_reports_the_same_file_again_without_writing() -> None:
    first = committed(facts(), MACHINE)
    again = services.record_repeat(
        facts=facts(), of=first, deliverer=MACHINE, delivery=None, validate_only=False, now=NOW
    )
    counts = (again.read, again.accepted, again.repaired, again.quarantined, again.duplicate)
    assert counts == (100, 0, 0, 3, 97)
    assert (again.state, again.repeats, again.lake_path) == (BatchState.UNCHANGED, first, "")
    assert {line.code: line.rows for line in again.codes.all()} == {
        "rid.check": 2,
        "area.missing": 1,
    }
    assert [file.batch for file in queries.live_batches()] == [first.pk]
    assert answering() == first


def test_it_checks_afresh_when_what_it_was_compared_with_is_gone(people: object) -> None:
    first = committed(facts(), MACHINE)
    second = committed(facts(sha256="b" * 64), MACHINE, earlier=[first.pk])
    assert answering(sha256="b" * 64) == second
    Batch.objects.filter(pk=first.pk).update(state=BatchState.WITHDRAWN, withdrawn_at=NOW)
    assert answering(sha256="b" * 64) is None


def test_it_replays_what_was_live_at_an_instant() -> None:
    kept = committed(facts("person"), MACHINE)
    gone = committed(facts("tax"), MACHINE)
    later = NOW + timedelta(hours=2)
    Batch.objects.filter(pk=gone.pk).update(state=BatchState.WITHDRAWN, withdrawn_at=later)
    known = [
        [file.batch for file in queries.live_batches(known_at=at)]
        for at in (NOW - timedelta(seconds=1), NOW, later - timedelta(seconds=1), later)
    ]
    assert known == [[], [kept.pk, gone.pk], [kept.pk, gone.pk], [kept.pk]]
    assert [file.batch for file in queries.live_batches()] == [kept.pk]


def test_it_refuses_whole_and_leaves_nothing() -> None:
    batch = opened(facts(), MACHINE)
    services.refuse_batch(
        batch=batch,
        deliverer=MACHINE,
        refusal=Turned("band.shrunk", {"rows": 4, "previous": 100}),
        now=NOW,
    )
    batch.refresh_from_db()
    assert (batch.state, batch.refused) == (BatchState.REFUSED, "band.shrunk")
    assert batch.refused_params == {"rows": 4, "previous": 100}
    assert queries.live_batches() == []
    assert answering() is None


def test_it_closes_what_a_killed_process_left() -> None:
    left = opened(facts(), MACHINE)
    other = opened(facts("tax"), MACHINE)
    assert services.mark_interrupted(class_name="person", deliverer=MACHINE, now=NOW) == 1
    left.refresh_from_db()
    other.refresh_from_db()
    assert (left.state, other.state) == (BatchState.BROKEN, BatchState.CHECKING)
    again = committed(facts(), MACHINE)
    assert again.state == BatchState.LIVE
