"""Results of earlier runs, kept as Parquet when their rows leave the database.

Pages show the newest runs; an auditor asks about a decision of years ago. What a score and a line
were computed from (the values, the first-borrower track, card and policy by number) and what came
out is therefore written to `archive/RUN/` of the data folder before the rows are deleted, sorted by
household, three files a run. Scorecards, policies and runs stay in the database for good. Names
and identities are not in it; households by number alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connections
from django.db.models import BigAutoField, BigIntegerField, BooleanField, Field, ForeignKey, Model
from django.db.models import SmallIntegerField as Small

from xinnong.analytics.engine import quoted
from xinnong.credit.models import Line
from xinnong.profiles.models import Profile
from xinnong.scoring.models import Score

MODELS: Final[Sequence[type[Model]]] = (Profile, Score, Line)
SEPARATOR: Final = ";"
NUMBERS: Final = (BigAutoField, BigIntegerField, ForeignKey, Small)
Archived = TypeVar("Archived", Profile, Score, Line)


def archive_run(run_id: int, *, using: str) -> bool:
    """Write the results of a run, whole or not at all; False where there are none, or are already.

    Under the role of `using`, which must see every row.
    """
    folder = _folder(run_id)
    if folder.exists() or not Score.objects.using(using).filter(run_id=run_id).exists():
        return False
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    for model in MODELS:
        _write(model, run_id, draft, using)
    draft.rename(folder)
    return True


def archived(model: type[Archived], *, run_id: int, household_id: int) -> list[Archived]:
    """Rows of one household in an archived run, as they were; empty where there is no archive."""
    path = _file(_folder(run_id), model)
    if not path.exists():
        return []
    with duckdb.connect() as duck:
        found = duck.execute(
            f"SELECT * FROM read_parquet({quoted(path)}) WHERE household_id = ? ORDER BY id",  # noqa: S608 - our own path
            [household_id],
        )
        names = [column[0] for column in found.description]
        return [_restored(model, dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _folder(run_id: int) -> Path:
    root = Path(settings.XINNONG_DATA) / "archive"
    root.mkdir(mode=0o700, exist_ok=True)
    return root / str(run_id)


def _file(folder: Path, model: type[Model]) -> Path:
    return folder / f"{model.__name__.lower()}.parquet"


def _write(model: type[Model], run_id: int, folder: Path, using: str) -> None:
    """Rows through a CSV beside the target: PostgreSQL writes it, DuckDB reads it."""
    fields = model._meta.concrete_fields
    shown = ", ".join(map(_selected, fields))
    statement = (
        f"COPY (SELECT {shown} FROM {model._meta.db_table}"  # noqa: S608 - names of our own model
        f" WHERE run_id = {run_id:d} ORDER BY household_id, id) TO STDOUT (FORMAT csv)"
    )
    plain = folder / "rows.csv"
    with (
        plain.open("wb") as target,
        connections[using].cursor() as cursor,
        cursor.copy(statement) as rows,
    ):
        for chunk in rows:
            target.write(chunk)
    columns = ", ".join(f"'{field.column}': '{_type(field)}'" for field in fields)
    with duckdb.connect() as duck:
        duck.execute(
            f"COPY (SELECT * FROM read_csv({quoted(plain)}, header = false, auto_detect = false,"  # noqa: S608 - as above
            f" allow_quoted_nulls = false, columns = {{{columns}}}))"
            f" TO {quoted(_file(folder, model))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()
    plain.unlink()


def _selected(field: Field[Any, Any]) -> str:
    if isinstance(field, ArrayField):
        return f"array_to_string({field.column}, '{SEPARATOR}')"
    return str(field.column)


def _type(field: Field[Any, Any]) -> str:
    """Whole numbers and truth values as such; rates, lists and texts as the database writes them."""
    if isinstance(field, BooleanField):
        return "BOOLEAN"
    return "BIGINT" if isinstance(field, NUMBERS) else "VARCHAR"


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
