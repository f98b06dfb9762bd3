"""Others at the same moment: what commits late is not lost, and of two who number one does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.audit.logs import LOG_KEY, entries, leaves, sequence, waiting, write
from tests.factories import empty_tables
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.queries.verifying import verify_log
from xinnong.audit.services.sequencing import sequence_entries
from xinnong.config.log_keeper import kept_beside


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is written stays, so that others see it, until the test ends."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            empty_tables()


def test_an_entry_that_commits_late_is_put_in_late(committed: None, database_server: str) -> None:
    """Its number in the table is smaller than that of one which is in the log already."""
    insert = (
        "SELECT set_config('xinnong.scope', %s, false);"
        "INSERT INTO audit_entry (ref, at, actor, owner_kind, institution, action, counts, checksum)"
        " VALUES (gen_random_uuid(), now(), '00000000-0000-0000-0000-000000000000', '', '', 'a.b',"
        " '{}', '')"
    )
    values = connection.settings_dict
    address = psycopg.conninfo.make_conninfo(
        dbname=values["NAME"], user=values["USER"], password=values["PASSWORD"] or None,
        host=values["HOST"], port=values["PORT"] or None,
    )  # fmt: skip
    cut = insert.partition(";")
    with psycopg.connect(address) as slow, psycopg.connect(address) as undone:
        for link in (slow, undone):
            link.execute(cut[0], [SYSTEM.document()])
            link.execute(cut[2])
        write(1)
        sequence()
        assert (len(leaves()), waiting()) == (1, 1)  # the log's key was registered
        undone.rollback()
        slow.commit()
    early, late = sequence().size, leaves()
    assert early == 3
    assert late[1][1] < late[0][1]
    assert ({entry for _, entry in late}, waiting()) == (entries(), 0)
    with scoped(SYSTEM):
        assert verify_log().wrong == 0


def test_of_two_at_once_one_wins(committed: None) -> None:
    write(400)
    together = Barrier(2)

    def one(_number: int) -> int:
        together.wait()
        try:
            with scoped(SYSTEM):
                done = sequence_entries(key=LOG_KEY, now=NOW)
                time.sleep(0.1)
            return -1 if done is None else done.entries
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == [-1, 400]
    assert len(leaves()) == 400


def test_a_worker_numbers_within_a_second(committed: None) -> None:
    write(3)
    with kept_beside():
        give_up_at = time.monotonic() + 1
        while len(leaves()) < 3 and time.monotonic() < give_up_at:
            time.sleep(0.05)
    assert len(leaves()) >= 3
