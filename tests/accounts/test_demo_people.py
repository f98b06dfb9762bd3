from __future__ import annotations

from datetime import UTC, datetime

import pytest

from xinnong.accounts import demo
from xinnong.areas.services import import_areas
from xinnong.cli.demo_users import demo_areas, print_table

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


def test_it_prints_who_can_try_what_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("first-words-7")
    said = capsys.readouterr().out
    lines = said.splitlines()
    assert lines[2].split() == [
        "officer",
        "officer",
        "找农户，看档案、评分和额度；处理贷款申请、柜台办理、签合同",
    ]
    assert lines[3].strip() == (
        "Find a household, read its file; decide loan applications, serve the counter, sign contracts"
    )
    assert len(lines) == 2 * len(demo.PEOPLE) + 4
    assert lines[-1].split()[:2] == ["password", "first-words-7"]
