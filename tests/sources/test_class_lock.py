from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from xinnong.sources.locks import NAMESPACE, LockLost, assert_held, class_lock

pytestmark = pytest.mark.django_db


def is_free(as_owner: psycopg.Connection, class_name: str) -> bool:
    row = as_owner.execute(
        "SELECT pg_try_advisory_lock(%s, hashtext(%s))", [NAMESPACE, class_name]
    ).fetchone()
    assert row is not None
    if row[0]:
        as_owner.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [NAMESPACE, class_name])
    return bool(row[0])


@pytest.mark.parametrize("name", ["person", "hukou_member", "field_form.member", "tax"])
def test_it_holds_one_class_and_no_other(as_owner: psycopg.Connection, name: str) -> None:
    with class_lock(name):
        assert_held(name)
        assert not is_free(as_owner, name)
        assert is_free(as_owner, "subsidy")
    assert is_free(as_owner, name)


def test_it_lets_go_after_a_failure(as_owner: psycopg.Connection) -> None:
    with pytest.raises(ZeroDivisionError), class_lock("person"):
        raise ZeroDivisionError
    assert is_free(as_owner, "person")


def test_it_notices_that_the_lock_is_gone() -> None:
    with class_lock("person"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        with pytest.raises(LockLost):
            assert_held("person")
