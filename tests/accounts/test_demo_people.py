from __future__ import annotations

from datetime import UTC, datetime

import pytest

from xinnong.accounts import demo
from xinnong.areas.services import import_areas
from xinnong.cli.demo_users import demo_areas

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_every_demo_person_signs_in_with_the_printed_password_also_after_a_second_run() -> None:
    import_areas(demo_areas(), valid_from=demo.AREAS_VALID_FROM)
    people = demo.seed(password="first-words-7", now=NOW)
    assert [one.username for one in people] == [person.username for person in demo.PEOPLE]
    assert all(one.check_password("first-words-7") for one in people)
    kept = [one.password for one in people]
    assert [one.password for one in demo.seed(password="first-words-7", now=NOW)] == kept
    changed = demo.seed(password="other-words-8", now=NOW)
    assert all(one.check_password("other-words-8") for one in changed)
