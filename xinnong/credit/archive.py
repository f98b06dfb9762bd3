"""Results of earlier runs, kept as Parquet when their rows leave the database.

Pages show the newest runs; an auditor asks about a decision of years ago. What a score and a line
were computed from (the values, the first-borrower track, card and policy by number) and what came
out is therefore written to `archive/RUN/` of the data folder before the rows are deleted, sorted by
household, three files a run. Scorecards, policies and runs stay in the database for good. Names
and identities are not in it; households by number alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import Model

from xinnong.analytics.engine import quoted
from xinnong.credit.models import Line
from xinnong.profiles.models import Profile
from xinnong.scoring.models import Score

SEPARATOR: Final = ";"
Archived = TypeVar("Archived", Profile, Score, Line)


def archived(model: type[Archived], *, run_id: int, household_id: int) -> list[Archived]:
    """Rows of one household in an archived run, as they were; empty where there is no archive."""
    path = file_of(folder_of(run_id), model)
    if not path.exists():
        return []
    with duckdb.connect() as duck:
        found = duck.execute(
            f"SELECT * FROM read_parquet({quoted(path)}) WHERE household_id = ? ORDER BY id",  # noqa: S608 - our own path
            [household_id],
        )
        names = [column[0] for column in found.description]
        return [_restored(model, dict(zip(names, row, strict=True))) for row in found.fetchall()]


def folder_of(run_id: int) -> Path:
    """Where the results of a run lie once they were archived."""
    root = Path(settings.XINNONG_DATA) / "archive"
    root.mkdir(mode=0o700, exist_ok=True)
    return root / str(run_id)


def file_of(folder: Path, model: type[Model]) -> Path:
    """The file of one kind of result."""
    return folder / f"{model.__name__.lower()}.parquet"


def _restored(model: type[Archived], row: Mapping[str, Any]) -> Archived:
    values = {}
    for field in model._meta.concrete_fields:
        text = row[str(field.column)]
        if isinstance(field, ArrayField):
            parts = text.split(SEPARATOR) if text else []
            values[field.attname] = [field.base_field.to_python(part) for part in parts]
        else:
            values[field.attname] = field.to_python(text)
    return model(**values)
