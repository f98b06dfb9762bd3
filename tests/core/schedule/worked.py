"""Worked schedules in files: terms in a ```json block, the table they give in the ```text after it.

`python -m tests.core.schedule.worked` writes the tables of all files anew, to be read in the diff,
and beside the golden files their sheets in a banker's fourteen columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from xinnong.core.schedule import banker_table, build_schedule, load_terms, schedule_table

REPOSITORY = Path(__file__).parents[3]
GOLDEN = REPOSITORY / "tests" / "golden" / "schedules"
BANKERS = REPOSITORY / "tests" / "golden" / "bankers"
PAGES = REPOSITORY / "docs" / "algorithms"
WORKED = re.compile(r"```json\n(?P<terms>.*?)```\n+```text\n(?P<table>.*?)```", re.DOTALL)


def files() -> list[Path]:
    return [*sorted(GOLDEN.glob("*.md")), *sorted(PAGES.glob("schedule-*.md"))]


def examples(path: Path) -> Iterator[tuple[str, str]]:
    """Terms and table of each example in a file."""
    for found in WORKED.finditer(path.read_text("utf-8")):
        yield found["terms"], found["table"]


def table_of(terms: str) -> str:
    schedule = build_schedule(load_terms(terms.encode()))
    return schedule_table(schedule) + "conventions: " + ", ".join(schedule.conventions) + "\n"


def bankers_sheet(path: Path) -> str:
    """The title of a golden file over its schedules in a banker's columns."""
    title = path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
    tables = [
        banker_table(build_schedule(load_terms(terms.encode()))) for terms, _ in examples(path)
    ]
    return "\n".join([title + "\n", *tables])


def _rewritten(found: re.Match[str]) -> str:
    return f"```json\n{found['terms']}```\n\n```text\n{table_of(found['terms'])}```"


if __name__ == "__main__":
    for file in files():
        file.write_text(WORKED.sub(_rewritten, file.read_text("utf-8")), "utf-8")
    for file in GOLDEN.glob("*.md"):
        (BANKERS / f"{file.stem}.txt").write_text(bankers_sheet(file), "utf-8")
