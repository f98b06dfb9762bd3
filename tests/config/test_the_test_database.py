from __future__ import annotations

import psycopg
import pytest
from django.db import connection


@pytest.mark.django_db
def test_tests_run_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("xinnong_app", False, False)


@pytest.mark.django_db
def test_the_owner_sees_the_same_database(as_owner: psycopg.Connection) -> None:
    row = as_owner.execute("SELECT current_user, current_database()").fetchone()
    assert row == ("xinnong_owner", connection.settings_dict["NAME"])


@pytest.mark.django_db(transaction=True, databases=["default", "batch"])
def test_the_publisher_has_its_own_role() -> None:
    from django.db import connections

    with connections["batch"].cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == ("xinnong_batch", connection.settings_dict["NAME"])
