"""The worked schedules of the golden files and of the algorithm pages come out as written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.core.schedule.worked import GOLDEN, PAGES, WORKED, examples, files, table_of
from xinnong.core.schedule import conventions
from xinnong.core.schedule.terms import DayCount, EventKind, Method

FILES = files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_worked_schedule_comes_out_as_written(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("```json") == len(WORKED.findall(text)) > 0
    for terms, table in examples(path):
        assert table_of(terms) == table, "python -m tests.core.schedule.worked"


def test_there_is_a_golden_table_for_every_method_day_count_event_and_convention() -> None:
    text = "".join(path.read_text("utf-8") for path in GOLDEN.glob("*.md"))
    names = [*Method, *DayCount, *EventKind]
    assert [name for name in names if f'"{name.value}"' not in text] == []
    held = {value for name, value in vars(conventions).items() if name.isupper()}
    words = {word for word in held if isinstance(word, str)}
    assert [word for word in sorted(words) if word not in text] == []


def test_every_convention_stands_on_a_page() -> None:
    text = "".join(path.read_text("utf-8") for path in PAGES.glob("schedule-*.md"))
    held = [v for k, v in vars(conventions).items() if k.isupper() and isinstance(v, str)]
    assert [name for name in held if not re.search(rf"`{re.escape(name)}`", text)] == []
